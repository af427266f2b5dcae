"""Promise 19, over every route of the table: no CSRF gap, no open redirect, no header injection, no poisoned Host; the API takes no cookies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from tests.architecture.routes.rows import METHODS
from tests.architecture.routes.stage import stage_transaction, stage_world  # noqa: F401  (fixtures)
from tests.architecture.routes.tables import TABLE, ours, routes
from tests.architecture.routes.walk import Asked, address, body_of, send, text_of
from tests.architecture.routes.world import World
from tests.cast import BACKEND

pytestmark = pytest.mark.django_db
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
FORM = "application/x-www-form-urlencoded"
ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "https:evil.example", "javascript:alert(1)", "///evil.example", "/\t/evil.example")
BROKEN = "/x\r\nX-Injected: yes\r\n\r\n<b>injected</b>"


def asked(face: str, methods: tuple[str, ...]) -> list[Asked]:
    found = [(name, pattern, TABLE[name]) for name, pattern in ours() if name in TABLE and TABLE[name].face == face]
    return [Asked(name, pattern, row, method) for name, pattern, row in found for method in row.methods if method in methods]


def strict(world: World) -> Client:
    """Alice's browser as it is in the field: without the test client's pass for forms."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.people["owner"], backend=BACKEND)
    return client


def taken_back(ask: Any) -> Any:
    point = transaction.savepoint()
    try:
        return ask()
    finally:
        transaction.savepoint_rollback(point)
        transaction.savepoint_commit(point)  # rolled back it is there still: unreleased, thousands would nest, each with a lock


def test_page_that_changes_something_when_sent_without_a_token_then_refuses(world: World) -> None:
    client = strict(world)
    cases = asked("page", CHANGING)
    found = [f"{case.name} {case.method}: {answer.status_code}" for case in cases if (answer := taken_back(lambda c=case: _send(client, c, world))).status_code != 403]
    assert len(cases) > 10
    assert found == []


def _send(client: Client, case: Asked, world: World) -> Any:
    return send(client, case, world.things, body_of(case, world.things))


def test_page_that_changes_something_when_sent_with_a_token_then_gets_past_the_check(world: World) -> None:
    """The control: it is the token that was missing."""
    client = strict(world)
    client.get("/trips/new")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    path = f"/trips/{world.things['trip']}/archive"
    assert taken_back(lambda: client.post(path)).status_code == 403
    assert taken_back(lambda: client.post(path, {"csrfmiddlewaretoken": token})).status_code == 302


def test_page_with_a_form_when_it_hides_where_it_is_sent_from_then_browsers_could_not_send_it(world: World) -> None:
    """With "no-referrer" a browser sends `Origin: null`, which the token check refuses: only a page without a form may say so."""
    client, null = strict(world), "null"
    client.get("/trips/new")
    sent = {"csrfmiddlewaretoken": client.cookies[settings.CSRF_COOKIE_NAME].value}
    path = f"/trips/{world.things['trip']}/archive"
    assert taken_back(lambda: client.post(path, sent, headers={"Origin": null})).status_code == 403
    found = []
    for case in asked("page", ("GET",)):
        for role in ("owner", "anonymous"):
            answer = taken_back(lambda c=case, r=role: _send(world.clients[r, "page"], c, world))
            text = text_of(answer)
            if 'method="post"' in text and ("no-referrer" in text or "no-referrer" in answer.get("Referrer-Policy", "")):
                found.append(f"{case.name} as {role}")
    assert found == []


def test_sign_in_pages_when_sent_without_a_token_then_refuse(world: World) -> None:
    """allauth's and the admin's: whatever takes a POST refuses one without a token (405 where it takes none)."""
    found = []
    for client in (strict(world), Client(enforce_csrf_checks=True)):
        for _name, pattern in routes():
            if pattern.startswith(("accounts/", "admin/login", "admin/logout", "i18n/")) and "<" not in pattern and "(?P" not in pattern:
                answer = taken_back(lambda c=client, p=pattern: c.post(f"/{p}", {}))
                if answer.status_code not in (403, 405):
                    found.append(f"{pattern}: {answer.status_code}")
    assert found == []


def test_views_when_listed_then_none_is_exempt_from_the_token_but_the_api(world: World) -> None:
    """What the walk above can't see: a view that lifted the check for itself."""

    def exempt(resolver: Any, prefix: str = "") -> Iterator[str]:
        for entry in resolver.url_patterns:
            pattern = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from exempt(entry, pattern)
            elif getattr(entry.callback, "csrf_exempt", False):
                yield pattern

    # These take no cookie, so that there is nothing to forge: programs' own addresses, and the seed's old paths.
    assert [pattern for pattern in exempt(get_resolver()) if not pattern.startswith(("api/", "health"))] == []


