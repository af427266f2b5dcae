"""Promise 9: signed messages of payment companies. Forged ones leave no trace; true ones are hints, in whatever order and number they come."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from accounts.models import User
from bookings.actions import checkout, gateway_events
from bookings.actions.checkout import PaymentWish
from bookings.actions.refunds import ask_refund
from bookings.actions.staff_payments import push_refund, refund_by_staff
from bookings.gateways.payments import ChargeResult, MockGateway, Outcome, signatures
from bookings.models import Booking, Dispute, GatewayEvent, LedgerEntry, Payment, Refund
from tests.bookings.companies import hurried, razorpay_takes_payments, stripe_takes_payments, tell
from tests.bookings.steps import LATER, reserve
from tests.cast import actor_for
from tests.fakes import razorpay_server, stripe_server
from tests.fakes.razorpay_server import FakeRazorpay
from tests.fakes.stripe_server import FakeStripe
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

OLD, NEW = "whsec_the_old_one", "whsec_the_new_one"
STAFF = Actor(user_id=None, is_staff=True)


@pytest.fixture
def stripe(settings: Any) -> Iterator[FakeStripe]:
    with stripe_takes_payments(settings) as fake:
        yield fake


@pytest.fixture
def razorpay(settings: Any) -> Iterator[FakeRazorpay]:
    with razorpay_takes_payments(settings) as fake:
        yield fake


@pytest.fixture
def begun(actor: Actor, alices_trip: Trip) -> Any:
    """A booking whose payer stands on the company's page."""

    def begin() -> tuple[Booking, Payment, str]:
        booking = reserve(actor, alices_trip)
        checkout.pay_booking(actor=actor, reference=booking.reference)
        payment = Payment.objects.get(booking=booking)
        return booking, payment, str(payment.next_action["url"]).rsplit("/", 1)[-1]

    return begin


def settle_all(turns: int = 9) -> None:
    """The job's turns until nothing is left to do, with the waits between."""
    moment = clock.now()
    for _turn in range(turns):
        gateway_events.handle_due(now=moment)
        moment += dt.timedelta(hours=1)


def confirmed_once(booking: Booking) -> None:
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert OutboxMessage.objects.filter(template="booking_confirmed").count() == 1
    assert LedgerEntry.objects.filter(account="gateway").aggregate(all=Sum("amount"))["all"] == Decimal(8200)


def test_message_when_signed_then_kept_once_answered_at_once_and_asked_about_later(stripe: FakeStripe, begun: Any) -> None:
    booking, payment, page = begun()
    stripe.pay_page(page)
    body = stripe.event("checkout.session.completed", stripe.sessions[page])
    before = len(stripe.requests)
    for _again in range(3):
        answer = tell("stripe", body, stripe_server.sign(body))
        assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert len(stripe.requests) == before  # nothing is asked while the company waits for our answer
    event = GatewayEvent.objects.get()
    assert (event.state, event.gateway, event.type, event.object_id) == ("received", "stripe", "checkout.session.completed", page)
    assert event.facts["payment"] == str(payment.pk)
    gateway_events.handle_due()
    event.refresh_from_db()
    assert (event.state, event.payment_id, event.attempts) == ("handled", payment.pk, 1)
    confirmed_once(booking)


@pytest.mark.parametrize(
    "forge",
    [
        lambda body: "",
        lambda body: "t=,v1=",
        lambda body: "v1=" + "0" * 64,
        lambda body: stripe_server.sign(body, secret="whsec_guessed"),
        lambda body: stripe_server.sign(body + b" "),
        lambda body: stripe_server.sign(body).replace("v1=", "v0="),
        lambda body: stripe_server.sign(body).replace("t=", "t=1"),
        lambda body: "t=²,v1=é",
        lambda body: stripe_server.sign(body, moment=time.time() - 301),
        lambda body: stripe_server.sign(body, moment=time.time() + 310),
        lambda body: f"t={int(time.time())}," + stripe_server.sign(body, moment=time.time() - 400),
    ],
)
def test_message_when_forged_or_stale_then_400_and_no_row(stripe: FakeStripe, begun: Any, forge: Any) -> None:
    _booking, _payment, page = begun()
    body = stripe.event("checkout.session.completed", stripe.sessions[page])
    answer = tell("stripe", body, forge(body))
    assert answer.status_code == 400
    assert answer.json()["error"] in ("bad_signature", "stale")
    assert GatewayEvent.objects.count() == 0


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_message_when_within_tolerance_then_taken(stripe: FakeStripe, db: None, seconds: int) -> None:
    body = stripe.event("payment_intent.succeeded", {"id": "pi_9", "object": "payment_intent", "metadata": {}})
    assert tell("stripe", body, stripe_server.sign(body, moment=time.time() + seconds)).status_code == 200


