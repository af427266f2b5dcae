"""Seed 004's cart and API properties, written out from their names (the seed breaks off before it says more):

1 what is put into the cart is read back whole, by actions and over HTTP; 2 a line's quantity is exactly what was asked for, or nothing changed;
4 deleting again changes nothing; 6 every device of a user sees the same cart; 7 any bad body is a 400 of the contract's shape and changes nothing;
8 every cart route and method asks for a valid token. Properties 3 and 5 are the journey plans'.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions import cart as actions
from bookings.api.urls import urlpatterns
from bookings.models import CartItem
from bookings.queries.cart import get_cart
from tests.cast import actor_for, api_for, page_for, token_for
from tests.factories.catalogue import SmallCatalogue
from travelplanner.core.errors import Invalid, NotFound

FIRST = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).date()
DATES = st.dates(FIRST, FIRST + dt.timedelta(days=500))
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=500)
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "kind": draw(st.sampled_from(["bed", "ticket", "car"])),
        "booking_date": draw(DATES),
        "participants": draw(st.integers(1, 99)),
        "spare": draw(st.integers(0, 20)),
        "nights": draw(st.integers(1, 60)),
        "special_requests": draw(TEXT),
    }


def call_of(wish: dict[str, Any], catalogue: SmallCatalogue) -> dict[str, Any]:
    service = {"bed": catalogue.hotels[1], "ticket": catalogue.activities[0], "car": catalogue.car}[wish["kind"]]
    heads = wish["participants"]
    units = heads if wish["kind"] == "ticket" else -(-heads // service.sleeps)
    return {
        "service_id": service.pk,
        "booking_date": wish["booking_date"],
        "participants": heads,
        "quantity": min(99, units + wish["spare"]),
        "time": "14:00" if wish["kind"] == "ticket" else "",
        "nights": wish["nights"],
        "special_requests": wish["special_requests"],
    }


@relaxed
@given(wish=wishes())
def test_property_1_when_a_line_is_put_then_it_is_read_back_whole(alice: User, catalogue: SmallCatalogue, wish: dict[str, Any]) -> None:
    CartItem.objects.all().delete()
    call = call_of(wish, catalogue)
    line, created = actions.add_line(actor=actor_for(alice), **call)
    assert created
    (read,) = get_cart(actor_for(alice)).lines
    assert read.item.pk == line.item.pk
    for name in ("service_id", "booking_date", "participants", "quantity", "time", "special_requests"):
        assert getattr(read.item, name) == call[name]
    assert read.item.nights == (call["nights"] if wish["kind"] == "bed" else 1)
    assert not read.price_changed


@relaxed
@given(wish=wishes(), quantity=st.one_of(st.integers(-5, 120), st.integers()))
def test_property_2_when_quantity_is_changed_then_kept_exactly_or_refused(alice: User, catalogue: SmallCatalogue, wish: dict[str, Any], quantity: int) -> None:
    CartItem.objects.all().delete()
    actor = actor_for(alice)
    line, _created = actions.add_line(actor=actor, **call_of(wish, catalogue))
    unit = line.item.price_seen / line.item.quantity
    try:
        changed = actions.change_line(actor=actor, item_id=line.item.pk, changes={"quantity": quantity})
    except Invalid:
        assert get_cart(actor).lines[0].item.quantity == line.item.quantity
        return
    assert changed.item.quantity == quantity
    assert 1 <= quantity <= 99
    assert changed.item.price_seen == unit * quantity
    assert changed.item.row_version == line.item.row_version + 1


@relaxed
@given(chosen=st.lists(wishes(), min_size=1, max_size=6), data=st.data())
def test_property_4_when_deleted_again_then_nothing_more_changes(alice: User, catalogue: SmallCatalogue, chosen: list[dict[str, Any]], data: st.DataObject) -> None:
    CartItem.objects.all().delete()
    actor = actor_for(alice)
    for wish in chosen:
        actions.add_line(actor=actor, **call_of(wish, catalogue))
    before = [line.item.pk for line in get_cart(actor).lines]
    gone = data.draw(st.sampled_from(before))
    actions.remove_line(actor=actor, item_id=gone)
    after = [line.item.pk for line in get_cart(actor).lines]
    assert after == [pk for pk in before if pk != gone]
    with pytest.raises(NotFound):
        actions.remove_line(actor=actor, item_id=gone)
    assert [line.item.pk for line in get_cart(actor).lines] == after
    assert actions.clear_cart(actor=actor) == len(after)
    assert actions.clear_cart(actor=actor) == 0


@relaxed
@given(chosen=st.lists(wishes(), max_size=8))
def test_property_6_when_two_devices_put_lines_then_both_see_the_same(
    alice: User, charlie: User, catalogue: SmallCatalogue, chosen: list[dict[str, Any]]
) -> None:
    CartItem.objects.all().delete()
    phone, laptop = actor_for(alice), actor_for(alice)
    for n, wish in enumerate(chosen):
        actions.add_line(actor=phone if n % 2 else laptop, **call_of(wish, catalogue))
    seen = [[(line.item.pk, line.item.quantity) for line in get_cart(device).lines] for device in (phone, laptop)]
    assert seen[0] == seen[1]
    keys = {(call["service_id"], call["booking_date"], call["time"]) for call in (call_of(wish, catalogue) for wish in chosen)}
    assert len(seen[0]) == len(keys)
    assert get_cart(actor_for(charlie)).lines == ()


@relaxed
@given(wish=wishes())
def test_cart_when_any_line_is_put_then_totals_are_the_sum_of_its_prices(alice: User, catalogue: SmallCatalogue, wish: dict[str, Any]) -> None:
    CartItem.objects.all().delete()
    actions.add_line(actor=actor_for(alice), **call_of(wish, catalogue))
    actions.add_line(actor=actor_for(alice), service_id=catalogue.activities[1].pk, booking_date=FIRST, time="06:00")
    cart = get_cart(actor_for(alice))
    assert sum((total.amount for total in cart.totals), Decimal(0)) == sum(line.item.price_seen for line in cart.lines)


# --- over HTTP --------------------------------------------------------------------------------------------------------------
def body_of(wish: dict[str, Any], catalogue: SmallCatalogue) -> dict[str, Any]:
    call = call_of(wish, catalogue)
    return call | {"service_id": str(call["service_id"]), "booking_date": call["booking_date"].isoformat()}


@few
@given(wish=wishes())
def test_property_1_when_a_line_is_posted_then_every_later_answer_repeats_it(alice_api: APIClient, catalogue: SmallCatalogue, wish: dict[str, Any]) -> None:
    CartItem.objects.all().delete()
    body = body_of(wish, catalogue)
    posted = alice_api.post("/api/cart", body)
    assert posted.status_code == 201, posted.content
    line = posted.json()
    for name in ("service_id", "booking_date", "participants", "quantity", "time"):
        assert line[name] == body[name]
    assert line["special_requests"] == body["special_requests"].strip()
    assert alice_api.get("/api/cart").json()["results"] == [line]


@few
@given(chosen=st.lists(wishes(), min_size=1, max_size=3))
def test_property_6_when_devices_have_tokens_and_sessions_of_their_own_then_all_see_the_same(alice: User, catalogue: SmallCatalogue, chosen: list[dict[str, Any]]) -> None:
    CartItem.objects.all().delete()
    phone, laptop, browser = api_for(alice), api_for(alice), page_for(alice)
    for n, wish in enumerate(chosen):
        (phone, laptop)[n % 2].post("/api/cart", body_of(wish, catalogue))
    seen = phone.get("/api/cart").json()
    assert seen == laptop.get("/api/cart").json()
    html = browser.get("/cart").content.decode()
    assert html.count('class="item"') == seen["count"]
    assert all(row["id"] in html for row in seen["results"])
    laptop.delete(f"/api/cart/{seen['results'][0]['id']}")
    assert phone.get("/api/cart").json()["count"] == seen["count"] - 1
    assert seen["results"][0]["id"] not in browser.get("/cart").content.decode()


JUNK = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT.filter(lambda text: len(text) < 40) | st.lists(st.integers(), max_size=2) | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
BAD: dict[str, st.SearchStrategy[Any]] = {
    "service_id": JUNK | st.uuids().map(str),
    "booking_date": JUNK.filter(lambda value: not isinstance(value, str)) | st.sampled_from(["", "tomorrow", "2027-02-30", "0001-01-01", "2020-01-01", "9999-12-31", "2027-01-01T10:00"]),
    "quantity": st.sampled_from([0, -1, 100, 10**30, 1.5, "two", True, [], {}]),
    "participants": st.sampled_from([0, -1, 100, 10**30, 1.5, "two", True, [], {}]),
    "time": st.sampled_from(["25:00", "1:00", "10:00:00", "\x00", 5, [], {}]),
    "nights": st.sampled_from([0, -1, 61, 10**30, 1.5, "two", True, [], {}]),
    "special_requests": st.sampled_from(["x" * 501, "\x00", 1.5, [], {}]).filter(lambda value: not isinstance(value, float)),
}


def rows() -> list[dict[str, Any]]:
    return list(CartItem.objects.order_by("pk").values())


def assert_refused(answer: Any) -> None:
    """The contract's error, and nothing of ours in it."""
    assert answer.status_code == 400, (answer.status_code, answer.content)
    body = answer.json()
    assert {"status", "error", "message", "timestamp", "request_id"} <= body.keys()
    assert (body["status"], bool(body["message"])) == (400, True)
    assert "Traceback" not in answer.content.decode()


