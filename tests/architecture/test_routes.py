"""Promise 13: every route x role x method, in a table made from the URL map. A route without a row fails; adding one is one line.

The roles: anonymous, Charlie (a stranger), Dana (staff; on pages and in the API a stranger too, the admin is her place), Alice (the owner).
For each of Alice's things the answer to Charlie and Dana is the answer to an id that doesn't exist. What may differ is taken out first:
timestamp, request id, form tokens, and the id itself. `pytest -s` prints the table's size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import User
from tests.cast import actor_for, api_for, page_for
from tests.factories.catalogue import SmallCatalogue
from tests.trips.planned import chosen
from trips import rules
from trips.actions import trips as trip_actions

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MARKS = ("alice@example.org", "A secret walk", "+91 98765 43210")  # what of Alice's may never be in another's answer


@dataclass(frozen=True)
class Row:
    """`owned`: which of Alice's things stands in the address; `open`: anyone may ask; `bodies`: what is sent, by method."""

    methods: tuple[str, ...]
    face: str = "page"
    owned: str = ""
    open: bool = False
    bodies: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    elsewhere: tuple[str, ...] = ()  # methods that lead to another page without looking at the thing


def open_page(*methods: str, **more: Any) -> Row:
    return Row(methods, open=True, **more)


def own_page(*methods: str, **more: Any) -> Row:
    """A page of one's own things, without an id; open or behind the sign-in, never with another's rows."""
    return Row(methods, **more)


def trip_page(*methods: str, **more: Any) -> Row:
    return Row(methods, owned="trip", **more)


def booking_page(*methods: str, **more: Any) -> Row:
    return Row(methods, owned="booking", **more)


def open_api(*methods: str, **more: Any) -> Row:
    return Row(methods, face="api", open=True, **more)


def own_api(*methods: str, **more: Any) -> Row:
    return Row(methods, face="api", **more)


def trip_api(*methods: str, **more: Any) -> Row:
    return Row(methods, face="api", owned="trip", **more)


def booking_api(*methods: str, **more: Any) -> Row:
    return Row(methods, face="api", owned="booking", **more)


