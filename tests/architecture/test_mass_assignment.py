"""Promise 17: what a body says about owners, roles, states and prices changes nothing.

For every POST, PUT and PATCH of the API a valid body is sent twice, once with these fields beside it (and inside its objects); then both
requests must have left the same rows. The bodies are those of the routes' table; one that can't succeed is no proof, and says why.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import File
from django.db import models, transaction
from django.db.models import F

from tests.architecture.routes.rows import Row
from tests.architecture.routes.stage import stage_transaction, stage_world  # noqa: F401  (fixtures)
from tests.architecture.routes.tables import TABLE, ours
from tests.architecture.routes.walk import Asked, body_of, send
from tests.architecture.routes.world import World
from tests.chance import without_chance
from trips.api.trips import TripDetail
from trips.models import Trip

pytestmark = pytest.mark.django_db
OURS = ("core", "accounts", "trips", "bookings", "account", "mfa", "auth")
NOT_COMPARED = {"core.idempotencykey"}  # holds a hash of the body, which differs
UUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}(?![0-9a-f])")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
DRAWN = re.compile(r"\b((CONF|TXN)_[0-9A-F_]+|[0-9A-F]{10}|\w*_[0-9a-f]{12,}|[A-Za-z0-9_-]{32,64})\b")  # numbers of a confirmation and of the gateway, names of stored files, drawn anew each time
WRITING = ("POST", "PUT", "PATCH")


def wanted(charlie: uuid.UUID) -> dict[str, Any]:
    """What nobody may set by sending it, in both spellings; the owner would be Charlie."""
    told: dict[str, Any] = {
        "is_staff": True, "is_superuser": True, "is_active": False, "owner": str(charlie), "owner_id": str(charlie), "user": str(charlie), "user_id": str(charlie),
        "made_by": str(charlie), "invited_by": str(charlie), "added_by": str(charlie), "visitor": "claimed visitor", "status": "CONFIRMED", "state": "verified",
        "price": "0.01", "price_seen": "0.01", "total": "0.01", "list_price": "0.01", "discount": "99", "paid": True, "payment_status": "paid", "actual_spent": "1",
        "role": "owner", "verified": True, "verified_at": "2020-01-01T00:00:00Z", "email_verified": True, "phone_verified": True, "guardian_consent_at": "2020-01-01T00:00:00Z",
        "sample": True, "demo": True, "row_version": 99, "chosen_revision": 99, "locked_revision": 99, "archived_at": "2020-01-01T00:00:00Z", "left_at": "",
        "id": str(uuid.UUID(int=7)), "reference": "TRIP_00000000000F", "token_hash": "claimed hash", "file_key": "../../etc/passwd", "created_at": "2020-01-01T00:00:00Z",
        "rate": "100", "trip_amount": "1", "terms_accepted": True,
    }  # fmt: skip
    camel = {re.sub(r"_(\w)", lambda found: found[1].upper(), name): value for name, value in told.items()}
    return told | camel


def stuffed(body: dict[str, Any], extra: dict[str, Any], takes: tuple[str, ...]) -> dict[str, Any]:
    """The body with the extra fields, and so each object inside it; what it says itself stays."""
    more = {name: value for name, value in extra.items() if name not in takes}
    grown = {name: stuffed(value, extra, takes) if isinstance(value, dict) and value else value for name, value in body.items()}
    return more | grown


def plain(value: Any, known: frozenset[str]) -> Any:
    """A column's value without what differs from one request to the next: moments, and ids that are new."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dt.datetime):
        return "a moment"
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, File):
        return bool(value)
    if isinstance(value, bytes | memoryview):
        return len(bytes(value))
    if isinstance(value, uuid.UUID):
        return str(value) if str(value) in known else "a new id"
    text = UUID.sub(lambda found: found[0] if found[0] in known else "a new id", str(value))
    return without_chance(DRAWN.sub("", MOMENT.sub("a moment", text)))


