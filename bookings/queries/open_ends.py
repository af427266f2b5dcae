"""What is still undecided: charges without an answer, steps at suppliers, refunds on their way, gateways' messages, dead letters. For staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from bookings.models import Booking, GatewayEvent, Payment, Refund, WebhookDelivery
from bookings.states import UNSETTLED
from travelplanner.core.models import OutboxMessage, PeriodicJob

JOBS = ("expire_bookings", "reconcile_payments", "reconcile_suppliers", "load_rates", "deliver_outbox")  # and what else moves money or tells of it


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """Rows, the oldest first, at most `limit` of each; bookings and payments loaded."""

    jobs: Sequence[PeriodicJob]
    payments: Sequence[Payment]
    bookings: Sequence[Booking]
    refunds: Sequence[Refund]


def open_ends(*, limit: int = 50) -> OpenEnds:
    """Four statements."""
    return OpenEnds(
        jobs=list(PeriodicJob.objects.filter(name__in=JOBS).order_by("name")),
        payments=list(Payment.objects.filter(state__in=["pending", "unknown"]).select_related("booking").order_by("created_at")[:limit]),
        bookings=list(Booking.objects.filter(saga_open=True).order_by("created_at")[:limit]),
        refunds=list(Refund.objects.exclude(state="succeeded").select_related("payment__booking").order_by("created_at")[:limit]),
    )


def open_counts() -> dict[str, int]:
    """How many of each there are: payments, bookings, refunds. One statement each."""
    return {
        "payments": Payment.objects.filter(state="unknown").count(),
        "bookings": Booking.objects.filter(saga_open=True).count(),
        "refunds": Refund.objects.filter(state__in=[*UNSETTLED, "failed"]).count(),
    }


def dead_letters() -> dict[str, int]:
    """What was given up and waits for someone to look: messages by kind, gateways' messages, webhook deliveries. Three statements."""
    found = dict(OutboxMessage.objects.filter(state="dead").order_by().values_list("kind").annotate(count=Count("id")))
    heard, told = GatewayEvent.objects.filter(state="dead").count(), WebhookDelivery.objects.filter(state="dead").count()
    return {**found, "gateway_event": heard, "webhook_delivery": told}