TABLE: dict[str, Row] = {
    # pages
    "home": open_page("GET"),
    "help": open_page("GET"),
    "set_language": open_page(*METHODS),
    "trips:new": open_page("GET", "POST"),
    "trips:from_sentence": open_page("POST"),
    "trips:destination_search": open_page("GET"),
    "trips:estimate": open_page("GET"),
    "trips:cover": open_page("GET"),
    "trips:list": own_page("GET"),
    "trips:show": trip_page("GET"),
    "trips:archive": trip_page("POST"),
    "trips:limit": trip_page("GET", "POST"),
    "trips:restore": trip_page("POST"),
    "trips:planning": trip_page("GET"),
    "trips:progress": trip_page("GET"),
    "trips:plan_again": trip_page("POST"),
    "trips:budget": trip_page("GET"),
    "trips:research": trip_page("GET"),
    "trips:compare": trip_page("GET"),
    "trips:choose": trip_page("POST", bodies={"POST": {"candidate": "B"}}),
    "trips:swap": trip_page("GET", "POST", query="?day=1&candidate=B"),
    "trips:itinerary": trip_page("GET"),
    "trips:edit": trip_page("POST", bodies={"POST": {"based_on": "1"}}),
    "trips:preview": trip_page("GET"),
    "trips:undo": trip_page("POST"),
    "trips:changes": trip_page("GET"),
    "bookings:checkout": trip_page("GET"),
    "bookings:line": trip_page("POST", elsewhere=("GET",)),
    "bookings:reserve": trip_page("POST"),
    "bookings:list": own_page("GET"),
    "bookings:confirmation": booking_page("GET"),
    "bookings:pay": booking_page("GET", "POST"),
    "bookings:progress": booking_page("POST"),
    "bookings:calendar": booking_page("GET"),
    # machines and readers of the description
    "health": open_api("GET"),
    "health_live": open_api("GET"),
    "health_ready": open_api("GET"),
    "schema": open_api("GET"),
    "docs": open_page("GET"),
    # API
    "api_destinations": open_api("GET"),
    "api_destination": open_api("GET"),
    "api_places": open_api("GET"),
    "api_services": open_api("GET"),
    "api_service": open_api("GET"),
    "api_availability": open_api("GET"),
    "api_trips": own_api("GET"),
    "api_intent": own_api("POST", bodies={"POST": {"destination": "Varanasi"}}),
    "api_trip": trip_api("GET", "PATCH", "DELETE", bodies={"PATCH": {"title": "Mine now"}}),
    "api_trip_intent": trip_api("GET"),
    "api_budget": trip_api("GET"),
    "api_research": trip_api("GET"),
    "api_candidates": trip_api("GET"),
    "api_final": trip_api("GET", "POST", bodies={"POST": {"candidateId": "B"}}),
    "api_revisions": trip_api("GET"),
    "api_diff": trip_api("GET", query="?from=1&to=1"),
    "api_cart": own_api("GET", "POST", "DELETE"),
    "api_cart_from_itinerary": own_api("POST", bodies={"POST": {"tripId": "{trip}"}}),
    "api_cart_item": own_api("PUT", "DELETE", owned="line", bodies={"PUT": {"quantity": 1}}),
    "api_bookings": own_api("GET", "POST", bodies={"POST": {"tripId": "{trip}", "userContact": {"name": "C", "email": "c@example.org"}}}),
    "api_booking": booking_api("GET"),
    "api_booking_confirmation": booking_api("GET"),
    "api_booking_payments": booking_api("POST", bodies={"POST": {}}),
}
# Groups by prefix, whose rows are their owners' (allauth's own tests, the admin's own tests); here: who gets in at all, and that nothing of Alice's shows.
GROUPS = ("accounts/", "api/auth/", "admin/")
BY_SETTING = ("bench/",)  # only with BENCH=1, which no server of travelers has
MISSING = {"trip": "TRIP_0123456789AB", "booking": "BK_20200101_01234567", "line": "f1696de9-8cb3-5519-bc5d-15e4d2c6db57"}