def test_message_when_the_secret_is_being_replaced_then_either_signs_and_afterwards_the_new_one_alone(stripe: FakeStripe, settings: Any, db: None) -> None:
    def answers(*secrets: str) -> list[int]:
        settings.PAYMENTS = replace(settings.PAYMENTS, stripe=replace(settings.PAYMENTS.stripe, webhook_secrets=secrets))
        bodies = [stripe.event("payment_intent.created", {"id": "pi_9", "object": "payment_intent"}) for _ in range(2)]
        return [tell("stripe", body, stripe_server.sign(body, secret=secret)).status_code for body, secret in zip(bodies, (OLD, NEW), strict=True)]

    assert answers(OLD) == [200, 400]
    assert answers(NEW, OLD) == [200, 200]
    assert answers(NEW) == [400, 200]
    assert GatewayEvent.objects.count() == 4


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"id": 1, "type": "x", "data": {"object": {}}}', b"\xff\xfe", b"[" * 3000, b'{"id": "' + b"x" * 500 + b'"}'])
def test_message_when_signed_but_unreadable_then_400_and_no_row(stripe: FakeStripe, db: None, body: bytes) -> None:
    assert tell("stripe", body, stripe_server.sign(body)).status_code == 400
    assert GatewayEvent.objects.count() == 0


def test_message_when_too_large_then_413_and_when_nobody_listens_404(stripe: FakeStripe, settings: Any, db: None) -> None:
    body = b" " * 300_000
    answer = tell("stripe", body, stripe_server.sign(body))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert tell("razorpay", b"{}", "0").status_code == 404  # no secret of Razorpay's is set
    assert tell("mock", b"{}", signatures.sign(b"{}", secret="", now=clock.now())).status_code == 400
    settings.PAYMENTS = replace(settings.PAYMENTS, mock_webhook_secrets=())
    assert tell("mock", b"{}", signatures.sign(b"{}", secret="", now=clock.now())).status_code == 404
    assert GatewayEvent.objects.count() == 0


def stripe_story(stripe: FakeStripe, page: str) -> Iterator[bytes]:
    """What Stripe says of a page whose first card is declined and whose second pays: four messages, each when it happened."""
    intent = stripe.new_intent(820000, "inr", stripe.sessions[page]["_intent"])
    stripe.sessions[page]["payment_intent"] = intent["id"]
    yield stripe.event("payment_intent.created", intent)
    stripe.pay_page(page, "declined")
    yield stripe.event("payment_intent.payment_failed", intent)
    stripe.pay_page(page)
    yield stripe.event("payment_intent.succeeded", intent)
    yield stripe.event("checkout.session.completed", stripe.sessions[page])


ORDERS = list(itertools.permutations(range(4)))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "".join(map(str, order)))
def test_messages_when_in_any_order_and_repeated_then_the_same_end_and_one_mail(stripe: FakeStripe, begun: Any, order: tuple[int, ...]) -> None:
    booking, _payment, page = begun()
    said = list(stripe_story(stripe, page))
    for position in (*order, *reversed(order)):
        assert tell("stripe", said[position], stripe_server.sign(said[position])).status_code == 200
        gateway_events.handle_due()
    settle_all(2)
    assert dict(GatewayEvent.objects.values_list("type", "state")).keys() == {json.loads(one)["type"] for one in said}
    assert set(GatewayEvent.objects.values_list("state", flat=True)) == {"handled"}
    confirmed_once(booking)
    assert len(stripe.taken) == 1


def test_messages_when_each_comes_as_it_happens_then_a_failed_try_ends_nothing(stripe: FakeStripe, begun: Any) -> None:
    booking, payment, page = begun()
    for body in stripe_story(stripe, page):
        tell("stripe", body, stripe_server.sign(body))
        gateway_events.handle_due()
        payment.refresh_from_db()
        assert payment.state == ("succeeded" if stripe.taken else "pending")
    confirmed_once(booking)


