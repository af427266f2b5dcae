"""What a change of a plan did, would do, or why it can't be, in words. Pure but for the active language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from travelplanner.core import money
from travelplanner.core.errors import AppError
from trips.actions.plan_changes import Choices, Outcome, Room
from trips.models import Document
from trips.planning.edits import Suggestion
from trips.web import difference_view, plan_words, written
from trips.web.plan_edits import Edit


def _stop_in(body: Mapping[str, Any], place_id: str) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    for day in body["itinerary"]["days"]:
        for stop in day["stops"]:
            if stop["placeId"] == place_id:
                return day, stop
    return None


def _weekday(day: Mapping[str, Any]) -> str:
    return written.weekday(written.date_of(day["date"]))


def done(edit: Edit, after: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """One sentence for the toast: what is where now."""
    now, was = _stop_in(after, edit.stop), _stop_in(before, edit.stop)
    if now is None:
        return _("Removed %(name)s from %(day)s.") % {"name": was[1]["name"], "day": _weekday(was[0])} if was else _("Removed.")
    day, stop = now
    about = {"name": stop["name"], "day": _weekday(day), "time": written.clock_of(stop["arrive"])}
    if edit.action == "add":
        return _("Added %(name)s on %(day)s, %(time)s. Everything still fits.") % about
    return _("Moved %(name)s to %(day)s, %(time)s. Everything still fits.") % about


def wish(edit: Edit, body: Mapping[str, Any], name: str = "") -> str:
    """A change that was asked for, in words."""
    found = _stop_in(body, edit.stop)
    name = found[1]["name"] if found else name or _("a place")
    days = body["itinerary"]["days"]
    day = _weekday(days[edit.day - 1]) if edit.day and edit.day <= len(days) else ""
    return {
        "earlier": _("%s earlier") % name,
        "later": _("%s later") % name,
        "remove": _("take out %s") % name,
        "move": _("%(name)s to %(day)s") % {"name": name, "day": day},
        "add": _("add %(name)s on %(day)s") % {"name": name, "day": day},
    }.get(edit.action, name)


def refusal(error: AppError, edit: Edit | None, newest: Document) -> dict[str, Any]:
    """Why nothing was saved. (An edit that someone else's change came before has a page of its own: conflict_page.)"""
    said = wish(edit, newest.body) if edit else ""
    if error.code == "edited_meanwhile":
        return {
            "tone": "warn",
            "title": _("Someone changed this plan while you were looking at it."),
            "text": (_("Not saved: %s. Below is the plan as it is now.") % said) if said else _("Nothing was undone. Below is the plan as it is now."),
            "violations": [],
        }
    violations = list(dict.fromkeys(found["text"] for found in error.extra.get("violations", ())))
    return {
        "tone": "warn",
        "title": (_("This does not fit: %s.") % said) if violations and said else str(error.message),
        "text": _("Nothing was changed."),
        "violations": violations,
    }


def fits(edit: Edit, outcome: Outcome) -> dict[str, Any]:
    """What a change would do, when it can be done."""
    found = _stop_in(outcome.after, edit.stop)
    difference = difference_view.difference_rows(outcome.before, outcome.after)
    when = ""
    if found is not None:
        about = {"name": found[1]["name"], "day": _weekday(found[0]), "time": written.clock_of(found[1]["arrive"])}
        when = _("%(name)s on %(day)s at %(time)s") % about
    return {
        "fits": True,
        "title": _("This fits: %s.") % (when or wish(edit, outcome.before)),
        "text": written.sentence(difference["balance"]),
        "again": edit.fields,
        "violations": [],
    }


def choices(found: Choices, days: Sequence[Mapping[str, Any]], stop: str) -> list[dict[str, Any]]:
    """Each button of a stop with what it would do: [{label, fits, text}]."""
    shown = []
    for label, obstacle in ((_("Earlier"), found.earlier), (_("Later"), found.later)):
        if obstacle is not None:
            shown.append({"label": label, "fits": not obstacle, "text": obstacle or _("fits")})
    for day in days:
        index = day["day"] - 1
        if any(row["placeId"] == stop for row in day["stops"]):
            continue
        if suggestion := found.room.suggestions.get(index):
            shown.append({"label": _weekday(day), "fits": True, "text": suggestion_words(suggestion, day, found.currency)})
        elif obstacle := found.room.obstacles.get(index):
            shown.append({"label": _weekday(day), "fits": False, "text": obstacle})
    return shown


def suggestion_words(suggestion: Suggestion, day: Mapping[str, Any], currency: str) -> str:
    """fits after Assi Ghat, 25 min more, +₹120."""
    stops = plan_words.place_stops([day])
    if suggestion.position == 0 or not stops:
        words = [_("fits as the first stop")]
    else:
        words = [_("fits after %s") % plan_words.short_name(stops[min(suggestion.position, len(stops)) - 1]["name"])]
    words.append(_("%s more") % plan_words.minutes_words(suggestion.extra_minutes))
    if suggestion.extra_cost:
        words.append(written.signed(money.as_number(money.from_minor(suggestion.extra_cost, currency), currency), currency))
    if suggestion.over_budget:
        words.append(_("over your limit"))
    return ", ".join(words)


def places_to_add(
    places: Sequence[Mapping[str, Any]],
    rooms: Mapping[str, Room],
    reasons: Mapping[str, str],
    days: Sequence[Mapping[str, Any]],
    day: int,
    currency: str,
    which: str,
) -> list[dict[str, Any]]:
    """Places not in the plan: where each fits (the shown day first), or why it was left out. What fits comes first."""
    shown = []
    for place in places:
        room = rooms[place["placeId"]]
        if which == "indoor" and not room.indoor:
            continue
        ranked = sorted(room.suggestions.values(), key=lambda found: (found.day != day - 1, found.over_budget > 0, found.extra_minutes))
        shown.append(
            {
                "id": place["placeId"],
                "name": place["name"],
                "kind": plan_words.category_name(place["category"]),
                "icon": plan_words.category_icon(place["category"]),
                "summary": place["summary"],
                "reason": reasons.get(place["placeId"], ""),
                "fits": [_place_for(found, days, currency) for found in ranked[:2]],
            }
        )
    return sorted(shown, key=lambda place: not place["fits"])


def _place_for(found: Suggestion, days: Sequence[Mapping[str, Any]], currency: str) -> dict[str, Any]:
    day = days[found.day]
    return {
        "day": found.day + 1,
        "position": found.position,
        "weekday": _weekday(day),
        "text": suggestion_words(found, day, currency),
        "over": found.over_budget > Decimal(0),
    }
