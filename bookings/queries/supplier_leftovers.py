"""What other companies wouldn't take back: booked or held there, while our booking has ended. For staff."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from bookings.models import BookingItem, SagaEntry


def left_at_suppliers(*, limit: int = 100) -> list[str]:
    """"BK_... (adapter reference)" of each item whose cancellation its supplier refused, oldest first. One statement."""
    newest = SagaEntry.objects.filter(item=OuterRef("pk"), step="cancel_supplier").order_by("-id").values("event")[:1]
    items = BookingItem.objects.exclude(adapter="").annotate(answer=Subquery(newest)).filter(answer="refused", state="cancelled")
    rows = items.order_by("created_at").values_list("booking__reference", "adapter", "supplier_reference")[:limit]
    return [f"{booking} ({adapter} {reference})".replace(" )", ")") for booking, adapter, reference in rows]
