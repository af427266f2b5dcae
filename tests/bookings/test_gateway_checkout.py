"""Promises 8 and 10 through the whole checkout, with each payment company: silence is asked about, and nothing but its word is "paid"."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import requests
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.checkout import PaymentWish
from bookings.models import Booking, Payment, Refund
from tests.bookings.companies import hurried, razorpay_takes_payments, stripe_takes_payments
from tests.bookings.pages import hold, pay_url, words
from tests.bookings.steps import LATER, free_again, reserve
from tests.cast import actor_for
from tests.factories.bookings import make_planned_trip
from tests.fakes.company import BEFORE, FAULTS
from tests.fakes.razorpay_server import FakeRazorpay
from tests.fakes.stripe_server import FakeStripe
from travelplanner.core import clock, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

pytestmark = pytest.mark.usefixtures("books_balance")
Company = FakeStripe | FakeRazorpay
SOON = dt.timedelta(minutes=2)  # when the reconciler asks


@pytest.fixture(params=["stripe", "razorpay"])
def company(request: Any, settings: Any) -> Iterator[Company]:
    """Whoever takes the money."""
    with {"stripe": stripe_takes_payments, "razorpay": razorpay_takes_payments}[request.param](settings) as fake:
        yield fake


@pytest.fixture
def stripe(settings: Any) -> Iterator[FakeStripe]:
    with stripe_takes_payments(settings) as fake:
        yield fake


def page_of(payment: Payment) -> str:
    """The company's name of the page that it opened."""
    return str(payment.next_action["url"]).rsplit("/", 1)[-1]


def pay_there(company: Company, payment: Payment, card: str = "ok") -> None:
    company.pay_page(page_of(payment), card)


def go(actor: Actor, booking: Booking, **kwargs: Any) -> Booking:
    """Press "pay"."""
    return checkout.pay_booking(actor=actor, reference=booking.reference, **kwargs)


@pytest.mark.parametrize("fault", FAULTS)
def test_pay_when_the_page_gets_no_answer_then_unknown_never_failed_and_paid_once(company: Company, actor: Actor, alices_trip: Trip, fault: str) -> None:
    booking = reserve(actor, alices_trip)
    company.fail_next(fault)
    with hurried():
        go(actor, booking)
    payment = Payment.objects.get()
    assert (payment.state, booking.state) == ("unknown", "PAYMENT_PENDING")
    checkout.reconcile_unknown(now=clock.now() + SOON)
    payment.refresh_from_db()
    assert payment.state == ("unknown" if fault in BEFORE else "pending")
    again = go(actor, booking)
    payment.refresh_from_db()
    assert (again.state, payment.state, payment.next_action["type"]) == ("PAYMENT_PENDING", "pending", "redirect")
    pay_there(company, payment)
    checkout.reconcile_unknown(now=clock.now() + SOON)
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert company.taken == [(str(payment.pk), 820000, company.taken[0][2])]
    assert set(Payment.objects.values_list("state", "captured")) == {("succeeded", Decimal(8200))}


@pytest.mark.parametrize("fault", FAULTS)
def test_pay_when_a_token_gets_no_answer_then_unknown_never_failed_and_paid_once(stripe: FakeStripe, actor: Actor, alices_trip: Trip, fault: str) -> None:
    booking = reserve(actor, alices_trip)
    stripe.fail_next(fault)
    with hurried():
        go(actor, booking, wish=PaymentWish("card", "pm_card_visa"))
    assert Payment.objects.get().state == "unknown"
    checkout.reconcile_unknown(now=clock.now() + SOON)
    if fault in BEFORE:
        go(actor, booking, wish=PaymentWish("card", "pm_card_visa"))
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert [taken[1:] for taken in stripe.taken] == [(820000, "inr")]


@pytest.mark.parametrize("fault", FAULTS)
def test_hold_when_over_while_nobody_knows_then_never_taken_or_given_back(company: Company, actor: Actor, alices_trip: Trip, fault: str) -> None:
    """What is still open at the company is cancelled there, so that nobody pays for nothing."""
    booking = reserve(actor, alices_trip)
    company.fail_next(fault)
    with hurried():
        go(actor, booking)
    later = clock.now() + LATER
    checkout.expire_due(now=later)
    checkout.reconcile_unknown(now=later + SOON)
    free_again(booking, "EXPIRED")
    assert Payment.objects.get().state == "failed"
    assert company.taken == []


