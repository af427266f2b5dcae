"""A booking that its company pays in shares: who owes what, who may pay, what the last share and the end of the time do."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Notification, User
from bookings.actions import checkout, collections
from bookings.actions.collections import ShareWish
from bookings.actions.payment_inquiry import ask_payment
from bookings.gateways.payments import ChargeResult, MockGateway, Outcome
from bookings.gateways.payments.book import Book
from bookings.models import Booking, CartItem, Collection, Confirmation, LedgerEntry, Payment, PaymentShare
from bookings.queries.bookings import get_booking, list_bookings
from bookings.queries.collections import get_collection, get_share, owed_shares
from tests.bookings import steps
from tests.bookings.shares import DAY, collect, given_back, join, money_at_rest, pay, share_of
from tests.bookings.steps import free_again, taken
from tests.bookings.suppliers import flight_trip
from tests.cast import actor_for
from tests.factories.bookings import CONTACT, make_planned_trip, put_in_cart
from tests.factories.catalogue import SmallCatalogue
from tests.fakes.memory_supplier import NO, SLOW, MemorySupplier
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, IdempotencyMismatch, Invalid, NotAllowed, NotFound
from travelplanner.core.models import OutboxMessage
from trips.actions.doors import end_membership
from trips.models import Trip, TripMember

pytestmark = pytest.mark.usefixtures("books_balance")


@pytest.fixture
def shared(alices_trip: Trip, bob: User) -> Trip:
    """Alice's trip (8200 INR) with Bob as companion."""
    join(alices_trip, bob)
    return alices_trip


def told(template: str = "payment_share") -> list[tuple[str, str]]:
    return sorted((row.recipient, row.context["happened"]) for row in OutboxMessage.objects.filter(template=template))


# --- opening


def test_collection_when_opened_then_places_and_budget_are_held_for_a_day_and_nothing_is_charged(actor: Actor, shared: Trip, alice: User, bob: User, gateway_book: Book) -> None:
    now = dt.datetime.now(dt.UTC)
    booking = collect(actor, shared, now=now)
    assert booking.state == "PAYMENT_PENDING"
    assert booking.hold_expires_at == now + dt.timedelta(hours=24)
    assert Collection.objects.get().closes_at == booking.hold_expires_at
    assert [(share.user, share.label, share.amount) for share in PaymentShare.objects.order_by("position")] == [(alice, "Alice", 4100), (bob, "Bob", 4100)]
    assert taken() == 5
    assert not Payment.objects.exists()
    assert gateway_book.all_charges() == []
    assert told() == [("bob@example.org", "asked")]
    assert set(Notification.objects.values_list("user__email", "notification_type")) == {("alice@example.org", "collection.opened"), ("bob@example.org", "share.asked")}


def test_collection_when_the_trip_begins_sooner_then_the_time_ends_before_its_first_day(actor: Actor, shared: Trip) -> None:
    start = dt.datetime.combine(shared.start_date, dt.time.min, dt.UTC)
    booking = collect(actor, shared, now=start - dt.timedelta(hours=10))
    assert booking.hold_expires_at == start


def test_collection_when_amounts_are_given_then_the_others_share_the_rest(actor: Actor, shared: Trip, bob: User) -> None:
    kid, grandma = join(shared, None, "Kid"), join(shared, None, "Grandma")
    bobs = TripMember.objects.get(user=bob)
    wishes = [ShareWish("me"), ShareWish(str(bobs.pk), Decimal("100.01")), ShareWish(str(kid.pk)), ShareWish(str(grandma.pk), Decimal(5000))]
    booking = collect(actor, shared, wishes)
    assert [share.amount for share in PaymentShare.objects.order_by("position")] == [Decimal("1550.00"), Decimal("100.01"), Decimal("1549.99"), Decimal(5000)]
    assert sum(PaymentShare.objects.values_list("amount", flat=True)) == booking.total