def test_api_when_asked_with_alices_cookies_alone_then_knows_nobody(world: World) -> None:
    client = strict(world)
    found = []
    for case in asked("api", METHODS):
        if case.row.door in ("open", "link"):
            continue
        headers = {"Idempotency-Key": "cookies", "If-Match": "*"}
        answer = taken_back(lambda c=case, h=headers: client.generic(c.method, address(c, world.things), "{}", content_type="application/json", headers=h))
        if answer.status_code != 401:
            found.append(f"{case.name} {case.method}: {answer.status_code}")
    assert found == []


def _off_site(answer: Any) -> bool:
    target = answer.get("Location", "")
    return bool(urlsplit(target).netloc not in ("", "testserver") or "evil" in urlsplit(target).netloc or target.startswith(("//", "/\\", "\\", "javascript:", "https:")))


def test_next_when_it_leads_away_then_no_page_follows_it(world: World) -> None:
    """Every page, as its owner, with `next` in the address and in the form; nor is such an address printed as a link."""
    found = []
    client = world.clients["owner", "page"]
    tries = [("next", target) for target in ELSEWHERE] + [("return_to", ELSEWHERE[0]), ("redirect", ELSEWHERE[0])]
    for case in asked("page", METHODS):
        for name, target in tries:
            path = address(case, world.things)
            path += f"{'&' if '?' in path else '?'}{name}={quote(target)}"
            body = {**body_of(case, world.things), name: target}
            sent = "&".join(f"{key}={quote(str(value))}" for key, value in body.items() if not hasattr(value, "read"))
            answer = taken_back(lambda c=case, p=path, s=sent: client.generic(c.method, p, s, content_type=FORM))
            if _off_site(answer) or answer.status_code >= 500:
                found.append(f"{case.name} {case.method} {name}={target!r}: {answer.status_code} {answer.get('Location', '')}")
            text = text_of(answer)
            if any(f'{attribute}="{target}' in text for attribute in ("href", "action", "src")):
                found.append(f"{case.name} {case.method} prints {name}={target!r} as an address")
    assert found == []


def test_parameters_when_they_hold_line_breaks_then_no_header_is_added_and_nothing_breaks(world: World) -> None:
    found = []
    client = world.clients["owner", "page"]
    for case in asked("page", METHODS):
        path = address(case, world.things)
        path += f"{'&' if '?' in path else '?'}next={quote(BROKEN)}&q={quote(BROKEN)}&day={quote(BROKEN)}&show={quote(BROKEN)}"
        body = {**body_of(case, world.things), "next": BROKEN}
        sent = "&".join(f"{key}={quote(str(value))}" for key, value in body.items() if not hasattr(value, "read"))
        answer = taken_back(lambda c=case, p=path, s=sent: client.generic(c.method, p, s, content_type=FORM))
        if answer.status_code >= 500 or "X-Injected" in answer.headers or "<b>injected</b>" in answer.content.decode(errors="replace"):
            found.append(f"{case.name} {case.method}: {answer.status_code}")
    assert found == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:443", "testserver@evil.example", "testserver:80@evil.example"])
def test_host_when_it_is_not_ours_then_no_page_answers(world: World, host: str) -> None:
    found = []
    for role in ("owner", "anonymous"):
        for case in asked("page", ("GET",)) + asked("api", ("GET",)):
            if case.name.startswith("health"):
                continue
            client = world.clients[role, case.row.face]
            answer = taken_back(lambda c=case, k=client: k.get(address(c, world.things), HTTP_HOST=host))
            if answer.status_code != 400 or host in answer.content.decode(errors="replace"):
                found.append(f"{case.name} as {role}: {answer.status_code}")
    assert found == []


def test_forwarded_host_when_it_is_sent_then_no_link_is_made_of_it(world: World) -> None:
    found = []
    headers = {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_SERVER": "evil.example", "HTTP_FORWARDED": "host=evil.example", "HTTP_X_ORIGINAL_URL": "https://evil.example/", "HTTP_X_HOST": "evil.example"}
    for case in asked("page", ("GET",)) + asked("api", ("GET",)):
        client = world.clients["owner", case.row.face]
        answer = taken_back(lambda c=case, k=client: k.get(address(c, world.things), **headers))
        if "evil.example" in text_of(answer) + answer.get("Location", ""):
            found.append(case.name)
    assert found == []
