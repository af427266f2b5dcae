"""Money given back by hand: who may, how much, why, and what stays as it was."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from bookings.actions.staff_payments import refund_by_staff
from bookings.gateways.payments.book import Book
from bookings.models import Booking, BudgetLock, Dispute, LedgerEntry, Payment, Refund
from tests.bookings.steps import pay, reserve
from tests.cast import actor_for
from tests.factories.people import UserFactory
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound
from travelplanner.core.models import AuditEntry
from trips.models import Trip

pytestmark = pytest.mark.django_db
WHY = "The room was cold at night."


@pytest.fixture
def booking(actor: Actor, alices_trip: Trip) -> Booking:
    return pay(actor, reserve(actor, alices_trip))


def staff(*rights: str) -> Actor:
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights, content_type__app_label="bookings"))
    return actor_for(user)


def give(actor: Actor, amount: Any = 500, reason: str = WHY, **more: Any) -> Refund:
    return refund_by_staff(actor=actor, payment_id=Payment.objects.get().pk, amount=Decimal(amount), reason=reason, **more)


def test_refund_when_within_the_limit_then_sent_recorded_and_the_booking_stays(booking: Booking, gateway_book: Book) -> None:
    before = booking.row_version
    refund = give(staff("refund_payment"), reason=f"  {WHY} ")
    assert (refund.state, refund.cause, refund.reason, refund.amount) == ("succeeded", "staff", WHY, 500)
    assert [Decimal(amount) for _key, _charge, amount in gateway_book.all_refunds()] == [500]
    booking.refresh_from_db()
    assert (booking.state, booking.row_version) == ("CONFIRMED", before)
    entry = AuditEntry.objects.get(action="payment.refunded")
    assert entry.after == {"refund": refund.transaction_id, "amount": "500.00", "currency": "INR", "reason": WHY}
    sums = {account: sum(LedgerEntry.objects.filter(account=account).values_list("amount", flat=True)) for account in ("gateway", "suppliers", "refunds")}
    assert sums == {"gateway": 7700, "suppliers": -7700, "refunds": 0}
    assert BudgetLock.objects.get().spent == 7700


def test_refund_when_without_the_right_then_not_allowed(booking: Booking, actor: Actor) -> None:
    suspended = staff("refund_payment")
    User.objects.filter(pk=suspended.user_id).update(status="suspended")
    forged = Actor(user_id=actor.user_id, is_staff=True)
    for other in (staff(), staff("refund_any"), staff("change_payment"), suspended, forged, actor, Actor(is_staff=True), Actor.system("job")):
        with pytest.raises(NotAllowed):
            give(other)
    assert not Refund.objects.exists()


def test_refund_when_above_the_limit_then_it_needs_another_right(booking: Booking, settings: Any) -> None:
    settings.STAFF_REFUND_LIMIT = 40  # euros: some four thousand rupees
    clerk, chief = staff("refund_payment"), staff("refund_payment", "refund_any")
    give(clerk, 3000)
    with pytest.raises(NotAllowed):
        give(clerk, 5100)
    assert give(chief, 5100).state == "succeeded"


def test_refund_when_more_than_is_left_then_refused_by_the_database(booking: Booking, dana: User) -> None:
    give(actor_for(dana), 8000)
    with pytest.raises(Conflict) as refused:
        give(actor_for(dana), 201)
    assert refused.value.code == "refund_too_large"
    give(actor_for(dana), 200)
    assert Payment.objects.get().refunded == 8200


def test_refund_when_a_bank_took_a_part_back_then_only_the_rest_can_be_given(booking: Booking, dana: User) -> None:
    Dispute.objects.create(payment=Payment.objects.get(), provider_reference="dp_1", amount=8000, currency="INR", state="lost")
    with pytest.raises(Conflict) as refused:
        give(actor_for(dana), 201)
    assert refused.value.code == "refund_too_large"
    assert give(actor_for(dana), 200).state == "succeeded"


@pytest.mark.parametrize(("amount", "reason", "field"), [("0", WHY, "amount"), ("-5", WHY, "amount"), ("1.005", WHY, "amount"), ("5", "too short", "reason"), ("5", "x" * 201, "reason")])
def test_refund_when_amount_or_reason_is_wrong_then_invalid(booking: Booking, dana: User, amount: str, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        give(actor_for(dana), amount, reason)
    assert field in refused.value.fields
    with pytest.raises(Invalid):
        give(actor_for(dana), "NaN")


def test_refund_when_pressed_twice_then_given_back_once(booking: Booking, dana: User, gateway_book: Book) -> None:
    assert give(actor_for(dana)).pk == give(actor_for(dana)).pk
    assert len(gateway_book.all_refunds()) == 1
    give(actor_for(dana), now=clock.now() + dt.timedelta(minutes=11))  # meant
    assert len(gateway_book.all_refunds()) == 2


def test_refund_when_nothing_is_decided_yet_then_wrong_state(actor: Actor, alices_trip: Trip, dana: User) -> None:
    pay(actor, reserve(actor, alices_trip), "tok_three_d_secure")
    with pytest.raises(Conflict):
        give(actor_for(dana))
    with pytest.raises(NotFound):
        refund_by_staff(actor=actor_for(dana), payment_id=uuid.uuid4(), amount=Decimal(1), reason=WHY)


def test_admin_when_the_button_is_pressed_then_given_back_and_listed_with_its_reason(booking: Booking, dana_page: Client) -> None:
    payment = Payment.objects.get()
    url = f"/admin/bookings/payment/{payment.pk}/refund/"
    shown = dana_page.get(url, headers={"HX-Request": "true"})
    assert shown.status_code == 200
    assert b"at least 10 characters" in shown.content
    dana_page.post(url, {"amount": "250", "reason": WHY, "_form_submitted": "True"})
    refund = Refund.objects.get()
    assert (refund.amount, refund.state) == (250, "succeeded")
    assert WHY in dana_page.get("/admin/bookings/refund/").content.decode()
    assert WHY in dana_page.get(f"/admin/bookings/payment/{payment.pk}/change/").content.decode()


def test_admin_when_more_is_given_back_than_was_paid_then_told_beside_the_amount_and_nothing_typed_is_lost(booking: Booking, dana_page: Client) -> None:
    url = f"/admin/bookings/payment/{Payment.objects.get().pk}/refund/"
    assert "At most ₹8,200 is left to give back." in dana_page.get(url).content.decode()
    answer = dana_page.post(url, {"amount": "8201", "reason": WHY, "_form_submitted": "True"}, headers={"HX-Request": "true"})
    said = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="id_amount_error"' in said
    assert "More can&#x27;t be given back than was paid." in said
    assert 'value="8201"' in said
    assert WHY in said
    assert not Refund.objects.exists()
    short = dana_page.post(url, {"amount": "5", "reason": "          short", "_form_submitted": "True"}).content.decode()
    assert 'id="id_reason_error"' in short
    assert 'value="5"' in short


def test_admin_when_the_dialog_of_no_payment_is_opened_then_no_error(booking: Booking, dana_page: Client) -> None:
    for key in (uuid.uuid4(), "nonsense"):
        assert dana_page.get(f"/admin/bookings/payment/{key}/refund/").status_code == 200


def test_admin_when_the_right_is_missing_then_no_button_and_no_refund(booking: Booking) -> None:
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_payment", "change_payment"], content_type__app_label="bookings"))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    payment = Payment.objects.get()
    client.post(f"/admin/bookings/payment/{payment.pk}/refund/", {"amount": "250", "reason": WHY, "_form_submitted": "True"})
    assert not Refund.objects.exists()
