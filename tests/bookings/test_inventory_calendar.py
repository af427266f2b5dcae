"""What staff do to the inventory: the calendar page, capacity of a date, closed dates, price rules; and the pruning of empty slots."""

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
from bookings.actions import inventory
from bookings.actions import places as place_actions
from bookings.models import CapacityRule, PriceRule, ServiceSlot
from bookings.queries.inventory import list_departures
from bookings.queries.inventory_calendar import month_of
from tests.bookings.steps import reserve
from tests.cast import actor_for, page_for
from tests.factories.catalogue import SmallCatalogue
from tests.factories.people import UserFactory
from tests.statements import counted
from travelplanner.core import periodic
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound
from travelplanner.core.models import AuditEntry
from trips.models import Service, Trip

DAY = (dt.datetime.now(dt.UTC) + dt.timedelta(days=40)).date()
pytestmark = pytest.mark.usefixtures("books_balance")


@pytest.fixture
def staff(dana: User) -> Actor:
    return actor_for(dana)


def calendar_url(service: Service, day: dt.date = DAY) -> str:
    return reverse("admin:bookings_service_calendar", args=[service.pk]) + f"?month={day:%Y-%m}"


def left(service: Service, day: dt.date = DAY) -> list[int]:
    return [one.left for one in list_departures(service, day, day)]


def test_capacity_when_set_then_sold_so_and_audited_once(staff: Actor, catalogue: SmallCatalogue) -> None:
    boat = catalogue.activities[1]
    for _ in range(2):
        inventory.set_capacity(actor=staff, service_id=boat.pk, date=DAY, time="06:00", capacity=9)
    assert left(boat) == [9, 6]
    (entry,) = AuditEntry.objects.filter(action="serviceslot.capacity_set")
    assert (entry.before["capacity"], entry.after["capacity"]) == (6, 9)


