"""Bookings in the staff admin: why a booking is in its state; asking the gateway; ending what is overdue; rules."""

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
from bookings.actions import checkout, staff_payments
from bookings.actions.checkout import Contact, PaymentWish
from bookings.gateways.payments import ChargeResult, MockGateway, Outcome, RefundRequest
from bookings.gateways.payments.book import Book
from bookings.models import Booking, PriceRule, Refund
from bookings.queries import staff_figures
from bookings.queries.booking_story import tell_booking
from bookings.states import REFUND
from tests.bookings.steps import promise
from tests.cast import actor_for, page_for
from tests.factories.catalogue import SmallCatalogue
from tests.factories.office import book_late
from tests.factories.people import UserFactory
from travelplanner.core import clock
from travelplanner.core.errors import Conflict, NotAllowed, NotFound
from travelplanner.core.models import AuditEntry
from travelplanner.core.transitions import move
from trips.models import Trip

CONTACT = Contact("Alice Example", "alice@example.org", "")


def book(owner: User, trip: Trip, token: str = "tok_success") -> Booking:
    return checkout.book_trip(actor=actor_for(owner), trip_reference=trip.reference, contact=CONTACT, wish=PaymentWish(token=token))


def press(browser: Client, model: str, name: str, *args: Any) -> Any:
    return browser.post(reverse(f"admin:bookings_{model}_{name}", args=args), {"_form_submitted": "True"}, follow=True)


def page_of(browser: Client, booking: Booking) -> str:
    return browser.get(reverse("admin:bookings_booking_change", args=[booking.pk])).content.decode()


# --- why is it so? ----------------------------------------------------------------------------------------------------
def test_story_when_confirmed_then_tells_cause_and_everything(dana_page: Client, alice: User, alices_trip: Trip) -> None:
    booking = book(alice, alices_trip)
    story = tell_booking(booking)
    assert story.cause is not None
    assert story.cause.happened == "PAYMENT_PENDING → CONFIRMED"
    happened = [event.happened for event in story.events]
    assert happened.index("charge: succeeded") < happened.index("pending → succeeded") < happened.index("PAYMENT_PENDING → CONFIRMED")
    assert [event.at for event in story.events] == sorted(event.at for event in story.events)
    text = page_of(dana_page, booking)
    assert "This booking is confirmed since" in text
    for said in ("payment processed successfully", "booking_confirmed", "payment captured", "Holds and their slots", "1 / 10", "₹8,200", "hold.consumed"):
        assert said in text
    assert "_save" not in text


def test_story_when_declined_then_names_the_reason(dana_page: Client, alice: User, alices_trip: Trip) -> None:
    text = page_of(dana_page, book(alice, alices_trip, "tok_declined"))
    assert "This booking is failed since" in text
    assert "payment declined" in text
    assert "card_declined" in text


def test_story_when_money_came_too_late_then_shows_the_refund(dana_page: Client, alice: User, alices_trip: Trip) -> None:
    text = page_of(dana_page, book_late(alice, alices_trip))
    for said in ("This booking is expired since", "the hold ended before it was paid", "refund decided", "refund paid", "expire_bookings"):
        assert said in text


