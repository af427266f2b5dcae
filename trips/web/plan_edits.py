"""What the itinerary's forms ask for, as new orders of place ids. Pure: orders in, orders out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from travelplanner.core.errors import Invalid

Orders = tuple[tuple[str, ...], ...]
ACTIONS = ("earlier", "later", "remove", "move", "add")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. `day` (1 = first) and `position` (0 = first stop) say where to; for earlier, later and remove they stay empty."""

    action: str
    stop: str
    day: int | None = None
    position: int | None = None
    based_on: int = 0

    @property
    def fields(self) -> dict[str, str]:
        """The form that asks for it again."""
        found = {"action": self.action, "stop": self.stop, "version": str(self.based_on)}
        if self.day is not None:
            found["day"] = str(self.day)
        if self.position is not None:
            found["position"] = str(self.position)
        return found


def read_edit(form: Mapping[str, str]) -> Edit:
    """A form or query -> Edit. Raises Invalid for what no page of ours sends."""

    def number(name: str) -> int | None:
        text = form.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 8 else None

    action = form.get("action", "")
    placed = action in ("move", "add")  # the other buttons of the same form send the day that is chosen beside them, which means nothing
    edit = Edit(action, form.get("stop", ""), number("day") if placed else None, number("position") if placed else None, number("version") or 0)
    if action not in ACTIONS or not edit.stop or (placed and edit.day is None):
        raise Invalid(_("This change was not understood. Load the page again and repeat it."))
    return edit


def apply_edit(orders: Sequence[Sequence[str]], edit: Edit) -> Orders:
    """The orders after the change; a stop that is dropped without a position goes to the end of the day. Raises Invalid when the stop isn't there."""
    days = [list(order) for order in orders]
    at = next((index for index, order in enumerate(days) if edit.stop in order), None)
    if at is None and edit.action != "add":
        raise Invalid(_("This stop is not in the plan any more."), code="stop_gone")
    if edit.day is not None and not 1 <= edit.day <= len(days):
        raise Invalid(_("The trip has no such day."))
    if edit.action in ("earlier", "later") and at is not None:
        order = days[at]
        index = order.index(edit.stop)
        target = index + (1 if edit.action == "later" else -1)
        if not 0 <= target < len(order):
            raise Invalid(_("This stop is at the end of its day already."), code="at_the_end")
        order[index], order[target] = order[target], order[index]
        return tuple(map(tuple, days))
    if at is not None:
        days[at].remove(edit.stop)
    if edit.action != "remove" and edit.day is not None:
        order = days[edit.day - 1]
        order.insert(len(order) if edit.position is None else min(edit.position, len(order)), edit.stop)
    return tuple(map(tuple, days))


def day_of(orders: Sequence[Sequence[str]], stop: str) -> int | None:
    """The day (1 = first) that holds a stop."""
    return next((index for index, order in enumerate(orders, start=1) if stop in order), None)
