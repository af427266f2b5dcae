"""What a supplier changes after it was booked: kept once, shown, announced; called off = all of it back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Notification, User
from bookings.actions import supplier_changes
from bookings.gateways.payments.book import Book
from bookings.gateways.suppliers import Change
from bookings.models import Booking, BookingItem, FlightDetail, Refund, SupplierChange
from tests.bookings.suppliers import book, flight_trip, money_at
from tests.cast import actor_for
from tests.fakes.memory_supplier import MemorySupplier
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_balance")]
LATER = "2027-01-15T09:30:00+05:30"


@pytest.fixture
def booked(alice: User, actor: Actor, supplier: MemorySupplier) -> Booking:
    booking = book(actor, flight_trip(alice))
    assert booking.state == "CONFIRMED"
    return booking


@pytest.fixture
def flight(booked: Booking) -> BookingItem:
    return booked.items.get(name__iendswith="out")


def told(item: BookingItem, kind: str, name: str = "chg_1", **to: Any) -> Change:
    return Change(name, item.supplier_reference, kind, {"from": {"gate": "A1"}, "to": to}, clock.now())


def notes(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user, notification_type="booking.changed").values_list("title", flat=True))


def test_a_delay_told_many_times_is_kept_and_announced_once(supplier: MemorySupplier, flight: BookingItem, alice: User) -> None:
    supplier.told = (told(flight, "flight_delay", departureTime=LATER, name="chg_1"),)

    said = [supplier_changes.poll_suppliers() for _time in range(3)]

    assert said == ["1 new", "0 new", "0 new"]
    assert SupplierChange.objects.get().state == "announced"
    assert FlightDetail.objects.get(pk=flight.pk).departure_time == dt.datetime.fromisoformat(LATER)
    assert len(notes(alice)) == 1


def test_changes_of_orders_that_are_not_ours_are_no_news(supplier: MemorySupplier, booked: Booking, alice: User) -> None:
    supplier.told = (Change("chg_9", "ORD-of-another", "cancelled", {}, clock.now()),)

    assert supplier_changes.poll_suppliers() == "0 new"
    assert notes(alice) == []


def test_a_flight_that_is_called_off_gives_all_of_its_money_back_whatever_its_terms(
    supplier: MemorySupplier, flight: BookingItem, booked: Booking, alice: User, gateway_book: Book
) -> None:
    BookingItem.objects.filter(pk=flight.pk).update(cancellable=False)
    supplier.told = (told(flight, "cancelled"),)

    supplier_changes.poll_suppliers()
    supplier_changes.poll_suppliers()

    booked.refresh_from_db()
    flight.refresh_from_db()
    assert (booked.state, flight.state, flight.payment_status) == ("CONFIRMED", "cancelled", "refunded")
    assert Refund.objects.get().amount == flight.total == Decimal(4000)
    assert money_at(gateway_book) == (booked.total, Decimal("4000.00"))
    assert len(notes(alice)) == 1


def test_all_of_a_trip_called_off_part_by_part_is_a_cancelled_booking(booked: Booking, gateway_book: Book, dana: User) -> None:
    for item in booked.items.all():
        supplier_changes.note_change(actor=actor_for(dana), item_id=item.pk, kind="cancelled", facts={})

    booked.refresh_from_db()
    assert booked.state == "CANCELLED"
    charged, refunded = money_at(gateway_book)
    assert charged == refunded == booked.total


def test_staff_writes_a_gate_down_and_the_owner_sees_from_what_to_what(
    booked: Booking, flight: BookingItem, dana: User, alice_api: APIClient, alice_page: Client
) -> None:
    FlightDetail.objects.filter(pk=flight.pk).update(gate="A1")

    supplier_changes.note_change(actor=actor_for(dana), item_id=flight.pk, kind="gate_change", facts={"gate": "B7", "note": "Walk <fast>\nplease"})

    answer = alice_api.get(f"/api/bookings/{booked.reference}").json()
    said = next(item for item in answer["items"] if item["name"] == flight.name)["changes"]
    assert [(one["kind"], one["from"], one["to"]) for one in said] == [("gate_change", {"gate": "A1"}, {"gate": "B7", "note": "Walk <fast> please"})]
    page = alice_page.get(f"/bookings/{booked.reference}").content.decode()
    assert "B7" in page
    assert "Walk &lt;fast&gt; please" in page


def test_a_change_that_says_nothing_or_nonsense_is_refused(flight: BookingItem, dana: User, alice: User) -> None:
    staff = actor_for(dana)
    for facts in ({}, {"departureTime": "half past nine"}, {"gate": "\u202e"}):
        with pytest.raises(Invalid):
            supplier_changes.note_change(actor=staff, item_id=flight.pk, kind="gate_change", facts=facts)
    with pytest.raises(Invalid):
        supplier_changes.note_change(actor=staff, item_id=flight.pk, kind="volcano", facts={"gate": "1"})
    with pytest.raises(NotAllowed):
        supplier_changes.note_change(actor=actor_for(alice), item_id=flight.pk, kind="gate_change", facts={"gate": "1"})


def test_what_is_cancelled_does_not_change_any_more(flight: BookingItem, dana: User, supplier: MemorySupplier, alice: User) -> None:
    supplier_changes.note_change(actor=actor_for(dana), item_id=flight.pk, kind="cancelled", facts={})
    supplier.told = (told(flight, "gate_change", gate="C3"),)

    supplier_changes.poll_suppliers()

    assert SupplierChange.objects.get(external_id="chg_1").state == "ignored"
    with pytest.raises(Conflict):
        supplier_changes.note_change(actor=actor_for(dana), item_id=flight.pk, kind="gate_change", facts={"gate": "1"})


def test_a_change_while_the_booking_is_being_cancelled_waits(flight: BookingItem, booked: Booking, supplier: MemorySupplier) -> None:
    Booking.objects.filter(pk=booked.pk).update(state="CANCELLING")
    supplier.told = (told(flight, "cancelled"),)

    supplier_changes.poll_suppliers()
    assert SupplierChange.objects.get().state == "received"
    Booking.objects.filter(pk=booked.pk).update(state="CONFIRMED")
    supplier_changes.poll_suppliers()

    assert SupplierChange.objects.get().state == "announced"
    assert Refund.objects.count() == 1


def test_staff_types_a_delay_into_the_admin(flight: BookingItem, dana_page: Client) -> None:
    path = f"/admin/bookings/bookingitem/{flight.pk}/note_change/"

    answer = dana_page.post(
        path, {"kind": "flight_delay", "departure_time": LATER, "arrival_time": "", "terminal": "", "gate": "", "note": "", "_form_submitted": "True"}
    )

    assert answer.status_code in (200, 302), answer.content[:300]
    assert SupplierChange.objects.get().facts["to"]["departureTime"] == LATER
