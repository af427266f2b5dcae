"""Words and symbols for what plans are made of: profiles, kinds of places, ways, minutes. Pure but for the active language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from trips.documents import sentences
from trips.web import written

# Sentences about a plan's character; the place's name is put in.
TITLES = {
    "balanced": lazy("An even pace in %s"),
    "relaxed": lazy("Slow days in %s"),
    "full": lazy("Full days in %s"),
    "thrifty": lazy("%s for little money"),
}
THRIFTY_TITLES = {
    "balanced": lazy("An even pace in %s, for little money"),
    "relaxed": lazy("Slow days in %s, for little money"),
    "full": lazy("Full days in %s, for little money"),
    "thrifty": lazy("The cheapest way through %s"),
}
CHARACTERS = {
    "balanced": lazy("Something every day, with room to breathe."),
    "relaxed": lazy("Fewer stops, longer rests."),
    "full": lazy("As much as the days hold."),
    "thrifty": lazy("Short ways and mostly free places."),
}
CATEGORIES: dict[str, tuple[str, Any]] = {
    "temple": ("temple", lazy("Temple")), "shrine": ("temple", lazy("Shrine")), "church": ("temple", lazy("Church")), "mosque": ("temple", lazy("Mosque")),
    "museum": ("museum", lazy("Museum")), "gallery": ("museum", lazy("Gallery")), "palace": ("museum", lazy("Palace")), "monument": ("museum", lazy("Monument")),
    "fort": ("fort", lazy("Fort")), "viewpoint": ("sun", lazy("View")), "market": ("shop", lazy("Market")), "food": ("meal", lazy("Food")),
    "neighborhood": ("map", lazy("Quarter")), "street": ("walk", lazy("Street")), "garden": ("tree", lazy("Garden")), "park": ("tree", lazy("Park")),
    "boat": ("boat", lazy("Boat")), "trek": ("walk", lazy("Trail")), "village": ("map", lazy("Village")), "waterfall": ("tree", lazy("Waterfall")),
    "ceremony": ("flame", lazy("Ceremony")), "beach": ("beach", lazy("Beach")), "wellness": ("heart", lazy("Wellness")),
    "entertainment": ("ticket", lazy("Evening out")), "wildlife": ("tree", lazy("Wildlife")), "lake": ("boat", lazy("Lake")), "bridge": ("sun", lazy("Bridge")),
    "adventure": ("effort", lazy("Adventure")),
}  # fmt: skip
# Way -> (symbol, line on map and spine): the partials know walk, ride, boat, train, flight.
MODES = {
    "walk": ("walk", "walk"), "trek": ("walk", "walk"), "auto": ("auto", "ride"), "taxi": ("car", "ride"), "car": ("car", "ride"), "bus": ("bus", "ride"),
    "metro": ("train", "train"), "tram": ("train", "train"), "train": ("train", "train"), "boat": ("boat", "boat"), "flight": ("plane", "flight"),
}  # fmt: skip
MAIN_PLACES = 3


def title_of(plan: Mapping[str, Any], place: str) -> str:
    """A plan's name by its character; an economy plan also tells how it was meant, so that two of them can be told apart."""
    engine = plan.get("engine", {})
    titles = THRIFTY_TITLES if engine.get("economy") and engine.get("profile") in THRIFTY_TITLES else TITLES
    return str(titles.get(engine.get("profile") if titles is THRIFTY_TITLES else plan["profile"], lazy("A plan for %s"))) % place


def character_of(plan: Mapping[str, Any]) -> str:
    """One sentence about how a plan is meant; empty for a profile that we have no words for."""
    if plan.get("engine", {}).get("economy"):
        return _("The cheapest beds and plain meals, to keep to your money.")
    return str(CHARACTERS.get(plan["profile"], ""))


def category_icon(category: str | None) -> str:
    return CATEGORIES.get(category or "", ("pin", ""))[0]


def category_name(category: str | None) -> str:
    """The kind of a place in words; unknown kinds as the catalogue writes them."""
    known = CATEGORIES.get(category or "")
    return str(known[1]) if known else written.capital((category or "").replace("_", " "))


def mode_icon(mode: str) -> str:
    return MODES.get(mode, ("auto", "ride"))[0]


def mode_line(mode: str) -> str:
    """The pattern of a way's line: walk, ride, boat, train or flight."""
    return MODES.get(mode, ("auto", "ride"))[1]


def mode_name(mode: str) -> str:
    return str(sentences.MODE_NAMES.get(mode, mode))


def minutes_words(minutes: float) -> str:
    """45 min, 2 h, 1 h 20 min."""
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def importance_of(research: Mapping[str, Any] | None) -> dict[str, float]:
    """Place id -> how much it counts for this traveler (first in the research = most)."""
    places = research["attractions"] if research else []
    return {place["placeId"]: len(places) - index for index, place in enumerate(places)}


def place_stops(days: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [stop for day in days for stop in day["stops"] if stop["placeId"]]


def towns_of(days: Sequence[Mapping[str, Any]]) -> str:
    """The destinations of a plan in order: Delhi and Varanasi."""
    return written.listed(list(dict.fromkeys(day["destination"] for day in days)))


def main_stop(day: Mapping[str, Any], weights: Mapping[str, float]) -> Mapping[str, Any] | None:
    """The stop that a day is remembered by; None for a day without places."""
    return max(place_stops([day]), key=lambda stop: weights.get(stop["placeId"], 0), default=None)


def short_name(name: str) -> str:
    """A place's name without what stands in brackets or behind a comma."""
    for cut in (" (", ", ", ": "):
        head = name.split(cut)[0]
        if len(head) >= 4:
            name = head
    return name


def main_places(days: Sequence[Mapping[str, Any]], weights: Mapping[str, float], elsewhere: frozenset[str] = frozenset()) -> list[str]:
    """Up to three names that a plan stands for: first what only this plan has, then what counts most."""
    stops = {stop["placeId"]: stop for stop in place_stops(days)}
    ranked = sorted(stops.values(), key=lambda stop: (stop["placeId"] in elsewhere, -weights.get(stop["placeId"], 0)))
    return [short_name(stop["name"]) for stop in ranked[:MAIN_PLACES]]


def day_title(day: Mapping[str, Any], weights: Mapping[str, float]) -> str:
    """"Friday: Sarnath and the Ramnagar Fort"; "Friday: a day of rest"."""
    name = written.weekday(written.date_of(day["date"]))
    stops = sorted(place_stops([day]), key=lambda stop: -weights.get(stop["placeId"], 0))[:2]
    if not stops:
        return _("%(day)s: a day of rest") % {"day": name} if day["rest"] else _("%(day)s: a free day") % {"day": name}
    in_order = [stop for stop in place_stops([day]) if stop in stops]
    return _("%(day)s: %(places)s") % {"day": name, "places": written.listed([short_name(stop["name"]) for stop in in_order])}
