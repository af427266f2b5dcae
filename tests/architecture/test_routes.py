"""Promise 13: every route x role x method. Each route has a row in a table of `tests/architecture/routes/`, which tells how to add one.

The roles: anonymous, stranger (Charlie), ex-member (Erin), staff (Dana; on pages and in the API a stranger too, the admin is her place),
guest (a browser in the trip), viewer (Vera), editor (Bob), owner (Alice). For each of Alice's things the answer to an outsider is the answer
to an id that doesn't exist; what may differ is taken out first: timestamp, request id, form tokens, and the id itself.
`pytest -s` prints the table's size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse

from tests.architecture.routes.rows import METHODS, ROLES, Row
from tests.architecture.routes.stage import stage_transaction, stage_world  # noqa: F401  (fixtures)
from tests.architecture.routes.tables import GROUPS, TABLE, ours, routes
from tests.architecture.routes.walk import faults_of, leaks, text_of
from tests.architecture.routes.world import World
from travelplanner.core import reads
from trips import rules

pytestmark = pytest.mark.django_db
ANYONE = Row((), "page", "own")


def test_route_when_it_is_new_then_it_needs_a_row() -> None:
    names = [name for name, _ in ours()]
    assert sorted(set(names) - set(TABLE)) == [], "add a row: tests/architecture/routes/__init__.py says how"
    assert sorted(set(TABLE) - set(names)) == [], "rows of routes that are gone"
    assert len(names) == len(set(names))


def test_table_when_counted_then_its_size_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    grouped = {group: sum(pattern.startswith(group) for _, pattern in routes()) for group in GROUPS}
    cells = len(TABLE) * len(ROLES) * len(METHODS)
    with capsys.disabled():
        print(f"\n    routes x roles x methods: {len(TABLE)} x {len(ROLES)} x {len(METHODS)} = {cells} cells; by group: {grouped}")
    assert cells >= 2400


@pytest.mark.parametrize(("name", "pattern"), ours(), ids=[name for name, _ in ours()])
def test_table_when_walked_then_each_role_gets_what_is_theirs_and_nothing_else(world: World, name: str, pattern: str) -> None:
    if name not in TABLE:
        pytest.fail("add a row: tests/architecture/routes/__init__.py says how")
    found = list(faults_of(world, name, pattern, TABLE[name]))
    assert found == [], "\n".join(found)


@pytest.fixture
def other_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Statements that were written by our rules are forgotten, and afterwards those written by the others."""
    reads.forget()
    yield monkeypatch
    reads.forget()


@pytest.mark.parametrize("name", ["api_trip", "api_final", "trips:itinerary", "trips:archive"])
def test_walk_when_the_owners_filter_is_gone_then_it_says_so(world: World, other_rules: pytest.MonkeyPatch, name: str) -> None:
    """The control: a walk that finds nothing must be able to find something."""
    other_rules.setattr(rules, "mine", lambda actor, prefix="": Q(pk__isnull=False))
    other_rules.setattr(rules, "owns", lambda actor, trip: True)
    found = list(faults_of(world, name, dict(ours())[name], TABLE[name]))
    for role in ("stranger", "staff", "ex_member"):
        assert any(f"as {role}" in fault for fault in found)


@pytest.mark.parametrize("name", ["api_final", "trips:choose"])
def test_walk_when_a_role_may_more_than_its_own_then_it_says_so(world: World, other_rules: pytest.MonkeyPatch, name: str) -> None:
    """The control of the roles: everyone of the company may edit."""
    other_rules.setattr(rules, "may_edit", rules.may_see)
    assert any("as viewer" in fault for fault in faults_of(world, name, dict(ours())[name], TABLE[name]))


