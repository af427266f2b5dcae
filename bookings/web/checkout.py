"""Checkout: what is bookable from the chosen plan, its lines changed, its places held."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from bookings.actions import cart
from bookings.actions.checkout import NamedTraveler, expire_due, reserve_booking
from bookings.actions.collections import ShareWish, open_collection
from bookings.errors import BookingOpen
from bookings.models import Booking
from bookings.queries.checkout_sheet import CheckoutSheet, load_sheet
from bookings.web.forms import ContactForm
from bookings.web.refusals import refusal_notes
from bookings.web.share_cost import share_cost
from bookings.web.sheet_context import contact_form, sheet_context, signup_url
from bookings.web.who_travels import posted_travelers, readiness_context, who_forms
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError, Conflict, Invalid, NotFound
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from travelplanner.core.web.requests import PageRequest
from trips import rules as trip_rules
from trips.queries.readiness import own_travelers, readiness_line_of
from trips.queries.trips import get_trip
from trips.web.written import listed


@require_safe
def show_checkout(request: HttpRequest, reference: str) -> HttpResponse:
    """What can be booked of the chosen plan, for anyone who may see the trip; signing in is asked for at the button."""
    actor = actor_of(request)
    sheet = load_sheet(actor, reference)
    if sheet is None:
        get_trip(actor, reference, whole=False)  # NotFound when it isn't theirs
        return redirect("trips:compare", reference=reference)
    if sheet.done:
        return redirect("bookings:confirmation", reference=sheet.booked_reference)
    return _page(request, actor, sheet)


def _page(request: HttpRequest, actor: Actor, sheet: CheckoutSheet, *, form: ContactForm | None = None, status: int = 200, **more: Any) -> HttpResponse:
    if form is None and actor.is_user and sheet.mine:
        form = contact_form(request.user, sheet.total)
    if form is not None:
        found = more.pop("found", None) or readiness_line_of(actor, sheet.trip)
        own = own_travelers(actor)
        coming = [one.traveler.pk for one in found.travelers if one.own] if found else []
        posted = request.POST if request.method == "POST" and any(key.startswith("who-") for key in request.POST) else None
        sharing = more.pop("sharing", None) or share_cost(sheet, request.POST if request.method == "POST" and "how" in request.POST else None)
        more |= {"sharing": sharing, "who": who_forms(sheet, own, coming, posted), "readiness": readiness_context(found), "go_on": "go_on" in request.POST}
    return render(request, "bookings/checkout.html", sheet_context(actor, sheet, form, **more), status=status)


def _sheet(actor: Actor, reference: str) -> CheckoutSheet:
    sheet = load_sheet(actor, reference)
    if sheet is None:
        raise NotFound
    return sheet


@require_http_methods(["GET", "HEAD", "POST"])
def change_line(request: PageRequest, reference: str) -> HttpResponse:
    """Change one line of the checkout (`do`: change, remove, restore; `line`: its key), or move what the plan moved (`follow`), and show it again.

    The same press again changes nothing more. What only stands in the plan becomes a line of the cart first.
    """
    if request.method != "POST":
        return redirect("bookings:checkout", reference=reference)
    actor = actor_of(request)
    sheet = _sheet(actor, reference)
    if not actor.is_user:
        return redirect(signup_url(sheet.trip.reference))
    if not sheet.mine:
        raise trip_rules.refusal(sheet.trip)
    if sheet.done:  # a page that stood open since before it was booked
        return redirect("bookings:confirmation", reference=sheet.booked_reference)
    notes: list[dict[str, Any]] = []
    said = ""
    try:
        said = _apply(actor, sheet, request)
    except NotFound:  # another tab was faster: the page shows what there is now
        get_trip(actor, reference, whole=False)
        notes = [{"tone": "warn", "title": _("This was changed elsewhere at this moment."), "text": _("Nothing was done here. Below is what there is now.")}]
    except (Invalid, Conflict) as refusal:
        notes = refusal_notes(refusal)
    if request.htmx:
        response = _page(request, actor, _sheet(actor, reference), notes=notes)
        return trigger_client_event(response, "toast", {"text": said}) if said else response
    if notes:
        return _page(request, actor, _sheet(actor, reference), notes=notes, status=409)
    if said:
        messages.success(request, said)
    return redirect(reverse("bookings:checkout", args=[reference]) + "#items")


def _apply(actor: Actor, sheet: CheckoutSheet, request: HttpRequest) -> str:
    """Do what the line's form says; returns what was done in words, nothing when it was done before."""
    key = request.POST.get("line", "")
    if request.POST.get("do") == "follow":
        moved = cart.follow_plan(actor=actor, trip_reference=sheet.trip.reference)
        return _("%(names)s: moved to where the plan has it.") % {"names": listed([one.name for one in moved])} if moved else ""
    if request.POST.get("do") == "restore":
        thing = next((thing for thing in sheet.left_out if thing.key == key), None)
        if thing is None:
            return ""
        cart.take_from_plan(actor=actor, trip_reference=sheet.trip.reference, key=key)
        return _("%(name)s is back.") % {"name": thing.name}
    line = next((line for line in sheet.lines if line.key == key), None)
    if line is None:
        return ""
    item_id = line.item_id or cart.take_from_plan(actor=actor, trip_reference=sheet.trip.reference, key=key).pk
    if request.POST.get("do") == "remove":
        cart.remove_line(actor=actor, item_id=item_id, remember=True)
        return _("%(name)s is left out.") % {"name": line.service.name}
    cart.change_line(actor=actor, item_id=item_id, changes=_changes(request, per_person=line.service.unit == "person"))
    return _("%(name)s is changed.") % {"name": line.service.name}


