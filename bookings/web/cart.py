"""The cart: everything one wants to book, for all trips. Before sign-in it lives in the browser; every press is a plain form."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import cart as actions
from bookings.pricing.quote import MOST_NIGHTS, MOST_PEOPLE
from bookings.queries import cart as queries
from bookings.queries.wished import WishedLine, price_wished
from bookings.web import browser_cart, words
from bookings.web.browser_cart import Line
from bookings.web.cart_lines import (
    changes_of,
    fitting_trip,
    own_trips,
    priced,
    shown_groups,
    wish_key,
    wish_of,
    without,
)
from bookings.web.refusals import refusal_notes
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from travelplanner.core.money import MAX_AMOUNT
from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of
from trips.queries.trips import get_trip, list_trips
from trips.web.written import listed


@require_safe
def show_cart(request: HttpRequest) -> HttpResponse:
    """All lines, priced at this moment."""
    return _page(request, actor_of(request))


def _page(request: HttpRequest, actor: Actor, *, notes: list[dict[str, Any]] | None = None, status: int = 200) -> HttpResponse:
    now = clock.now()
    cart = queries.get_cart(actor, now=now) if actor.is_user else price_wished([wish for wish, _code in browser_cart.read_cart(request)], now=now)
    undo = browser_cart.read_undo(request)
    trips = [trip for trip in list_trips(actor)[:30] if trip.owner_id == actor.user_id] if actor.is_user and cart.lines else []
    context = {
        "cart": cart,
        "groups": shown_groups(cart, trips, stored=actor.is_user, now=now),
        "totals": [format_amount(total.amount, total.currency) for total in cart.totals],
        "trips": own_trips(trips),
        "fitting": fitting_trip(trips, [line.item for line in cart.lines if line.item.trip is None]),
        "undo": undo[1]["name"] if undo and undo[1]["owner"] == str(actor.user_id or "") else "",
        "notes": notes or [],
        "signup_url": f"{reverse('account_signup')}?next={reverse('bookings:cart')}",
        "login_url": f"{reverse('account_login')}?next={reverse('bookings:cart')}",
        "most_nights": MOST_NIGHTS,
        "most_people": MOST_PEOPLE,
    }
    return render(request, "bookings/cart.html", context, status=status)


@require_POST
def change_cart(request: HttpRequest) -> HttpResponse:
    """Do what a form of the cart or of a card says (`do`: add, change, agree, assign, assign_all, remove, restore). The same press again changes nothing more."""
    actor = actor_of(request)
    deeds = {"add": _add, "change": _change, "agree": _agree, "assign": _assign, "assign_all": _assign_all, "remove": _remove, "restore": _restore}
    deed = deeds.get(request.POST.get("do", ""))
    if deed is None:
        return redirect("bookings:cart")
    try:
        return deed(request, actor)
    except NotFound:  # taken out on another device, or a press of long ago
        messages.info(request, _("This is not in your cart any more."))
        return redirect("bookings:cart")
    except (Invalid, Conflict) as refusal:
        return _page(request, actor, notes=refusal_notes(refusal), status=refusal.status)


def _back(request: HttpRequest) -> HttpResponse:
    """To where the press came from (an address of ours), else to the cart."""
    target = request.POST.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return HttpResponseRedirect(target) if safe else redirect("bookings:cart")


def _add(request: HttpRequest, actor: Actor) -> HttpResponse:
    wish = _posted(request)
    if actor.is_user:
        added, _created = actions.add_line(
            actor=actor,
            service_id=wish.service_id,
            booking_date=wish.booking_date,
            participants=wish.participants,
            time=wish.time,
            nights=wish.nights,
            trip_reference=request.POST.get("trip", "")[:32],
        )
        messages.success(request, _("%(name)s is in your cart.") % {"name": added.item.service.name})
        return _back(request)
    lines = browser_cart.read_cart(request)
    kept = without(lines, wish_key(wish))
    if len(kept) >= browser_cart.MOST_LINES:
        raise Conflict(_("Without an account a cart holds up to %(most)s things. Sign in, and it holds more.") % {"most": browser_cart.MOST_LINES}, code="cart_full")
    line, name = _fresh(wish)
    response = _back(request)
    browser_cart.write_cart(response, [*kept, line])
    messages.success(request, _("%(name)s is in your cart.") % {"name": name})
    return response


def _posted(request: HttpRequest) -> WishedLine:
    """The wish of a card's form. Raises Invalid."""
    changes = changes_of(request, per_person=False)
    try:
        service_id = uuid.UUID(request.POST.get("service", ""))
    except ValueError:
        raise Invalid(_("This is not on sale.")) from None
    if "booking_date" not in changes:
        raise Invalid(_("Choose a date first."))
    return WishedLine(service_id, changes["booking_date"], changes.get("time", ""), changes.get("nights", 1), None, changes.get("participants", 1))


def _fresh(wish: WishedLine) -> tuple[Line, str]:
    """The browser's line with today's price. Raises Invalid."""
    seen, line = priced(wish)
    if seen is None or line is None:
        raise Invalid(words.problem_words(line.problem if line else "off_sale", left=0, wanted=wish.participants, other_times=False))
    return (seen, line.item.currency), line.item.service.name


