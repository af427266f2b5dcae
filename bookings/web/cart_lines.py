"""Lines of the cart in words, and changing those that only the browser knows."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from bookings.models import CartItem
from bookings.queries.cart import Cart, CartLine
from bookings.queries.wished import WishedLine, price_wished
from bookings.web import words
from bookings.web.browser_cart import Line
from travelplanner.core import money
from travelplanner.core.templatetags.money import date_span, format_amount
from trips.models import Trip


def key_of(item: CartItem, *, stored: bool) -> str:
    """What a line's form sends: the row's id, or service, date and departure where there is no row."""
    return str(item.pk) if stored else f"{item.service_id}~{item.booking_date.isoformat()}~{item.time}"


def wish_key(wish: WishedLine) -> str:
    return f"{wish.service_id}~{wish.booking_date.isoformat()}~{wish.time}"


def wish_of(item: CartItem) -> Line:
    """A row as the browser would keep it."""
    wish = WishedLine(item.service_id, item.booking_date, item.time, item.nights, item.quantity, item.participants, item.price_seen)
    return wish, item.currency


def shown_groups(cart: Cart, trips: Sequence[Trip], *, stored: bool, now: dt.datetime) -> list[dict[str, Any]]:
    """The lines by trip, trips in order of their first line; those without a trip come last, each with the one of `trips` that it fits into."""
    groups: dict[str, dict[str, Any]] = {}
    for line in cart.lines:
        trip = line.item.trip
        group = groups.setdefault(trip.reference if trip else "", {"trip": trip, "lines": []})
        fits = "" if trip else fitting_trip(trips, [line.item])
        group["lines"].append(shown_line(line, stored=stored, now=now) | {"fits": fits})
    return sorted(groups.values(), key=lambda group: group["trip"] is None)


def shown_line(line: CartLine, *, stored: bool, now: dt.datetime) -> dict[str, Any]:
    """What `bookings/_cart_line.html` shows of a line."""
    item, quote, service = line.item, line.quote, line.item.service
    beds = service.unit == "room_night"
    last = item.booking_date + dt.timedelta(days=item.nights if beds else 0)
    problem = line.problem
    shown: dict[str, Any] = {
        "key": key_of(item, stored=stored),
        "name": service.name,
        "supplier": service.supplier.name,
        "town": service.destination.name,
        "icon": words.ICONS[service.type],
        "what": words.use_words(service.type, item.booking_date, last, item.time, item.quantity, item.participants),
        "requests": item.special_requests,
        "price": format_amount(quote.charged, quote.currency) if quote else "",
        "left": words.left_words(service.type, quote.left) if quote and not problem else "",
        "problem": words.problem_words(problem, left=quote.left if quote else 0, wanted=item.quantity, other_times=len(service.times) > 1) if problem else "",
        "sold_out": problem == "no_places",
        "changed": line.price_changed and not problem,
        "date": item.booking_date.isoformat(),
        "nights": item.nights if beds else None,
        "people": item.participants,
        "units": item.quantity if service.unit != "person" else None,
        "rooms": service.type == "hotel",
        "times": list(service.times) if len(service.times) > 1 else [],
        "time": item.time,
        "trip": item.trip.reference if item.trip else "",
        "elsewhen": item.trip is not None and not item.trip.start_date <= item.booking_date <= item.trip.end_date,
    }
    if quote:
        shown["terms"] = words.terms_words(
            cancellable=quote.terms.cancellable,
            deadline=quote.terms.deadline,
            fee=money.payable(quote.terms.fee, quote.currency),
            total=quote.charged,
            currency=quote.currency,
            timezone=service.destination.timezone,
            now=now,
        )
    if shown["changed"] and quote:
        seen = money.payable(item.price_seen, quote.currency)
        shown["was"] = format_amount(seen, item.currency)
        shown["amount"] = str(quote.charged)
        shown["difference"] = format_amount(abs(quote.charged - seen), quote.currency)
        shown["dearer"] = quote.charged > seen
    return shown


def own_trips(trips: Iterable[Trip]) -> list[dict[str, str]]:
    """Trips to choose from, told apart by their dates."""
    return [{"reference": trip.reference, "title": f"{trip.title}, {date_span(trip.start_date, trip.end_date)}"} for trip in trips]


def fitting_trip(trips: Iterable[Trip], items: Sequence[CartItem]) -> str:
    """The trip in whose days most of the items are used (the first of equals); empty when there is none."""
    counts = [(sum(trip.start_date <= item.booking_date <= trip.end_date for item in items), trip.reference) for trip in trips]
    most = max(counts, key=lambda one: one[0], default=(0, ""))
    return most[1] if most[0] else ""


def changes_of(request: HttpRequest, *, per_person: bool) -> dict[str, Any]:
    """What a line's fields say; a field that can't be read is no change."""
    changes: dict[str, Any] = {}
    for field, name in (("people", "participants"), ("units", "quantity"), ("nights", "nights")):
        text = request.POST.get(field, "")
        if text.isdecimal() and len(text) < 4:
            changes[name] = int(text)
    if per_person and "participants" in changes:
        changes["quantity"] = changes["participants"]
    if "time" in request.POST:
        changes["time"] = request.POST["time"][:5]
    if "date" in request.POST:
        with contextlib.suppress(ValueError):
            changes["booking_date"] = dt.date.fromisoformat(request.POST["date"][:10])
    return changes


def priced(wish: WishedLine) -> tuple[WishedLine | None, CartLine | None]:
    """The wish with today's price as seen, or (None, line) when it can't be had at all; the line says why."""
    lines = price_wished([replace(wish, price_seen=Decimal(0))]).lines
    line = lines[0] if lines else None
    if line is None or line.quote is None or line.problem not in ("", "no_places"):
        return None, line
    use = line.quote.use
    return replace(wish, quantity=use.quantity, participants=use.participants, nights=use.nights, price_seen=line.quote.charged), line


def without(lines: Sequence[Line], key: str) -> list[Line]:
    return [line for line in lines if wish_key(line[0]) != key]
