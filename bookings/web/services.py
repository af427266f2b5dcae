"""What can be booked: a search by destination, kind, dates and party; each card goes into the cart with one press."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from bookings.pricing.cancellation import starts_at, terms_of
from bookings.pricing.quote import MOST_PEOPLE
from bookings.pricing.tariff import Terms
from bookings.queries.search import LONGEST_STAY, MOST_CANDIDATES, Found, Wish, search_services
from bookings.web import words
from travelplanner.core import clock, money
from travelplanner.core.errors import NotFound
from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from trips.models import Service, Trip
from trips.queries.catalogue import published_destinations
from trips.queries.trips import destinations_of, get_trip
from trips.web.trip_bar import trip_bar

PER_PAGE = 20
KINDS = [("", lazy("Everything")), ("hotel", lazy("Beds")), ("activity", lazy("Tickets and tours")), ("car_rental", lazy("Cars")), ("flight", lazy("Flights"))]
ORDERS = [("name", lazy("by name")), ("price", lazy("cheapest first"))]
UNITS = {
    "room_night": lazy("%(price)s for a room and night"),
    "person": lazy("%(price)s for one person"),
    "vehicle_day": lazy("%(price)s for a car and day"),
    "vehicle_trip": lazy("%(price)s for a car and ride"),
}


class SearchForm(forms.Form):
    """The names are those of `/api/services`; everything is optional."""

    destination = forms.ChoiceField(label=lazy("Where"), required=False)
    type = forms.ChoiceField(label=lazy("What"), required=False, choices=KINDS, widget=forms.RadioSelect)
    date_from = forms.DateField(label=lazy("From"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    until = forms.DateField(label=lazy("Until"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    people = forms.IntegerField(label=lazy("People"), required=False, min_value=1, max_value=MOST_PEOPLE, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    ordering = forms.ChoiceField(label=lazy("Order"), required=False, choices=ORDERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        towns = [(town.slug, town.name) for town in published_destinations().order_by("name").only("slug", "name")]
        self.fields["destination"].choices = [("", _("Anywhere")), *towns]  # type: ignore[attr-defined]  # a choice field, which the stubs call a field

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("date_from"), found.get("until")
        if last and not first and "date_from" not in self.errors:
            self.add_error("date_from", _("Say when it begins."))
        elif first and first < clock.now().date() - dt.timedelta(days=1):  # somewhere it may still be yesterday
            self.add_error("date_from", _("This day is over. Choose today or later."))
        elif first and last and not 0 <= (last - first).days <= LONGEST_STAY:
            self.add_error("until", _("Not before the first day, and at most %(days)d days later.") % {"days": LONGEST_STAY})
        return found

    def wish(self) -> Wish:
        said = self.cleaned_data
        return Wish(
            type=said.get("type", ""),
            destination=said.get("destination", ""),
            first=said.get("date_from"),
            last=said.get("until"),
            people=said.get("people") or 1,
            ordering=said.get("ordering") or "name",
        )


@limited("open", methods=("GET",))
@require_safe
def show_services(request: HttpRequest) -> HttpResponse:
    """Search and results. `trip`: what is found goes to this trip, and its dates, party and destination are filled in at first."""
    actor = actor_of(request)
    trip = _trip(request)
    filled = {"type": "", "ordering": "name", "people": "2", **(_filled(trip) if trip else {})}
    given = {name: request.GET[name] for name in SearchForm.base_fields if name in request.GET}
    form = SearchForm(filled | given)
    valid = form.is_valid()
    wish = form.wish() if valid else Wish()
    found = search_services(wish) if valid else None
    page: Any = Paginator(found, PER_PAGE).get_page(request.GET.get("page")) if found is not None else None  # type: ignore[arg-type]  # counted and sliced like a list, which is what a paginator asks
    shown = {**{name: form[name].value() or "" for name in SearchForm.base_fields}, **({"trip": trip.reference} if trip else {})}
    now = clock.now()
    context = {
        "form": form,
        "page": page,
        "cards": [_card(one, wish, now) for one in (page or [])],
        "dated": wish.first is not None,
        "cut": MOST_CANDIDATES if found is not None and found.cut else 0,
        "cut_by_price": wish.ordering == "price",
        "wish": wish,
        "trip": trip,
        "bar": trip_bar(actor, trip, "book", planned=True) if trip else None,
        "here_again": f"{request.path}?{urlencode({**shown, 'page': page.number if page else 1})}",
        "months": _months(wish, trip),
    }
    return render(request, "bookings/services.html", context, status=200 if valid else 400)


def _trip(request: HttpRequest) -> Trip | None:
    """The trip that the search is for; none when it isn't there for this reader: the page is open to all."""
    reference = request.GET.get("trip", "")
    if not reference:
        return None
    try:
        return get_trip(actor_of(request), reference)
    except NotFound:
        return None


def _filled(trip: Trip) -> dict[str, str]:
    towns = destinations_of([trip.pk]).get(trip.pk, [])
    known = {"date_from": trip.start_date.isoformat(), "until": trip.end_date.isoformat(), "people": str(trip.traveler_count)}
    if towns:
        found = published_destinations().filter(name=towns[0].get("name", "")).values_list("slug", flat=True).first()
        known |= {"destination": found or ""}
    return known


def _months(wish: Wish, trip: Trip | None) -> str:
    """Dates to begin with, for whoever hasn't said any: a weekend in a month."""
    if wish.first is not None or trip is not None:
        return ""
    ahead = clock.now().date() + dt.timedelta(days=30)
    friday = ahead + dt.timedelta(days=(4 - ahead.weekday()) % 7)
    return urlencode({"type": wish.type, "destination": wish.destination, "people": wish.people, "date_from": friday.isoformat(), "until": (friday + dt.timedelta(days=2)).isoformat()})


def _card(one: Found, wish: Wish, now: dt.datetime) -> dict[str, Any]:
    row, offer = one.service, one.offer
    card: dict[str, Any] = {
        "id": row.pk,
        "name": row.name,
        "icon": words.ICONS[row.type],
        "kind": dict(Service.TYPES)[row.type],
        "town": row.destination,
        "summary": row.summary,
        "supplier": row.supplier,
        "list_price": UNITS[row.unit] % {"price": format_amount(money.payable(row.list_price, row.currency), row.currency)},
        "terms": "",
    }
    if offer is None:
        return card
    last = offer.first + dt.timedelta(days=offer.nights if row.unit == "room_night" else 0)
    terms = terms_of(
        Terms(row.cancellable, row.cancel_hours, row.cancel_fee_percent), total=offer.total, currency=row.currency, start=starts_at(offer.first, offer.time, row.timezone)
    )
    return card | {
        "offer": offer,
        "date": offer.first.isoformat(),
        "what": words.use_words(row.type, offer.first, last, offer.time, offer.units, wish.people),
        "price": format_amount(offer.total, row.currency),
        "left": words.left_words(row.type, offer.left),
        "few": offer.left - offer.units < 3,
        "terms": words.terms_words(
            cancellable=terms.cancellable, deadline=terms.deadline, fee=money.payable(terms.fee, row.currency), total=offer.total, currency=row.currency, timezone=row.timezone, now=now
        ),
        "times": [time for time, day in one.dated if time and day.left >= offer.units] if offer.first == wish.first else [],
    }