@few
@given(data=st.data(), field=st.sampled_from(sorted(BAD)), wish=wishes())
def test_property_7_when_a_field_is_bad_then_400_and_nothing_changes(alice_api: APIClient, catalogue: SmallCatalogue, data: st.DataObject, field: str, wish: dict[str, Any]) -> None:
    CartItem.objects.all().delete()
    kept = alice_api.post("/api/cart", body_of(wish, catalogue)).json()
    before = rows()
    bad = data.draw(BAD[field])
    body = body_of(wish, catalogue) | {field: bad}
    assert_refused(alice_api.post("/api/cart", body))
    assert_refused(alice_api.post("/api/cart/merge", {"items": [body]})) if _misshapen(field, bad) else None
    if field != "service_id":
        assert_refused(alice_api.put(f"/api/cart/{kept['id']}", {field: bad}))
    assert rows() == before


def _misshapen(field: str, bad: Any) -> bool:
    """Whether merging, too, must refuse it whole: what is well-formed but not for sale is that line's own fate."""
    if field == "service_id":
        return not (isinstance(bad, str) and _is_uuid(bad)) and not isinstance(bad, int)
    return not (field == "booking_date" and bad in ("0001-01-01", "2020-01-01", "9999-12-31"))


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


@few
@given(raw=st.binary(max_size=60) | st.sampled_from([b"", b"{", b"[]", b"null", b"1", b'"x"', b'{"a":', b"{}", b"\xff\xfe", b"[" * 50]))
def test_property_7_when_the_body_is_no_wish_at_all_then_400_and_nothing_changes(alice_api: APIClient, catalogue: SmallCatalogue, raw: bytes) -> None:
    for path in ("/api/cart", "/api/cart/merge", "/api/cart/from-itinerary"):
        assert_refused(alice_api.generic("POST", path, raw, content_type="application/json"))
    assert not CartItem.objects.exists()