def table_rows(known: frozenset[str]) -> Counter[Any]:
    """Every row that is ours, comparable; counted, since new rows may look alike."""
    found: Counter[Any] = Counter()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in OURS or model._meta.label_lower in NOT_COMPARED or model._meta.proxy:
            continue
        for row in model._base_manager.all():
            values = []
            for column in model._meta.concrete_fields:
                if isinstance(column, models.AutoField):
                    continue
                if column.name == "secrets":  # tokens in links, drawn anew each time
                    values.append((column.attname, sorted(getattr(row, column.attname))))
                    continue
                made_up = column.unique and not column.is_relation and isinstance(column, models.CharField)
                values.append((column.attname, "unique" if made_up else plain(getattr(row, column.attname), known)))
            found[model._meta.label_lower, str(values)] += 1
    return found


def keys() -> frozenset[str]:
    """The ids of all rows that are there before."""
    found: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label in OURS and isinstance(model._meta.pk, models.UUIDField):
            found |= {str(key) for key in model._base_manager.values_list("pk", flat=True)}
    return frozenset(found)


def what_changed(world: World, asked: Asked, body: dict[str, Any], known: frozenset[str], before: Counter[Any]) -> tuple[Any, Counter[Any], Counter[Any]]:
    """The answer, the rows that are new and those that are gone (a changed row is both); all taken back."""
    point = transaction.savepoint()
    try:
        answer = send(world.clients["owner", "api"], asked, world.things, body, role="owner")
        after = table_rows(known)
        return answer, after - before, before - after
    finally:
        transaction.savepoint_rollback(point)
        transaction.savepoint_commit(point)  # rolled back it is there still: unreleased, thousands would nest, each with a lock


def difference(world: World, asked: Asked) -> list[str]:
    known = keys()
    before, charlie = table_rows(known), world.people["stranger"].pk
    body = body_of(asked, world.things)
    answer, made, gone = what_changed(world, asked, body, known, before)
    assert asked.row.unproven or 200 <= answer.status_code < 300, f"{asked.name} {asked.method}: the table's body is refused, so that it proves nothing: {answer.content[:300]!r}"
    more = stuffed(body_of(asked, world.things), wanted(charlie), asked.row.takes)
    told, also_made, also_gone = what_changed(world, asked, more, known, before)
    if told.status_code == 400 and not also_made and not also_gone:
        return []  # refuses what it doesn't know: nothing took effect
    found = [] if told.status_code == answer.status_code else [f"answered {answer.status_code}, with them {told.status_code} {told.content[:200]!r}"]
    return found + [f"{row}" for row in (also_made - made) + (also_gone - gone)]


CASES = [
    Asked(name, pattern, TABLE[name], method)
    for name, pattern in ours()
    if name in TABLE and TABLE[name].face == "api"
    for method in TABLE[name].methods
    if method in WRITING
]


@pytest.mark.parametrize("asked", CASES, ids=[f"{asked.method}-{asked.name}" for asked in CASES])
def test_body_when_it_claims_more_than_its_fields_then_nothing_of_it_took_effect(world: World, asked: Asked) -> None:
    assert difference(world, asked) == []


def test_comparison_when_a_view_takes_what_it_is_sent_then_finds_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a PATCH that writes the owner and a number it was sent."""
    honest = TripDetail.patch

    def gullible(self: Any, request: Any, reference: str) -> Any:
        answer = honest(self, request, reference)
        if "owner_id" in request.data:
            Trip.objects.filter(reference=reference).update(owner_id=request.data["owner_id"], locked_revision=F("row_version"))
        return answer

    monkeypatch.setattr(TripDetail, "patch", gullible)
    row: Row = TABLE["api_trip"]
    found = difference(world, Asked("api_trip", dict(ours())["api_trip"], row, "PATCH"))
    assert any(str(world.people["stranger"].pk) in fault for fault in found)
