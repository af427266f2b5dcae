"""The search asks which slots exist on some dates, whatever the service."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0015_rate_source")]

    operations = [migrations.AddIndex(model_name="serviceslot", index=models.Index(fields=["date"], name="slot_date"))]