def test_walk_when_a_left_member_is_still_let_in_then_it_says_so(world: World, other_rules: pytest.MonkeyPatch) -> None:
    """The control of leaving: memberships count though they ended."""

    def ever(actor: Any, prefix: str = "") -> Q:
        return Q(**{f"{prefix}user_id": actor.user_id}) if actor.user_id else Q(pk__in=[])

    other_rules.setattr(rules, "member", ever)
    found = list(faults_of(world, "api_final", dict(ours())["api_final"], TABLE["api_final"]))
    assert any("as ex_member" in fault for fault in found)


def test_marks_when_a_random_token_holds_one_by_chance_then_no_leak_but_plain_text_is(world: World) -> None:
    row = TABLE["bookings:webhook_switch"]
    token, nonce = "a1SS77" + "x" * 58, "nonce-43217abcdefghijklmnop"
    by_chance = HttpResponse(f"""<input name="csrfmiddlewaretoken" value="{token}"><script {nonce}'></script>{{"request_id":"0f43217e"}}""")
    assert leaks(world, "stranger", by_chance, row) == []
    assert leaks(world, "stranger", HttpResponse("The number ends in SS77, at most INR 43,217."), row) == ["43,217", "SS77"]


LISTS = [(name, pattern) for name, pattern in ours() if name in TABLE and TABLE[name].door == "own" and "<" not in pattern and "GET" in TABLE[name].methods]


@pytest.mark.parametrize(("name", "pattern"), LISTS, ids=[name for name, _ in LISTS])
def test_list_when_read_by_others_then_holds_none_of_alices_rows(world: World, name: str, pattern: str) -> None:
    for role in ("anonymous", "stranger", "ex_member", "staff"):
        answer = world.clients[role, TABLE[name].face].get(f"/{pattern}")
        assert leaks(world, role, answer, Row((), "page", "own")) == []
        if answer.status_code == 200 and role == "staff" and TABLE[name].face == "api" and "count" in answer.json():
            assert answer.json()["count"] == 0


def test_lists_when_read_by_alice_then_hold_her_rows(world: World) -> None:
    """Or the test above would look at empty lists."""
    for path, thing in (("/api/trips", "trip"), ("/api/bookings", "booking"), ("/api/cart", "line"), ("/trips", "trip"), ("/bookings", "booking")):
        answer = world.clients["owner", "api" if path.startswith("/api") else "page"].get(path)
        assert world.things[thing] in text_of(answer), path


def example(pattern: str) -> str:
    """An address of a group's pattern, with something in each gap."""
    plain = re.sub(r"\(\?P<\w+>[^)]*\)", "1-x", pattern).replace("^", "").replace("$", "").replace("\\Z", "").replace("(?:", "")
    return "/" + re.sub(r"<[^>]+>", "1", plain)


def taken_back(client: Any, method: str, path: str, body: str, kind: str) -> Any:
    point = transaction.savepoint()
    try:
        return client.generic(method, path, body, content_type=kind)
    finally:
        transaction.savepoint_rollback(point)
        transaction.savepoint_commit(point)  # rolled back it is there still: unreleased, thousands would nest, each with a lock


def test_admin_when_asked_by_anyone_but_staff_then_the_sign_in_page(world: World) -> None:
    found = []
    for _name, pattern in routes():
        if not pattern.startswith("admin/") or pattern in ("admin/login/", "admin/logout/", "admin/(?P<url>.*)$"):
            continue
        for role in ("anonymous", "stranger", "owner"):
            for method in ("GET", "POST"):
                answer = taken_back(world.clients[role, "page"], method, example(pattern), "", "application/x-www-form-urlencoded")
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
        kind = "application/json" if face == "api" else "application/x-www-form-urlencoded"
        for role in ("anonymous", "stranger", "ex_member", "staff"):
            for method in METHODS:
                answer = taken_back(world.clients[role, face], method, example(pattern), "{}" if face == "api" else "", kind)
                if answer.status_code >= 500 or (shown := leaks(world, role, answer, ANYONE)):
                    found.append(f"{pattern} {method} as {role}: {answer.status_code} {shown if answer.status_code < 500 else ''}")
    assert found == []
