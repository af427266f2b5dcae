"""A supplier that never answers a cancellation: what staff decides instead, what follows from it, and what a late answer changes (nothing)."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bookings import rules
from bookings.actions import checkout, supplier_steps
from bookings.actions.cancellations import confirm_cancellation, quote_cancellation
from bookings.actions.hand_settlements import settle_by_hand
from bookings.gateways.payments.book import Book
from bookings.gateways.suppliers import SupplierAnswer, SupplierOutcome, SupplierRequest
from bookings.models import (
    Booking,
    BookingItem,
    BudgetLock,
    CancellationQuote,
    Dispute,
    LedgerEntry,
    Payment,
    Refund,
    SagaEntry,
)
from bookings.queries.supplier_leftovers import left_at_suppliers
from tests.bookings.suppliers import book, flight_trip, money_at
from tests.cast import actor_for, page_for
from tests.factories.people import UserFactory
from tests.fakes.memory_supplier import DEAF, NO, MemorySupplier
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError, Invalid, NotAllowed, NotFound
from travelplanner.core.models import AuditEntry, OutboxMessage

pytestmark = pytest.mark.django_db
WHY = "Their desk said so on the phone."
NEXT_DAY = rules.SETTLED_BY_HAND_AFTER + dt.timedelta(minutes=1)


@pytest.fixture
def booking(actor: Actor, alice: User, supplier: MemorySupplier) -> Booking:
    """A room of ours (5000) and two flights of another company; all is being cancelled, and nobody answers about the flight out (4000)."""
    made = book(actor, flight_trip(alice))
    supplier.script["out", "cancel"] = [DEAF] * 20
    quote = quote_cancellation(actor=actor, reference=made.reference).quote
    confirm_cancellation(actor=actor, reference=made.reference, quote_id=quote.pk)
    made.refresh_from_db()
    assert made.state == "CANCELLING"
    return made


def flight(booking: Booking) -> BookingItem:
    return booking.items.get(service__external_reference="out")


def settle(who: User | Actor, booking: Booking, *, cancelled: bool = True, given_back: Any = "4000", reason: str = WHY, **more: Any) -> Booking:
    back = Decimal(given_back) if cancelled and given_back is not None else None
    actor = who if isinstance(who, Actor) else actor_for(who)
    when = {"now": clock.now() + NEXT_DAY} | more
    return settle_by_hand(actor=actor, item_id=flight(booking).pk, cancelled=cancelled, given_back=back, reason=reason, **when)


def refusal(*args: Any, **kwargs: Any) -> str:
    with pytest.raises(AppError) as refused:
        settle(*args, **kwargs)
    return refused.value.code


def clerk(*rights: str) -> Actor:
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights, content_type__app_label="bookings"))
    return actor_for(user)


def losses() -> Decimal:
    return sum(LedgerEntry.objects.filter(account="losses").values_list("amount", flat=True), Decimal(0))


@pytest.mark.parametrize(("given_back", "lost"), [("4000", 0), ("1500.50", Decimal("2499.50")), ("0", 4000)])
def test_settle_when_cancelled_there_then_ended_with_what_was_quoted_and_the_rest_is_our_loss(
    given_back: str, lost: Decimal, booking: Booking, dana: User, supplier: MemorySupplier, gateway_book: Book
) -> None:
    asked = supplier.calls["out", "cancel"]
    after = settle(dana, booking, given_back=given_back, reason=f"  {WHY}\n")
    assert (after.state, after.saga_open, CancellationQuote.objects.get().state) == ("CANCELLED", False, "done")
    item = flight(booking)
    assert (item.state, item.payment_status) == ("cancelled", "refunded")
    assert money_at(gateway_book) == (13500, 13500)
    assert set(Refund.objects.values_list("state", flat=True)) == {"succeeded"}
    assert BudgetLock.objects.get().spent == 0
    assert losses() == lost
    assert supplier.calls["out", "cancel"] == asked, "who never answers isn't asked again"
    moves = booking.transitions.order_by("id").values_list("from_state", "to_state", "actor")
    assert list(moves)[-1] == ("CANCELLING", "CANCELLED", dana.pk)
    assert item.transitions.get(to_state="cancelled").actor == dana
    step = SagaEntry.objects.filter(item=item).latest("id")
    assert (step.step, step.event, step.reason, Decimal(step.data["total"])) == ("cancel_supplier", "done", "settled by hand", Decimal(given_back))
    entry = AuditEntry.objects.get(action="bookingitem.settled")
    assert (entry.actor, entry.object_id, entry.after["reason"], entry.after["cancelled"]) == (dana, str(item.pk), WHY, True)
    assert OutboxMessage.objects.filter(template="booking_cancelled").count() == 1


def test_settle_when_not_cancelled_there_then_the_item_stays_booked_and_the_booking_is_confirmed_again(
    booking: Booking, actor: Actor, dana: User, supplier: MemorySupplier, gateway_book: Book
) -> None:
    after = settle(dana, booking, cancelled=False)
    assert (after.state, after.saga_open, CancellationQuote.objects.get().state) == ("CONFIRMED", False, "done")
    item = flight(booking)
    assert (item.state, item.payment_status) == ("confirmed", "paid")
    assert money_at(gateway_book) == (13500, 9500)
    assert BudgetLock.objects.get().spent == 4000
    assert booking.transitions.order_by("id").last().actor == dana
    assert OutboxMessage.objects.get(template="booking_cancelled").context["refused"][0]["name"] == item.name
    assert AuditEntry.objects.get(action="bookingitem.settled").after["given_back"] is None
    supplier.script["out", "cancel"] = []  # and asked for again another day, it is asked there again
    quote = quote_cancellation(actor=actor, reference=booking.reference).quote
    confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk)
    booking.refresh_from_db()
    assert (booking.state, money_at(gateway_book)) == ("CANCELLED", (13500, 13500))


@pytest.mark.parametrize("cancelled", [True, False])
def test_settle_when_pressed_twice_then_once_and_otherwise_refused(cancelled: bool, booking: Booking, dana: User, gateway_book: Book) -> None:
    first = settle(dana, booking, cancelled=cancelled)
    steps, back = SagaEntry.objects.count(), money_at(gateway_book)
    assert settle(dana, booking, cancelled=cancelled).state == first.state
    assert (SagaEntry.objects.count(), money_at(gateway_book), AuditEntry.objects.filter(action="bookingitem.settled").count()) == (steps, back, 1)
    assert refusal(dana, booking, cancelled=not cancelled) == "wrong_state"
    assert refusal(dana, booking, given_back="17") == "wrong_state"


@pytest.mark.parametrize(("cancelled", "answer"), [(True, "done"), (True, "refused"), (False, "done"), (False, "refused")])
def test_settle_when_the_supplier_answers_afterwards_then_noted_and_nothing_changes(
    cancelled: bool, answer: str, booking: Booking, dana: User, supplier: MemorySupplier, gateway_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was asked before, by the reconciler, and thinks while staff decides."""

    def slow(request: SupplierRequest) -> SupplierAnswer:
        settle(dana, booking, cancelled=cancelled)
        return SupplierAnswer({"done": SupplierOutcome.DONE, "refused": SupplierOutcome.REFUSED}[answer], "late", total=Decimal(1), currency="INR")

    monkeypatch.setattr(supplier, "cancel", slow)
    later = clock.now() + NEXT_DAY
    checkout.reconcile_suppliers(now=later, asked_after=dt.timedelta(0))
    monkeypatch.undo()
    checkout.reconcile_suppliers(now=later + dt.timedelta(hours=1), asked_after=dt.timedelta(0))
    booking.refresh_from_db()
    assert (booking.state, booking.saga_open) == ("CANCELLED" if cancelled else "CONFIRMED", False)
    assert flight(booking).state == ("cancelled" if cancelled else "confirmed")
    assert money_at(gateway_book) == (13500, 13500 if cancelled else 9500)
    assert losses() == 0
    noted = SagaEntry.objects.filter(item=flight(booking)).latest("id")
    assert (noted.event, noted.reason) == (answer, "answered after it was settled by hand")
    assert len(left_at_suppliers()) == (cancelled and answer == "refused"), "what is still booked there is named to staff"
    assert settle(dana, booking, cancelled=cancelled).state == booking.state


