from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('bookings', '0013_share_payers'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhookendpoint',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