ROUTES = [
    ("GET", "/api/cart"),
    ("POST", "/api/cart"),
    ("DELETE", "/api/cart"),
    ("PUT", "/api/cart/{id}"),
    ("DELETE", "/api/cart/{id}"),
    ("POST", "/api/cart/merge"),
    ("POST", "/api/cart/from-itinerary"),
]


def test_property_8_when_the_url_map_is_read_then_every_cart_route_is_tried() -> None:
    tried = {path.replace("{id}", "<uuid:item_id>").removeprefix("/api/") for _method, path in ROUTES}
    assert tried == {str(route.pattern) for route in urlpatterns if str(route.pattern).split("/")[0] == "cart"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_property_8_when_the_token_is_missing_garbled_or_expired_then_401_and_nothing_changes(alice: User, api: APIClient, catalogue: SmallCatalogue, settings: Any, method: str, path: str) -> None:
    line, _created = actions.add_line(actor=actor_for(alice), service_id=catalogue.car.pk, booking_date=FIRST)
    token = token_for(alice)
    head, claims, seal = token.split(".")
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = -60
    expired = token_for(alice)
    before = rows()
    body = {"service_id": str(catalogue.car.pk), "booking_date": FIRST.isoformat(), "items": [], "tripId": "TRIP_000000000000"}
    shown = ["", "Bearer", "Bearer x", f"Bearer {head}.{claims}.", f"Bearer {head}.{claims}.{seal[::-1]}", f"Bearer {head}.{claims[::-1]}.{seal}", f"Basic {token}", f"Token {token}", f"Bearer {expired}"]
    for value in shown:
        answer = api.generic(method, path.format(id=line.item.pk), json.dumps(body), content_type="application/json", headers={"Authorization": value} if value else {})
        assert answer.status_code == 401, (value[:20], answer.status_code, answer.content)
        assert answer.json()["status"] == 401
        assert rows() == before


@few
@given(junk=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=80))
def test_property_8_when_the_token_is_anything_then_401(api: APIClient, catalogue: SmallCatalogue, junk: str) -> None:
    for method, path in ROUTES:
        answer = api.generic(method, path.format(id=catalogue.car.pk), "{}", content_type="application/json", headers={"Authorization": f"Bearer {junk}"})
        assert answer.status_code == 401
