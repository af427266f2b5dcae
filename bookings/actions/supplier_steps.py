"""The saga's steps at other companies: hold, book, take back. All or nothing across suppliers, whatever breaks between.

Each step is written as begun and committed before the supplier is asked, and what it answered is written after; no transaction is open while it
is asked. A step whose answer never came is asked about before it is tried again. `go_on` takes a booking up where it was left.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from bookings.actions import saga
from bookings.actions.cancelled_items import settle_cancellation
from bookings.actions.locks import lock_booking
from bookings.actions.settlement import close_booking, confirm_booking
from bookings.gateways.suppliers import (
    SupplierAnswer,
    SupplierOutcome,
    SupplierRequest,
    SupplierTraveler,
    adapter_named,
)
from bookings.models import Booking, BookingItem, Collection, ItemDocument, SagaEntry
from bookings.queries.payments import is_paid
from bookings.queries.saga import standing_of
from bookings.states import BOOKING, OPEN
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.failpoints import reach
from travelplanner.core.transitions import move

logger = logging.getLogger(__name__)
PATIENCE = dt.timedelta(minutes=30)  # so long a supplier may leave a booking undecided before it counts as a no
ABANDONED_AFTER = dt.timedelta(
    minutes=2
)  # a checkout that stands still between reserving and holding has lost its process
ENDED = "booking_ended"  # no supplier's word: the booking was over before it was asked
MORE = (SupplierOutcome.PENDING, SupplierOutcome.UNKNOWN)


class SupplierRefused(Exception):
    """A supplier said no while holding; `answer` says why. The booking is closed and everything else taken back."""

    def __init__(self, item: BookingItem, answer: SupplierAnswer) -> None:
        self.item, self.answer = item, answer
        super().__init__(answer.code)


def hold_at_suppliers(*, actor: Actor, booking_id: uuid.UUID, now: dt.datetime | None = None) -> Booking:
    """Hold every part of a reserved booking that another company sells, then let it be paid.

    Returns the booking PAYMENT_PENDING, or as it is when its time ran out meanwhile. Raises SupplierRefused: then it is FAILED, all places are free, and what others held is cancelled.
    """
    ends: list[dt.datetime] = []
    for item in _items(booking_id):
        answer = _do(actor, item, "hold_supplier", now)
        if answer.code == ENDED:
            break
        if answer.outcome is not SupplierOutcome.DONE:
            _fail(actor, booking_id, answer.code or "supplier_refused", now)
            take_back(actor=actor, booking_id=booking_id, now=now)
            raise SupplierRefused(item, answer)
        if answer.expires_at:
            ends.append(answer.expires_at)
    moment = now or clock.now()
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(pk=booking_id))
        if booking.state == "INITIATED":
            until = min([booking.hold_expires_at, *ends]) if booking.hold_expires_at else None
            move(
                booking,
                BOOKING,
                "PAYMENT_PENDING",
                actor=actor,
                reason="held at all suppliers",
                now=moment,
                hold_expires_at=until,
            )
            if ends and until:  # a supplier's hold may be shorter than the time to collect
                Collection.objects.filter(booking=booking, closes_at__gt=until).update(closes_at=until, updated_at=moment)
    if booking.state not in OPEN:  # its time ran out while a supplier thought
        take_back(actor=actor, booking_id=booking_id, now=now)
    return booking


def book_at_suppliers(*, actor: Actor, booking_id: uuid.UUID, now: dt.datetime | None = None) -> Booking:
    """Book every part at its supplier, then confirm; one definite no, and everything is taken back and the money returned.

    A supplier that doesn't answer leaves the booking as it is: `go_on` asks again, for PATIENCE.
    """
    items = sorted(_items(booking_id), key=lambda item: not item.cancellable)  # last what couldn't be given back if another said no
    for item in items:
        answer = _do(actor, item, "book_supplier", now)
        if answer.outcome in MORE and not _out_of_patience(item, now):
            return Booking.objects.get(pk=booking_id)
        if answer.outcome is not SupplierOutcome.DONE:
            _fail(actor, booking_id, answer.code or "supplier_refused", now)
            take_back(actor=actor, booking_id=booking_id, now=now)
            return Booking.objects.get(pk=booking_id)
    moment = now or clock.now()
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(pk=booking_id))
        if booking.state == "PAYMENT_PENDING" and is_paid(booking):
            Booking.objects.filter(pk=booking.pk).update(saga_open=False)
            saga.note(actor=actor, booking_id=booking.pk, steps=[saga.Step("confirm", "done")], now=moment)
            confirm_booking(actor=actor, booking=booking, now=moment)
    if booking.state in ("FAILED", "EXPIRED"):
        take_back(actor=actor, booking_id=booking_id, now=now)
    return booking


def take_back(*, actor: Actor, booking_id: uuid.UUID, now: dt.datetime | None = None) -> bool:
    """Cancel at the suppliers what a booking that ended still has there; returns whether nothing is left to take back.

    A supplier that refuses is final too: its answer stays in the saga's log, and `manage.py reconcile` names what is left there.
    """
    if not settings.SUPPLIERS_ARE_TAKEN_BACK:  # the twin of the saga's tests
        return True
    wanted = _to_take_back(booking_id)
    for item in _items(booking_id):
        if item.pk in wanted:  # each is asked, whatever another says
            _take_back_item(actor, item, now)
    with transaction.atomic():  # under the lock: an answer that came meanwhile may have opened another cancellation
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(pk=booking_id))
        done = not _to_take_back(booking_id)
        if done and booking.state in ("FAILED", "EXPIRED"):
            Booking.objects.filter(pk=booking_id).update(saga_open=False)
    return done


def go_on(*, actor: Actor, booking_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Take a booking up where it was left, whoever left it: after a crash, a lost answer, or a payment that came by another way."""
    booking = Booking.objects.get(pk=booking_id)
    if not booking.saga_open:
        return
    if booking.state == "INITIATED":
        if booking.created_at <= (now or clock.now()) - ABANDONED_AFTER:
            _fail(actor, booking_id, "checkout_abandoned", now)
            take_back(actor=actor, booking_id=booking_id, now=now)
    elif booking.state == "PAYMENT_PENDING":
        if is_paid(booking):
            book_at_suppliers(actor=actor, booking_id=booking_id, now=now)
    elif booking.state in ("FAILED", "EXPIRED"):
        take_back(actor=actor, booking_id=booking_id, now=now)
    elif booking.state == "CANCELLING":
        take_back(actor=actor, booking_id=booking_id, now=now)
        settle_cancellation(actor=actor, booking_id=booking_id, now=now)