@pytest.mark.parametrize(
    ("amounts", "code", "difference"),
    [(["4100", "4099.99"], "shares_off", "-0.01"), (["4100", "4101"], "shares_off", "1.00"), (["8200", None], "shares_off", "0.00"), (["8200", "0"], "invalid", "0.00"),
     (["8300", "-100"], "invalid", "0.00"), (["4100.005", "4099.995"], "invalid", "0.00")],
)  # fmt: skip
def test_collection_when_the_amounts_are_not_the_total_then_refused_and_nothing_held(actor: Actor, shared: Trip, bob: User, amounts: list[Any], code: str, difference: str) -> None:
    bobs = TripMember.objects.get(user=bob)
    mine, his = (Decimal(amount) if amount else None for amount in amounts)
    with pytest.raises(Invalid) as refused:
        collect(actor, shared, [ShareWish("me", mine), ShareWish(str(bobs.pk), his)])
    assert (refused.value.code, refused.value.extra["difference"]["amount"]) == (code, difference)
    assert not Booking.objects.exists()
    assert taken() == 0


def test_collection_when_someone_has_two_shares_or_is_not_in_the_trip_then_refused(actor: Actor, shared: Trip, bob: User) -> None:
    bobs = TripMember.objects.get(user=bob)
    for wishes in ([ShareWish(str(bobs.pk)), ShareWish(str(bobs.pk))], [ShareWish("me"), ShareWish(str(uuid.uuid4()))], []):
        with pytest.raises(Invalid):
            collect(actor, shared, wishes)
    assert not Booking.objects.exists()


def test_collection_when_nobody_else_has_an_account_then_conflict(actor: Actor, alices_trip: Trip) -> None:
    join(alices_trip, None, "Kid")
    with pytest.raises(Conflict) as refused:
        collect(actor, alices_trip)
    assert refused.value.code == "nobody_to_share"


def test_collection_when_not_the_owner_then_not_allowed(shared: Trip, bob: User, charlie: User) -> None:
    TripMember.objects.filter(user=bob).update(role="editor")
    with pytest.raises(NotAllowed):
        collect(actor_for(bob), shared)
    with pytest.raises(NotFound):
        collect(actor_for(charlie), shared)


def test_collection_when_the_same_request_again_then_the_same_and_of_another_kind_refused(actor: Actor, shared: Trip, alice: User, catalogue: SmallCatalogue) -> None:
    assert collect(actor, shared, request_key="k") == collect(actor, shared, request_key="k")
    other = make_planned_trip(alice, catalogue)
    steps.reserve(actor, other, request_key="single")
    with pytest.raises(IdempotencyMismatch):
        collect(actor, other, request_key="single")


# --- paying


def test_shares_when_all_are_paid_then_booked_and_each_is_told(actor: Actor, shared: Trip, alice: User, bob: User, gateway_book: Book) -> None:
    booking = collect(actor, shared)
    assert pay(actor, share_of(booking, alice)).state == "PAYMENT_PENDING"
    assert not Confirmation.objects.exists()
    done = pay(actor_for(bob), share_of(booking, bob))
    assert done.state == "CONFIRMED"
    assert Collection.objects.get().state == "complete"
    assert set(booking.items.values_list("state", "payment_status")) == {("confirmed", "paid")}
    confirmed = OutboxMessage.objects.get(template="booking_confirmed")
    assert confirmed.recipient == CONTACT.email
    assert told() == [("bob@example.org", "asked"), ("bob@example.org", "booked")]
    sums = {account: sum(LedgerEntry.objects.filter(account=account).values_list("amount", flat=True)) for account in ("gateway", "travelers", "suppliers")}
    assert sums == {"gateway": 8200, "travelers": 0, "suppliers": -8200}
    assert money_at_rest(gateway_book) == (8200, 8200)
    detail = get_booking(actor, booking.reference)
    assert (detail.payment.state, detail.payment.amount, detail.payment.captured) == ("succeeded", 8200, 8200)
    assert list_bookings(actor).get().payment_state == "succeeded"


def test_share_when_declined_then_due_and_may_be_tried_again(actor: Actor, shared: Trip, bob: User, gateway_book: Book) -> None:
    booking = collect(actor, shared)
    his = share_of(booking, bob)
    assert pay(actor_for(bob), his, "tok_insufficient_funds").state == "PAYMENT_PENDING"
    his.refresh_from_db()
    assert his.state == "due"
    pay(actor_for(bob), his)
    his.refresh_from_db()
    assert his.state == "paid"
    assert sorted(line.status for line in gateway_book.all_charges()) == ["declined", "succeeded"]
    assert set(his.payments.values_list("payer", flat=True)) == {bob.pk}


