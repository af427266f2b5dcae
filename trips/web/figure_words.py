"""The words inside figures in the reader's language; the figures themselves know no Django."""

from __future__ import annotations

from django.utils.translation import gettext as _

from trips.web.figures import ClimateWords, MapWords, MoneyWords


def money_words() -> MoneyWords:
    """Words for the budget bar, cost bands, category bars and the lock."""
    return MoneyWords(
        title=_("Predicted budget against your wish"),
        between=_("Likely between {low} and {high}, most likely {likely}."),
        wish_between=_("Your wish is {low} to {high}."),
        limit_is=_("Your limit is {limit}."),
        low=_("low"),
        likely=_("likely"),
        high=_("high"),
        your_limit=_("Your limit"),
        limit=_("limit"),
        your_wish=_("Your wish"),
        band=_("Costs {cost}; limit {limit}; predicted {low} to {high}"),
        band_no_limit=_("Costs {cost}; predicted {low} to {high}"),
        categories=_("Predicted cost by category"),
        category=_("{name}: {low} to {high}, most likely {likely}"),
        lock=_("Of {limit}: {locked} locked now, {estimated} estimated elsewhere, {left} left"),
        lock_over=_("Of {limit}: {locked} locked now, {estimated} estimated elsewhere, {over} over the limit"),
    )


def climate_words() -> ClimateWords:
    """Words for the climate strip."""
    return ClimateWords(
        title=_("The year by month"),
        month=_("{name}: {low} to {high} °C, {rain} mm rain"),
        rain=_("rain, mm"),
        unknown=_("not known"),
    )


def map_words() -> MapWords:
    """Words for the route map."""
    return MapWords(
        title=_("Route"),
        empty=_("Nothing to show yet."),
        far=_("{name}, {distance} km"),
        kilometres=_("{distance} km"),
        metres=_("{distance} m"),
        to=_("{mode} to {name}"),
        modes={
            "walk": _("on foot"),
            "ride": _("by road"),
            "auto": _("by auto rickshaw"),
            "car": _("by car"),
            "bus": _("by bus"),
            "boat": _("by boat"),
            "ferry": _("by ferry"),
            "train": _("by train"),
            "metro": _("by metro"),
            "flight": _("by air"),
        },
    )
