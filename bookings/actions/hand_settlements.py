"""What staff decides when a supplier never answers a cancellation: they have asked by another way, and write down what they were told."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import rules
from bookings.actions import saga
from bookings.actions.aftermath import follow
from bookings.actions.cancelled_items import settle_cancellation
from bookings.actions.locks import lock_booking
from bookings.actions.staff_payments import LONGEST, SHORTEST, require_limit, require_refunder
from bookings.models import Booking, BookingItem, CancellationQuoteLine, SagaEntry
from bookings.queries.cancellations import is_disputed
from bookings.queries.saga import open_cancellations
from travelplanner.core import audit, clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid


def settle_by_hand(
    *, actor: Actor, item_id: uuid.UUID, cancelled: bool, reason: str, given_back: Decimal | None = None, now: dt.datetime | None = None
) -> Booking:
    """Decide an item's cancellation that its supplier hasn't answered for `rules.SETTLED_BY_HAND_AFTER`, as if it had answered so.

    `cancelled`: it is cancelled there, and the supplier gives back `given_back`: what was quoted or less, down to 0, in the booking's currency.
    The traveler gets what was quoted, as with any answer; what is short is ours, in `losses`. Otherwise the item stays confirmed and paid. Of a
    booking that failed or expired nothing comes back any more: `given_back` stays None, and nobody is asked again.
    Guarantees: the same decision again changes nothing; an answer that comes later changes nothing either, and is noted in the saga's log.
    For who may give money back by hand, up to the same limit. Returns the booking as it is then: CANCELLED or CONFIRMED when it was the last
    item to be decided. Raises NotAllowed, NotFound, Conflict (`wrong_state`: nothing is open here, or it was decided otherwise; `too_early`,
    `payment_disputed`), Invalid (`givenBack`, `reason`).
    Records the saga's step, an audit entry with the reason, and what `settle_cancellation` does; refunds are sent at once.
    """
    user = require_refunder(actor=actor)
    moment, reason = now or clock.now(), " ".join(reason.split())
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(items=item_id))
        item = BookingItem.objects.select_for_update(of=("self",)).get(pk=item_id)
        entries = list(SagaEntry.objects.filter(item=item, step="cancel_supplier").order_by("id"))
        line = CancellationQuoteLine.objects.filter(item=item, accepted=None, quote__booking=booking, quote__state="confirmed").first()
        if cancelled and line is not None:
            require_limit(actor=actor, user=user, amount=line.refund, currency=line.currency, now=moment)
        before = _decided(entries)
        if before is not None and _is_same(before, cancelled, given_back):  # pressed twice
            return booking
        asked_at = open_cancellations(entries).get(item.pk)
        if asked_at is None or (booking.state == "CANCELLING") != (line is not None):
            raise Conflict(_("No supplier's answer to a cancellation is missing here."), code="wrong_state", extra={"state": booking.state})
        if not rules.may_settle_by_hand(asked_at, moment):
            raise Conflict(_("The supplier was first asked less than 24 hours ago. Its answer may still come."), code="too_early")
        if cancelled and line is not None and is_disputed(booking):
            raise Conflict(_("A bank is looking at a payment of this booking. Wait until that is decided."), code="payment_disputed")
        given_back = _checked(line if cancelled else None, given_back, reason)
        total = None if given_back is None else str(given_back)
        data = {"by_hand": True, "total": total, "currency": booking.currency}
        step = saga.Step("cancel_supplier", "done" if cancelled else "refused", item.pk, "settled by hand", data)
        saga.note(actor=actor, booking_id=booking.pk, steps=[step], now=moment)
        after = {"cancelled": cancelled, "given_back": total, "currency": booking.currency, "reason": reason}
        audit.record(actor=actor, action="bookingitem.settled", row=item, after=after, now=moment)
        if line is not None:
            booking = settle_cancellation(actor=actor, booking_id=booking.pk, now=moment)
    return follow(actor=actor, booking=booking, now=now)


def _decided(entries: Sequence[SagaEntry]) -> SagaEntry | None:
    """What staff decided since the supplier was asked last."""
    for entry in reversed(entries):
        if entry.event == "begun":
            return None
        if entry.data.get("by_hand"):
            return entry
    return None


def _is_same(before: SagaEntry, cancelled: bool, given_back: Decimal | None) -> bool:
    total = before.data.get("total")
    return (before.event == "done") == cancelled and (Decimal(total) if total is not None else None) == given_back


def _checked(line: CancellationQuoteLine | None, given_back: Decimal | None, reason: str) -> Decimal | None:
    """`line` is what was quoted for an item that is cancelled there; without one nothing can come back."""
    fields: dict[str, list[str]] = {}
    if line is None:
        if given_back is not None:
            fields["givenBack"] = [_("Nothing comes back here. Leave the amount empty.")]
    elif given_back is None or not given_back.is_finite() or not 0 <= given_back <= line.refund or given_back != money.quantize(given_back, line.currency):
        parts = {"most": money.quantize(line.refund, line.currency), "currency": line.currency}
        fields["givenBack"] = [_("Say what the supplier gives back: from 0 to %(most)s %(currency)s.") % parts]
    if not SHORTEST <= len(reason) <= LONGEST:
        fields["reason"] = [_("Say why, in 10 to 200 characters.")]
    if fields:
        raise Invalid(fields=fields)
    return given_back if given_back is None or line is None else money.quantize(given_back, line.currency)
