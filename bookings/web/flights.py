"""Flights of other companies for a trip: a form, what was found, and into the cart. There is no such page where no company is connected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookings.actions.offers import FoundOffer, choose_offer, search_offers
from bookings.gateways.suppliers import flight_adapters
from bookings.queries.flight_wish import read_ages
from bookings.web.refusals import refusal_notes
from bookings.web.sheet_context import signup_url
from travelplanner.core import money
from travelplanner.core.errors import AppError, Conflict, Invalid
from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from trips import rules as trip_rules
from trips.models import Destination, Trip
from trips.queries.trips import get_trip
from trips.web.trip_bar import trip_bar

CODE = {"maxlength": "3", "autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}


class FlightForm(forms.Form):
    """From where, to where, when. Airports by their three letters, as tickets write them."""

    origin = forms.CharField(label=lazy("From"), max_length=3, help_text=lazy("Three letters, such as DEL."), widget=forms.TextInput(attrs=CODE))
    destination = forms.CharField(label=lazy("To"), max_length=3, widget=forms.TextInput(attrs=CODE))
    date = forms.DateField(label=lazy("There on"), widget=forms.DateInput(attrs={"type": "date"}))
    back = forms.DateField(label=lazy("Back on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    ages = forms.CharField(
        label=lazy("Ages of children"), max_length=40, required=False, help_text=lazy("With commas: 7, 9. Leave it empty when all are adults.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@limited("flights", methods=("GET", "POST"))
def show_flights(request: HttpRequest, reference: str) -> HttpResponse:
    """The form, filled from the trip; with `origin` in the address also what is flown. POST `offer` puts one into the cart."""
    actor = actor_of(request)
    trip = get_trip(actor, reference, whole=False)
    if not trip_rules.may_change(actor, trip):
        raise trip_rules.refusal(trip)
    if not flight_adapters():
        raise Http404
    if not actor.is_user:
        return redirect(signup_url(reference))
    if request.method == "POST":
        try:
            line = choose_offer(actor=actor, trip_reference=reference, key=request.POST.get("offer", ""))
        except (Invalid, Conflict) as refusal:
            return _page(request, trip, FlightForm(initial=_guess(trip)), notes=_notes(refusal), status=refusal.status)
        messages.success(request, _("%(name)s is in the cart.") % {"name": line.item.service.name})
        return redirect("bookings:checkout", reference=reference)
    if "origin" not in request.GET:
        return _page(request, trip, FlightForm(initial=_guess(trip)))
    form = FlightForm(request.GET)
    if not form.is_valid():
        return _page(request, trip, form, status=400)
    wish = form.cleaned_data
    try:
        found = search_offers(
            actor=actor,
            trip_reference=reference,
            origin=wish["origin"],
            destination=wish["destination"],
            first=wish["date"],
            last=wish["back"],
            child_ages=read_ages(wish["ages"]),
        )
    except (Invalid, Conflict) as refusal:
        for name, said in refusal.fields.items():
            form.add_error({"return": "back", "childAges": "ages"}.get(name, name), list(said))
        return _page(request, trip, form, notes=[] if refusal.fields else _notes(refusal), status=refusal.status)
    return _page(request, trip, form, found=found, searched=True)


def _page(request: HttpRequest, trip: Trip, form: FlightForm, *, status: int = 200, found: tuple[FoundOffer, ...] = (), **more: Any) -> HttpResponse:
    context = {
        "trip": trip,
        "trip_bar": trip_bar(actor_of(request), trip, "book", planned=trip.chosen_revision is not None),
        "form": form,
        "offers": [_row(one) for one in found],
        "searched": False,
        "notes": [],
        **more,
    }
    return render(request, "bookings/flights.html", context, status=status)


def _row(found: FoundOffer) -> dict[str, Any]:
    offer = found.offer
    stops = _("direct") if not offer.stops else ngettext("%(n)d stop", "%(n)d stops", offer.stops) % {"n": offer.stops}
    terms = _("Can't be given back.") if not offer.cancellable else _("Can be given back before departure.")
    if offer.cancellable and offer.penalty:
        terms = _("Can be given back; the airline keeps %(fee)s.") % {"fee": format_amount(offer.penalty, offer.currency)}
    return {
        "key": found.key,
        "name": offer.name,
        "numbers": ", ".join(offer.flight_numbers),
        "departs": offer.starts_at,
        "arrives": offer.details.get("arrives_at", ""),
        "arrives_at": _clock(str(offer.details.get("arrives_at", ""))),
        "departs_at": f"{offer.starts_at:%H:%M}",
        "day": offer.starts_at.date(),
        "back": offer.return_at,
        "back_at": f"{offer.return_at:%H:%M}" if offer.return_at else "",
        "back_day": offer.return_at.date() if offer.return_at else None,
        "stops": stops,
        "terms": terms,
        "price": format_amount(money.payable(offer.total, offer.currency), offer.currency),
        "people": offer.people,
        "until": offer.expires_at,
    }


def _clock(text: str) -> str:
    return text[11:16]


def _notes(refusal: AppError) -> list[dict[str, Any]]:
    return refusal_notes(refusal)


def _guess(trip: Trip) -> dict[str, Any]:
    """The form as the trip would fill it: the airports of its origin and its first place, where we know them."""
    first = trip.destinations.select_related("destination").first()
    origin = Destination.objects.filter(name__iexact=trip.origin_city).values_list("airports", flat=True).first() if trip.origin_city else None
    place = first.destination.airports if first else []
    return {
        "origin": origin[0] if origin else "",
        "destination": place[0] if place else "",
        "date": trip.start_date,
        "back": trip.end_date if trip.end_date > trip.start_date else None,
    }