def test_story_when_another_booking_exists_then_holds_none_of_it(alice: User, bob: User, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    from tests.factories.bookings import make_planned_trip

    own, other = book(alice, alices_trip), book(bob, make_planned_trip(bob, catalogue))
    story = tell_booking(own)
    assert {row.booking_id for row in (*story.items, *story.payments, *story.ledger)} == {own.pk}
    assert {hold.item.booking_id for hold in story.holds} == {own.pk}
    ids = {str(row.pk) for row in tell_booking(other).holds}
    assert not ids & {entry.object_id for entry in story.audit}
    assert len(story.mails) == 1


def test_story_when_staff_may_not_see_money_then_shows_none(alice: User, alices_trip: Trip) -> None:
    booking = book(alice, alices_trip)
    staff: User = UserFactory(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_booking", "view_bookingtransition", "view_hold"]))
    text = page_of(page_for(staff), booking)
    assert "Holds and their slots" in text
    assert "payment processed successfully" in text
    assert booking.payments.get().transaction_id not in text
    assert "payment captured" not in text


# --- asking the gateway -----------------------------------------------------------------------------------------------
def test_payment_when_the_gateway_took_the_money_then_asking_confirms_and_charges_once(
    dana_page: Client, dana: User, alice: User, alices_trip: Trip, gateway_book: Book
) -> None:
    booking = book(alice, alices_trip, "tok_hang_up")
    payment = booking.payments.get()
    assert payment.state == "unknown"
    looked = dana_page.get(reverse("admin:bookings_payment_ask_gateway", args=[payment.pk]))
    assert "never charges again" in looked.content.decode()
    payment.refresh_from_db()
    assert payment.state == "unknown", "looking is not asking"
    assert "answered: succeeded" in press(dana_page, "payment", "ask_gateway", payment.pk).content.decode()
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert [line.calls for line in gateway_book.all_charges()] == [1]
    assert booking.transitions.get(to_state="CONFIRMED").actor == dana
    assert "nothing to ask" in press(dana_page, "payment", "ask_gateway", payment.pk).content.decode()


def test_payment_when_the_gateway_never_heard_of_it_then_it_stays_unknown(dana: User, alice: User, alices_trip: Trip) -> None:
    payment = book(alice, alices_trip, "tok_timeout").payments.get()
    assert staff_payments.reconcile_payment(actor=actor_for(dana), payment_id=payment.pk) == "absent"
    payment.refresh_from_db()
    assert payment.state == "unknown"


def test_payment_when_its_booking_ended_then_cancelled_at_the_gateway_or_refunded(dana: User, alice: User, alices_trip: Trip, gateway_book: Book) -> None:
    booking = book(alice, alices_trip, "tok_hang_up")
    checkout.expire_due(now=clock.now() + dt.timedelta(hours=1))
    staff_payments.reconcile_payment(actor=actor_for(dana), payment_id=booking.payments.get().pk)
    assert Refund.objects.get().state == "succeeded"
    assert len(gateway_book.all_refunds()) == 1
    with pytest.raises(Conflict):
        staff_payments.push_refund(actor=actor_for(dana), refund_id=Refund.objects.get().pk)


def test_refund_when_pushed_then_the_gateway_is_asked_and_pays_once(dana_page: Client, alice: User, alices_trip: Trip, gateway_book: Book) -> None:
    booking = book(alice, alices_trip)
    payment = booking.payments.get()
    refund = promise(payment, 100)
    assert "The refund is succeeded" in press(dana_page, "refund", "push", refund.pk).content.decode()
    assert "nothing to ask" in press(dana_page, "refund", "push", refund.pk).content.decode()
    assert len(gateway_book.all_refunds()) == 1


def test_gateway_when_asked_by_a_traveler_or_for_nothing_then_refused(alice: User, dana: User) -> None:
    for action, key in ((staff_payments.reconcile_payment, "payment_id"), (staff_payments.push_refund, "refund_id")):
        with pytest.raises(NotAllowed):
            action(actor=actor_for(alice), **{key: uuid.uuid4()})
        with pytest.raises(NotFound):
            action(actor=actor_for(dana), **{key: uuid.uuid4()})


def test_overdue_holds_when_ended_by_staff_then_places_are_free(dana_page: Client, alice: User, alices_trip: Trip) -> None:
    booking = checkout.reserve_booking(actor=actor_for(alice), trip_reference=alices_trip.reference, contact=CONTACT)
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=clock.now() - dt.timedelta(minutes=1))
    assert "1 expired" in press(dana_page, "booking", "end_overdue").content.decode()
    booking.refresh_from_db()
    assert booking.state == "EXPIRED"


def test_booking_when_a_state_is_posted_then_forbidden(dana_page: Client, alice: User, alices_trip: Trip) -> None:
    booking = book(alice, alices_trip, "tok_declined")
    answer = dana_page.post(reverse("admin:bookings_booking_change", args=[booking.pk]), {"state": "CONFIRMED", "total": "1"})
    assert answer.status_code == 403
    assert dana_page.post(reverse("admin:bookings_booking_delete", args=[booking.pk]), {"post": "yes"}).status_code == 403
    booking.refresh_from_db()
    assert (booking.state, booking.total) == ("FAILED", 8200)


# --- figures ----------------------------------------------------------------------------------------------------------
def test_figures_when_booked_then_count_money_and_places(alice: User, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    Trip.objects.filter(pk=alices_trip.pk).update(start_date=clock.now().date(), end_date=clock.now().date() + dt.timedelta(days=2))
    book(alice, alices_trip)
    now = clock.now()
    assert staff_figures.bookings_by_state(since=now - dt.timedelta(days=1))["CONFIRMED"] == (1, 1)
    assert staff_figures.bookings_by_state(since=now + dt.timedelta(days=1))["CONFIRMED"] == (1, 0)
    (revenue,) = staff_figures.revenue_by_day(days=3, now=now)
    assert (revenue.currency, revenue.total, revenue.days[-1][1], len(revenue.days)) == ("INR", 8200, 8200, 3)
    days = staff_figures.occupancy_by_day(first=now.date() + dt.timedelta(days=30), days=2)
    assert (days[0].taken["hotel"], days[0].places["hotel"]) == (1, 30)
    assert days[0].places["activity"] == 2 * 10 + 2 * 6
    assert days[0].percent("hotel") == pytest.approx(100 / 30)
    assert staff_figures.payment_troubles(since=now) == {}


@pytest.mark.usefixtures("books_are_broken")
def test_figures_when_decimals_add_up_then_exactly(alice: User, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    """SQLite adds decimals as floats: 0.1 + 0.2 must be 0.30 here."""
    from bookings.models import LedgerEntry

    booking = book(alice, alices_trip, "tok_declined")
    for amount in ("0.10", "0.20", "-0.05"):
        LedgerEntry.objects.create(journal=uuid.uuid4(), account="gateway", amount=Decimal(amount), currency="EUR", booking=booking, why="test")
    (revenue,) = staff_figures.revenue_by_day()
    assert str(revenue.total) == "0.25"


# --- rules ------------------------------------------------------------------------------------------------------------
def test_rule_when_ticked_then_saved_as_numbers_and_audited(dana_page: Client, catalogue: SmallCatalogue) -> None:
    data = {"service": str(catalogue.car.pk), "name": "fair", "percent": "25", "months": ["1", "12"], "weekdays": []}
    answer = dana_page.post(reverse("admin:bookings_pricerule_add"), data)
    assert answer.status_code == 302, answer.context["errors"]
    rule = PriceRule.objects.get()
    assert (rule.months, rule.weekdays) == ([1, 12], [])
    assert AuditEntry.objects.get(action="pricerule.added").after["months"] == [1, 12]
    wrong = dana_page.post(reverse("admin:bookings_pricerule_add"), {**data, "name": "x", "valid_from": "2026-05-02", "valid_until": "2026-05-01"})
    assert "valid_until" in wrong.context["adminform"].form.errors
    dana_page.post(reverse("admin:bookings_pricerule_delete", args=[rule.pk]), {"post": "yes"})
    assert not PriceRule.objects.exists()
    assert AuditEntry.objects.filter(action="pricerule.deleted", object_id=str(rule.pk)).exists()


def test_refund_when_declined_then_staff_sees_it_and_sends_it_again_under_another_key(
    dana_page: Client, alice: User, alices_trip: Trip, gateway_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = book(alice, alices_trip).payments.get()
    refund = promise(payment, 100)
    keys = []

    def declines(self: MockGateway, request: RefundRequest) -> ChargeResult:
        keys.append(request.refund_id)
        return ChargeResult(Outcome.DECLINED, "insufficient_balance")

    with monkeypatch.context() as patch:
        patch.setattr(MockGateway, "refund", declines)
        press(dana_page, "refund", "push", refund.pk)
        assert "/admin/bookings/refund/?state__exact=failed" in dana_page.get(reverse("admin:index")).content.decode()
        press(dana_page, "refund", "push", refund.pk)
    assert staff_figures.refund_troubles() == {"failed": 1}
    assert "The refund is succeeded" in press(dana_page, "refund", "push", refund.pk).content.decode()
    keys += [uuid.UUID(key) for key, _charge, _amount in gateway_book.all_refunds()]
    assert len(keys) == len(set(keys)) == 3, "a gateway answers a key that it knows as it did before"
    assert staff_figures.refund_troubles() == {}
    assert "nothing to ask" in press(dana_page, "refund", "push", refund.pk).content.decode()


def test_refund_when_an_old_no_comes_late_then_the_newer_try_stands(dana: User, alice: User, alices_trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = book(alice, alices_trip).payments.get()
    refund = promise(payment, 100, state="unknown")

    def slow(self: MockGateway, request: RefundRequest) -> ChargeResult:
        row = Refund.objects.get(pk=refund.pk)
        move(row, REFUND, "failed", actor=actor_for(dana), reason="the same no, heard by another")
        move(row, REFUND, "pending", actor=actor_for(dana), reason="asked again")
        return ChargeResult(Outcome.DECLINED, "insufficient_balance")

    monkeypatch.setattr(MockGateway, "refund", slow)
    assert staff_payments.push_refund(actor=actor_for(dana), refund_id=refund.pk) == "pending"
