"""/api/cart: seed 004's rows, prices from the till, garbage refused."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from bookings.models import CartItem, PriceRule
from tests.cast import actor_for, api_for
from tests.factories.bookings import make_planned_trip, put_in_cart
from tests.factories.catalogue import SmallCatalogue
from tests.statements import counted
from trips.models import Service, Trip

DAY = (dt.datetime.now(dt.UTC) + dt.timedelta(days=40)).date()


def wish(service: Service, **fields: Any) -> dict[str, Any]:
    return {"service_id": str(service.pk), "booking_date": DAY.isoformat(), **fields}


def test_cart_when_line_is_posted_then_it_is_priced_and_kept(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    answer = alice_api.post("/api/cart", wish(catalogue.activities[0], quantity=2, participants=2, time="10:00", special_requests="window 🪟"))
    assert answer.status_code == 201, answer.content
    line = answer.json()
    assert line["price_now"] == line["price_seen"] == {"amount": "400.00", "currency": "INR"}
    assert line["special_requests"] == "window 🪟"
    assert line["terms"]["cancellable"] is True
    cart = alice_api.get("/api/cart").json()
    assert cart["count"] == 1
    assert cart["results"] == [line]
    assert cart["totals"] == [{"amount": "400.00", "currency": "INR"}]


def test_cart_when_same_line_is_posted_again_then_it_is_set_not_doubled(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    first = alice_api.post("/api/cart", wish(catalogue.hotels[0], quantity=1, participants=2, nights=2))
    again = alice_api.post("/api/cart", wish(catalogue.hotels[0], quantity=2, participants=2, nights=2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert again.json()["quantity"] == 2
    assert CartItem.objects.count() == 1


def test_cart_when_only_heads_are_given_then_units_follow(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    room = alice_api.post("/api/cart", wish(catalogue.hotels[0], participants=3, nights=1)).json()
    car = alice_api.post("/api/cart", wish(catalogue.car, participants=5)).json()
    assert (room["quantity"], car["quantity"]) == (2, 2)


def test_cart_when_price_and_owner_are_sent_then_ignored(alice_api: APIClient, catalogue: SmallCatalogue, charlie: Any) -> None:
    body = wish(catalogue.car, price_seen="1", price_now={"amount": "1"}, user=str(charlie.pk), currency="USD", row_version=9)
    line = alice_api.post("/api/cart", body).json()
    assert line["price_seen"] == {"amount": "2200.00", "currency": "INR"}
    assert CartItem.objects.get().user.email == "alice@example.org"


def test_cart_when_rule_is_added_then_price_changed_shows_until_put(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    line = alice_api.post("/api/cart", wish(catalogue.car)).json()
    PriceRule.objects.create(service=catalogue.car, name="more", percent=Decimal("10.00"))
    seen = alice_api.get("/api/cart").json()["results"][0]
    assert (seen["price_changed"], seen["price_seen"]["amount"], seen["price_now"]["amount"]) == (True, "2200.00", "2420.00")
    put = alice_api.put(f"/api/cart/{line['id']}", {"special_requests": "fine"})
    assert put.status_code == 200
    assert (put.json()["price_changed"], put.json()["price_seen"]["amount"]) == (False, "2420.00")


def test_cart_when_if_match_is_stale_then_412_and_nothing_changes(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    created = alice_api.post("/api/cart", wish(catalogue.car))
    where, tag = f"/api/cart/{created.json()['id']}", created["ETag"]
    assert alice_api.put(where, {"quantity": 2}, headers={"If-Match": tag}).status_code == 200
    assert alice_api.put(where, {"quantity": 3}, headers={"If-Match": tag}).status_code == 412
    assert CartItem.objects.get().quantity == 2


def test_cart_when_date_moves_onto_another_line_then_409(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    alice_api.post("/api/cart", wish(catalogue.car))
    other = alice_api.post("/api/cart", wish(catalogue.car, booking_date=(DAY + dt.timedelta(days=1)).isoformat())).json()
    answer = alice_api.put(f"/api/cart/{other['id']}", {"booking_date": DAY.isoformat()})
    assert (answer.status_code, answer.json()["error"]) == (409, "line_exists")


def test_cart_when_deleted_twice_then_404_and_cleared_then_empty(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    line = alice_api.post("/api/cart", wish(catalogue.car)).json()
    alice_api.post("/api/cart", wish(catalogue.hotels[0], nights=2))
    assert alice_api.delete(f"/api/cart/{line['id']}").status_code == 204
    assert alice_api.delete(f"/api/cart/{line['id']}").status_code == 404
    assert CartItem.objects.count() == 1
    assert alice_api.delete("/api/cart").status_code == 204
    assert alice_api.delete("/api/cart").status_code == 204
    assert alice_api.get("/api/cart").json()["results"] == []


def test_cart_when_another_asks_then_like_a_missing_one(alice_api: APIClient, charlie_api: APIClient, catalogue: SmallCatalogue) -> None:
    line = alice_api.post("/api/cart", wish(catalogue.car)).json()
    for method, body in (("put", {"quantity": 2}), ("delete", None)):
        theirs = getattr(charlie_api, method)(f"/api/cart/{line['id']}", body).json()
        missing = getattr(charlie_api, method)(f"/api/cart/{uuid.uuid4()}", body).json()
        for answer in (theirs, missing):
            answer.pop("timestamp"), answer.pop("request_id")
        assert theirs == missing
    assert charlie_api.get("/api/cart").json()["results"] == []
    assert charlie_api.delete("/api/cart").status_code == 204
    assert CartItem.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_cart_when_signed_out_then_401(api: APIClient, method: str) -> None:
    assert getattr(api, method)("/api/cart").status_code == 401


def test_cart_items_when_signed_out_then_401(api: APIClient) -> None:
    assert api.put(f"/api/cart/{uuid.uuid4()}", {}).status_code == 401
    assert api.delete(f"/api/cart/{uuid.uuid4()}").status_code == 401
    assert api.post("/api/cart/from-itinerary", {}).status_code == 401


GARBAGE = [
    {"service_id": "nobody"},
    {"service_id": "5f0d2a4e-0000-4000-8000-000000000000"},
    {"service_id": None},
    {"service_id": ["a"]},
    {"quantity": 0},
    {"quantity": -1},
    {"quantity": 10**30},
    {"quantity": 1.5},
    {"quantity": True},
    {"quantity": "2"},
    {"quantity": {}},
    {"participants": 100},
    {"participants": 5, "quantity": 1},
    {"booking_date": "2020-01-01"},
    {"booking_date": "9999-12-31"},
    {"booking_date": "0001-01-01"},
    {"booking_date": "tomorrow"},
    {"booking_date": 20270101},
    {"nights": 61, "booking_date": DAY.isoformat()},
    {"time": "25:00"},
    {"time": "10:00"},
    {"special_requests": "x" * 501},
    {"special_requests": "a\u0000b"},
    {"special_requests": ["list"]},
    {"trip_id": "TRIP_000000000000"},
    {"trip_id": 5},
    {"trip_id": "x" * 300},
    {"trip_id": "🧭"},
]


@pytest.mark.parametrize("fields", GARBAGE, ids=lambda fields: str(fields)[:40])
def test_cart_when_garbage_is_posted_then_4xx_and_nothing_saved(alice_api: APIClient, catalogue: SmallCatalogue, fields: dict[str, Any]) -> None:
    answer = alice_api.post("/api/cart", {**wish(catalogue.car), **fields})
    assert answer.status_code in (400, 404), answer.content
    assert answer.json()["status"] == answer.status_code
    assert not CartItem.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"{", b"\x00", b"\xff\xfe", b"5"])
def test_cart_when_body_is_no_object_then_400(alice_api: APIClient, body: bytes) -> None:
    assert alice_api.post("/api/cart", body, content_type="application/json").status_code == 400


def test_cart_when_from_itinerary_then_beds_and_stops_are_lines(alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    answer = alice_api.post("/api/cart/from-itinerary", {"tripId": alices_trip.reference})
    assert answer.status_code == 200, answer.content
    lines = {line["service_id"]: line for line in answer.json()["results"]}
    assert set(lines) == {str(service.pk) for service in (catalogue.hotels[1], catalogue.activities[0], catalogue.car)}
    bed = lines[str(catalogue.hotels[1].pk)]
    assert (bed["nights"], bed["quantity"], bed["participants"], bed["price_now"]["amount"]) == (2, 1, 2, "5600.00")
    ticket = lines[str(catalogue.activities[0].pk)]
    assert (ticket["time"], ticket["quantity"], ticket["trip_id"]) == ("10:00", 2, alices_trip.reference)
    again = alice_api.post("/api/cart/from-itinerary", {"tripId": alices_trip.reference}).json()
    assert again["count"] == 3
    assert again["totals"] == [{"amount": "8200.00", "currency": "INR"}]


def test_cart_when_from_anothers_itinerary_then_404_like_missing(charlie_api: APIClient, alices_trip: Trip) -> None:
    theirs = charlie_api.post("/api/cart/from-itinerary", {"tripId": alices_trip.reference})
    assert theirs.status_code == 404
    assert charlie_api.post("/api/cart/from-itinerary", {"tripId": "TRIP_000000000000"}).status_code == 404


def test_cart_when_from_a_sample_then_403(alice_api: APIClient, alices_trip: Trip, charlie: Any) -> None:
    Trip.objects.filter(pk=alices_trip.pk).update(sample=True, owner=charlie)
    assert alice_api.post("/api/cart/from-itinerary", {"tripId": alices_trip.reference}).status_code == 403


@pytest.mark.parametrize("rows", [1, 30])
def test_cart_when_read_then_five_statements_for_any_number_of_lines(alice: Any, catalogue: SmallCatalogue, rows: int) -> None:
    trip = make_planned_trip(alice, catalogue)
    for service in (*catalogue.hotels, *catalogue.activities, catalogue.car):
        PriceRule.objects.create(service=service, name="more", percent=Decimal(10))
    for n in range(rows):
        put_in_cart(trip, catalogue.car if n % 2 else catalogue.hotels[n % 3], day=trip.start_date + dt.timedelta(days=n))
    client = api_for(alice)
    with counted() as statements:
        answer = client.get("/api/cart")
    assert answer.json()["count"] == rows
    assert len(statements) <= 5, statements
    assert actor_for(alice).user_id == alice.pk
