"""The one door of every state: tables as data, one conditional UPDATE, one history row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from . import audit, clock
from .actor import Actor
from .errors import Conflict


@dataclass(frozen=True, slots=True)
class StateMachine:
    """States of one column: `table` maps a state to the states that may follow."""

    name: str
    initial: str
    table: Mapping[str, frozenset[str]]
    field: str = "state"

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(self.table)

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(state, state.replace("_", " ").lower()) for state in self.table]

    def allows(self, current: str, to: str) -> bool:
        return to in self.table.get(current, frozenset())

    def following(self, current: str) -> frozenset[str]:
        """What may come next; pages and the API ask this."""
        return self.table.get(current, frozenset())

    def is_final(self, state: str) -> bool:
        return not self.table[state]

    def constraint(self, model_name: str) -> models.CheckConstraint:
        """The CHECK that lists the states."""
        return models.CheckConstraint(condition=models.Q(**{f"{self.field}__in": list(self.states)}), name=f"{model_name}_{self.field}_known")


def _as_one() -> AbstractContextManager[Any]:
    """State and history as one: the caller's transaction sees to it; without one, an own. A savepoint inside it would cost two round trips."""
    return nullcontext() if transaction.get_connection().in_atomic_block else transaction.atomic()


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
    old = getattr(row, machine.field)
    if not machine.allows(old, to):
        raise Conflict(
            _("This is %(old)s and can't become %(new)s.") % {"old": old.replace("_", " ").lower(), "new": to.replace("_", " ").lower()},
            code="wrong_state",
            extra={"state": old, "allowed": sorted(machine.following(old))},
        )
    now = now or clock.now()
    names = {f.name for f in row._meta.concrete_fields}
    values: dict[str, Any] = {machine.field: to, **changes}
    if "updated_at" in names:
        values["updated_at"] = now
    if "row_version" in names:
        values["row_version"] = F("row_version") + 1
    with _as_one():
        hit = type(row)._base_manager.filter(pk=row.pk, **{machine.field: old}).update(**values)
        if hit != 1:
            raise Conflict(_("Someone else changed this at the same moment."), code="wrong_state", extra={"state": old})
        history = getattr(row, "history_model", None)
        if history is None:
            audit.record(actor=actor, action=f"{machine.name}.{to}", row=row, before={"state": old}, after={"state": to, "reason": reason}, now=now)
        else:
            history.objects.create(
                subject=row,
                from_state=old,
                to_state=to,
                actor_id=actor.user_id,
                actor_label=actor.label,
                reason=reason,
                request_id=actor.request_id,
                created_at=now,
            )
    for name, value in values.items():
        setattr(row, name, getattr(row, name) + 1 if name == "row_version" else value)


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
        hit = model._base_manager.filter(pk__in=[row.pk for row in rows], **{machine.field: old}).update(**values)
        if hit != len(rows):
            raise Conflict(_("Someone else changed this at the same moment."), code="wrong_state", extra={"state": old})
        history = getattr(model, "history_model", None)
        if history is None:
            audit.record_all(actor=actor, action=f"{machine.name}.{to}", rows=rows, before={"state": old}, after={"state": to, "reason": reason}, now=now)
        else:
            history.objects.bulk_create(
                history(
                    subject=row,
                    from_state=old,
                    to_state=to,
                    actor_id=actor.user_id,
                    actor_label=actor.label,
                    reason=reason,
                    request_id=actor.request_id,
                    created_at=now,
                )
                for row in rows
            )
    for row in rows:
        for name, value in values.items():
            setattr(row, name, getattr(row, name) + 1 if name == "row_version" else value)
