"""Refusals of bookings, each with its stable code and what a page or a program needs to explain it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from bookings.pricing.quote import UnfitUse
from bookings.pricing.shares import UnfitShares
from travelplanner.core.errors import Conflict, Invalid
from travelplanner.core.money import Money, payable_unit, quantize
from travelplanner.core.templatetags.money import format_amount


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
        said = None if lines else _("What this comes to has changed since you agreed to it. Nothing was charged; look at it again.")
        super().__init__(said, extra={"lines": [dict(line) for line in lines], "total": Money(total, currency).as_json()})


class HoldEnded(Conflict):
    code = "hold_expired"
    default_message = _("The hold on your places has ended. Nothing was charged; book again.")


class SupplierOff(Conflict):
    """No company that sells flights is connected here."""

    code = "supplier_off"
    default_message = _("Flights aren't sold here at the moment.")


class SupplierSilent(Conflict):
    """`extra.name`: what another company didn't answer for; all that was held is given back."""

    code = "supplier_silent"
    default_message = _("The company that sells this didn't answer in time. Nothing was charged; try again in a few minutes.")

    def __init__(self, name: str) -> None:
        super().__init__(extra={"name": name})


class OfferGone(Conflict):
    """`extra.name` and `extra.serviceId`: an offer that doesn't stand any more; search again."""

    code = "offer_expired"
    default_message = _("An offer doesn't stand any more. Nothing was charged; search for this flight again.")

    def __init__(self, name: str, service_id: str) -> None:
        super().__init__(extra={"name": name, "serviceId": service_id})


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


def unfit_shares(problem: UnfitShares, total: Decimal, currency: str, names: Sequence[str]) -> Invalid:
    """Why shares can't be as they were wished, on the field `collect`; `extra.difference`: what they come to above the total."""
    name = names[problem.position] if problem.position is not None else ""
    step = format_amount(payable_unit(currency), currency, whole=False)
    amounts = {"by": format_amount(abs(problem.difference), currency), "whole": format_amount(total, currency), "name": name, "step": step}
    said = {
        "nobody": _("Choose who pays a share."),
        "not_positive": _("%(name)s's share must be more than nothing. To leave someone out, take them out."),
        "too_fine": _("%(name)s's share must be in steps of %(step)s."),
        "too_small": _("These amounts leave too little for those who share the rest. Make some smaller."),
        "off": _("The shares come to %(by)s more than %(whole)s.") if problem.difference > 0 else _("The shares come to %(by)s less than %(whole)s."),
    }
    code = "shares_off" if problem.code in ("off", "too_small") else Invalid.code
    return Invalid(fields={"collect": [str(said[problem.code]) % amounts]}, code=code, extra={"difference": Money(problem.difference, currency).as_json()})


def unfit(problem: UnfitUse) -> Invalid:
    """A wish that doesn't fit the service, as fields with a sentence each."""
    said = {
        "out_of_range": _("This must be between %(least)s and %(most)s."),
        "unknown_departure": _("Choose one of the departures that are offered."),
        "do_not_fit": _("So many people need %(units)s units."),
        "in_the_past": _("This date has passed."),
        "too_far_ahead": _("This is sold up to 18 months ahead."),
        "other_party": _("This offer is for a party of %(people)s."),
        "other_date": _("This is an offer for another date."),
        "offer_expired": _("This offer doesn't stand any more. Search again."),
    }
    sentence = str(said[problem.code])
    return Invalid(fields={problem.field: [sentence % problem.params if problem.params else sentence]}, extra={"problem": problem.code, **problem.params})