def test_hold_when_over_and_paid_at_the_last_moment_then_given_back_in_full(company: Company, actor: Actor, alices_trip: Trip) -> None:
    booking = reserve(actor, alices_trip)
    go(actor, booking)
    pay_there(company, Payment.objects.get())
    later = clock.now() + LATER
    checkout.expire_due(now=later)
    checkout.reconcile_unknown(now=later + SOON)
    free_again(booking, "EXPIRED")
    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.cause) == ("succeeded", Decimal(8200), "late")
    assert [one["amount"] for one in company.refunds.values()] == [820000]


@pytest.mark.parametrize(("first", "then"), [("pending", "succeeded"), ("pending", "failed")])
def test_refund_when_decided_later_then_it_is_asked_about_and_not_sent_again(stripe: FakeStripe, actor: Actor, alices_trip: Trip, first: str, then: str) -> None:
    booking = reserve(actor, alices_trip)
    go(actor, booking)
    pay_there(stripe, Payment.objects.get())
    stripe.refund_status, later = first, clock.now() + LATER
    checkout.expire_due(now=later)
    checkout.reconcile_unknown(now=later + SOON)
    assert Refund.objects.get().state == "pending"
    next(iter(stripe.refunds.values()))["status"] = then
    checkout.reconcile_unknown(now=later + 2 * SOON)
    assert Refund.objects.get().state == then
    assert len(stripe.refunds) == 1


def test_return_page_when_opened_without_paying_then_nothing_is_confirmed(company: Company, alice_page: Client, alices_trip: Trip) -> None:
    """Promise 10: being at the success address, with whatever it says, is no payment."""
    booking = hold(alice_page, alices_trip)
    alice_page.post(pay_url(booking), {"do": "pay"})
    lies = "?back=1&success=true&status=paid&session_id=cs_test_other&razorpay_payment_link_status=paid&razorpay_payment_id=pay_1&redirect_status=succeeded"
    answer = alice_page.get(pay_url(booking) + lies)
    assert answer.status_code == 200
    assert "It isn't paid yet" in words(answer)
    booking.refresh_from_db()
    assert (booking.state, company.taken) == ("PAYMENT_PENDING", [])


@pytest.mark.parametrize(("amount", "currency"), [(100, None), (820001, None), (820000, "usd")])
def test_payment_when_another_amount_or_currency_was_taken_then_nothing_is_confirmed_and_all_goes_back(
    company: Company, actor: Actor, alices_trip: Trip, amount: int, currency: str | None
) -> None:
    """Promise 10."""
    booking = reserve(actor, alices_trip)
    go(actor, booking)
    if isinstance(company, FakeStripe):
        session = company.sessions[page_of(Payment.objects.get())]
        session |= {"amount_total": amount, "currency": currency or "inr"}
        company.pay_page(session["id"])
    else:
        company.pay_page(page_of(Payment.objects.get()), amount=amount, currency=(currency or "INR").upper())
    checkout.reconcile_unknown(now=clock.now() + SOON)
    free_again(booking, "FAILED")
    assert booking.failure_code == "amount_mismatch"
    assert [one["amount"] for one in company.refunds.values()] == [amount]
    assert Refund.objects.get().state == "succeeded"


def test_payment_when_anothers_reference_is_attached_then_it_pays_nothing_here(company: Company, actor: Actor, alices_trip: Trip, bob: User, catalogue: Any) -> None:
    """Promise 10: what Bob paid doesn't pay Alice's booking, even if its name stood in our own row."""
    bobs = reserve(actor_for(bob), make_planned_trip(bob, catalogue))
    go(actor_for(bob), bobs)
    paid = Payment.objects.get(booking=bobs)
    pay_there(company, paid)
    mine = reserve(actor, alices_trip)
    go(actor, mine)
    Payment.objects.filter(booking=mine).update(provider_reference=paid.provider_reference)
    go(actor, mine)
    checkout.reconcile_unknown(now=clock.now() + SOON)
    mine.refresh_from_db()
    bobs.refresh_from_db()
    assert (mine.state, bobs.state) == ("PAYMENT_PENDING", "CONFIRMED")
    assert Payment.objects.get(booking=mine).state == "unknown"
    assert len(company.taken) == 1


