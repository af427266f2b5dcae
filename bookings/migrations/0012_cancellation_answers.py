"""What a supplier answered to a cancellation stands with the quote's line; who may give money back by hand is a permission."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0011_captured_of_old_payments")]
    operations = [
        migrations.AddField(
            model_name="cancellationquoteline",
            name="accepted",
            field=models.BooleanField(null=True, blank=True),
        ),
        migrations.AlterModelOptions(
            name="payment",
            options={
                "ordering": ("-created_at",),
                "permissions": [
                    ("refund_payment", "Can give money back by hand, up to the limit"),
                    ("refund_any", "Can give money back by hand, above the limit"),
                ],
            },
        ),
    ]
