"""How someone travels, in the form of a new trip and in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of
from trips.planning.wish import Wish
from trips.queries.habits import fill, proposed_budget, read_habits
from trips.web.forms import TripForm, initial_from

NAMES = {
    "origin": lazy("where you start"), "people": lazy("people"), "days": lazy("days"), "comfortLevel": lazy("comfort"), "pace": lazy("pace"),
    "tripType": lazy("kind of trip"), "interests": lazy("what you enjoy"), "currency": lazy("currency"), "constraints": lazy("what you need"),
}  # fmt: skip
# Names of what was filled -> fields of the form.
FIELDS = {
    "origin": ("origin",), "people": ("people",), "days": ("days",), "comfortLevel": ("comfort",), "pace": ("pace",), "tripType": ("trip_type",),
    "interests": ("interests",), "currency": ("currency",), "constraints": ("step_free", "max_effort", "max_walk_km", "rest_days"),
}  # fmt: skip
ASKED_BY_FORM = frozenset({*FIELDS, "stepFree", "maxEffort", "maxWalkKm", "restDays"})  # an empty field there is an answer; it has no hours


def names_of(filled: Iterable[str]) -> str:
    return ", ".join(str(NAMES[name]) for name in filled if name in NAMES)


def habit_words(filled: Iterable[str]) -> str:
    """What was filled in, as one of our assumptions."""
    names = names_of(filled)
    return _("as you like to travel: %(names)s") % {"names": names} if names else _("what you did not say, as you told us under “How I travel”")


def habit_initial(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """First values of the form for someone signed in, and the sentence that says so; nothing for others."""
    user_id = actor_of(request).user_id
    habits = read_habits(user_id)
    if habits.empty:
        return {}, ""
    wish, filled = fill(Wish(destinations=()), habits)
    values = initial_from(wish)
    initial = {field: values[field] for name in filled if name in FIELDS for field in FIELDS[name]}
    told = [name for name in filled if name in FIELDS]
    people, days = initial.get("people", TripForm.base_fields["people"].initial), initial.get("days", TripForm.base_fields["days"].initial)
    note = _("Filled in from how you travel: %(names)s.") % {"names": names_of(told)} if told else ""
    if (amount := proposed_budget(habits, people=people, days=days)) is not None:
        initial |= {"budget_max": amount.normalize() if amount != amount.to_integral_value() else int(amount), "currency": wish.currency}
        daily = format_amount(habits.daily or 0, wish.currency)
        sum_ = format_amount(amount, wish.currency)
        note += " " + _("The budget is a proposal: %(daily)s a day for %(people)d people and %(days)d days make %(sum)s.") % {"daily": daily, "people": people, "days": days, "sum": sum_}
    return initial, note.strip()