def test_share_when_it_needs_a_second_step_then_paid_once_approved(actor: Actor, shared: Trip, bob: User) -> None:
    booking = collect(actor, shared)
    his = share_of(booking, bob)
    with pytest.raises(Conflict) as early:
        pay(actor_for(bob), his, approved=True)
    assert early.value.code == "nothing_to_approve"
    assert not Payment.objects.exists()
    pay(actor_for(bob), his, "tok_three_d_secure")
    assert get_share(actor_for(bob), booking.reference, his.pk)[1].under_way
    pay(actor_for(bob), his, approved=False)
    pay(actor_for(bob), his, "tok_three_d_secure")
    pay(actor_for(bob), his, approved=True)
    his.refresh_from_db()
    assert his.state == "paid"


def test_share_when_the_gateway_hung_up_then_asked_about_and_paid_once(actor: Actor, shared: Trip, bob: User, gateway_book: Book) -> None:
    booking = collect(actor, shared)
    his = share_of(booking, bob)
    pay(actor_for(bob), his, "tok_hang_up")
    assert ask_payment(actor=actor_for(bob), reference=booking.reference, share_id=his.pk) is Outcome.SUCCEEDED
    with pytest.raises(Conflict) as paid:
        pay(actor_for(bob), his)
    assert paid.value.code == "share_paid"
    assert len(gateway_book.all_charges()) == 1


def test_share_when_someone_elses_then_only_the_owner_may_pay_it(actor: Actor, shared: Trip, alice: User, bob: User, charlie: User) -> None:
    booking = collect(actor, shared)
    with pytest.raises(NotAllowed):
        pay(actor_for(bob), share_of(booking, alice))
    with pytest.raises(NotAllowed):
        ask_payment(actor=actor_for(bob), reference=booking.reference, share_id=share_of(booking, alice).pk)
    for action in (pay, lambda who, share: ask_payment(actor=who, reference=booking.reference, share_id=share.pk)):
        with pytest.raises(NotFound):
            action(actor_for(charlie), share_of(booking, bob))
    pay(actor, share_of(booking, bob))
    line = next(line for line in get_collection(actor_for(bob), booking.reference).lines if line.you)
    assert (line.share.state, line.by_owner) == ("paid", True)
    assert ("bob@example.org", "paid") in told()


def test_share_when_of_a_member_without_account_then_the_owner_pays_it(actor: Actor, shared: Trip) -> None:
    kid = join(shared, None, "Kid")
    booking = collect(actor, shared, [ShareWish("me"), ShareWish(str(kid.pk))])
    pay(actor, share_of(booking, "Kid"))
    assert pay(actor, share_of(booking, "Alice")).state == "CONFIRMED"


def test_share_when_its_member_left_the_trip_then_closed_to_them_and_payable_by_the_owner(actor: Actor, shared: Trip, alice: User, bob: User) -> None:
    booking = collect(actor, shared)
    his = share_of(booking, bob)
    end_membership(actor=actor_for(bob), reference=shared.reference)
    with pytest.raises(NotFound):
        get_collection(actor_for(bob), booking.reference)
    with pytest.raises(NotFound):
        pay(actor_for(bob), his)
    line = next(line for line in get_collection(actor, booking.reference).lines if line.share == his)
    assert (line.left, line.may_pay) == (True, True)
    pay(actor, share_of(booking, alice))
    assert pay(actor, his).state == "CONFIRMED"
    assert told() == [("bob@example.org", "asked")]  # who left is told nothing more of it


def test_booking_when_it_is_paid_in_shares_then_the_whole_can_not_be_paid_at_once(actor: Actor, shared: Trip, bob: User) -> None:
    booking = collect(actor, shared)
    for _before_and_after in range(2):
        with pytest.raises(Conflict) as refused:
            steps.pay(actor, booking)
        assert refused.value.code == "paid_in_shares"
        if share_of(booking, bob).state == "due":
            pay(actor_for(bob), share_of(booking, bob))
    with pytest.raises(NotFound):
        collections.pay_share(actor=actor, reference=booking.reference, share_id=uuid.uuid4())


