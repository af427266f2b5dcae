"""One day of a plan as a timeline: stops, ways, waiting, meals, rest and the bed. Pure but for the active language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from trips.documents import sentences
from trips.models.catalogue import EDITOR_ESTIMATE
from trips.web import plan_words, research_view, route_view, written

WORTH_SAYING = 5  # minutes of waiting below which nobody looks at the clock
FREE_FROM = 45  # minutes from which waiting is free time
MEALS = {"breakfast": lazy("Breakfast"), "lunch": lazy("Lunch"), "dinner": lazy("Dinner")}
CONFIDENCE = {"high": lazy("high confidence"), "medium": lazy("medium confidence"), "low": lazy("low confidence")}


def timeline(
    day: Mapping[str, Any],
    *,
    currency: str,
    people: int,
    moved: Mapping[str, str],
    other_days: Sequence[Mapping[str, str]],
    editable: bool,
    stay: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """Stops and ways in order, each with `row` "stop" or "leg". `moved` says of place ids what changed in the newest revision."""
    numbers = route_view.numbers_of(day)
    places = sorted(numbers)
    rows: list[dict[str, Any]] = []
    for index, stop in enumerate(day["stops"]):
        if index:
            rows += _way(day["stops"][index - 1], day["legs"][index - 1] if index <= len(day["legs"]) else None, stop, currency)
        common = {"row": "stop", "start": written.clock_of(stop["arrive"]), "end": _end(stop)}
        if index in numbers:
            rows.append(
                common
                | _place(stop, currency=currency, people=people, moved=moved)
                | {"number": numbers[index], "first": index == places[0], "last": index == places[-1], "position": places.index(index)}
                | {"editable": editable, "days": other_days}
            )
        elif stop["kind"] == "meal":
            rows.append(common | _meal(stop, day["stops"][index - 1] if index else None, currency, people))
        elif stop["kind"] == "rest":
            rows.append(common | {"icon": "bed", "title": _("A rest"), "note": _("Nothing planned; put your feet up."), "quiet": True})
        elif stop["kind"] == "transfer":
            rows.append(common | {"icon": "arrow", "title": _("Journey: %s") % stop["name"], "price": _price(stop["fee"], currency, people)})
        else:
            rows.append(common | _bed(stop, index == len(day["stops"]) - 1 and index > 0, stay, currency))
    return rows


def _end(stop: Mapping[str, Any]) -> str:
    return written.clock_of(stop["leave"]) if stop["leave"] != stop["arrive"] else ""


def _price(fee: float, currency: str, people: int) -> str:
    return _("%(amount)s for %(people)s") % {"amount": written.amount(fee, currency), "people": written.number(people, 0)} if fee else ""


def _place(stop: Mapping[str, Any], *, currency: str, people: int, moved: Mapping[str, str]) -> dict[str, Any]:
    tags: list[dict[str, str]] = []
    if stop["placeId"] in moved:
        tags.append({"label": moved[stop["placeId"]], "tone": "course", "icon": "move"})
    tags.append({"label": plan_words.category_name(stop.get("category")), "tone": "", "icon": plan_words.category_icon(stop.get("category"))})
    if stop["unverified"]:
        tags.append({"label": _("Hours not verified"), "tone": "warn", "icon": "warn"})
    return {
        "id": stop["placeId"],
        "title": stop["name"],
        "tags": tags,
        "price": _price(stop["fee"], currency, people) or _("free"),
        "note": stop.get("summary", ""),
        "hours": written.sentence(research_view.hours_words(stop["hours"])) if stop.get("hours") else "",
        "meal": str(MEALS.get(stop["meal"], "")) if stop.get("meal") else "",
        "source": source_words(stop),
        "ticket": _ticket(stop, people),
        "moved": stop["placeId"] in moved,
        "warned": stop["unverified"],
    }


def source_words(stop: Mapping[str, Any]) -> str:
    """The source line of a stop's hours."""
    if not stop.get("source"):
        return ""
    if stop["source"] == EDITOR_ESTIMATE:
        return _("Editor's estimate, not checked, low confidence")
    parts = [stop["source"]]
    if stop.get("checkedAt"):
        parts.append(written.full_date(written.date_of(stop["checkedAt"])))
    if stop.get("confidence") in CONFIDENCE:
        parts.append(str(CONFIDENCE[stop["confidence"]]))
    return ", ".join(parts)


