"""Asks one route as each role, and says what is wrong with the answers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.architecture.routes.rows import GAP, METHODS, OUTSIDERS, RANKS, ROLES, Row
from tests.architecture.routes.world import PRIVATE_MARKS, World
from tests.chance import without_chance

REFUSED = (401, 403, 404, 405)
SHORT = 6  # characters


@dataclass(frozen=True)
class Asked:
    """One request's row, address pattern and method."""

    name: str
    pattern: str
    row: Row
    method: str


def filled(value: Any, things: Mapping[str, str]) -> Any:
    """The body with Alice's things (or their stand-ins) where it says "{thing}"."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda gap: things[gap[1]], value)
    if isinstance(value, dict):
        return {filled(key, things): filled(each, things) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled(each, things) for each in value]
    return value


def body_of(asked: Asked, things: Mapping[str, str]) -> dict[str, Any]:
    body = asked.row.bodies.get(asked.method, {})
    return dict(body()) if callable(body) else filled(dict(body), things)


def address(asked: Asked, things: Mapping[str, str]) -> str:
    gaps = asked.row.things(asked.pattern)
    unknown = {gap for gap, thing in gaps.items() if thing not in things}
    assert not unknown, f"{asked.name}: say with gaps={{...}} or in THINGS what stands for {sorted(unknown)} in {asked.pattern}"
    return "/" + GAP.sub(lambda gap: things[gaps[gap[1]]], asked.pattern) + filled(asked.row.query, things)


def send(client: Any, asked: Asked, things: Mapping[str, str], body: dict[str, Any], *, role: str = "") -> Any:
    """One request, whose changes stay."""
    path, method = address(asked, things), asked.method
    cache.clear()  # limits are not this table's matter
    client.cookies.pop("messages", None)  # what an earlier request said
    if any(hasattr(value, "read") for value in body.values()):
        return client.generic(method, path, encode_multipart(BOUNDARY, body), content_type=MULTIPART_CONTENT)
    if isinstance(client, Client) and asked.row.face == "page":
        return client.generic(method, path, urlencode(body, doseq=True), content_type="application/x-www-form-urlencoded")
    headers = {"If-Match": "*", "Idempotency-Key": f"{role}-{method}"}
    if method == "GET":
        return client.get(path, headers=headers)
    return getattr(client, method.lower())(path, body, format="json", headers=headers)


def ask(world: World, role: str, asked: Asked, things: Mapping[str, str]) -> Any:
    """One request; what it changes is taken back."""
    client = world.clients[role, asked.row.face]
    point = transaction.savepoint()
    try:
        return send(client, asked, things, body_of(asked, things), role=role)
    finally:
        transaction.savepoint_rollback(point)
        transaction.savepoint_commit(point)  # rolled back it is there still: unreleased, thousands would nest, each with a lock


def text_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content
    return html.unescape(content.decode(errors="replace"))


def seen(answer: Any, things: Mapping[str, str]) -> tuple[int, str, str]:
    """Status, where to, and text, without what may differ: timestamp, request id, form tokens, and the ids themselves."""

    def without(text: str) -> str:
        for value in things.values():
            text = text.replace(value, "")
        return without_chance(text)

    return answer.status_code, without(answer.get("Location", "")), without(text_of(answer))


def first_difference(one: tuple[int, str, str], other: tuple[int, str, str]) -> str:
    if one[:2] != other[:2]:
        return f"{one[:2]} and {other[:2]}"
    start = next((n for n, (a, b) in enumerate(zip(one[2], other[2], strict=False)) if a != b), min(len(one[2]), len(other[2])))
    return f"{one[2][max(0, start - 60) : start + 90]!r} and {other[2][max(0, start - 60) : start + 90]!r}"


def marks_for(world: World, role: str, row: Row) -> set[str]:
    """What may not be in this role's answer. Ids that the request itself names come back in addresses, which is no leak."""
    marks = set(PRIVATE_MARKS)
    for name, kind in world.kinds.items():
        if not kind.public and (role in OUTSIDERS or kind.private):
            marks |= {world.things[name], *kind.marks}
    return marks - set(row.shows)


def leaks(world: World, role: str, answer: Any, row: Row, named: set[str] = frozenset()) -> list[str]:
    text = text_of(answer) + answer.get("Location", "")
    told = without_chance(text)  # a short mark stands in a random token by chance, about once in ten thousand answers
    own = {world.things[name] for name in named if name in world.things}
    return sorted(mark for mark in marks_for(world, role, row) - own if mark in (told if len(mark) <= SHORT else text))


def named_by(world: World, asked: Asked) -> set[str]:
    """Alice's things that the request names; what is everyone's isn't hers."""
    return {name for name in asked.row.named(asked.pattern, asked.method) if not world.kinds[name].public}


