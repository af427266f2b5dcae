"""States as data: which there are, where a row begins, what may follow what. `transitions` moves rows by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


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