def test_messages_when_believed_instead_of_asked_about_then_their_order_decides(stripe: FakeStripe, begun: Any, settings: Any) -> None:
    """The twin of promise 9: with the guard off, the first card's failure ends the booking though the second card paid."""
    settings.EVENTS_ARE_GUARDED = False
    booking, _payment, page = begun()
    for body in stripe_story(stripe, page):
        tell("stripe", body, stripe_server.sign(body))
        gateway_events.handle_due()
    with pytest.raises(AssertionError):
        confirmed_once(booking)


def razorpay_story(razorpay: FakeRazorpay, page: str) -> list[bytes]:
    link = razorpay.links[page]
    razorpay.pay_page(page, "declined")
    failed = next(reversed(razorpay.payments.values()))
    said = [razorpay.event("payment.failed", payment=failed)]
    razorpay.pay_page(page)
    paid = next(reversed(razorpay.payments.values()))
    authorized, captured = (razorpay.event(f"payment.{word}", payment=paid) for word in ("authorized", "captured"))
    return [*said, authorized, captured, razorpay.event("payment_link.paid", payment_link=link, payment=paid)]


@pytest.mark.parametrize("order", ORDERS[::5], ids=lambda order: "".join(map(str, order)))
def test_razorpays_messages_when_in_any_order_and_repeated_then_the_same_end_and_one_mail(razorpay: FakeRazorpay, begun: Any, order: tuple[int, ...]) -> None:
    booking, _payment, page = begun()
    said = razorpay_story(razorpay, page)
    for position in (*order, *reversed(order)):
        assert tell("razorpay", said[position], razorpay_server.sign(said[position])).status_code == 200
        gateway_events.handle_due()
    assert GatewayEvent.objects.filter(state="handled").count() == 4
    confirmed_once(booking)


def test_razorpays_message_when_forged_or_older_than_its_retries_then_400_and_no_row(razorpay: FakeRazorpay, settings: Any, db: None) -> None:
    thing = {"id": "pay_9", "notes": []}
    body, old, early = (razorpay.event("payment.captured", payment=thing, created=time.time() + moved) for moved in (0, -86_800, 400))
    for text, signature in ((body, ""), (body, "é"), (body, razorpay_server.sign(body, secret="guess")), (body, razorpay_server.sign(body + b" ")), (b"{}", razorpay_server.sign(b"{}"))):
        assert tell("razorpay", text, signature).status_code == 400
    for stale in (old, early):
        assert tell("razorpay", stale, razorpay_server.sign(stale)).json()["error"] == "stale"
    assert GatewayEvent.objects.count() == 0
    settings.PAYMENTS = replace(settings.PAYMENTS, razorpay=replace(settings.PAYMENTS.razorpay, webhook_secrets=(NEW, razorpay_server.SECRET)))
    for secret in (NEW, razorpay_server.SECRET, NEW):  # one message, whichever secret signs it and whatever its header calls it
        assert tell("razorpay", body, razorpay_server.sign(body, secret=secret)).status_code == 200
    assert GatewayEvent.objects.count() == 1


def test_message_when_about_nothing_of_ours_then_ignored(stripe: FakeStripe, db: None) -> None:
    for type_, thing in (("payment_intent.succeeded", {"id": "pi_9", "object": "payment_intent", "metadata": {}}), ("balance.available", {"object": "balance"})):
        body = stripe.event(type_, thing)
        tell("stripe", body, stripe_server.sign(body))
    gateway_events.handle_due()
    assert set(GatewayEvent.objects.values_list("state", flat=True)) == {"ignored"}


def test_message_when_another_gateways_payment_is_named_then_ignored(stripe: FakeStripe, actor: Actor, alices_trip: Trip, settings: Any) -> None:
    settings.PAYMENT_GATEWAY = "mock"
    booking = reserve(actor, alices_trip)
    checkout.pay_booking(actor=actor, reference=booking.reference, wish=PaymentWish(token="tok_three_d_secure"))
    body = stripe.event("payment_intent.succeeded", {"id": "pi_9", "object": "payment_intent", "metadata": {"payment_id": str(Payment.objects.get().pk)}})
    tell("stripe", body, stripe_server.sign(body))
    gateway_events.handle_due()
    assert GatewayEvent.objects.get().state == "ignored"
    booking.refresh_from_db()
    assert booking.state == "PAYMENT_PENDING"