def _change(request: HttpRequest, actor: Actor) -> HttpResponse:
    if actor.is_user:
        own = queries.get_line(actor, _id(request)).item
        changes = changes_of(request, per_person=own.service.unit == "person")
        actions.change_line(actor=actor, item_id=own.pk, changes=changes)
        messages.success(request, _("%(name)s is changed.") % {"name": own.service.name})
        return redirect("bookings:cart")
    old, kept = _browser_line(request)
    person = (price_wished([old]).lines or [None])[0]
    if person is None:
        raise NotFound
    wish = replace(old, **changes_of(request, per_person=person.item.service.unit == "person"))
    if wish_key(wish) in {wish_key(other) for other, _code in kept}:
        raise Conflict(_("The cart has a line for this date and time already."), code="line_exists")
    line, name = _fresh(wish)
    response = redirect("bookings:cart")
    browser_cart.write_cart(response, [*kept, line])
    messages.success(request, _("%(name)s is changed.") % {"name": name})
    return response


def _agree(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Agree to a new price as it was shown; should it have moved again, it is shown again."""
    try:
        price = Decimal(request.POST.get("price", "")[:20])
    except InvalidOperation:
        raise NotFound from None
    if not price.is_finite() or abs(price) > MAX_AMOUNT:
        raise NotFound
    if actor.is_user:
        actions.accept_price(actor=actor, item_id=_id(request), price=price)
        return redirect("bookings:cart")
    old, kept = _browser_line(request)
    line, _name = _fresh(old)
    response = redirect("bookings:cart")
    if line[0].price_seen == price:
        browser_cart.write_cart(response, [*kept, line])
    return response


def _assign(request: HttpRequest, actor: Actor) -> HttpResponse:
    line = actions.assign_trip(actor=actor, item_id=_id(request), trip_reference=request.POST.get("trip", "")[:32])
    if line.item.trip:
        messages.success(request, _("%(name)s belongs to “%(trip)s” now.") % {"name": line.item.service.name, "trip": line.item.trip.title})
    return redirect("bookings:cart")


def _assign_all(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything that has no trip, to one: what comes along at sign-in mostly is for the same."""
    reference = request.POST.get("trip", "")[:32]
    moved, stayed = actions.assign_loose(actor=actor, trip_reference=reference)
    if moved:
        said = ngettext("%(count)d thing belongs to “%(trip)s” now.", "%(count)d things belong to “%(trip)s” now.", len(moved))
        messages.success(request, said % {"count": len(moved), "trip": get_trip(actor, reference, whole=False).title})
    if stayed:
        names = listed([item.service.name for item in stayed])
        messages.info(request, _("Your trip has this on that day already, so it stayed where it was: %(names)s.") % {"names": names})
    return redirect("bookings:cart")


def _remove(request: HttpRequest, actor: Actor) -> HttpResponse:
    response = redirect("bookings:cart")
    if actor.is_user:
        item = queries.get_line(actor, _id(request)).item
        actions.remove_line(actor=actor, item_id=item.pk)
        trip = item.trip.reference if item.trip else ""
        browser_cart.write_undo(response, wish_of(item), name=item.service.name, trip=trip, requests=item.special_requests, owner=str(actor.user_id))
        return response
    old, kept = _browser_line(request)
    known = price_wished([old]).lines
    browser_cart.write_cart(response, kept)
    if known:
        browser_cart.write_undo(response, wish_of(known[0].item), name=known[0].item.service.name)
    return response


def _restore(request: HttpRequest, actor: Actor) -> HttpResponse:
    undo = browser_cart.read_undo(request)
    response = redirect("bookings:cart")
    if undo is None or undo[1]["owner"] != str(actor.user_id or ""):
        return response
    (wish, _code), told = undo
    if actor.is_user:
        actions.add_line(
            actor=actor,
            service_id=wish.service_id,
            booking_date=wish.booking_date,
            quantity=wish.quantity,
            participants=wish.participants,
            time=wish.time,
            nights=wish.nights,
            special_requests=told["requests"],
            trip_reference=told["trip"],
        )
    else:
        line, _name = _fresh(wish)
        browser_cart.write_cart(response, [*without(browser_cart.read_cart(request), wish_key(wish)), line])
    browser_cart.drop_undo(response)
    messages.success(request, _("%(name)s is back.") % {"name": told["name"]})
    return response


def _id(request: HttpRequest) -> uuid.UUID:
    """The row that a form means. Raises NotFound."""
    try:
        return uuid.UUID(request.POST.get("line", ""))
    except ValueError:
        raise NotFound from None


def _browser_line(request: HttpRequest) -> tuple[WishedLine, list[Line]]:
    """The browser's line that a form means, and the others. Raises NotFound."""
    lines, key = browser_cart.read_cart(request), request.POST.get("line", "")
    found = next((wish for wish, _code in lines if wish_key(wish) == key), None)
    if found is None:
        raise NotFound
    return found, without(lines, key)
