"""Codes with params -> sentences in the reader's language. The documents store codes only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from babel.core import Locale
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from travelplanner.core.templatetags.money import format_amount

Params = Mapping[str, Any]

CATEGORY_NAMES = {
    "lodging": lazy("lodging"),
    "food": lazy("food"),
    "localTransport": lazy("local transport"),
    "activities": lazy("activities"),
    "intercity": lazy("the journey"),
}
PROFILE_NAMES = {"balanced": lazy("balanced"), "relaxed": lazy("relaxed"), "full": lazy("full"), "thrifty": lazy("thrifty")}
COMFORT_NAMES = {"budget": lazy("simple"), "standard": lazy("standard"), "luxury": lazy("luxury")}
PACE_NAMES = PROFILE_NAMES | {"packed": PROFILE_NAMES["full"]}  # the predictor's own word for a full pace
INTEREST_NAMES = {
    "temples": lazy("temples"), "history": lazy("history"), "art": lazy("art"), "architecture": lazy("architecture"), "food": lazy("food"),
    "nature": lazy("nature"), "beaches": lazy("beaches"), "adventure": lazy("adventure"), "shopping": lazy("shopping"),
    "nightlife": lazy("nightlife"), "family": lazy("family"), "photography": lazy("photography"), "wellness": lazy("wellness"),
    "culture": lazy("culture"), "trekking": lazy("trekking"), "views": lazy("views"), "spiritual": lazy("spiritual"),
}  # fmt: skip
SCORE_NAMES = {"interests": lazy("Interests"), "money": lazy("Money"), "pace": lazy("Pace"), "effort": lazy("Effort"), "certainty": lazy("Certainty")}
MODE_NAMES = {
    "walk": lazy("On foot"), "trek": lazy("On foot, trail"), "auto": lazy("Auto rickshaw"), "taxi": lazy("Taxi"), "metro": lazy("Metro"),
    "tram": lazy("Tram or ferry"), "train": lazy("Train"), "bus": lazy("Bus"), "car": lazy("Car with driver"), "boat": lazy("Boat"), "flight": lazy("Flight"),
}  # fmt: skip


def percent(share: Any) -> str:
    return f"{round(float(share) * 100)} %"


def times(factor: Any) -> str:
    return f"{float(factor):.2f}"


def _money(p: Params, key: str = "amount") -> str:
    return format_amount(p[key], p["currency"], whole=True)


def _named(table: Mapping[str, Any], key: Any) -> str:
    return str(table.get(str(key), key))


def _interests(names: Any) -> str:
    return ", ".join(_named(INTEREST_NAMES, name) for name in names)


_TEXTS: dict[str, Callable[[Params], str]] = {
    # budget: what drives it
    "largest_part": lambda p: _("Most of it is %(part)s: %(share)s.") % {"part": _named(CATEGORY_NAMES, p["category"]), "share": percent(p["share"])},
    "second_part": lambda p: _("Then %(part)s: %(share)s.") % {"part": _named(CATEGORY_NAMES, p["category"]), "share": percent(p["share"])},
    "price_level": lambda p: _("Prices there are about %(times)s times those in the United States.") % {"times": times(p["factor"])},
    "season": lambda p: _("Beds in these dates cost %(times)s times the year's average.") % {"times": times(p["factor"])},
    "rooms": lambda p: _("%s.") % ", ".join((ngettext("%d room", "%d rooms", p["rooms"]) % p["rooms"], ngettext("%d night", "%d nights", p["nights"]) % p["nights"])),
    "comfort": lambda p: _("%(comfort)s beds cost %(times)s times standard ones.") % {"comfort": _named(COMFORT_NAMES, p["comfort"]).capitalize(), "times": times(p["factor"])},
    "pace": lambda p: _("A %(pace)s pace changes what you do and pay by %(times)s.") % {"pace": _named(PACE_NAMES, p["pace"]), "times": times(p["factor"])},
    "trip_type": lambda p: _("This kind of trip shifts the parts: beds %(lodging)s, food %(food)s, transport %(localTransport)s, activities %(activities)s times.") % p,
    "journey": lambda p: _("The journey there and back, about %(km)s km each way.") % p,
    "extra_day": lambda p: _("One more day would add about %(amount)s.") % {"amount": _money(p)},
    # budget: what was assumed
    "per_diem_ceilings": lambda p: _("Official daily allowances are ceilings for good hotels; we count %(lodging)s of the bed and %(food)s of the meals for this comfort. That is our judgment.")
    % {"lodging": percent(p["lodgingShare"]), "food": percent(p["foodShare"])},
    "daily_sums": lambda p: _("Local transport and activities start from a daily sum per person: %(transport)s and %(activities)s US dollars at United States prices.") % p,
    "people_per_room": lambda p: _("%(people)s people share a room.") % p,
    "parts_do_not_add": lambda p: _("The parts' middle values add up to a little less than the total's, because rarely everything is cheap at once."),
    "traveler_spread": lambda p: _("How differently people spend is our estimate."),
    "us_rates_are_averages": lambda p: _("Official United States rates are averages, not ceilings; we adjust for that."),
    "price_level_modelled": lambda p: _("The country's price level is modelled, with a median error of %(error)s.") % {"error": percent(p["medianError"])},
    "place_taken_from_nearby": lambda p: _("Figures come from %(location)s, the nearest listed place.") % p,
    "place_not_listed": lambda p: _("This place has no official figures; we use those of the country's %(listedPlaces)s listed places. For unseen places the median error of beds was %(error)s.")
    % {"listedPlaces": p["listedPlaces"], "error": percent(p["medianError"])},
    "country_not_listed": lambda p: _("The country has no official figures; we use its continent's, with a median error of %(error)s.") % {"error": percent(p["medianError"])},
    "season_assumed": lambda p: _("High season is taken from the best months, with a usual surcharge of %(times)s times.") % {"times": times(p["ratio"])},
    "no_season_known": lambda p: _("No seasonal prices are known here; the year's average is used."),
    "dates_unknown": lambda p: _("Without dates the year's average is used."),
    "months_only": lambda p: _("Only the months are known."),
    "trip_type_as_leisure": lambda p: _("This kind of trip is counted like a leisure trip."),
    "intercity_not_included": lambda p: _("The journey from home is not included: tell us where you start and we add it."),
    "no_journey_needed": lambda p: _("You start close by; no long journey is counted."),
    "ground_journey": lambda p: _("The journey of about %(km)s km is counted by train or bus at %(usdPerKm)s US dollars a kilometer.") % p,
    "fare_curve": lambda p: _("Air fares follow the average United States fare by distance, median error %(error)s.") % {"error": percent(p["medianError"])},
    "us_fares_used_abroad": lambda p: _("United States fares are used abroad, with a wider range."),
    "fare_curve_extrapolated": lambda p: _("The flight of %(km)s km is longer than those the fares were measured on.") % p,
    "catalogue_hotels": lambda p: _("Prices of %(count)s bookable hotels of this comfort are counted in (demo suppliers).") % p,
    "catalogue_hotels_unused": lambda p: _("No bookable hotel of this comfort was found."),
    "catalogue_fees": lambda p: _("Entrance fees of %(fees)s known places are counted in.") % p,
    "exchange_rate_old": lambda p: _("The exchange rate for %(currency)s is of %(date)s.") % p,
    # research
    "place_matches_interests": lambda p: _("Fits your interests: %(interests)s.") % {"interests": _interests(p["interests"])},
    "place_is_important": lambda p: {
        5: _("The one thing nobody should miss."), 4: _("One of the best-known sights."), 3: _("Well worth a visit."), 2: _("For those with time."),
    }.get(int(p["importance"]), _("A quiet extra.")),
    # itineraries: left out
    "left_out_closed": lambda p: _("Open only outside the hours that your days have.") if p.get("outside_day") else _("Closed, or not open long enough, on your days."),
    "left_out_no_time": lambda p: _("No room left: %(minutes)s minutes short.") % {"minutes": p["missing_minutes"]} if p.get("missing_minutes") else _("No room left in the days."),
    "left_out_over_budget": lambda p: _("Would pass the budget: costs %(cost)s.") % {"cost": _money(p, "cost")} if "cost" in p and "currency" in p else _("Would pass the budget."),
    "left_out_too_far": lambda p: _("Too far: %(minutes)s minutes of travel.") % {"minutes": p["travel_minutes"]} if p.get("travel_minutes") else _("Too far on foot for a day."),
    "left_out_too_hard": lambda p: _("Too much for one day at this pace."),
    "left_out_not_step_free": lambda p: _("Not known to be free of steps."),
    "left_out_excluded": lambda p: _("You asked to leave it out."),
    "left_out_not_suitable": lambda p: _("Kept out for someone's needs or wishes."),
    "left_out_not_chosen": lambda p: _("Other places suit your wishes, your days or your money better."),
    "left_out_lower_value": lambda p: _("Other places suit your wishes better."),
    "left_out_other_area": lambda p: _("Belongs to another destination."),
    "unverified_hours": lambda p: _("Opening hours are an editor's estimate; check before you go."),
    "unverified_access": lambda p: _("Not known to be free of steps all the way; ask before you go."),
    # final
    "chosen_profile": lambda p: _("You chose the %(profile)s plan, scored %(score)s of 100.") % {"profile": _named(PROFILE_NAMES, p["profile"]), "score": p["score"]},
    "edited_plan": lambda p: _("You changed the %(profile)s plan; its score is now %(score)s of 100.") % {"profile": _named(PROFILE_NAMES, p["profile"]), "score": p["score"]},
    "everything_fits": lambda p: _("Each stop is open when you are there, and each transfer has time to spare."),
    "some_unverified": lambda p: _("%(count)s of %(total)s stops rest on estimated opening hours.") % p,
    "cost_against_prediction": lambda p: _("It costs %(cost)s; trips like this cost %(low)s to %(high)s.")
    % {"cost": _money(p, "cost"), "low": _money(p, "low"), "high": _money(p, "high")},
    "bookable_count": lambda p: _("%(count)s things can be booked here in one go.") % p,
    # edits: what is in the way
    "edit_closed": lambda p: _("%(name)s is closed on that day.") % p,
    "edit_closed_by_then": lambda p: _("%(name)s is closed by then: %(missing_minutes)s minutes too late.") % p,
    "edit_late_back": lambda p: _("With %(name)s you would be back %(missing_minutes)s minutes too late.") % p,
    "edit_meal_missed": lambda p: _("With %(name)s there is no time left for a meal.") % p,
    "edit_twice": lambda p: _("%(name)s is in the plan already.") % p,
    "edit_excluded": lambda p: _("You asked to leave out %(name)s.") % p,
    "edit_not_step_free": lambda p: _("%(name)s is not known to be free of steps.") % p,
    "edit_effort": lambda p: _("%(name)s is harder than your party wants.") % p,
    "edit_other_area": lambda p: _("%(name)s is at another destination than that day.") % p,
    "edit_unknown_place": lambda p: _("This place is not in the catalogue."),
    "edit_pinned_elsewhere": lambda p: _("%(name)s is pinned to another day.") % p,
    "edit_active_minutes": lambda p: _("That day would have %(over)s minutes of visits too many.") % p,
    "edit_walk_km": lambda p: _("That day would have %(over)s km too much on foot.") % p,
    "edit_fatigue": lambda p: _("That day would be too tiring."),
    "edit_days_missing": lambda p: _("The plan has %(expected)s days.") % p,
    "edit_not_suitable": lambda p: _("%(name)s is kept out for someone's needs or wishes.") % p,
    "edit_too_much": lambda p: _("That day would be too much for someone's needs."),
    "edit_rest_days": lambda p: _("The plan would lose a rest day that your party needs."),
    "edit_over_budget": lambda p: _("The plan would pass your budget, and a paid stop can't be added to it."),
}


def render(code: str, params: Params) -> str:
    """The sentence; an unknown code (an older document's) is shown as words rather than hidden."""
    write = _TEXTS.get(code)
    if write is None:
        return code.replace("_", " ")
    try:
        return write(params)
    except (KeyError, TypeError, ValueError):
        return code.replace("_", " ")


def known_codes() -> frozenset[str]:
    return frozenset(_TEXTS)


def with_text(value: Any) -> Any:
    """A copy of a document body in which every `{code, params}` also has its `text` in the active language."""
    if isinstance(value, Mapping):
        copy = {key: with_text(item) for key, item in value.items()}
        if "code" in copy and isinstance(copy.get("params"), Mapping):
            copy["text"] = render(copy["code"], value["params"])
        return copy
    if isinstance(value, list):
        return [with_text(item) for item in value]
    return value


def reader_language() -> str:
    return get_language() or "en"


def month_names(width: str = "abbreviated") -> list[str]:
    """Twelve names in the reader's language."""
    names = Locale.parse(reader_language().replace("-", "_")).months["stand-alone"][width]
    return [names[month] for month in range(1, 13)]
