from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trips", "0006_suppliers_offers")]

    operations = [
        migrations.AlterField(
            model_name="service",
            name="unit",
            field=models.CharField(
                choices=[
                    ("room_night", "room and night"),
                    ("person", "person"),
                    ("vehicle_day", "vehicle and day"),
                    ("vehicle_trip", "vehicle and ride"),
                    ("party", "whole party"),
                ],
                max_length=14,
            ),
        ),
    ]