def test_capacity_when_below_what_is_taken_then_conflict_and_nothing_changes(staff: Actor, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    reserve(actor, alices_trip)
    museum, day = catalogue.activities[0], alices_trip.start_date
    with pytest.raises(Conflict) as refused:
        inventory.set_capacity(actor=staff, service_id=museum.pk, date=day, time="10:00", capacity=1)
    assert (refused.value.code, refused.value.extra["taken"]) == ("below_taken", 2)
    inventory.set_capacity(actor=staff, service_id=museum.pk, date=day, time="10:00", capacity=2)
    assert left(museum, day) == [0, 10]


def test_date_when_closed_then_booked_stays_booked_and_reopening_follows_the_rules(staff: Actor, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    reserve(actor, alices_trip)
    museum, day = catalogue.activities[0], alices_trip.start_date
    assert inventory.close_date(actor=staff, service_id=museum.pk, date=day) == 2
    assert inventory.close_date(actor=staff, service_id=museum.pk, date=day) == 0
    assert left(museum, day) == [0, 0]
    assert ServiceSlot.objects.get(service=museum, date=day, time="10:00").taken == 2
    CapacityRule.objects.create(service=museum, name="small hall", capacity=1)
    assert inventory.reopen_date(actor=staff, service_id=museum.pk, date=day) == 1
    assert sorted(ServiceSlot.objects.filter(service=museum, date=day).values_list("capacity", "taken")) == [(1, 0), (2, 2)]


def test_inventory_when_not_staff_then_refused(actor: Actor, catalogue: SmallCatalogue) -> None:
    car = catalogue.car.pk
    for deed in (
        lambda: inventory.set_capacity(actor=actor, service_id=car, date=DAY, capacity=1),
        lambda: inventory.close_date(actor=actor, service_id=car, date=DAY),
        lambda: inventory.reopen_date(actor=actor, service_id=car, date=DAY),
        lambda: inventory.set_price_rule(actor=actor, service_id=car, name="x", percent=Decimal(5)),
        lambda: inventory.prune_slots(actor=actor),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert not ServiceSlot.objects.exists()


@pytest.mark.parametrize("wrong", [{"date": dt.date(2020, 1, 1)}, {"date": DAY + dt.timedelta(days=600)}, {"time": "03:00"}, {"capacity": -1}, {"capacity": 10**6}])
def test_capacity_when_the_wish_is_wrong_then_invalid(staff: Actor, catalogue: SmallCatalogue, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        inventory.set_capacity(actor=staff, service_id=catalogue.activities[1].pk, **({"date": DAY, "time": "06:00", "capacity": 1} | wrong))
    with pytest.raises(NotFound):
        inventory.set_capacity(actor=staff, service_id=uuid.uuid4(), date=DAY, capacity=1)
    assert not ServiceSlot.objects.exists()


def test_price_rule_when_set_again_then_changed_and_audited(staff: Actor, catalogue: SmallCatalogue) -> None:
    car = catalogue.car
    for percent in (10, 10, 25):
        inventory.set_price_rule(actor=staff, service_id=car.pk, name="fair", percent=Decimal(percent), valid_from=DAY, valid_until=DAY)
    assert PriceRule.objects.get().percent == 25
    assert [one.price for one in list_departures(car, DAY, DAY + dt.timedelta(days=1))] == [Decimal(2750), Decimal(2200)]
    assert list(AuditEntry.objects.filter(action__startswith="pricerule").order_by("created_at").values_list("action", flat=True)) == ["pricerule.added", "pricerule.changed"]
    with pytest.raises(Invalid):
        inventory.set_price_rule(actor=staff, service_id=car.pk, name="fair", percent=Decimal("NaN"))
    with pytest.raises(Invalid):
        inventory.set_price_rule(actor=staff, service_id=car.pk, name="fair", percent=Decimal(5), valid_from=DAY, valid_until=DAY - dt.timedelta(days=1))


def test_price_rule_when_an_empty_slot_stands_in_the_way_then_it_follows_the_rule(staff: Actor, catalogue: SmallCatalogue) -> None:
    ServiceSlot.objects.create(service=catalogue.car, date=DAY, capacity=3, price=2200, currency="INR")
    inventory.set_price_rule(actor=staff, service_id=catalogue.car.pk, name="fair", percent=Decimal(10))
    assert list_departures(catalogue.car, DAY, DAY)[0].price == Decimal(2420)


# --- pruning ----------------------------------------------------------------------------------------------------------------
def test_prune_when_slots_say_what_the_rules_say_then_they_go_and_the_rest_stays(staff: Actor, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    reserve(actor, alices_trip)
    held = set(ServiceSlot.objects.values_list("pk", flat=True))
    make = ServiceSlot.objects.create
    make(service=catalogue.hotels[0], date=DAY, capacity=10, price=1200, currency="INR")
    closed = make(service=catalogue.hotels[0], date=DAY + dt.timedelta(days=1), capacity=0, price=1200, currency="INR")
    priced = make(service=catalogue.hotels[0], date=DAY + dt.timedelta(days=2), capacity=10, price=999, currency="INR")
    assert inventory.prune_slots() == "1 empty slots dropped"
    assert set(ServiceSlot.objects.values_list("pk", flat=True)) == held | {closed.pk, priced.pk}
    assert inventory.prune_slots() == ""
    assert "prune_empty_slots" in periodic.registered()


def test_prune_when_a_place_is_taken_after_it_looked_then_the_slot_stays(catalogue: SmallCatalogue, monkeypatch: Any, actor: Actor, alices_trip: Trip) -> None:
    """The DELETE itself asks; a prune that trusts what it read would take the place away from under its hold."""
    drop, found = inventory._drop, []

    def with_someone_faster(slots: Any) -> int:
        found.extend(slots)
        reserve(actor, alices_trip)
        return drop(slots)

    make = ServiceSlot.objects.create
    for night in range(2):
        make(service=catalogue.hotels[1], date=alices_trip.start_date + dt.timedelta(days=night), capacity=10, price=2800, currency="INR")
    monkeypatch.setattr(inventory, "_drop", with_someone_faster)
    inventory.prune_slots()
    assert len(found) == 2
    assert ServiceSlot.objects.filter(pk__in=[slot.pk for slot in found], taken=1).count() == 2


def test_reserve_when_its_empty_slot_is_pruned_at_this_moment_then_it_is_made_anew(actor: Actor, alices_trip: Trip, monkeypatch: Any) -> None:
    from bookings.actions import reservation

    ensure, calls = place_actions.ensure_slots, []

    def then_pruned(**kwargs: Any) -> Any:
        needs = ensure(**kwargs)
        if not calls:
            inventory.prune_slots()
        calls.append(1)
        return needs

    monkeypatch.setattr(reservation, "ensure_slots", then_pruned)
    booking = reserve(actor, alices_trip)
    assert booking.state == "PAYMENT_PENDING"
    assert len(calls) == 2


# --- the page ---------------------------------------------------------------------------------------------------------------
def test_calendar_when_opened_then_it_shows_taken_price_rule_and_closed(staff: Actor, actor: Actor, dana_page: Client, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    museum, day = catalogue.activities[0], alices_trip.start_date
    PriceRule.objects.create(service=museum, name="weekday joy", percent=15, valid_from=day + dt.timedelta(days=1))
    reserve(actor, alices_trip)
    inventory.close_date(actor=staff, service_id=museum.pk, date=day)
    html = dana_page.get(calendar_url(museum, day)).content.decode()
    assert "2 of 2 taken" in html
    assert "closed" in html
    if (day + dt.timedelta(days=1)).month == day.month:
        assert "weekday joy +15 %" in html
    assert "Previous month" in html
    assert "Next month" in html


def test_calendar_when_buttons_are_pressed_then_actions_do_it_and_refusals_are_said(dana_page: Client, catalogue: SmallCatalogue) -> None:
    url = calendar_url(catalogue.car)
    assert dana_page.post(url, {"do": "capacity", "date": DAY, "time": "", "capacity": 8}).status_code == 302
    assert left(catalogue.car) == [8]
    assert dana_page.post(url, {"do": "close", "date": DAY}).status_code == 302
    assert left(catalogue.car) == [0]
    assert dana_page.post(url, {"do": "reopen", "date": DAY}).status_code == 302
    assert left(catalogue.car) == [3]
    assert dana_page.post(url, {"do": "price", "name": "fair", "percent": "10", "weekdays": ["4", "5"]}).status_code == 302
    assert PriceRule.objects.get().weekdays == [4, 5]
    html = dana_page.post(url, {"do": "capacity", "date": "2020-01-01", "time": "", "capacity": 8}).content.decode()
    assert "A date from today to 18 months ahead." in html
    assert "Say how many." in dana_page.post(url, {"do": "capacity", "date": DAY}).content.decode()
    assert dana_page.post(url, {"do": "price", "name": "fair", "percent": "900"}).status_code == 200


@pytest.mark.parametrize(("rights", "may"), [(("change_serviceslot",), "close"), (("add_pricerule", "change_pricerule"), "price"), ((), "")])
def test_calendar_when_staff_have_one_right_then_that_form_alone(catalogue: SmallCatalogue, rights: tuple[str, ...], may: str) -> None:
    user: User = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_serviceslot", *rights), content_type__app_label="bookings"))
    browser, url = page_for(user), calendar_url(catalogue.car)
    html = browser.get(url).content.decode()
    for deed, body in (("close", {"date": DAY}), ("price", {"name": "fair", "percent": "10"})):
        assert (f'value="{deed}"' in html) == (deed == may)
        assert browser.post(url, {"do": deed, **body}).status_code == (302 if deed == may else 403)
    assert PriceRule.objects.exists() == (may == "price")


def test_calendar_when_not_staff_or_unknown_then_no_way_in(alice_page: Client, page: Client, dana_page: Client, catalogue: SmallCatalogue) -> None:
    for someone in (alice_page, page):
        assert someone.get(calendar_url(catalogue.car)).status_code == 302
        assert someone.post(calendar_url(catalogue.car), {"do": "close", "date": DAY}).status_code == 302
    assert dana_page.get(reverse("admin:bookings_service_calendar", args=[uuid.uuid4()])).status_code == 404
    assert not ServiceSlot.objects.exists()
    for month in ("", "x", "9999-12", "0001-01", "2027-13"):
        assert dana_page.get(reverse("admin:bookings_service_calendar", args=[catalogue.car.pk]) + f"?month={month}").status_code == 200
    assert "calendar" in dana_page.get(reverse("admin:trips_service_change", args=[catalogue.car.pk])).content.decode()


def test_calendar_when_every_date_has_slots_then_no_more_statements(catalogue: SmallCatalogue) -> None:
    with counted() as few:
        month_of(catalogue.activities[1].pk, DAY)
    first = DAY.replace(day=1)
    ServiceSlot.objects.bulk_create(
        ServiceSlot(service=catalogue.activities[1], date=first + dt.timedelta(days=n), time=time, capacity=5, price=450, currency="INR") for n in range(28) for time in ("06:00", "17:00")
    )
    with counted() as many:
        month = month_of(catalogue.activities[1].pk, DAY)
    assert len(many) == len(few) == 3
    assert sum(cell.own_capacity for week in month.weeks for day in week for cell in day.cells) == 56