def _items(booking_id: uuid.UUID) -> list[BookingItem]:
    rows = BookingItem.objects.filter(booking=booking_id).exclude(adapter="").select_related("booking", "service")
    return list(rows.prefetch_related("travelers__traveler").order_by("pk"))


def _to_take_back(booking_id: uuid.UUID) -> set[uuid.UUID | None]:
    return {
        item_id
        for (step, item_id), entry in standing_of(booking_id).items()
        if step == "cancel_supplier" and entry.event in ("begun", "unknown")
    }


def _out_of_patience(item: BookingItem, now: dt.datetime | None) -> bool:
    first = (
        item.saga.filter(step="book_supplier", event="begun")
        .order_by("id")
        .values_list("created_at", flat=True)
        .first()
    )
    return first is not None and first <= (now or clock.now()) - PATIENCE


def _fail(actor: Actor, booking_id: uuid.UUID, code: str, now: dt.datetime | None) -> None:
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(pk=booking_id))
        if booking.state in ("INITIATED", "PAYMENT_PENDING"):
            close_booking(
                actor=actor,
                booking=booking,
                to="FAILED",
                code=code,
                reason="a supplier said no",
                now=now or clock.now(),
                cause="supplier",
            )


def _do(actor: Actor, item: BookingItem, step: str, now: dt.datetime | None) -> SupplierAnswer:
    """Hold or book one item at its supplier, once: what is decided stays decided, what is open is asked about first.

    It is called again only when the supplier has never heard of it, and so long after the last call (`settles_after`) that the call can't be
    under way any more; of two processes that see this at once, one calls.
    """
    adapter = adapter_named(item.adapter)
    known, call = _begin(actor, item, step, now)
    if known is not None:
        return known
    answer = None
    if call is not None:
        answer = adapter.status(_request(item), booked=step == "book_supplier")
        if answer.outcome is SupplierOutcome.ABSENT:
            again = _begin_again(actor, item, call, now, adapter.settles_after)
            answer = None if again else SupplierAnswer(SupplierOutcome.PENDING, "may_be_under_way")
    if answer is None:
        answer = (adapter.hold if step == "hold_supplier" else adapter.book)(_request(item))
        reach("supplier.held" if step == "hold_supplier" else "supplier.booked")
    event = {SupplierOutcome.DONE: "done", SupplierOutcome.REFUSED: "refused"}.get(answer.outcome, "unknown")
    _write(actor, item, step, event, answer, now)
    if event == "done" and step == "hold_supplier" and _costs_more(item, answer):  # it is held, so it is written as held, and taken back
        return SupplierAnswer(SupplierOutcome.REFUSED, "price_changed", answer.reference, answer.total, answer.currency)
    return answer