def test_message_when_the_company_is_away_then_later_then_dead_and_staff_replays(stripe: FakeStripe, begun: Any) -> None:
    booking, _payment, page = begun()
    stripe.pay_page(page)
    body = stripe.event("checkout.session.completed", stripe.sessions[page])
    tell("stripe", body, stripe_server.sign(body))
    moment = clock.now()
    for attempt in range(gateway_events.MAX_ATTEMPTS):
        stripe.fail_next("reset", on="GET ")
        gateway_events.handle_due(now=moment)
        event = GatewayEvent.objects.get()
        assert event.attempts == attempt + 1
        assert event.state == ("dead" if attempt + 1 == gateway_events.MAX_ATTEMPTS else "received")
        assert gateway_events.handle_due(now=moment) == "0 handled, 0 postponed"
        moment = max(moment, event.next_attempt_at)
    assert "unknown" in event.last_error
    with pytest.raises(NotAllowed):
        gateway_events.replay_event(actor=Actor(), event_id=event.pk)
    gateway_events.replay_event(actor=STAFF, event_id=event.pk)
    gateway_events.handle_due(now=moment)
    confirmed_once(booking)
    with pytest.raises(Conflict):
        gateway_events.replay_event(actor=STAFF, event_id=event.pk)


def test_message_when_its_worker_was_killed_then_taken_over_after_the_lease(stripe: FakeStripe, begun: Any) -> None:
    booking, _payment, page = begun()
    stripe.pay_page(page)
    body = stripe.event("checkout.session.completed", stripe.sessions[page])
    tell("stripe", body, stripe_server.sign(body))
    now = clock.now()
    GatewayEvent.objects.update(attempts=1, next_attempt_at=now + gateway_events.LEASE)
    assert gateway_events.handle_due(now=now) == "0 handled, 0 postponed"
    gateway_events.handle_due(now=now + gateway_events.LEASE)
    confirmed_once(booking)


def paid(stripe: FakeStripe, begun: Any) -> tuple[Booking, Payment]:
    booking, payment, page = begun()
    stripe.pay_page(page)
    checkout.reconcile_unknown(now=clock.now() + dt.timedelta(minutes=2))
    payment.refresh_from_db()
    return booking, payment


def balance(account: str) -> Decimal:
    return LedgerEntry.objects.filter(account=account).aggregate(all=Sum("amount"))["all"] or Decimal(0)


@pytest.mark.parametrize("end", ["won", "lost"])
@pytest.mark.parametrize("turned", [False, True])
def test_dispute_when_opened_and_decided_then_its_journals_once_in_any_order(stripe: FakeStripe, begun: Any, end: str, turned: bool) -> None:
    booking, payment = paid(stripe, begun)
    opened = stripe.event("charge.dispute.created", dict(stripe.dispute(payment.provider_reference)))
    if not turned:
        tell("stripe", opened, stripe_server.sign(opened))
        gateway_events.handle_due()
        dispute = Dispute.objects.get()
        assert (dispute.state, dispute.amount, dispute.currency, dispute.payment) == ("open", Decimal(8200), "INR", payment)
        assert dispute.evidence_due is not None
        assert (balance("gateway"), balance("disputes"), balance("losses")) == (0, 8200, 0)
    decided = stripe.event("charge.dispute.closed", dict(stripe.dispute(payment.provider_reference, end)))
    for body in (decided, opened, decided):
        tell("stripe", body, stripe_server.sign(body))
        gateway_events.handle_due()
    assert Dispute.objects.get().state == end
    assert (balance("gateway"), balance("disputes"), balance("losses")) == ((8200, 0, 0) if end == "won" else (0, 0, 8200))
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"


def test_dispute_when_it_comes_before_the_payment_is_known_then_waits_for_it(stripe: FakeStripe, begun: Any) -> None:
    booking, payment, page = begun()
    stripe.pay_page(page)
    (intent,) = stripe.intents
    body = stripe.event("charge.dispute.created", stripe.dispute(intent))
    tell("stripe", body, stripe_server.sign(body))
    gateway_events.handle_due()
    assert GatewayEvent.objects.get().state == "received"
    assert Dispute.objects.count() == 0
    checkout.reconcile_unknown(now=clock.now() + dt.timedelta(minutes=2))
    settle_all(2)
    assert Dispute.objects.get().payment == payment
    confirmed = Booking.objects.get(pk=booking.pk)
    assert confirmed.state == "CONFIRMED"


