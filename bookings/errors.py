"""Refusals of bookings, each with its stable code and what a page or a program needs to explain it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from bookings.pricing.quote import UnfitUse
from travelplanner.core.errors import Conflict, Invalid
from travelplanner.core.money import Money, quantize


class NoPlaces(Conflict):
    """`extra.lines`: name, date, time, wanted, left of each line that can't be had."""

    code = "no_places"
    default_message = _("Some of this is sold out. Nothing was charged; choose another time or fewer places.")

    def __init__(self, lines: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(extra={"lines": [dict(line) for line in lines]})


class OverBudget(Conflict):
    """`extra`: by how much the ceiling would be passed, the ceiling and what it already holds."""

    code = "over_budget"
    default_message = _("This would go over the trip's budget. Raise the budget or take something out.")

    def __init__(self, *, by: Decimal, ceiling: Decimal, used: Decimal, currency: str) -> None:
        amounts = {"over": by, "ceiling": ceiling, "used": used}
        super().__init__(extra={**{key: str(quantize(value, currency)) for key, value in amounts.items()}, "currency": currency})


class PriceChanged(Conflict):
    """`extra.lines`: old and new per line; `extra.total` is what to agree to (`acceptedTotal`) for the booking to go on."""

    code = "price_changed"
    default_message = _("A price has changed since you saw it. Nothing was charged; please look at it and say if you still want it.")

    def __init__(self, *, lines: Sequence[Mapping[str, Any]], total: Decimal, currency: str) -> None:
        super().__init__(extra={"lines": [dict(line) for line in lines], "total": Money(total, currency).as_json()})


class BookingOpen(Conflict):
    """`extra.bookingId`: the booking of this trip that still waits for its payment."""

    code = "booking_open"
    default_message = _("A booking of this trip is still open. Finish it, or wait until its hold ends.")

    def __init__(self, reference: str) -> None:
        super().__init__(extra={"bookingId": reference})


class AlreadyBooked(Conflict):
    """`extra.names`: what this trip has booked at the same date and time already."""

    code = "already_booked"
    default_message = _("Some of this is booked for this trip already. Take it out of the cart.")

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(extra={"names": list(names)})


def unfit(problem: UnfitUse) -> Invalid:
    """A wish that doesn't fit the service, as fields with a sentence each."""
    said = {
        "out_of_range": _("This must be between %(least)s and %(most)s."),
        "unknown_departure": _("Choose one of the departures that are offered."),
        "do_not_fit": _("So many people need %(units)s units."),
        "in_the_past": _("This date has passed."),
        "too_far_ahead": _("This is sold up to 18 months ahead."),
    }
    sentence = str(said[problem.code])
    return Invalid(fields={problem.field: [sentence % problem.params if problem.params else sentence]}, extra={"problem": problem.code, **problem.params})