def standing(world: World, asked: Asked, role: str) -> str:
    """in, small (in the trip, but the role is too small), out, or unknown (no id is named: whatever they get is their own)."""
    row = asked.row
    if row.door in ("open", "link") or role == "owner":
        return "in"
    named = named_by(world, asked)
    if row.door == "own" or "trip" not in named:
        return "out" if named else "unknown"
    rank = RANKS.get(role, 0)
    if role == "guest" and row.face == "api":
        rank = 0
    return "out" if not rank else "in" if rank >= RANKS[row.least_for(asked.method)] else "small"


def faults_of(world: World, name: str, pattern: str, row: Row, roles: tuple[str, ...] = ROLES) -> Iterator[str]:
    for method in METHODS:
        asked = Asked(name, pattern, row, method)
        named = named_by(world, asked)
        for role in roles:
            answer = ask(world, role, asked, world.things)
            where = f"{name} {method} as {role}: {answer.status_code}"
            if answer.status_code >= 500:
                yield f"{where} {answer.content[:200]!r}"
                continue
            if role != "owner" and (found := leaks(world, role, answer, row, named)):
                yield f"{where} shows {found}"
            yield from (f"{where}{fault}" for fault in _fault(world, asked, role, answer))
        yield from _astray(world, asked)


def _fault(world: World, asked: Asked, role: str, answer: Any) -> Iterator[str]:
    row, status, stands = asked.row, answer.status_code, standing(world, asked, role)
    to_sign_in = status == 302 and answer["Location"].startswith(("/accounts/login", "/accounts/signup", "/admin/login"))
    nobody = role == "anonymous" or (role == "guest" and row.face == "api")
    if asked.method in row.elsewhere:
        return
    if asked.method not in row.methods:
        outside = (401,) if nobody and row.face == "api" else (404,) if stands == "out" else ()
        if status not in (405, *outside) and not (to_sign_in and role in ("anonymous", "guest")):
            yield ", not 405"
        return
    if nobody and row.face == "api" and row.door not in ("open", "link"):
        if status != 401:
            yield ", not 401"
        return
    if stands == "in":
        if role == "guest" and row.account:
            if not to_sign_in and status != 403:
                yield ", neither the sign-in page nor 403"
        elif status in REFUSED and not (status == 404 and row.empty):
            yield f", though they may {answer.content[:200]!r}"
        if row.door == "link" or role == "owner" or not row.things(asked.pattern):
            return
    elif stands == "small":
        if status != 403 and not (status == 404 and row.personal) and not (role == "guest" and row.account and to_sign_in):
            yield ", not 403"
    elif stands == "out":
        yield from _as_missing(world, asked, role, answer, to_sign_in)
    elif nobody and not to_sign_in and status != 200:
        yield ", neither the sign-in page nor 200"


def _as_missing(world: World, asked: Asked, role: str, answer: Any, to_sign_in: bool) -> Iterator[str]:
    """The answer to a stranger is the answer to an id that doesn't exist."""
    if answer.status_code != 404 and not (to_sign_in and role in ("anonymous", "guest")):
        yield f", not 404 {answer.content[:120]!r}"
    none = world.missing(named_by(world, asked))
    missing = ask(world, role, asked, none)
    ids = {**{f"{name} none": value for name, value in none.items()}, **world.things}
    if (one := seen(answer, ids)) != (other := seen(missing, ids)):
        yield f" differs from a missing id's: {first_difference(one, other)}"


def _astray(world: World, asked: Asked) -> Iterator[str]:
    """Something of Alice's trip under the address of another trip, where it isn't: the same as for a missing one, for its owner too."""
    row, named = asked.row, named_by(world, asked)
    inner = named - {"trip"}
    if row.door != "trip" or asked.method not in row.methods or not inner or "trip" not in named:
        return
    for role, trip in world.others.items():
        if role == "owner" and not all(world.kinds[name].of_trip for name in inner):
            continue
        there = {**world.things, "trip": trip}
        none = {**world.missing(inner), "trip": trip}
        answer, missing = ask(world, role, asked, there), ask(world, role, asked, none)
        where = f"{asked.name} {asked.method} by {role} in another trip: {answer.status_code}"
        ids = {**{f"{name} none": value for name, value in none.items()}, **there}
        in_address = inner & set(row.things(asked.pattern).values())
        if answer.status_code != 404 and in_address and not row.empty:
            yield f"{where}, not 404 {answer.content[:200]!r}"
        elif answer.status_code < 400:
            yield f"{where}, though it isn't there"
        if (one := seen(answer, ids)) != (other := seen(missing, ids)):
            yield f"{where} differs from a missing id's: {first_difference(one, other)}"
        if role != "owner" and (found := leaks(world, role, answer, row, inner)):
            yield f"{where} shows {found}"
