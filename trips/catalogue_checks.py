"""What is wrong with a row of the catalogue beyond its columns' own rules: for forms and imports alike. Words as in `trips/data/README.md`.

Each check answers {field: [sentences]}; empty means sound. The names of fields are the models'.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from travelplanner.core import money
from trips.models import Destination, Place, Service
from trips.planning.definitions import straight_km
from trips.planning.hours import HoursError, parse_exceptions, parse_hours
from trips.registries import problems_of_details

CATEGORIES = (
    "temple", "church", "mosque", "monument", "museum", "gallery", "fort", "palace", "park", "garden", "beach",
    "viewpoint", "market", "street", "neighborhood", "food", "ceremony", "boat", "trek", "waterfall", "village",
    "lake", "bridge", "entertainment", "wildlife", "adventure", "wellness", "shrine", "island",
)  # fmt: skip
INTERESTS = (
    "temples", "history", "art", "architecture", "food", "nature", "beaches", "adventure", "shopping", "nightlife",
    "family", "photography", "wellness", "culture", "trekking", "views", "spiritual",
)  # fmt: skip
ACCESSIBILITY = ("step_free", "partial", "steps", "none")
SETTINGS = ("indoor", "outdoor", "mixed")
RELIEFS = ("plain", "mountain", "coast", "hill")
WATERS = ("river", "coast", "lake", "none")
SIDES = ("", "east", "west", "north", "south")
CLIMATES = ("dry", "humid", "alpine", "temperate", "mediterranean")
COMFORTS = ("", "budget", "standard", "luxury")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
COUNTRY = re.compile(r"[A-Z]{3}")
AIRPORT = re.compile(r"[A-Z]{3}")
Problems = dict[str, list[str]]


class _Finder:
    """Collects problems of one row; a value that is missing is its column's matter."""

    def __init__(self, row: Any) -> None:
        self.row = row
        self.found: defaultdict[str, list[str]] = defaultdict(list)

    def say(self, field: str, sentence: str) -> None:
        self.found[field].append(sentence)

    def one_of(self, field: str, words: Iterable[str]) -> None:
        if (value := getattr(self.row, field)) not in words:
            self.say(field, _("“%(value)s” is not one of: %(words)s.") % {"value": value, "words": ", ".join(word for word in words if word)})

    def all_of(self, field: str, fits: Callable[[Any], bool], sentence: str) -> None:
        if bad := [str(value) for value in getattr(self.row, field) or [] if not fits(value)]:
            self.say(field, sentence % {"values": ", ".join(bad)})

    def parsed(self, field: str, parse: Callable[[str], Any]) -> None:
        try:
            parse(getattr(self.row, field))
        except HoursError as problem:
            self.say(field, str(problem))

    def currency(self, field: str) -> bool:
        known = getattr(self.row, field) in money.known_currencies()
        if not known:
            self.say(field, _("This is no currency's code (ISO 4217)."))
        return known

    def amount(self, field: str, currency: str) -> None:
        value = getattr(self.row, field)
        if value is not None and money.quantize(value, currency) != value:
            self.say(field, _("%(currency)s has %(decimals)d decimals.") % {"currency": currency, "decimals": money.exponent(currency)})

    def answer(self) -> Problems:
        return dict(self.found)


def check_destination(row: Destination) -> Problems:
    find = _Finder(row)
    if row.timezone not in available_timezones():
        find.say("timezone", _("This is no time zone's name, such as Asia/Kolkata."))
    if not COUNTRY.fullmatch(row.country or ""):
        find.say("country", _("Three capital letters (ISO 3166-1), such as IND."))
    find.currency("currency")
    find.one_of("relief", RELIEFS)
    find.one_of("water", WATERS)
    find.one_of("water_side", SIDES)
    find.one_of("climate_group", CLIMATES)
    find.all_of("best_months", lambda month: month in range(1, 13), _("Months are 1 to 12, not %(values)s."))
    find.all_of("airports", lambda code: bool(AIRPORT.fullmatch(str(code))), _("Airports are three capital letters (IATA), not %(values)s."))
    return find.answer()


def check_place(row: Place, *, destination: Destination | None) -> Problems:
    """`destination` is the place's own, None when it is missing: then nothing is said of the distance."""
    find = _Finder(row)
    find.one_of("category", CATEGORIES)
    find.all_of("interests", lambda word: word in INTERESTS, _("Not known as interests: %(values)s."))
    if not row.interests:
        find.say("interests", _("At least one is needed."))
    find.one_of("accessibility", ACCESSIBILITY)
    find.one_of("setting", SETTINGS)
    find.parsed("hours", parse_hours)
    find.parsed("hours_exceptions", parse_exceptions)
    if find.currency("fee_currency"):
        find.amount("fee", row.fee_currency)
        find.amount("fee_domestic", row.fee_currency)
    if destination is not None and row.latitude is not None and row.longitude is not None:
        away = straight_km(destination.latitude, destination.longitude, row.latitude, row.longitude)
        if away > destination.reach_km:
            find.say(
                "latitude",
                _("This lies %(away).0f km from %(destination)s, which reaches %(reach).0f km.")
                % {"away": away, "destination": destination.name, "reach": destination.reach_km},
            )
    return find.answer()


def check_service(row: Service, *, place: Place | None) -> Problems:
    """`place` is the service's own, if it is a visit to one."""
    find = _Finder(row)
    find.one_of("comfort", COMFORTS)
    find.all_of("times", lambda time: bool(TIME.fullmatch(str(time))), _("Departures are HH:MM, not %(values)s."))
    if find.currency("currency"):
        find.amount("list_price", row.currency)
    if place is not None and place.destination_id != row.destination_id:
        find.say("place", _("This place belongs to another destination."))
    if (row.type == "hotel") != (row.unit == "room_night"):
        find.say("unit", _("Beds, and only beds, are sold by room and night."))
    if not 0 <= (row.cancel_fee_percent or 0) <= 100:
        find.say("cancel_fee_percent", _("A fee is between 0 and 100 percent."))
    for sentence in problems_of_details(row.type, row.details):
        find.say("details", sentence)
    return find.answer()
