"""The cart page, the cart of a browser without account, and how it follows its user at sign-in."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions import cart as actions
from bookings.actions.cart_merge import merge_lines
from bookings.models import CartItem, PriceRule
from bookings.queries.cart import get_cart
from bookings.queries.wished import WishedLine
from bookings.web.browser_cart import SALT
from tests.cast import actor_for, page_for
from tests.factories.bookings import make_planned_trip
from tests.factories.catalogue import SmallCatalogue
from tests.factories.people import PASSWORD
from tests.statements import counted
from travelplanner.core.errors import Conflict, NotAllowed, NotFound
from trips.models import Service

DAY = (dt.datetime.now(dt.UTC) + dt.timedelta(days=40)).date()


def form(service: Service, **fields: Any) -> dict[str, Any]:
    return {"do": "add", "service": service.pk, "date": DAY.isoformat(), "people": 2, "nights": 1, "time": service.times[0] if service.times else "", **fields}


def press(page: Client, **fields: Any) -> Any:
    return page.post("/cart/change", fields)


def line_key(service: Service, day: dt.date = DAY) -> str:
    return f"{service.pk}~{day.isoformat()}~{service.times[0] if service.times else ''}"


def seen(page: Client) -> str:
    answer = page.get("/cart")
    assert answer.status_code == 200
    return answer.content.decode()


def dearer(service: Service) -> None:
    PriceRule.objects.create(service=service, name="rush", percent=50)


def test_cart_when_empty_then_the_page_teaches(page: Client, catalogue: SmallCatalogue) -> None:
    assert "Your cart is empty" in seen(page)


def test_browser_cart_when_filled_then_kept_in_a_cookie_that_scripts_cannot_read(page: Client, catalogue: SmallCatalogue) -> None:
    assert press(page, **form(catalogue.hotels[1], nights=2)).status_code == 302
    cookie = page.cookies["cart"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    html = seen(page)
    assert "Demo Hotel standard" in html
    assert "₹5,600" in html
    assert "This cart lives in this browser." in html
    assert not CartItem.objects.exists()


def test_browser_cart_when_changed_removed_and_restored_then_the_page_says_so(page: Client, catalogue: SmallCatalogue) -> None:
    boat = catalogue.activities[1]
    press(page, **form(boat))
    press(page, do="change", line=line_key(boat), people=4, date=DAY.isoformat())
    assert "4 people" in seen(page)
    press(page, do="remove", line=line_key(boat))
    html = seen(page)
    assert "Demo Boat ride is taken out." in html
    assert "cart" not in page.cookies or not page.cookies["cart"].value
    press(page, do="restore")
    assert "4 people" in seen(page)
    assert "is taken out." not in seen(page)
    assert press(page, do="remove", line="nonsense").status_code == 302


def test_browser_cart_when_price_moves_then_it_asks_and_agreeing_settles_it(page: Client, catalogue: SmallCatalogue) -> None:
    boat = catalogue.activities[1]
    press(page, **form(boat))
    dearer(boat)
    html = seen(page)
    assert "I agree to ₹1,350" in html
    press(page, do="agree", line=line_key(boat), price="900.00")  # what it cost yesterday isn't what it costs now
    assert "I agree to" in seen(page)
    press(page, do="agree", line=line_key(boat), price="1350.00")
    assert "I agree to" not in seen(page)


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "null", "x" * 5000])
def test_browser_cart_when_tampered_with_then_empty(page: Client, catalogue: SmallCatalogue, value: str) -> None:
    page.cookies["cart"] = value
    assert "Your cart is empty" in seen(page)


@pytest.mark.parametrize(
    "kept",
    [
        [],
        {"v": 2, "l": []},
        {"v": 1, "l": "x"},
        {"v": 1, "l": [["x"]]},
        {"v": 1, "l": [[uuid.uuid4().hex, "2027-01-15", "25:00", 1, 1, 1, "1", "INR"]]},
        {"v": 1, "l": [[uuid.uuid4().hex, "2027-01-15", "", 1, 100, 1, "1", "INR"]]},
        {"v": 1, "l": [[uuid.uuid4().hex, "2027-01-15", "", True, 1, 1, "1", "INR"]]},
        {"v": 1, "l": [[uuid.uuid4().hex, "2027-01-15", "", 1, 1, 1, "NaN", "INR"]]},
        {"v": 1, "l": [[uuid.uuid4().hex, "2027-01-15", "", 1, 1, 1, "1", "XXX"]]},
        {"v": 1, "l": [[uuid.uuid4().hex, "2027-01-15", "", 1, 1, 1, "1", "INR"]] * 21},
    ],
)
def test_browser_cart_when_signed_but_of_another_shape_then_empty(page: Client, catalogue: SmallCatalogue, kept: Any) -> None:
    page.cookies["cart"] = signing.dumps(kept, salt=SALT, compress=True)
    assert "Your cart is empty" in seen(page)


def test_browser_cart_when_signed_for_something_else_then_empty(page: Client, catalogue: SmallCatalogue) -> None:
    press(page, **form(catalogue.car))
    page.cookies["cart"] = signing.dumps(signing.loads(page.cookies["cart"].value, salt=SALT), salt="cart_undo", compress=True)
    assert "Your cart is empty" in seen(page)


def test_browser_cart_when_full_then_it_says_so_and_keeps_what_is_there(page: Client, catalogue: SmallCatalogue) -> None:
    for n in range(20):
        assert press(page, **form(catalogue.car, date=(DAY + dt.timedelta(days=n)).isoformat())).status_code == 302
    answer = press(page, **form(catalogue.activities[1]))
    assert answer.status_code == 409
    assert "holds up to 20 things" in answer.content.decode()
    assert len(page.cookies["cart"].value) < 3800
    assert seen(page).count('class="item"') == 20


@pytest.mark.parametrize("fields", [{"date": "2020-01-01"}, {"time": "03:33"}, {"people": 100}, {"service": uuid.uuid4()}, {"service": "x"}, {"date": ""}])
def test_browser_cart_when_the_wish_cannot_be_sold_then_said_and_nothing_kept(page: Client, catalogue: SmallCatalogue, fields: dict[str, Any]) -> None:
    answer = press(page, **(form(catalogue.activities[1]) | fields))
    assert answer.status_code == 400
    assert "note--bad" in answer.content.decode()
    assert "cart" not in page.cookies


# --- sign-in ----------------------------------------------------------------------------------------------------------------
def sign_in(page: Client, user: User) -> Any:
    user.set_password(PASSWORD)
    user.save()
    return page.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, follow=True)


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-01", "9000-01-02", "0001-01-01", "1969-12-31"])
def test_cart_when_a_date_is_at_the_calendars_end_then_refused_in_words(page: Client, alice_page: Client, catalogue: SmallCatalogue, day: str) -> None:
    for browser in (page, alice_page):
        answer = browser.post("/cart/change", form(catalogue.hotels[0], date=day, nights=60))
        assert answer.status_code == 400
        said = answer.content.decode()
        assert "note--bad" in said
        assert ("18 months ahead" in said) == (day > "2000")
    assert not CartItem.objects.exists()


def test_sign_in_when_the_browser_has_a_cart_then_it_comes_along_once(page: Client, alice: User, catalogue: SmallCatalogue) -> None:
    press(page, **form(catalogue.hotels[1], nights=2))
    press(page, **form(catalogue.activities[1], people=3))
    actions.add_line(actor=actor_for(alice), service_id=catalogue.activities[1].pk, booking_date=DAY, time="06:00", participants=2)
    kept = page.cookies["cart"].value
    answer = sign_in(page, alice)
    assert "2 things from this browser are in your cart now." in answer.content.decode()
    assert not page.cookies["cart"].value
    assert {(line.item.service.slug, line.item.quantity) for line in get_cart(actor_for(alice)).lines} == {("demo-hotel-standard", 1), ("demo-boat-ride", 3)}
    before = list(CartItem.objects.order_by("pk").values())
    again = Client()
    again.cookies["cart"] = kept
    sign_in(again, alice)
    assert list(CartItem.objects.order_by("pk").values()) == before


def test_sign_in_when_something_is_no_longer_sold_then_dropped_and_said(page: Client, alice: User, catalogue: SmallCatalogue) -> None:
    press(page, **form(catalogue.car))
    press(page, **form(catalogue.activities[1]))
    Service.objects.filter(pk=catalogue.car.pk).update(active=False)
    html = sign_in(page, alice).content.decode()
    assert "because it can&#x27;t be booked any more: Demo Car with driver." in html
    assert CartItem.objects.get().service == catalogue.activities[1]


def test_sign_in_when_the_price_moved_since_then_the_cart_still_asks(page: Client, alice: User, catalogue: SmallCatalogue) -> None:
    press(page, **form(catalogue.activities[1]))
    dearer(catalogue.activities[1])
    sign_in(page, alice)
    (line,) = get_cart(actor_for(alice)).lines
    assert line.price_changed
    assert line.item.price_seen == Decimal(900)


def test_sign_in_when_any_way_of_it_then_the_signal_merges(alice: User, catalogue: SmallCatalogue, rf: Any, page: Client) -> None:
    """Password, code, passkey and social sign-in all end in Django's own signal; a program's token does, too, without cookies."""
    from django.contrib.auth.signals import user_logged_in

    press(page, **form(catalogue.car))
    request = rf.get("/")
    request.COOKIES["cart"], request.session = page.cookies["cart"].value, {}
    user_logged_in.send(sender=User, request=request, user=alice)
    assert CartItem.objects.get().user == alice
    assert request.browser_cart_merged


def test_sign_in_when_the_database_is_busy_then_it_goes_on_and_the_cart_waits(page: Client, alice: User, catalogue: SmallCatalogue, monkeypatch: Any, quiet_logs: None) -> None:
    from django.db import OperationalError

    def busy(**_kwargs: Any) -> None:
        raise OperationalError("database is locked")

    press(page, **form(catalogue.car))
    monkeypatch.setattr("bookings.web.cart_at_sign_in.merge_lines", busy)
    sign_in(page, alice)
    assert page.cookies["cart"].value
    assert "_auth_user_id" in page.session


# --- merging ----------------------------------------------------------------------------------------------------------------
def test_merge_when_a_trip_has_the_line_then_it_is_that_line(alice: User, catalogue: SmallCatalogue) -> None:
    actor, trip = actor_for(alice), make_planned_trip(alice, catalogue)
    line, _ = actions.add_line(actor=actor, service_id=catalogue.car.pk, booking_date=DAY, participants=2, trip_reference=trip.reference)
    (merged,) = merge_lines(actor=actor, lines=[WishedLine(catalogue.car.pk, DAY, participants=6)])
    assert (merged.outcome, merged.item_id) == ("raised", line.item.pk)
    item = CartItem.objects.get()
    assert (item.trip, item.quantity, item.participants) == (trip, 2, 6)
    assert merge_lines(actor=actor, lines=[WishedLine(catalogue.car.pk, DAY, participants=6)])[0].outcome == "kept"


def test_merge_when_not_signed_in_then_refused(catalogue: SmallCatalogue) -> None:
    from travelplanner.core.actor import Actor

    with pytest.raises(NotAllowed):
        merge_lines(actor=Actor(), lines=[WishedLine(catalogue.car.pk, DAY)])


def test_merge_api_when_mixed_then_each_line_has_its_fate_and_a_key_replays(alice: User, alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    wish = {"service_id": str(catalogue.car.pk), "booking_date": DAY.isoformat(), "participants": 5, "price_seen": "1"}
    items = [wish, wish, wish | {"booking_date": "2020-01-01"}, wish | {"service_id": str(uuid.uuid4())}, wish | {"service_id": str(catalogue.activities[0].pk), "time": "03:00"}]
    first = alice_api.post("/api/cart/merge", {"items": items}, headers={"Idempotency-Key": "merge"})
    assert first.status_code == 200, first.content
    told = first.json()["merged"]
    assert [one["outcome"] for one in told] == ["added", "kept", "dropped", "dropped", "dropped"]
    assert [one["problem"] for one in told[2:]] == ["in_the_past", "off_sale", "unknown_departure"]
    item = CartItem.objects.get()
    assert told[0]["item_id"] == str(item.pk)
    assert (item.quantity, item.price_seen) == (2, Decimal(4400))
    again = alice_api.post("/api/cart/merge", {"items": items}, headers={"Idempotency-Key": "merge"})
    assert again.content == first.content
    fresh = alice_api.post("/api/cart/merge", {"items": items})
    assert [one["outcome"] for one in fresh.json()["merged"]] == ["kept", "kept", "dropped", "dropped", "dropped"]
    assert CartItem.objects.get().row_version == item.row_version


def test_merge_when_there_are_many_lines_then_no_more_statements(alice: User, catalogue: SmallCatalogue) -> None:
    days = [DAY + dt.timedelta(days=n) for n in range(55)]  # SQLite inserts up to 999 values at once
    with counted() as few:
        merge_lines(actor=actor_for(alice), lines=[WishedLine(catalogue.car.pk, days[0])])
    with counted() as many:
        merge_lines(actor=actor_for(alice), lines=[WishedLine(catalogue.car.pk, day) for day in days])
    assert len(many) == len(few) <= 7
    assert CartItem.objects.count() == 55


def test_merge_when_the_cart_is_full_then_the_rest_is_said(alice: User, catalogue: SmallCatalogue) -> None:
    merged = merge_lines(actor=actor_for(alice), lines=[WishedLine(catalogue.car.pk, DAY + dt.timedelta(days=n)) for n in range(102)])
    assert [one.problem for one in merged[99:]] == ["", "cart_full", "cart_full"]
    assert CartItem.objects.count() == actions.MOST_LINES


# --- the signed-in cart --------------------------------------------------------------------------------------------------------
def test_cart_page_when_lines_have_trips_then_each_leads_to_its_checkout(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_planned_trip(alice, catalogue)
    actions.fill_from_itinerary(actor=actor_for(alice), trip_reference=trip.reference)
    press(alice_page, **form(catalogue.activities[1]))
    html = seen(alice_page)
    assert f"/trips/{trip.reference}/book" in html
    assert "Not part of a trip yet" in html
    assert "₹9,100" in html  # 8200 and 2 x 450
    loose = CartItem.objects.get(trip=None)
    press(alice_page, do="assign", line=loose.pk, trip=trip.reference)
    loose.refresh_from_db()
    assert loose.trip == trip
    assert "Not part of a trip yet" not in seen(alice_page)


def test_cart_page_when_a_line_is_taken_out_then_undo_brings_it_back_whole(alice: User, alice_page: Client, charlie: User, catalogue: SmallCatalogue) -> None:
    trip = make_planned_trip(alice, catalogue)
    line, _ = actions.add_line(actor=actor_for(alice), service_id=catalogue.car.pk, booking_date=DAY, quantity=2, participants=3, special_requests="child seat", trip_reference=trip.reference)
    press(alice_page, do="remove", line=line.item.pk)
    assert not CartItem.objects.exists()
    other = page_for(charlie)
    other.cookies["cart_undo"] = alice_page.cookies["cart_undo"].value
    assert "is taken out." not in seen(other)  # another account on this browser
    press(other, do="restore")
    assert not CartItem.objects.exists()
    press(alice_page, do="restore")
    press(alice_page, do="restore")
    item = CartItem.objects.get()
    assert (item.trip, item.quantity, item.participants, item.special_requests) == (trip, 2, 3, "child seat")


def test_cart_page_when_the_price_moved_then_agreeing_to_an_old_one_is_refused(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    press(alice_page, **form(catalogue.activities[1]))
    dearer(catalogue.activities[1])
    item = CartItem.objects.get()
    assert press(alice_page, do="agree", line=item.pk, price="900.00").status_code == 409
    assert press(alice_page, do="agree", line=item.pk, price="1350.00").status_code == 302
    item.refresh_from_db()
    assert item.price_seen == Decimal(1350)


def test_cart_page_when_a_line_is_anothers_then_nothing_happens(alice: User, charlie_page: Client, catalogue: SmallCatalogue) -> None:
    line, _ = actions.add_line(actor=actor_for(alice), service_id=catalogue.car.pk, booking_date=DAY)
    trip = make_planned_trip(alice, catalogue)
    for fields in ({"do": "remove"}, {"do": "change", "people": 3}, {"do": "agree", "price": "2200"}, {"do": "assign", "trip": trip.reference}):
        answer = press(charlie_page, line=line.item.pk, **fields)
        assert answer.status_code == 302
    assert CartItem.objects.get().row_version == 1
    assert "Demo Car" not in seen(charlie_page)


def test_assign_when_the_trip_has_the_line_already_then_conflict_and_same_again_changes_nothing(alice: User, bob: User, catalogue: SmallCatalogue) -> None:
    actor, trip = actor_for(alice), make_planned_trip(alice, catalogue)
    loose, _ = actions.add_line(actor=actor, service_id=catalogue.car.pk, booking_date=DAY)
    actions.add_line(actor=actor, service_id=catalogue.car.pk, booking_date=DAY, trip_reference=trip.reference)
    with pytest.raises(Conflict, match="already"):
        actions.assign_trip(actor=actor, item_id=loose.item.pk, trip_reference=trip.reference)
    with pytest.raises(NotFound):
        actions.assign_trip(actor=actor_for(bob), item_id=loose.item.pk, trip_reference="")
    assert actions.assign_trip(actor=actor, item_id=loose.item.pk, trip_reference="").item.row_version == 1


def test_cart_page_when_several_things_have_no_trip_then_one_press_puts_all_to_it(alice: User, alice_page: Client, charlie: User, catalogue: SmallCatalogue) -> None:
    actor, trip = actor_for(alice), make_planned_trip(alice, catalogue)
    other = make_planned_trip(alice, catalogue, title="Later", start_date=trip.start_date + dt.timedelta(days=60))
    day = trip.start_date
    for service in (catalogue.car, catalogue.hotels[0], catalogue.activities[1]):
        actions.add_line(actor=actor, service_id=service.pk, booking_date=day, time=service.times[0] if service.times else "")
    actions.add_line(actor=actor, service_id=catalogue.car.pk, booking_date=day, trip_reference=trip.reference)
    out, _new = actions.add_line(actor=actor, service_id=catalogue.hotels[0].pk, booking_date=day, trip_reference=trip.reference)
    actions.remove_line(actor=actor, item_id=out.item.pk, remember=True)  # no twin: it was taken out
    html = seen(alice_page)
    assert "Put all of these to a trip" in html
    assert f'<option value="{trip.reference}" selected>' in html  # the one in whose days they are
    assert f'<option value="{other.reference}" selected>' not in html
    answer = alice_page.post("/cart/change", {"do": "assign_all", "trip": trip.reference}, follow=True)
    said = answer.content.decode()
    assert "2 things belong to" in said
    assert "so it stayed where it was: Demo Car with driver." in said
    assert set(CartItem.objects.filter(trip=trip).values_list("service__name", flat=True)) == {"Demo Car with driver", "Demo Hotel budget", "Demo Boat ride"}
    assert CartItem.objects.get(trip=None).service == catalogue.car
    before = list(CartItem.objects.order_by("pk").values_list("pk", "row_version"))
    press(alice_page, do="assign_all", trip=trip.reference)
    press(alice_page, do="assign_all", trip=make_planned_trip(charlie, catalogue).reference)
    assert list(CartItem.objects.order_by("pk").values_list("pk", "row_version")) == before


def test_cart_page_when_a_line_is_outside_its_trips_days_then_it_says_so(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_planned_trip(alice, catalogue)
    line, _new = actions.add_line(actor=actor_for(alice), service_id=catalogue.car.pk, booking_date=trip.start_date, trip_reference=trip.reference)
    assert "Outside this trip" not in seen(alice_page)
    actions.change_line(actor=actor_for(alice), item_id=line.item.pk, changes={"booking_date": trip.end_date + dt.timedelta(days=1)})
    assert "Outside this trip" in seen(alice_page)


def test_cart_api_when_a_line_is_put_to_a_trip_then_it_moves_and_others_trips_are_not_there(alice: User, charlie: User, alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    trip, theirs = make_planned_trip(alice, catalogue), make_planned_trip(charlie, catalogue)
    line = alice_api.post("/api/cart", {"service_id": str(catalogue.car.pk), "booking_date": DAY.isoformat()}).json()
    assert alice_api.put(f"/api/cart/{line['id']}", {"trip_id": trip.reference}).json()["trip_id"] == trip.reference
    assert alice_api.put(f"/api/cart/{line['id']}", {"trip_id": theirs.reference}).status_code == 404
    assert alice_api.put(f"/api/cart/{line['id']}", {"trip_id": None}).json()["trip_id"] is None


def test_header_when_the_cart_holds_things_then_it_counts_them(page: Client, alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    assert not re.search(r'class="count num"', page.get("/help").content.decode())
    press(page, **form(catalogue.car))
    with counted() as none:
        html = page.get("/help").content.decode()
    assert re.search(r'class="count num">1<', html)
    assert not [sql for sql in none if "cartitem" in sql]
    press(alice_page, **form(catalogue.car))
    press(alice_page, **form(catalogue.activities[1]))
    with counted() as some:
        html = alice_page.get("/help").content.decode()
    assert re.search(r'class="count num">2<', html)
    assert len([sql for sql in some if "cartitem" in sql]) == 1


def test_cart_page_when_it_has_thirty_lines_then_no_more_statements(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    merge_lines(actor=actor_for(alice), lines=[WishedLine(catalogue.car.pk, DAY)])
    alice_page.get("/cart")
    with counted() as few:
        alice_page.get("/cart")
    merge_lines(actor=actor_for(alice), lines=[WishedLine(catalogue.car.pk, DAY + dt.timedelta(days=n)) for n in range(30)])
    with counted() as many:
        alice_page.get("/cart")
    assert len(many) == len(few) <= 10


# --- the cookie that brings a line back -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("signed_in", [False, True])
def test_undo_cookie_when_set_then_no_script_reads_it_and_no_other_site_sends_it(
    page: Client, alice_page: Client, catalogue: SmallCatalogue, settings: Any, secure: bool, signed_in: bool
) -> None:
    settings.SESSION_COOKIE_SECURE = secure
    client = alice_page if signed_in else page
    press(client, **form(catalogue.activities[1]))
    item = CartItem.objects.first()
    press(client, do="remove", line=item.pk if item else line_key(catalogue.activities[1]))
    cookie = client.cookies["cart_undo"]
    assert (cookie["httponly"], cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", secure)
    assert int(cookie["max-age"]) == 600


def test_undo_cookie_when_tampered_with_or_of_another_purpose_then_it_is_none(page: Client, catalogue: SmallCatalogue) -> None:
    press(page, **form(catalogue.activities[1]))
    cart = page.cookies["cart"].value
    press(page, do="remove", line=line_key(catalogue.activities[1]))
    signed = page.cookies["cart_undo"].value
    told = signing.loads(signed, salt="cart_undo")
    bent = signed[:-2] + ("AA" if signed[-2:] != "AA" else "BB")
    for forged in (bent, cart, signing.dumps(told, salt="another", compress=True), "", "\x00", signing.dumps([], salt="cart_undo")):
        page.cookies["cart_undo"] = forged
        assert "is taken out." not in seen(page)
        press(page, do="restore")
        assert "Your cart is empty" in seen(page)
    page.cookies["cart_undo"] = signed
    press(page, do="restore")
    assert "Demo Boat ride" in seen(page)


@pytest.mark.parametrize("price", ["NaN", "sNaN", "Infinity", "1e30"])
def test_agreeing_when_the_price_is_no_price_then_nothing_happens(page: Client, alice_page: Client, catalogue: SmallCatalogue, price: str) -> None:
    boat = catalogue.activities[1]
    press(page, **form(boat))
    press(alice_page, **form(boat))
    mine = CartItem.objects.get()
    assert press(page, do="agree", line=line_key(boat), price=price).status_code == 302
    assert press(alice_page, do="agree", line=mine.pk, price=price).status_code == 302
    assert CartItem.objects.get().price_seen == mine.price_seen


def test_sign_in_when_the_carts_line_fits_no_more_then_one_is_signed_in_and_it_stays(page: Client, alice: User, catalogue: SmallCatalogue) -> None:
    hotel = catalogue.hotels[1]
    actions.add_line(actor=actor_for(alice), service_id=hotel.pk, booking_date=DAY, quantity=1, participants=2)
    Service.objects.filter(pk=hotel.pk).update(sleeps=1)
    press(page, **form(hotel, people=1, nights=3))
    assert page.post("/accounts/login/", {"login": alice.email, "password": PASSWORD}).status_code == 302
    assert CartItem.objects.get().nights == 1