# --- giving back


def test_collection_when_the_time_ends_then_everything_goes_back(actor: Actor, shared: Trip, alice: User, bob: User, gateway_book: Book) -> None:
    booking = collect(actor, shared)
    pay(actor_for(bob), share_of(booking, bob))
    assert checkout.expire_due(now=booking.locked_at + dt.timedelta(hours=23)) == "0 expired"
    assert checkout.expire_due(now=booking.locked_at + DAY) == "1 expired"
    free_again(booking, "EXPIRED")
    assert dict(PaymentShare.objects.values_list("user__first_name", "state")) == {"Alice": "dropped", "Bob": "given_back"}
    assert given_back(booking)
    assert money_at_rest(gateway_book) == (0, 0)
    assert ("bob@example.org", "given_back") in told()
    assert OutboxMessage.objects.get(context__happened="given_back").context["amount"] == "4100.00"
    assert get_booking(actor, booking.reference).payment.state == list_bookings(actor).get().payment_state == "given_back"
    assert collect(actor, shared).state == "PAYMENT_PENDING"  # and it may be tried again


def test_share_when_paid_after_the_time_then_refused_and_the_others_money_goes_back(actor: Actor, shared: Trip, alice: User, bob: User, gateway_book: Book) -> None:
    booking = collect(actor, shared)
    pay(actor_for(bob), share_of(booking, bob))
    with pytest.raises(Conflict) as late:
        pay(actor, share_of(booking, alice), now=booking.locked_at + DAY)
    assert late.value.code == "hold_expired"
    free_again(booking, "EXPIRED")
    assert given_back(booking)
    assert money_at_rest(gateway_book) == (0, 0)


