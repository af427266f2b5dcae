"""Why is this booking in this state? Everything that happened to it, from all its tables, in a fixed number of statements. For staff."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bookings.models import (
    Booking,
    BookingItem,
    BookingItemTransition,
    BookingTransition,
    Hold,
    LedgerEntry,
    Payment,
    PaymentAttempt,
    PaymentTransition,
    Refund,
    RefundTransition,
)
from travelplanner.core.models import AuditEntry, OutboxMessage

MAILS = ("booking_confirmed", "booking_failed", "booking_expired", "booking_cancelled", "booking_refunded")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `kind` is the model (label_lower) it is told by, whose permission it needs to be seen."""

    at: dt.datetime
    kind: str
    subject: str
    happened: str
    reason: str = ""
    who: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class BookingStory:
    """All rows of one booking (slots, services, payments loaded with what points at them) and the events in order, oldest first."""

    booking: Booking
    items: tuple[BookingItem, ...]
    holds: tuple[Hold, ...]
    payments: tuple[Payment, ...]
    attempts: tuple[PaymentAttempt, ...]
    refunds: tuple[Refund, ...]
    ledger: tuple[LedgerEntry, ...]
    mails: tuple[OutboxMessage, ...]
    audit: tuple[AuditEntry, ...]
    events: tuple[Event, ...]

    @property
    def cause(self) -> Event | None:
        """The event that brought the booking into its present state."""
        told = [event for event in self.events if event.kind == "bookings.bookingtransition"]
        return told[-1] if told else None


def tell_booking(booking: Booking) -> BookingStory:
    """The story of a booking whose row is loaded. Twelve statements, whatever happened."""
    items = tuple(booking.items.select_related("service"))
    holds = tuple(Hold.objects.filter(item__booking=booking).select_related("item", "slot").order_by("slot__date", "slot__time", "created_at"))
    payments = tuple(booking.payments.order_by("created_at"))
    attempts = tuple(PaymentAttempt.objects.filter(payment__booking=booking).select_related("payment"))
    refunds = tuple(Refund.objects.filter(payment__booking=booking).select_related("payment").order_by("created_at"))
    ledger = tuple(booking.ledger_entries.all())
    mails = tuple(OutboxMessage.objects.filter(dedupe_key__in=[f"{name}:{booking.pk}" for name in MAILS]).order_by("created_at"))
    audit = _audit([booking, *items, *holds, *payments, *refunds, *mails])
    # Rows of one transaction carry the same moment: here they stand in the order of cause and effect, which the sorting keeps.
    events = [
        Event(booking.created_at, "bookings.booking", str(booking), _("made")),
        *_told_of_holds(holds),
        *(Event(row.created_at, "bookings.paymentattempt", row.payment.transaction_id, f"{row.kind}: {row.outcome}", row.code) for row in attempts),
        *_moves(PaymentTransition, subject__booking=booking),
        *_moves(RefundTransition, subject__payment__booking=booking),
        *(Event(row.created_at, "bookings.ledgerentry", row.get_account_display(), f"{row.amount:+.3f} {row.currency}", row.why) for row in ledger),
        *_moves(BookingTransition, subject=booking),
        *_moves(BookingItemTransition, subject__booking=booking),
        *(Event(row.created_at, "core.outboxmessage", row.template, _("mail queued")) for row in mails),
        *(Event(row.sent_at, "core.outboxmessage", row.template, _("mail sent")) for row in mails if row.sent_at),
        *_told_by_audit(audit),
    ]
    return BookingStory(
        booking, items, holds, payments, attempts, refunds, ledger, mails, audit, tuple(sorted(events, key=lambda event: event.at))
    )


def _audit(rows: Sequence[Any]) -> tuple[AuditEntry, ...]:
    """Entries of these rows, found by the index on type and id."""
    ids = {str(row.pk) for row in rows}
    types = {row._meta.label_lower for row in rows}
    return tuple(AuditEntry.objects.filter(object_type__in=types, object_id__in=ids).select_related("actor").order_by("id"))


def _moves(model: type[Any], **of: Any) -> list[Event]:
    """Transitions, one statement."""
    return [
        Event(row.created_at, row._meta.label_lower, str(row.subject), f"{row.from_state} → {row.to_state}", row.reason, _who(row), row.request_id)
        for row in model._default_manager.filter(**of).select_related("subject", "actor")
    ]


def _told_by_audit(audit: Iterable[AuditEntry]) -> list[Event]:
    """The same deed on many rows (holds of a booking) is told once, with their number."""
    groups: dict[tuple[Any, ...], list[AuditEntry]] = {}
    for row in audit:
        groups.setdefault((row.created_at, row.object_type, row.action, row.actor_id, row.actor_label, row.request_id), []).append(row)
    return [
        Event(
            rows[0].created_at,
            "core.auditentry",
            rows[0].object_type,
            rows[0].action if len(rows) == 1 else f"{rows[0].action} × {len(rows)}",
            str(rows[0].after.get("reason", "")),
            _who(rows[0]),
            rows[0].request_id,
        )
        for rows in groups.values()
    ]


def _who(row: Any) -> str:
    return str(row.actor) if row.actor_id else row.actor_label


def _told_of_holds(holds: Iterable[Hold]) -> list[Event]:
    """Holds are made together: one event for each moment and item."""
    groups: dict[tuple[dt.datetime, uuid.UUID], list[Hold]] = {}
    for hold in holds:
        groups.setdefault((hold.created_at, hold.item_id), []).append(hold)
    return [
        Event(made_at, "bookings.hold", group[0].item.name, _("%(units)d units held on %(dates)d dates") % {"units": group[0].quantity, "dates": len(group)})
        for (made_at, _item), group in groups.items()
    ]