def test_refund_when_the_company_says_it_failed_after_all_then_its_journal_is_taken_back_and_staff_can_send_it_again(stripe: FakeStripe, begun: Any) -> None:
    _booking, _payment, page = begun()
    stripe.pay_page(page)
    later = clock.now() + LATER
    checkout.expire_due(now=later)
    checkout.reconcile_unknown(now=later + dt.timedelta(minutes=2))
    refund = Refund.objects.get()
    assert (refund.state, balance("gateway"), balance("refunds")) == ("succeeded", 0, 0)
    there = stripe.refunds[refund.provider_reference]
    there |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    body = stripe.event("refund.failed", there)
    for _again in range(2):
        tell("stripe", body, stripe_server.sign(body))
        gateway_events.handle_due()
    refund.refresh_from_db()
    assert (refund.state, balance("gateway"), balance("refunds")) == ("failed", 8200, -8200)
    assert push_refund(actor=STAFF, refund_id=refund.pk) == "succeeded"
    assert (balance("gateway"), balance("refunds"), len(stripe.refunds)) == (0, 0, 2)


def test_refund_when_an_old_no_comes_after_it_was_sent_again_then_it_stays_paid(booked: Booking, dana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or staff would be asked to send for the third time what has arrived."""
    refund = refund_by_staff(actor=actor_for(dana), payment_id=Payment.objects.get().pk, amount=Decimal(500), reason="The room was cold.")
    gives, turns = MockGateway.refund, iter(["slow", "quick"])

    def returned(gateway: MockGateway, request: Any) -> ChargeResult:
        if request.refund_id != refund.pk:
            return gives(gateway, request)
        if next(turns) == "slow":  # another process asks too, is told first, and staff sends it again
            assert ask_refund(actor=STAFF, refund_id=refund.pk) == "failed"
            assert push_refund(actor=STAFF, refund_id=refund.pk) == "succeeded"
        return ChargeResult(Outcome.DECLINED, "account_closed")

    monkeypatch.setattr(MockGateway, "refund", returned)
    assert ask_refund(actor=STAFF, refund_id=refund.pk) == "succeeded"
    assert balance("refunds") == 0


def test_refund_when_pending_then_the_message_brings_it_on(stripe: FakeStripe, begun: Any) -> None:
    _booking, _payment, page = begun()
    stripe.pay_page(page)
    stripe.refund_status, later = "pending", clock.now() + LATER
    checkout.expire_due(now=later)
    checkout.reconcile_unknown(now=later + dt.timedelta(minutes=2))
    there = next(iter(stripe.refunds.values()))
    there["status"] = "succeeded"
    body = stripe.event("refund.updated", there)
    tell("stripe", body, stripe_server.sign(body))
    gateway_events.handle_due()
    assert (Refund.objects.get().state, len(stripe.refunds)) == ("succeeded", 1)


def test_mock_when_its_messages_are_sent_then_they_open_the_same_door(actor: Actor, alices_trip: Trip, live_server: Any, settings: Any) -> None:
    """Everything can be tried on one machine: the pretended company signs and sends over HTTP."""
    settings.PUBLIC_URL = live_server.url
    booking = reserve(actor, alices_trip)
    checkout.pay_booking(actor=actor, reference=booking.reference, wish=PaymentWish(token="tok_hang_up"))
    assert Payment.objects.get().state == "unknown"
    assert MockGateway().send_messages() == 1
    assert MockGateway().send_messages() == 0
    gateway_events.handle_due()
    confirmed_once(booking)
    MockGateway().open_dispute(str(Payment.objects.get().pk))
    MockGateway().open_dispute(str(Payment.objects.get().pk), "lost")
    assert MockGateway().send_messages() == 2
    settle_all(2)
    assert Dispute.objects.get().state == "lost"
    assert balance("losses") == Decimal(8200)


def test_mock_when_nobody_takes_its_message_then_it_is_sent_again(actor: Actor, alices_trip: Trip, settings: Any) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    booking = reserve(actor, alices_trip)
    checkout.pay_booking(actor=actor, reference=booking.reference, wish=PaymentWish(card_number="4000000000000259", kind="card"))
    with hurried():
        assert MockGateway().send_messages() == 0
    assert len(MockGateway().book.untold()) == 1
