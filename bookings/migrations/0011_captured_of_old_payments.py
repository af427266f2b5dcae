"""Payments made before `captured` and `refunded` existed get them from what is known of them."""

from typing import Any

from django.db import migrations
from django.db.models import F, Sum


def fill(apps: Any, schema_editor: Any) -> None:
    """What succeeded was captured in full; what was promised back is the sum of its refunds."""
    payments, refunds = apps.get_model("bookings", "Payment").objects, apps.get_model("bookings", "Refund").objects
    payments.filter(state="succeeded", captured=0).update(captured=F("amount"), captured_currency=F("currency"))
    for row in refunds.values("payment").annotate(given=Sum("amount")).order_by():
        payments.filter(pk=row["payment"], refunded=0).update(refunded=row["given"])


class Migration(migrations.Migration):
    dependencies = [("bookings", "0010_supplier_changes_and_rates")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
