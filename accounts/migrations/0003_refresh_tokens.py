"""Refresh tokens as rows, so that a second use is seen and ends the session."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import travelplanner.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_people_and_papers"),
    ]

    operations = [
        migrations.CreateModel(
            name="RefreshToken",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("session_hash", models.CharField(editable=False, max_length=64)),
                ("created_at", models.DateTimeField(default=travelplanner.core.clock.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["session_hash"], name="refresh_token_session"),
                    models.Index(fields=["expires_at"], name="refresh_token_expiry"),
                ],
            },
        ),
    ]
