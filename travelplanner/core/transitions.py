"""The one door of every state: a table says what may follow, one conditional UPDATE, one history row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from . import audit, clock, plain_rows
from .actor import Actor
from .errors import Conflict
from .state_machine import StateMachine

MOST_AT_ONCE = 500  # keys in one plain statement


def _as_one() -> AbstractContextManager[Any]:
    """State and history as one: the caller's transaction sees to it; without one, an own. A savepoint inside it would cost two round trips."""
    return nullcontext() if transaction.get_connection().in_atomic_block else transaction.atomic()


def _change(model: type[models.Model], rows: Sequence[models.Model], column: str, old: str, values: Mapping[str, Any]) -> int:
    """The conditional UPDATE; returns how many rows it hit. Plain SQL, unless the database is to compute one of the values."""
    keys = [row.pk for row in rows]
    plain = {name: plain_rows.Plus(1) if name == "row_version" else value for name, value in values.items()}
    if len(keys) > MOST_AT_ONCE or any(hasattr(value, "resolve_expression") or isinstance(value, models.Model) for value in plain.values()):
        return model._base_manager.filter(pk__in=keys, **{column: old}).update(**values)
    return plain_rows.change(model, plain, where={column: old}, keys=keys)


def _leaving(row: models.Model, machine: StateMachine, to: str) -> str:
    """The state in which `row` stands. Raises Conflict when `to` can't follow."""
    old: str = getattr(row, machine.field)
    if not machine.allows(old, to):
        raise Conflict(
            _("This is %(old)s and can't become %(new)s.") % {"old": old.replace("_", " ").lower(), "new": to.replace("_", " ").lower()},
            code="wrong_state",
            extra={"state": old, "allowed": sorted(machine.following(old))},
        )
    return old


def _record(row: models.Model, machine: StateMachine, old: str, to: str, actor: Actor, reason: str, now: dt.datetime) -> None:
    history = getattr(row, "history_model", None)
    if history is None:
        audit.record(actor=actor, action=f"{machine.name}.{to}", row=row, before={"state": old}, after={"state": to, "reason": reason}, now=now)
    else:
        plain_rows.insert([_told(history, row, old, to, actor, reason, now)])


def _told(history: type[models.Model], row: models.Model, old: str, to: str, actor: Actor, reason: str, now: dt.datetime) -> models.Model:
    return history(
        subject_id=row.pk,
        from_state=old,
        to_state=to,
        actor_id=actor.user_id,
        actor_label=actor.label,
        reason=reason,
        request_id=actor.request_id,
        created_at=now,
    )


def move(
    row: models.Model,
    machine: StateMachine,
    to: str,
    *,
    actor: Actor,
    reason: str = "",
    now: dt.datetime | None = None,
    **changes: Any,
) -> None:
    """Bring `row` into state `to`, or raise Conflict when the table or another writer says no.

    Guarantees: one UPDATE on (pk, old state) that hit exactly one row; other columns in `changes` move with it; `row_version` rises where
    there is one. Records: a row in the model's `history_model`, else an audit entry. Runs inside the caller's transaction.
    """
    old = _leaving(row, machine, to)
    now = now or clock.now()
    names = {f.name for f in row._meta.concrete_fields}
    values: dict[str, Any] = {machine.field: to, **changes}
    if "updated_at" in names:
        values["updated_at"] = now
    if "row_version" in names:
        values["row_version"] = F("row_version") + 1
    with _as_one():
        if _change(type(row), [row], machine.field, old, values) != 1:
            raise Conflict(_("Someone else changed this at the same moment."), code="wrong_state", extra={"state": old})
        _record(row, machine, old, to, actor, reason, now)
    for name, value in values.items():
        setattr(row, name, getattr(row, name) + 1 if name == "row_version" else value)


def make_moved(
    row: models.Model, machine: StateMachine, to: str, *, actor: Actor, reason: str = "", now: dt.datetime | None = None, **changes: Any
) -> None:
    """Write a new row that goes on to `to` in the transaction that makes it: nobody can see it in between, so one INSERT says where it ends.

    Inside the caller's transaction. Raises Conflict and records as `move` does; row and history are those of an INSERT and a `move`.
    """
    old = _leaving(row, machine, to)
    now = now or clock.now()
    names = {f.name for f in row._meta.concrete_fields}
    values: dict[str, Any] = {machine.field: to, **changes}
    if "updated_at" in names:
        values["updated_at"] = now
    if "row_version" in names:
        values["row_version"] = getattr(row, "row_version") + 1  # noqa: B009  # not every model has one
    for name, value in values.items():
        setattr(row, name, value)
    plain_rows.insert([row])
    _record(row, machine, old, to, actor, reason, now)


def move_all(
    rows: Sequence[models.Model],
    machine: StateMachine,
    to: str,
    *,
    actor: Actor,
    reason: str = "",
    now: dt.datetime | None = None,
    **changes: Any,
) -> None:
    """`move` for rows of one model that stand in the same state: two statements for any number of them, all or none.

    Raises Conflict when the table says no, when the rows stand in different states, or when another writer was there first.
    """
    if not rows:
        return
    olds = {getattr(row, machine.field) for row in rows}
    old = min(olds)
    if len(olds) > 1 or not machine.allows(old, to):
        raise Conflict(code="wrong_state", extra={"state": sorted(olds), "allowed": sorted(machine.following(old))})
    now = now or clock.now()
    model = type(rows[0])
    names = {f.name for f in model._meta.concrete_fields}
    values: dict[str, Any] = {machine.field: to, **changes}
    if "updated_at" in names:
        values["updated_at"] = now
    if "row_version" in names:
        values["row_version"] = F("row_version") + 1
    with _as_one():
        if _change(model, rows, machine.field, old, values) != len(rows):
            raise Conflict(_("Someone else changed this at the same moment."), code="wrong_state", extra={"state": old})
        history = getattr(model, "history_model", None)
        if history is None:
            audit.record_all(actor=actor, action=f"{machine.name}.{to}", rows=rows, before={"state": old}, after={"state": to, "reason": reason}, now=now)
        else:
            plain_rows.insert(_told(history, row, old, to, actor, reason, now) for row in rows)
    for row in rows:
        for name, value in values.items():
            setattr(row, name, getattr(row, name) + 1 if name == "row_version" else value)