def _begin(
    actor: Actor, item: BookingItem, step: str, now: dt.datetime | None
) -> tuple[SupplierAnswer | None, SagaEntry | None]:
    """Commit the intent to call. Returns what was decided already, or the newest call whose answer is open, or neither: then call now."""
    moment = now or clock.now()
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(pk=item.booking_id))
        entries = list(SagaEntry.objects.filter(item=item, step=step).order_by("id"))
        if entries and entries[-1].event in ("done", "refused"):
            return _as_written(entries[-1]), None
        if booking.state not in OPEN:
            return SupplierAnswer(SupplierOutcome.REFUSED, ENDED), None
        calls = [entry for entry in entries if entry.event == "begun"]
        if calls:
            return None, calls[-1]
        saga.note(actor=actor, booking_id=booking.pk, steps=[saga.Step(step, "begun", item.pk)], now=moment)
        Booking.objects.filter(pk=booking.pk).update(updated_at=moment)
    return None, None


def _as_written(entry: SagaEntry) -> SupplierAnswer:
    total = entry.data.get("total")
    return SupplierAnswer(
        SupplierOutcome.DONE if entry.event == "done" else SupplierOutcome.REFUSED,
        entry.reason,
        entry.data.get("reference", ""),
        Decimal(total) if total is not None else None,
        entry.data.get("currency", ""),
    )


def _begin_again(actor: Actor, item: BookingItem, call: SagaEntry, now: dt.datetime | None, settles_after: dt.timedelta) -> bool:
    """Claim one more call after `call` came to nothing; False when it may be under way, or another process has claimed it."""
    moment = now or clock.now()
    if call.created_at > moment - settles_after:
        return False
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(pk=item.booking_id))
        newest = SagaEntry.objects.filter(item=item, step=call.step).order_by("-id")
        if booking.state not in OPEN or newest.filter(event="begun").values_list("pk", flat=True).first() != call.pk:
            return False
        if newest.values_list("event", flat=True).first() in ("done", "refused"):
            return False
        saga.note(actor=actor, booking_id=booking.pk, steps=[saga.Step(call.step, "begun", item.pk, "again")], now=moment)
        Booking.objects.filter(pk=booking.pk).update(updated_at=moment)
    return True