def _changes(request: HttpRequest, *, per_person: bool) -> dict[str, Any]:
    """What the line's fields say; a field that isn't a number is no change."""
    changes: dict[str, Any] = {}
    people, units = request.POST.get("people", ""), request.POST.get("units", "")
    if people.isdecimal() and len(people) < 4:
        changes["participants"] = int(people)
        if per_person:
            changes["quantity"] = int(people)
    if units.isdecimal() and len(units) < 4 and not per_person:
        changes["quantity"] = int(units)
    if "time" in request.POST:
        changes["time"] = request.POST["time"][:5]
    return changes


@require_http_methods(["GET", "HEAD", "POST"])
def work_out_shares(request: HttpRequest, reference: str) -> HttpResponse:
    """The checkout again with what each would pay; nothing is checked or held, and what was typed stays."""
    actor = actor_of(request)
    if request.method != "POST":
        return redirect("bookings:checkout", reference=reference)
    sheet = _sheet(actor, reference)
    if not actor.is_user:
        return redirect(signup_url(sheet.trip.reference))
    if not sheet.mine:
        raise trip_rules.refusal(sheet.trip)
    return _page(request, actor, sheet, form=ContactForm(initial=request.POST.dict()), agreed=frozenset(request.POST.getlist("agree")))


@require_POST
@limited("book")
def reserve(request: HttpRequest, reference: str) -> HttpResponse:
    """Hold all places and lock the budget, then on to the payment. Nothing is charged here; the same press again finds the same booking."""
    actor = actor_of(request)
    if not actor.is_user:
        return redirect(signup_url(_sheet(actor, reference).trip.reference))
    sheet = _sheet(actor, reference)
    if not sheet.mine:
        raise trip_rules.refusal(sheet.trip)
    form = ContactForm(request.POST)
    agreed = frozenset(request.POST.getlist("agree"))
    sharing = share_cost(sheet, request.POST)
    if not form.is_valid():
        return _refused(request, actor, reference, form, agreed, [], 400)
    missing = [key for key in request.POST.getlist("changed") if key not in agreed]
    if missing:
        note = {"tone": "warn", "title": _("A price has changed."), "text": _("Agree to it below, or leave it out. Nothing was charged.")}
        return _refused(request, actor, reference, form, agreed, [note], 409)
    travelers, readable = posted_travelers(request.POST, own_travelers(actor))
    if not readable:
        note = {"tone": "bad", "title": _("Someone who travels could not be read."), "text": _("Look at the names below. Nothing was held.")}
        return _refused(request, actor, reference, form, agreed, [note], 400)
    if sharing and sharing.chosen and sharing.problem:
        note = {"tone": "bad", "title": _("The shares don't fit."), "text": sharing.problem}
        return _refused(request, actor, reference, form, agreed, [note], 400)
    found = readiness_line_of(actor, sheet.trip)
    if found and found.blocked and "go_on" not in request.POST:
        note = {"tone": "warn", "title": _("Not everybody is ready to travel."), "text": _("See below who, and say that you want to book all the same. Nothing was held.")}
        return _refused(request, actor, reference, form, agreed, [note], 409)
    try:
        booking = _reserve(actor, reference, form, travelers, sharing.wishes if sharing and sharing.chosen else None, request.POST)
    except BookingOpen as waiting:
        return redirect("bookings:pay", reference=waiting.extra["bookingId"])
    except (Invalid, Conflict) as refusal:
        return _refused(request, actor, reference, form, agreed, _notes_of(refusal, form), refusal.status)
    return redirect("bookings:shares" if sharing and sharing.chosen else "bookings:pay", reference=booking.reference)


def _reserve(
    actor: Actor, reference: str, form: ContactForm, travelers: list[NamedTraveler], shares: Sequence[ShareWish] | None, data: QueryDict
) -> Booking:
    wanted: dict[str, Any] = {
        "actor": actor,
        "trip_reference": reference,
        "contact": form.contact(),
        "travelers": travelers,
        "request_key": form.cleaned_data["request_key"] or None,
        "accepted_total": form.seen_total(),
        "with_plan": True,  # what the sheet showed
        "shown": data.getlist("shown") or None,
        "only_shown": "again" in data and "shown" in data,  # what was held, and nothing that has stood beside it since: a program books the cart without its plan
    }
    hold = reserve_booking if shares is None else partial(open_collection, shares=shares)
    try:
        return hold(**wanted)
    except BookingOpen as waiting:
        sheet = load_sheet(actor, reference)
        if sheet is None or sheet.open_booking is None or not sheet.open_booking.is_over(clock.now()):
            raise waiting
        expire_due()  # its time is over and the clock's own job just hasn't come by yet
        return hold(**wanted)


def _notes_of(refusal: AppError, form: ContactForm) -> list[dict[str, Any]]:
    own = {name: said for name, said in refusal.fields.items() if name in form.fields}
    for name, said in own.items():
        form.add_error(name, list(said))
    return [] if own else refusal_notes(refusal)


def _refused(
    request: HttpRequest, actor: Actor, reference: str, form: ContactForm, agreed: frozenset[str], notes: list[dict[str, Any]], status: int
) -> HttpResponse:
    """The page again: what was typed stays, prices and places are today's, and the button agrees to what is shown now. Of a trip that is booked by now
    there is no such page; its confirmation is shown."""
    sheet = _sheet(actor, reference)
    if sheet.done:
        for note in notes:
            messages.info(request, f"{note['title']} {note['text']}".strip())
        return redirect("bookings:confirmation", reference=sheet.booked_reference)
    form.data = {**form.data.dict(), "total": str(sheet.total)} if isinstance(form.data, QueryDict) else form.data
    return _page(request, actor, sheet, form=form, status=status, notes=notes, agreed=agreed)