def _ticket(stop: Mapping[str, Any], people: int) -> dict[str, str] | None:
    """What can be booked for this stop."""
    if not stop.get("serviceId") or not stop.get("servicePrice"):
        return None
    left = int(stop.get("placesLeft") or 0)
    price = stop["servicePrice"]
    return {
        "name": stop["serviceName"],
        "time": stop.get("serviceTime") or "",
        "left": ngettext("Bookable, %d place left", "Bookable, %d places left", left) % left,
        "price": _price(float(price["amount"]), price["currency"], people),
    }


def _meal(stop: Mapping[str, Any], before: Mapping[str, Any] | None, currency: str, people: int) -> dict[str, Any]:
    name = str(MEALS.get(stop["meal"] or stop["name"], written.capital(stop["name"])))
    if before is not None and before["placeId"]:
        name = _("%(meal)s near %(place)s") % {"meal": name, "place": plan_words.short_name(before["name"])}
    elif before is not None and before["kind"] in ("lodging", "rest"):
        name = _("%(meal)s near your bed") % {"meal": name}
    return {"icon": "meal", "round": True, "title": name, "price": _("about %s") % _price(stop["fee"], currency, people) if stop["fee"] else ""}


def _bed(stop: Mapping[str, Any], evening: bool, stay: Mapping[str, Any] | None, currency: str) -> dict[str, Any]:
    row: dict[str, Any] = {"icon": "bed", "title": stop["name"]}
    if evening and stay is not None:
        row["note"] = _("Night %(night)s of %(nights)s, %(price)s") % stay if stay["price"] else _("Night %(night)s of %(nights)s") % stay
        if not stay["bookable"]:
            estimate = _("An estimate: no bed of this comfort is on sale here.")
            row["note"] = f"{written.sentence(row['note'])} {estimate}"
    return row


def _way(before: Mapping[str, Any], leg: Mapping[str, Any] | None, stop: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    """The way between two stops, and the time until the next one can begin."""
    rows: list[dict[str, Any]] = []
    minutes = leg["minutes"] if leg else 0
    if leg and minutes:
        parts = [plan_words.mode_name(leg["mode"]), plan_words.minutes_words(minutes)]
        if leg["distanceKm"]:
            parts.append(written.distance(leg["distanceKm"]))
        if leg["cost"]:
            parts.append(written.amount(leg["cost"], currency))
        rows.append({"row": "leg", "line": plan_words.mode_line(leg["mode"]), "icon": plan_words.mode_icon(leg["mode"]), "text": ", ".join(parts)})
    spare = written.minutes_between(before["leave"], stop["arrive"]) - minutes
    if spare >= WORTH_SAYING:
        words = _("Free until %s") if spare >= FREE_FROM else _("%(spare)s to spare")
        text = words % written.clock_of(stop["arrive"]) if spare >= FREE_FROM else words % {"spare": plan_words.minutes_words(spare)}
        rows.append({"row": "leg", "line": "wait", "icon": "wait", "text": text})
    elif not rows:
        rows.append({"row": "leg", "line": "walk", "icon": "", "text": ""})
    return rows


def stay_of(day: Mapping[str, Any], lodging: Sequence[Mapping[str, Any]], currency: str) -> dict[str, Any] | None:
    """Tonight's bed: which night of how many, and its price; None on the last day."""
    date = written.date_of(day["date"])
    for stay in lodging:
        first, last = written.date_of(stay["arrival"]), written.date_of(stay["departure"])
        if first <= date < last:
            each = stay["total"] / stay["nights"]
            return {
                "night": (date - first).days + 1,
                "nights": stay["nights"],
                "amount": each,
                "price": written.amount(each, currency) if each else "",
                "bookable": bool(stay["serviceId"]),
                "comfort": str(sentences.COMFORT_NAMES.get(stay["comfort"], stay["comfort"])),
            }
    return None