def test_program_when_it_says_paid_then_nothing_moves_without_the_bank(stripe: FakeStripe, alice_api: APIClient, alices_trip: Trip) -> None:
    """Promise 10: neither `approved` nor a state in a body is money."""

    def post(path: str, body: dict[str, Any]) -> Any:
        return alice_api.post(path, body, headers={"Idempotency-Key": uuid.uuid4().hex})

    contact = {"name": "Alice Example", "email": "alice@example.org"}
    made = post("/api/bookings", {"tripId": alices_trip.reference, "userContact": contact, "payment": {"method": "card", "token": "pm_card_threeDSecureRequired"}})
    assert made.status_code == 201, made.content
    body = made.json()
    (intent,) = stripe.intents.values()
    assert body["nextAction"]["type"] == "redirect"
    assert body["nextAction"]["url"] == f"{stripe.url}/3ds/{intent['id']}"
    where = f"/api/bookings/{body['bookingId']}"
    for lie in ({"approved": True}, {"approved": True, "status": "SUCCESS", "amount": 1}, {"token": "pm_card_visa", "method": "card"}):
        assert post(f"{where}/payments", lie).json()["bookingState"]["current"] == "PAYMENT_PENDING"
    for method in (alice_api.patch, alice_api.put):
        assert method(where, {"state": "CONFIRMED", "paymentDetails": {"status": "SUCCESS"}}).status_code == 405
    assert stripe.taken == []
    stripe.authenticate(intent["id"], passed=True)
    assert post(f"{where}/payments", {}).json()["bookingState"]["current"] == "CONFIRMED"
    assert len(stripe.taken) == 1


def test_pay_when_it_asks_for_anything_before_it_was_begun_then_409(stripe: FakeStripe, actor: Actor, alices_trip: Trip) -> None:
    with pytest.raises(Conflict) as refused:
        go(actor, reserve(actor, alices_trip), approved=True)
    assert refused.value.code == "nothing_to_approve"
    assert stripe.requests == []


def test_walk_when_paying_on_the_companys_page_then_confirmed_with_one_mail(company: Company, alice_page: Client, alices_trip: Trip, mailoutbox: Any) -> None:
    """By pages and forms alone, without a script: hold, pay there (the first card is declined), come back."""
    booking = hold(alice_page, alices_trip)
    page = alice_page.get(pay_url(booking))
    said, html = words(page), page.content.decode()
    name = "Stripe" if isinstance(company, FakeStripe) else "Razorpay"
    assert f"Pay ₹8,200 with {name}" in said
    assert "card_number" not in html
    assert "no real money" not in said
    sent = alice_page.post(pay_url(booking), {"do": "pay"})
    assert sent.status_code == 302
    there = sent["Location"]
    assert there.startswith(company.url + "/")
    declined = requests.post(there, data={"card": "declined"}, allow_redirects=False, timeout=5)
    assert declined.headers["Location"] == there
    assert "It isn't paid yet" in words(alice_page.get(pay_url(booking) + "?back=1"))
    assert alice_page.post(pay_url(booking), {"do": "pay"})["Location"] == there  # the same page, not a second one
    back = requests.post(there, data={"card": "ok"}, allow_redirects=False, timeout=5).headers["Location"]
    done = alice_page.get(back.partition("8000")[2], follow=True)
    assert done.redirect_chain[-1][0] == f"/bookings/{booking.reference}"
    assert "You are going to Varanasi" in words(done)
    assert len(company.taken) == 1
    outbox.deliver_due()
    assert OutboxMessage.objects.filter(template="booking_confirmed").count() == 1


def test_pay_when_the_company_sends_another_companys_address_then_we_do_not_lead_there(
    stripe: FakeStripe, alice_page: Client, alices_trip: Trip, settings: Any
) -> None:
    """Promise 19: no open redirect, whoever is broken into."""
    settings.PAYMENTS = replace(settings.PAYMENTS, page_origins=("https://checkout.stripe.com",))
    booking = hold(alice_page, alices_trip)
    answer = alice_page.post(pay_url(booking), {"do": "pay"}, follow=True)
    assert "We can't open the payment page." in words(answer)
    assert stripe.url not in answer.content.decode()


def test_pay_when_the_company_decides_later_then_waits_and_asks(stripe: FakeStripe, alice_page: Client, alices_trip: Trip) -> None:
    booking = hold(alice_page, alices_trip)
    alice_page.post(pay_url(booking), {"do": "pay"})
    pay_there(stripe, Payment.objects.get(), "slow")
    assert "The bank has not answered yet" in words(alice_page.get(pay_url(booking) + "?back=1"))
    progress = f"/bookings/{booking.reference}/progress"
    assert "has not answered yet" in words(alice_page.post(progress))
    stripe.succeed(next(iter(stripe.intents.values())))
    assert alice_page.post(progress, headers={"HX-Request": "true"})["HX-Redirect"] == pay_url(booking)
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