def routes(resolver: Any = None, prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(full name, pattern) of every route there is."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield ":".join((*spaces, entry.name or pattern)), pattern
        else:
            yield from routes(entry, pattern, (*spaces, entry.namespace) if entry.namespace else spaces)


def ours() -> list[tuple[str, str]]:
    return [(name, pattern) for name, pattern in routes() if not pattern.startswith((*GROUPS, *BY_SETTING))]


def test_route_when_it_is_new_then_it_needs_a_row() -> None:
    names = [name for name, _ in ours()]
    assert sorted(set(names) - set(TABLE)) == [], "add a row to TABLE: one line"
    assert sorted(set(TABLE) - set(names)) == [], "rows of routes that are gone"
    assert len(names) == len(set(names))


def test_table_when_counted_then_its_size_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    grouped = {group: sum(pattern.startswith(group) for _, pattern in routes()) for group in GROUPS}
    cells = len(TABLE) * 4 * len(METHODS)
    with capsys.disabled():
        print(f"\n    routes x roles x methods: {len(TABLE)} x 4 x {len(METHODS)} = {cells} cells; by group: {grouped}")
    assert cells >= 1000


@dataclass(frozen=True)
class World:
    clients: dict[tuple[str, str], Any]  # (role, face)
    things: dict[str, str]
    service: str


@pytest.fixture
def world(alice: User, charlie: User, dana: User, catalogue: SmallCatalogue, settings: Any, tmp_path: Any) -> World:
    """Alice has a trip with an itinerary and a cart line, and a booking of another trip; Charlie and Dana have nothing."""
    settings.PLANNING_EFFORT = 15
    settings.MOCK_GATEWAY_BOOK = str(tmp_path / "gateway.sqlite3")
    api = api_for(alice)
    booked, reference = chosen(api), chosen(api)
    for trip in (booked, reference):
        trip_actions.change_trip(actor=actor_for(alice), reference=trip, row_version=2, title="A secret walk")
    contact = {"name": "Alice Example", "email": "alice@example.org", "phone": "+91 98765 43210"}
    booking = api.post("/api/bookings", {"tripId": booked, "userContact": contact}, headers={"Idempotency-Key": "world"}).json()["bookingId"]
    line = api.post("/api/cart/from-itinerary", {"tripId": reference}).json()["results"][0]["id"]
    people = {"anonymous": None, "charlie": charlie, "dana": dana, "alice": alice}
    clients: dict[tuple[str, str], Any] = {}
    for role, person in people.items():
        clients[role, "page"] = page_for(person)
        clients[role, "api"] = api_for(person)
    return World(clients, {"trip": reference, "booking": booking, "line": line}, str(catalogue.hotels[0].pk))


def address(pattern: str, row: Row, thing: str, service: str) -> str:
    path = pattern.replace("<str:reference>", thing).replace("<uuid:item_id>", thing).replace("<uuid:service_id>", service)
    path = path.replace("<str:key>", "varanasi").replace("<slug:slug>", "varanasi")
    assert "<" not in path, f"say in `address` what stands for {path}"
    return "/" + path + row.query


def ask(world: World, role: str, row: Row, method: str, path: str, thing: str) -> Any:
    """One request; what it changes is taken back."""
    client, body = world.clients[role, row.face], row.bodies.get(method, {})
    point = transaction.savepoint()
    try:
        if row.face == "page" and isinstance(client, Client):
            return client.generic(method, path, _form(body), content_type="application/x-www-form-urlencoded")
        sent = {name: value.replace("{trip}", thing) if isinstance(value, str) else value for name, value in body.items()}
        kwargs = {"format": "json"} if method != "GET" else {}
        return getattr(client, method.lower())(path, sent if method != "GET" else None, headers={"If-Match": "*", "Idempotency-Key": f"{role}-{method}"}, **kwargs)
    finally:
        transaction.savepoint_rollback(point)


def _form(body: dict[str, Any]) -> str:
    return "&".join(f"{name}={value}" for name, value in body.items())


DIFFERS = re.compile(
    r'"(timestamp|request_id)":"[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"|[A-Za-z0-9]{64}|TRIP_[0-9A-F]{12}|BK_\d{8}_[0-9A-F]{8}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|nonce-[^\']+'
)


def seen(answer: Any) -> tuple[int, str, str]:
    """Status, where to, and text, without what may differ."""
    return answer.status_code, DIFFERS.sub("", answer.get("Location", "")), DIFFERS.sub("", answer.content.decode(errors="replace"))


def first_difference(one: tuple[int, str, str], other: tuple[int, str, str]) -> str:
    if one[:2] != other[:2]:
        return f"{one[:2]} and {other[:2]}"
    start = next((n for n, (a, b) in enumerate(zip(one[2], other[2], strict=False)) if a != b), min(len(one[2]), len(other[2])))
    return f"{one[2][max(0, start - 60) : start + 90]!r} and {other[2][max(0, start - 60) : start + 90]!r}"


def leaks(answer: Any) -> list[str]:
    text = answer.content.decode(errors="replace") + answer.get("Location", "")
    return [mark for mark in MARKS if mark in text]


def faults_of(world: World, name: str, pattern: str, row: Row) -> Iterator[str]:
    for method in METHODS:
        for role in ("anonymous", "charlie", "dana", "alice"):
            thing = world.things.get(row.owned) or world.things["trip"]
            answer = ask(world, role, row, method, address(pattern, row, thing, world.service), thing)
            status, where = answer.status_code, f"{name} {method} as {role}: {answer.status_code}"
            if status >= 500:
                yield f"{where} {answer.content[:200]!r}"
            elif role == "alice":
                if method not in row.methods and status != (302 if method in row.elsewhere else 405):
                    yield f"{where}, not 405"
                elif method in row.methods and (status in (401, 403, 405) or (status == 404 and row.owned and name not in MAY_BE_404)):
                    yield f"{where}, though it is hers {answer.content[:200]!r}"
            else:
                if found := leaks(answer):
                    yield f"{where} shows {found}"
                if role == "anonymous" and not row.open and method not in row.elsewhere:
                    to_sign_in = status == 302 and answer["Location"].startswith(("/accounts/login", "/admin/login"))
                    allowed = status == 401 if row.face == "api" else to_sign_in or status == 404 or status == 405 or (not row.owned and status == 200)
                    if not allowed:
                        yield f"{where}, neither 401 nor the sign-in page"
                elif row.owned and method in row.methods and status != 404:
                    yield f"{where}, not 404"
                if row.owned or "{trip}" in str(row.bodies.get(method, "")):
                    none = MISSING[row.owned or "trip"]
                    missing = ask(world, role, row, method, address(pattern, row, none, world.service), none)
                    if seen(answer) != seen(missing):
                        yield f"{where} differs from a missing id's: {first_difference(seen(answer), seen(missing))}"


MAY_BE_404 = frozenset({"trips:restore", "trips:undo"})  # nothing to restore or to undo


def test_table_when_walked_then_each_role_gets_what_is_theirs_and_nothing_else(world: World) -> None:
    found = [fault for name, pattern in ours() if name in TABLE for fault in faults_of(world, name, pattern, TABLE[name])]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("name", ["api_trip", "api_final", "trips:itinerary", "trips:archive"])
def test_walk_when_the_owners_filter_is_gone_then_it_says_so(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The control: a walk that finds nothing must be able to find something."""
    monkeypatch.setattr(rules, "mine", lambda actor, prefix="": Q(pk__isnull=False))
    monkeypatch.setattr(rules, "owns", lambda actor, trip: True)
    found = list(faults_of(world, name, dict(ours())[name], TABLE[name]))
    assert any("as charlie" in fault for fault in found)
    assert any("as dana" in fault for fault in found)


def test_lists_when_read_by_others_then_they_hold_none_of_alices_rows(world: World) -> None:
    for role in ("charlie", "dana"):
        for path in ("/api/trips", "/api/bookings", "/api/cart"):
            assert world.clients[role, "api"].get(path).json()["count"] == 0
    for path in ("/api/trips", "/api/bookings", "/api/cart"):
        assert world.clients["alice", "api"].get(path).json()["count"] > 0


def example(pattern: str) -> str:
    """An address of a group's pattern, with something in each gap."""
    plain = re.sub(r"\(\?P<\w+>[^)]*\)", "1-x", pattern).replace("^", "").replace("$", "").replace("\\Z", "").replace("(?:", "")
    return "/" + re.sub(r"<[^>]+>", "1", plain)


def test_admin_when_asked_by_anyone_but_staff_then_the_sign_in_page(world: World) -> None:
    found = []
    for _name, pattern in routes():
        if not pattern.startswith("admin/") or pattern in ("admin/login/", "admin/logout/", "admin/(?P<url>.*)$"):
            continue
        for role in ("anonymous", "charlie", "alice"):
            for method in ("GET", "POST"):
                answer = world.clients[role, "page"].generic(method, example(pattern))
                to_sign_in = answer.status_code == 302 and "/admin/login" in answer["Location"]
                if not (to_sign_in or answer.status_code in (403, 404)) and pattern != "admin/jsi18n/":
                    found.append(f"{pattern} {method} as {role}: {answer.status_code}")
    assert found == []


def test_sign_in_routes_when_asked_by_anyone_then_no_5xx_and_nothing_of_alices(world: World) -> None:
    found = []
    for _name, pattern in routes():
        if not pattern.startswith(("accounts/", "api/auth/")):
            continue
        face = "api" if pattern.startswith("api/") else "page"
        for role in ("anonymous", "charlie"):
            for method in METHODS:
                point = transaction.savepoint()
                client = world.clients[role, face]
                kind = "application/json" if face == "api" else "application/x-www-form-urlencoded"
                answer = client.generic(method, example(pattern), "{}" if face == "api" else "", content_type=kind)
                transaction.savepoint_rollback(point)
                if answer.status_code >= 500 or leaks(answer):
                    found.append(f"{pattern} {method} as {role}: {answer.status_code} {leaks(answer)}")
    assert found == []
