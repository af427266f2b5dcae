from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0014_webhook_endpoint_removed")]
    operations = [migrations.AddField(model_name="bookingitem", name="rate_source", field=models.CharField(blank=True, max_length=40))]
