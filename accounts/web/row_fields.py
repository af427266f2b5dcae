"""Lists in a form without script: the rows that are there and some empty ones; a row left empty is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

SPARE = 2  # empty rows


@dataclass(frozen=True, slots=True)
class Rows:
    """`parts`: name -> maker of its field; `told_by`: the part without which a row is empty; its parts are `<name>-<number>-<part>` in the form."""

    name: str
    parts: Mapping[str, Callable[[], forms.Field]]
    told_by: str
    most: int


class RowsForm(forms.Form):
    """A form with lists; `initial[<name>]` holds a list of mappings."""

    lists: tuple[Rows, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row_counts: dict[str, int] = {}
        for rows in self.lists:
            saved = self.initial.get(rows.name) or []
            count = min(rows.most, self._sent(rows) if self.is_bound else len(saved) + SPARE)
            self.row_counts[rows.name] = count
            for number in range(count):
                for part, make in rows.parts.items():
                    field = make()
                    field.required = False
                    if number < len(saved):
                        field.initial = saved[number].get(part)
                    self.fields[f"{rows.name}-{number}-{part}"] = field

    def _sent(self, rows: Rows) -> int:
        pattern = re.compile(rf"{re.escape(rows.name)}-(\d{{1,3}})-")
        return max((int(match[1]) + 1 for name in self.data if (match := pattern.match(name))), default=SPARE)

    def row_values(self, name: str) -> list[dict[str, Any]]:
        """Rows in which something was told."""
        rows = next(each for each in self.lists if each.name == name)
        found = []
        for number in range(self.row_counts[name]):
            row = {part: self.cleaned_data.get(f"{name}-{number}-{part}") for part in rows.parts}
            if row[rows.told_by] not in (None, ""):
                found.append(row)
        return found

    def row_fields(self, name: str) -> list[list[forms.BoundField]]:
        """For the template: the bound fields of each row."""
        rows = next(each for each in self.lists if each.name == name)
        return [[self[f"{name}-{number}-{part}"] for part in rows.parts] for number in range(self.row_counts[name])]