def test_settle_when_the_supplier_is_still_silent_afterwards_then_nothing_is_noted(
    booking: Booking, dana: User, supplier: MemorySupplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(request: SupplierRequest) -> SupplierAnswer:
        settle(dana, booking)
        return SupplierAnswer(SupplierOutcome.UNKNOWN, "timeout")

    monkeypatch.setattr(supplier, "cancel", slow)
    supplier_steps.go_on(actor=Actor.system("test"), booking_id=booking.pk)
    assert SagaEntry.objects.filter(item=flight(booking)).latest("id").reason == "settled by hand"
    booking.refresh_from_db()
    assert (booking.state, booking.saga_open) == ("CANCELLED", False)


def test_settle_when_asked_less_than_a_day_ago_or_nothing_is_open_then_refused(booking: Booking, dana: User, supplier: MemorySupplier) -> None:
    assert refusal(dana, booking, now=clock.now() + dt.timedelta(hours=23)) == "too_early"
    checkout.reconcile_suppliers(now=clock.now() + NEXT_DAY - dt.timedelta(minutes=5), asked_after=dt.timedelta(0))  # asking again doesn't begin the day anew
    room = booking.items.get(type="hotel")
    home = booking.items.get(service__external_reference="home")
    for item in (room, home):
        with pytest.raises(AppError) as refused:
            settle_by_hand(actor=actor_for(dana), item_id=item.pk, cancelled=False, reason=WHY, now=clock.now() + NEXT_DAY)
        assert refused.value.code == "wrong_state"
    supplier.script["out", "cancel"] = []
    checkout.reconcile_suppliers(now=clock.now() + NEXT_DAY, asked_after=dt.timedelta(0))
    assert refusal(dana, booking) == "wrong_state"  # it has answered
    with pytest.raises(NotFound):
        settle_by_hand(actor=actor_for(dana), item_id=uuid.uuid4(), cancelled=False, reason=WHY)


def test_settle_when_without_the_right_then_not_allowed(booking: Booking, actor: Actor, settings: Any) -> None:
    forged = Actor(user_id=actor.user_id, is_staff=True)
    for other in (clerk(), clerk("refund_any"), clerk("change_bookingitem"), forged, actor, Actor(is_staff=True), Actor.system("job")):
        with pytest.raises(NotAllowed):
            settle(other, booking)
    settings.STAFF_REFUND_LIMIT = 10  # euros: less than the flight
    with pytest.raises(NotAllowed):
        settle(clerk("refund_payment"), booking)
    assert not AuditEntry.objects.filter(action="bookingitem.settled").exists()
    assert settle(clerk("refund_payment", "refund_any"), booking).state == "CANCELLED"


def test_settle_when_no_money_moves_then_no_limit(booking: Booking, settings: Any) -> None:
    settings.STAFF_REFUND_LIMIT = 10
    assert settle(clerk("refund_payment"), booking, cancelled=False).state == "CONFIRMED"


@pytest.mark.parametrize("given_back", [None, "-1", "4000.01", "0.001", "NaN", "Infinity"])
def test_settle_when_the_amount_is_no_part_of_the_quote_then_invalid(given_back: str | None, booking: Booking, dana: User) -> None:
    with pytest.raises(Invalid) as refused:
        settle(dana, booking, given_back=given_back)
    assert set(refused.value.fields) == {"givenBack"}


def test_settle_when_there_is_no_reason_or_an_amount_for_nothing_then_invalid(booking: Booking, dana: User) -> None:
    for reason in ("too short", "x" * 201):
        with pytest.raises(Invalid) as refused:
            settle(dana, booking, reason=reason)
        assert set(refused.value.fields) == {"reason"}
    with pytest.raises(Invalid):
        settle_by_hand(
            actor=actor_for(dana), item_id=flight(booking).pk, cancelled=False, given_back=Decimal(1), reason=WHY, now=clock.now() + NEXT_DAY
        )
    booking.refresh_from_db()
    assert booking.state == "CANCELLING"


def test_settle_when_a_bank_looks_at_the_payment_then_no_money_goes_back_twice(booking: Booking, dana: User) -> None:
    dispute = Dispute.objects.create(payment=Payment.objects.get(), provider_reference="dp_1", amount=4000, currency="INR")
    assert refusal(dana, booking) == "payment_disputed"
    Dispute.objects.filter(pk=dispute.pk).delete()
    assert settle(dana, booking).state == "CANCELLED"


def test_settle_when_two_suppliers_are_silent_then_each_is_decided_on_its_own(
    actor: Actor, alice: User, dana: User, supplier: MemorySupplier, gateway_book: Book
) -> None:
    made = book(actor, flight_trip(alice))
    supplier.script["out", "cancel"] = supplier.script["home", "cancel"] = [DEAF] * 20
    quote = quote_cancellation(actor=actor, reference=made.reference).quote
    confirm_cancellation(actor=actor, reference=made.reference, quote_id=quote.pk)
    half = settle(dana, made)
    assert (half.state, half.saga_open, money_at(gateway_book)) == ("CANCELLING", True, (13500, 9000))
    home = made.items.get(service__external_reference="home")
    whole = settle_by_hand(actor=actor_for(dana), item_id=home.pk, cancelled=False, reason=WHY, now=clock.now() + NEXT_DAY)
    assert (whole.state, whole.saga_open, money_at(gateway_book)) == ("CONFIRMED", False, (13500, 9000))


@pytest.mark.parametrize("cancelled", [True, False])
def test_settle_when_the_booking_failed_then_nobody_is_asked_again_and_no_money_moves(
    cancelled: bool, actor: Actor, alice: User, dana: User, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script["home", "book"] = [NO]
    supplier.script["out", "cancel"] = [DEAF] * 20
    made = book(actor, flight_trip(alice))
    made.refresh_from_db()
    assert (made.state, made.saga_open) == ("FAILED", True)
    before = money_at(gateway_book)
    with pytest.raises(Invalid):
        settle(dana, made, given_back="1")
    after = settle(dana, made, cancelled=cancelled, given_back=None)
    assert (after.state, after.saga_open, money_at(gateway_book)) == ("FAILED", False, before)
    assert bool(left_at_suppliers()) != cancelled


# --- in the admin -----------------------------------------------------------------------------------------------------
def press(browser: Client, item: BookingItem, **fields: str) -> Any:
    address = reverse("admin:bookings_bookingitem_settle", args=[item.pk])
    return browser.post(address, {"outcome": "cancelled", "given_back": "", "reason": WHY, "_form_submitted": "True"} | fields, follow=True)


def a_day_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + NEXT_DAY
    monkeypatch.setattr(clock, "now", lambda: later)


def test_admin_when_the_button_is_pressed_then_settled_and_told(booking: Booking, dana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    a_day_passes(monkeypatch)
    browser, item = page_for(dana), flight(booking)
    page = reverse("admin:bookings_booking_change", args=[booking.pk])
    shown = browser.get(page).content.decode()
    assert "settle it by hand" in shown
    dialog = browser.get(reverse("admin:bookings_bookingitem_settle", args=[item.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "What the supplier said" in dialog
    assert "from 0 to 4000.00 INR" in press(browser, item).content.decode()
    assert "Settled. The booking is cancelled" in press(browser, item, given_back="3000").content.decode()
    booking.refresh_from_db()
    assert (booking.state, losses()) == ("CANCELLED", 1000)
    shown = browser.get(page).content.decode()
    assert "settled by hand" in shown
    assert WHY in shown
    assert "settle it by hand" not in shown


def test_admin_when_it_is_not_cancelled_there_then_booked_again(booking: Booking, dana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    a_day_passes(monkeypatch)
    press(page_for(dana), flight(booking), outcome="not_cancelled")
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"


def test_admin_when_asked_today_then_no_hint_and_the_button_says_why_not(booking: Booking, dana: User) -> None:
    browser = page_for(dana)
    assert "settle it by hand" not in browser.get(reverse("admin:bookings_booking_change", args=[booking.pk])).content.decode()
    assert "less than 24 hours ago" in press(browser, flight(booking), given_back="4000").content.decode()


def test_admin_when_the_right_is_missing_then_no_button_and_nothing_is_settled(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    a_day_passes(monkeypatch)
    user = UserFactory(is_staff=True)
    rights = Permission.objects.filter(codename__in=["view_bookingitem", "change_bookingitem"], content_type__app_label="bookings")
    user.user_permissions.set(rights)
    browser, item = page_for(user), flight(booking)
    assert "Settle by hand" not in browser.get(reverse("admin:bookings_bookingitem_change", args=[item.pk])).content.decode()
    assert press(browser, item, given_back="4000").status_code == 403
    booking.refresh_from_db()
    assert booking.state == "CANCELLING"
