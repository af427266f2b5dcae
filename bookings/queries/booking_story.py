"""Why is this booking in this state? Everything that happened to it, from all its tables, in a fixed number of statements. For staff."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Notification
from bookings.models import (
    Booking,
    BookingItem,
    BookingItemTransition,
    BookingTransition,
    CancellationQuote,
    CancellationQuoteLine,
    CancellationQuoteTransition,
    Dispute,
    GatewayEvent,
    Hold,
    ItemDocument,
    LedgerEntry,
    Payment,
    PaymentAttempt,
    PaymentShare,
    PaymentTransition,
    Refund,
    RefundTransition,
    SagaEntry,
    SupplierChange,
    WebhookDelivery,
)
from travelplanner.core.models import AuditEntry, OutboxMessage


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
    saga: tuple[SagaEntry, ...]
    shares: tuple[PaymentShare, ...]
    quotes: tuple[CancellationQuote, ...]
    quote_lines: tuple[CancellationQuoteLine, ...]
    disputes: tuple[Dispute, ...]
    gateway_events: tuple[GatewayEvent, ...]
    changes: tuple[SupplierChange, ...]
    documents: tuple[ItemDocument, ...]
    deliveries: tuple[WebhookDelivery, ...]
    notifications: tuple[Notification, ...]
    mails: tuple[OutboxMessage, ...]
    audit: tuple[AuditEntry, ...]
    events: tuple[Event, ...]

    @property
    def cause(self) -> Event | None:
        """The event that brought the booking into its present state."""
        told = [event for event in self.events if event.kind == "bookings.bookingtransition"]
        return told[-1] if told else None

    def taken_back(self, entry: SagaEntry) -> str:
        """Whether a step was taken back: "" (nothing has to), no, asked (it is on its way), partly, refused, yes."""
        if not entry.compensation:
            return ""
        later = [other for other in self.saga if other.pk > entry.pk]
        if any(other.event == "undone" and (other.step, other.item_id) == (entry.step, entry.item_id) for other in later):
            return "yes"
        if entry.compensation == "cancel_supplier":
            answers = [other.event for other in later if other.step == "cancel_supplier" and other.item_id == entry.item_id]
            return {"done": "yes", "refused": "refused", "begun": "asked", "unknown": "asked"}.get(answers[-1], "no") if answers else "no"
        if entry.compensation == "refund_or_cancel":
            paid = next((one for one in self.payments if str(one.pk) == entry.data.get("payment")), None)
            if paid is None or not paid.refunded:
                return "no"
            return "yes" if paid.refunded == paid.captured else "partly"
        return "yes" if entry.compensation == "cancel_booking" and self.booking.state == "CANCELLED" else "no"


def tell_booking(booking: Booking) -> BookingStory:
    """The story of a booking whose row is loaded. 23 statements, whatever happened."""
    items = tuple(booking.items.select_related("service", "flight", "hotel", "activity", "car_rental"))
    holds = tuple(Hold.objects.filter(item__booking=booking).select_related("item", "slot").order_by("slot__date", "slot__time", "created_at"))
    payments = tuple(booking.payments.order_by("created_at"))
    attempts = tuple(PaymentAttempt.objects.filter(payment__booking=booking).select_related("payment"))
    refunds = tuple(Refund.objects.filter(payment__booking=booking).select_related("payment").order_by("created_at"))
    ledger = tuple(booking.ledger_entries.all())
    saga = tuple(booking.saga.select_related("item").order_by("id"))
    shares = tuple(PaymentShare.objects.filter(collection__booking=booking).select_related("collection").order_by("position"))
    quotes = tuple(booking.cancellation_quotes.order_by("created_at", "id"))
    lines = tuple(CancellationQuoteLine.objects.filter(quote__booking=booking).select_related("item", "quote").order_by("quote__created_at", "item__starts_on", "id"))
    disputes = tuple(Dispute.objects.filter(payment__booking=booking).select_related("payment").order_by("created_at"))
    heard = tuple(GatewayEvent.objects.filter(payment__booking=booking).select_related("payment").order_by("created_at"))
    changes = tuple(SupplierChange.objects.filter(item__booking=booking).select_related("item").order_by("created_at"))
    documents = tuple(ItemDocument.objects.filter(item__booking=booking).select_related("item"))
    deliveries = tuple(WebhookDelivery.objects.filter(booking=booking).select_related("endpoint").order_by("created_at"))
    notes = tuple(Notification.objects.filter(booking=booking).select_related("user").order_by("created_at"))
    mails = tuple(OutboxMessage.objects.filter(kind="mail").filter(_mails_of(booking, notes)).order_by("created_at"))
    collection = [shares[0].collection] if shares else []
    audit = _audit([booking, *items, *holds, *payments, *refunds, *collection, *shares, *disputes, *heard, *changes, *deliveries, *notes, *mails])
    # Rows of one transaction carry the same moment: here they stand in the order of cause and effect, which the sorting keeps.
    events = [
        Event(booking.created_at, "bookings.booking", str(booking), _("made")),
        *_told_of_holds(holds),
        *(Event(row.created_at, "bookings.paymentattempt", row.payment.transaction_id, f"{row.kind}: {row.outcome}", row.code) for row in attempts),
        *(Event(row.created_at, "bookings.gatewayevent", row.gateway, row.type, row.last_error) for row in heard),
        *_moves(PaymentTransition, subject__booking=booking),
        *_moves(RefundTransition, subject__payment__booking=booking),
        *(Event(row.created_at, "bookings.dispute", row.payment.transaction_id, _("dispute opened"), row.reason) for row in disputes),
        *(Event(row.created_at, "bookings.ledgerentry", row.get_account_display(), f"{row.amount:+.3f} {row.currency}", row.why) for row in ledger),
        *(Event(row.created_at, "bookings.sagaentry", _subject(row), f"{row.get_step_display()}: {row.get_event_display()}", row.reason) for row in saga),
        *(Event(row.created_at, "bookings.supplierchange", row.item.name, row.get_kind_display(), row.source) for row in changes),
        *_moves(CancellationQuoteTransition, subject__booking=booking),
        *_moves(BookingTransition, subject=booking),
        *_moves(BookingItemTransition, subject__booking=booking),
        *(Event(row.created_at, "accounts.notification", str(row.user), _("told: %(what)s") % {"what": row.notification_type}) for row in notes),
        *(Event(row.created_at, "bookings.webhookdelivery", row.event, _("webhook queued")) for row in deliveries),
        *(Event(row.delivered_at, "bookings.webhookdelivery", row.event, _("webhook delivered")) for row in deliveries if row.delivered_at),
        *(Event(row.created_at, "core.outboxmessage", row.template, _("mail queued")) for row in mails),
        *(Event(row.sent_at, "core.outboxmessage", row.template, _("mail sent")) for row in mails if row.sent_at),
        *_told_by_audit(audit),
    ]
    return BookingStory(
        booking, items, holds, payments, attempts, refunds, ledger, saga, shares, quotes, lines, disputes, heard, changes, documents, deliveries,
        notes, mails, audit, tuple(sorted(events, key=lambda event: event.at)),
    )  # fmt: skip


def _mails_of(booking: Booking, notes: Sequence[Notification]) -> Q:
    """Mails of any template: a mail's key names the booking, or what was noted for someone, or it carries that note's own key."""
    keys = [key for row in notes for key in (row.dedupe_key, f"notification:{row.pk}")]
    return Q(dedupe_key__contains=str(booking.pk)) | Q(dedupe_key__in=keys)


def _subject(entry: SagaEntry) -> str:
    return entry.item.name if entry.item else _("the booking")


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
