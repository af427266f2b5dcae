"""A cart line knows what of the plan it stands for, and stays as a mark when it was taken out."""

from typing import Any

from django.db import migrations, models


def forget_marks(apps: Any, schema_editor: Any) -> None:
    """Backwards: without the column what was taken out would be in the cart again, and be booked."""
    apps.get_model("bookings", "CartItem").all_rows.using(schema_editor.connection.alias).filter(taken_out=True).delete()


class Migration(migrations.Migration):
    dependencies = [("bookings", "0016_slot_date_index")]
    operations = [
        migrations.AddField(model_name="cartitem", name="planned_as", field=models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField(model_name="cartitem", name="taken_out", field=models.BooleanField(default=False)),
        migrations.AlterModelOptions(name="cartitem", options={"default_manager_name": "all_rows", "ordering": ("booking_date", "created_at")}),
        migrations.AlterModelManagers(name="cartitem", managers=[("all_rows", models.Manager())]),
        migrations.RunPython(migrations.RunPython.noop, forget_marks),
    ]