def test_last_share_when_the_time_ends_while_it_is_charged_then_everything_goes_back(
    actor: Actor, shared: Trip, alice: User, bob: User, gateway_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = collect(actor, shared)
    pay(actor_for(bob), share_of(booking, bob))
    real = MockGateway.charge

    def slow(self: MockGateway, request: Any) -> ChargeResult:
        checkout.expire_due(now=booking.locked_at + DAY)
        return real(self, request)

    monkeypatch.setattr(MockGateway, "charge", slow)
    assert pay(actor, share_of(booking, alice)).state == "EXPIRED"
    free_again(booking, "EXPIRED")
    assert given_back(booking)
    assert money_at_rest(gateway_book) == (0, 0)
    assert Payment.objects.filter(state="succeeded").count() == 2


def test_collection_when_closed_by_its_owner_then_everything_goes_back_and_what_is_under_way_is_stopped(actor: Actor, shared: Trip, alice: User, bob: User, gateway_book: Book) -> None:
    booking = collect(actor, shared)
    pay(actor_for(bob), share_of(booking, bob))
    pay(actor, share_of(booking, alice), "tok_three_d_secure")
    with pytest.raises(NotAllowed):
        collections.close_collection(actor=actor_for(bob), reference=booking.reference)
    closed = collections.close_collection(actor=actor, reference=booking.reference)
    assert (closed.state, closed.failure_code) == ("FAILED", "collection_closed")
    free_again(booking, "FAILED")
    checkout.reconcile_unknown(now=booking.locked_at + dt.timedelta(minutes=2))
    assert given_back(booking)
    assert money_at_rest(gateway_book) == (0, 0)
    assert not Payment.objects.filter(state__in=("pending", "unknown")).exists()
    with pytest.raises(Conflict):
        collections.close_collection(actor=actor, reference=booking.reference)


def test_collection_when_booked_then_it_can_not_be_closed(actor: Actor, shared: Trip, alice: User, bob: User, charlie: User) -> None:
    booking = collect(actor, shared)
    pay(actor, share_of(booking, alice))
    pay(actor, share_of(booking, bob))
    with pytest.raises(Conflict):
        collections.close_collection(actor=actor, reference=booking.reference)
    with pytest.raises(NotFound):
        collections.close_collection(actor=actor_for(charlie), reference=booking.reference)


@pytest.mark.parametrize("answer", [{"amount": Decimal(4000)}, {"currency": "EUR"}])
def test_share_when_another_amount_is_taken_then_given_back_and_the_share_is_due_again(
    actor: Actor, shared: Trip, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    booking = collect(actor, shared)
    his = share_of(booking, bob)
    with monkeypatch.context() as patch:
        patch.setattr(MockGateway, "charge", lambda self, request: ChargeResult(Outcome.SUCCEEDED, reference="odd", **answer))
        assert pay(actor_for(bob), his).state == "PAYMENT_PENDING"
    his.refresh_from_db()
    assert his.state == "due"
    odd = Payment.objects.get()
    assert (odd.state, odd.refunded) == ("succeeded", odd.captured)
    pay(actor_for(bob), his)
    assert pay(actor, share_of(booking, alice)).state == "CONFIRMED"
    owed = LedgerEntry.objects.filter(booking=booking, account="suppliers")
    assert sum(owed.values_list("amount", flat=True)) == -8200


def test_payments_of_a_share_when_two_are_alive_then_the_database_refuses(actor: Actor, shared: Trip, bob: User) -> None:
    booking = collect(actor, shared)
    his = share_of(booking, bob)
    fields = {"booking": booking, "share": his, "gateway": "mock", "amount": his.amount, "currency": "INR"}
    Payment.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(**fields)


# --- suppliers


def test_shares_when_a_supplier_refuses_after_all_are_paid_then_everything_goes_back(
    actor: Actor, alice: User, bob: User, supplier: MemorySupplier, gateway_book: Book
) -> None:
    trip = flight_trip(alice)
    join(trip, bob)
    booking = collect(actor, trip)
    supplier.script["home", "book"] = [NO]
    pay(actor_for(bob), share_of(booking, bob))
    assert pay(actor, share_of(booking, alice)).state == "FAILED"
    assert given_back(booking)
    assert money_at_rest(gateway_book) == (0, 0)
    assert set(supplier.orders.values()) == {"cancelled"}
    assert set(PaymentShare.objects.values_list("state", flat=True)) == {"given_back"}
    assert Collection.objects.get().state == "given_back"
    assert told() == [("bob@example.org", happened) for happened in ("asked", "given_back", "paid")]


def test_shares_when_a_supplier_thinks_after_all_are_paid_then_the_end_of_the_time_keeps_the_booking(
    actor: Actor, alice: User, bob: User, supplier: MemorySupplier
) -> None:
    trip = flight_trip(alice)
    join(trip, bob)
    booking = collect(actor, trip)
    supplier.script["home", "book"] = [SLOW]
    pay(actor_for(bob), share_of(booking, bob))
    assert pay(actor, share_of(booking, alice)).state == "PAYMENT_PENDING"
    checkout.expire_due(now=booking.locked_at + DAY)
    with pytest.raises(Conflict):
        collections.close_collection(actor=actor, reference=booking.reference)
    assert get_booking(actor, booking.reference).payment.state == "succeeded"
    checkout.reconcile_suppliers(now=booking.locked_at + dt.timedelta(minutes=5))
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"


# --- reading


def test_owed_shares_when_read_then_only_ones_own_of_open_collections(actor: Actor, shared: Trip, bob: User, charlie: User) -> None:
    booking = collect(actor, shared)
    assert [share.user for share in owed_shares(actor_for(bob))] == [bob]
    assert list(owed_shares(actor_for(charlie))) == list(owed_shares(Actor())) == []
    pay(actor_for(bob), share_of(booking, bob))
    assert list(owed_shares(actor_for(bob))) == []


def test_cart_line_when_bought_by_shares_then_leaves_the_owners_cart(actor: Actor, shared: Trip, alice: User, bob: User, catalogue: SmallCatalogue) -> None:
    put_in_cart(shared, catalogue.car)
    booking = collect(actor, shared)
    pay(actor_for(bob), share_of(booking, bob))
    pay(actor, share_of(booking, alice))
    assert Booking.objects.get().state == "CONFIRMED"
    assert not CartItem.objects.exists()