def _take_back_item(actor: Actor, item: BookingItem, now: dt.datetime | None) -> None:
    """Cancel one item at its supplier. Cancelling twice is harmless by contract; that nothing is there is believed once nothing can come any more."""
    adapter = adapter_named(item.adapter)
    answer = adapter.cancel(_request(item))
    reach("supplier.cancelled")
    if answer.outcome is SupplierOutcome.DONE and answer.code == "absent":
        standing = standing_of(item.booking_id)
        newest = [standing[step, item.pk] for step in ("hold_supplier", "book_supplier") if (step, item.pk) in standing]
        unsure = any(entry.event in ("begun", "unknown") for entry in newest)
        calls = SagaEntry.objects.filter(item=item, step__in=["hold_supplier", "book_supplier"], event="begun")
        last = calls.order_by("-id").values_list("created_at", flat=True).first()
        if unsure and last is not None and last > (now or clock.now()) - adapter.settles_after:
            answer = SupplierAnswer(SupplierOutcome.PENDING, "may_be_under_way")
    event = {SupplierOutcome.DONE: "done", SupplierOutcome.REFUSED: "refused"}.get(answer.outcome, "unknown")
    if event == "refused":
        logger.error("item %s could not be cancelled at %s: %s", item.pk, item.adapter, answer.code)
    _write(actor, item, "cancel_supplier", event, answer, now)


def _costs_more(item: BookingItem, answer: SupplierAnswer) -> bool:
    return answer.total is not None and (answer.total, answer.currency) != (
        item.supplier_amount,
        item.supplier_currency,
    )


def _write(actor: Actor, item: BookingItem, step: str, event: str, answer: SupplierAnswer, now: dt.datetime | None) -> None:
    """Keep what happened and, of an answer, the supplier's name for it, its record and its documents."""
    moment = now or clock.now()
    data = {
        "reference": answer.reference,
        "total": str(answer.total) if answer.total is not None else None,
        "currency": answer.currency,
    }
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(pk=item.booking_id))
        newest = SagaEntry.objects.filter(item=item, step=step).order_by("-id").first()
        if newest is not None and newest.event in ("done", "refused"):  # another process asked at the same time, and wrote it
            if newest.data.get("by_hand") and event in ("done", "refused"):  # staff had decided: it changes nothing, and is kept for them to see
                late = saga.Step(step, event, item.pk, "answered after it was settled by hand", data)
                saga.note(actor=actor, booking_id=booking.pk, steps=[late], now=moment)
                if event != newest.event:
                    logger.error("item %s was settled by hand as %s, and %s says %s", item.pk, newest.event, item.adapter, event)
            return
        steps = [saga.Step(step, event, item.pk, answer.code, data)]
        changes: dict[str, Any] = {"updated_at": moment}
        if booking.state in ("FAILED", "EXPIRED") and step != "cancel_supplier" and event != "refused":
            # The booking ended while the supplier was at it: what came of it has to go back, though it may have been cancelled before.
            steps.append(saga.Step("cancel_supplier", "begun", item.pk, "answered after the end"))
            changes["saga_open"] = True
        saga.note(actor=actor, booking_id=booking.pk, steps=steps, now=moment)
        Booking.objects.filter(pk=booking.pk).update(**changes)
        if event != "done" or step == "cancel_supplier":
            return
        item.supplier_reference = (answer.reference or item.supplier_reference)[:100]
        item.provider_response = dict(answer.record) or item.provider_response
        BookingItem.objects.filter(pk=item.pk).update(
            supplier_reference=item.supplier_reference, provider_response=item.provider_response, updated_at=moment
        )
        ItemDocument.objects.bulk_create(
            ItemDocument(
                item=item,
                kind=one.kind,
                title=one.title[:120],
                number=one.number[:80],
                added_by=item.adapter,
                created_at=moment,
            )
            for one in answer.documents
        )


def _request(item: BookingItem) -> SupplierRequest:
    booking = item.booking
    return SupplierRequest(
        item_id=item.pk,
        offer=item.service.external_reference,
        reference=item.supplier_reference,
        quantity=item.quantity,
        participants=item.participants,
        total=money.quantize(item.supplier_amount, item.supplier_currency),
        currency=item.supplier_currency,
        travelers=tuple(
            SupplierTraveler(
                who.first_name,
                who.last_name,
                who.traveler_type,
                who.traveler.date_of_birth if who.traveler else None,
                who.traveler.gender if who.traveler else "",
            )
            for who in item.travelers.all()
        ),
        contact_email=booking.contact_email,
        contact_phone=booking.contact_phone,
    )
