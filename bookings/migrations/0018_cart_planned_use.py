"""A cart line knows with which numbers its plan had it: what the traveler set differs from them, and stays when the plan changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0017_cart_from_plan")]
    operations = [migrations.AddField(model_name="cartitem", name="planned_use", field=models.CharField(blank=True, default="", max_length=12))]
