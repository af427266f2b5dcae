"""The first page of the account: what is where, and what is missing."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.queries.overview import Overview, read_overview
from travelplanner.core import clock
from travelplanner.core.errors import NotAllowed
from travelplanner.core.web.actors import actor_of


@login_required
@require_safe
def show_overview(request: HttpRequest) -> HttpResponse:
    """A card for each part that has a page."""
    actor = actor_of(request)
    if actor.user_id is None:
        raise NotAllowed
    found = read_overview(actor.user_id, today=clock.now().date())
    cards = [card | {"href": href} for card in _cards(found) if (href := _address(card["route"]))]
    return render(request, "accounts/home.html", {"cards": cards, "found": found})


def _address(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def _cards(found: Overview) -> list[dict[str, Any]]:
    expiry = _("The first expires on %(day)s.") % {"day": date_format(found.first_expiry, "j F Y")} if found.first_expiry else ""
    return [
        {
            "route": "accounts:profile",
            "icon": "user",
            "title": _("Profile"),
            "text": _("Your name, language and time zone, and what airlines and hotels ask for.") if found.has_profile else _("Nothing filled in yet. All of it is optional."),
        },
        {
            "route": "accounts:preferences",
            "icon": "heart",
            "title": _("How I travel"),
            "text": _("A new trip starts from what you told us.") if found.has_preferences else _("Tell us once how you like to travel, and a new trip starts from it."),
        },
        {
            "route": "accounts:travelers",
            "icon": "people",
            "title": _("Travelers"),
            "text": ngettext("%d person.", "%d people.", found.travelers) % found.travelers if found.travelers else _("The people you travel with, with names as in their passports."),
        },
        {
            "route": "accounts:documents",
            "icon": "file",
            "title": _("Documents"),
            "text": (ngettext("%d document.", "%d documents.", found.documents) % found.documents) if found.documents else _("Passports, visas and the like, kept sealed. We remind you before they expire."),
            "more": expiry,
        },
        {
            "route": "accounts:notifications",
            "icon": "bell",
            "title": _("Notifications"),
            "text": _("What happened to your bookings, newest first."),
        },
        {
            "route": "bookings:webhooks",
            "icon": "globe",
            "title": _("Webhooks"),
            "text": _("Only if you have a program that should be told of your bookings."),
        },
        {
            "route": "accounts:wallets",
            "icon": "key",
            "title": _("Wallets"),
            "text": ngettext("%d wallet.", "%d wallets.", found.wallets) % found.wallets if found.wallets else _("Only if you use one: prove that a wallet is yours."),
        },
        {
            "route": "accounts:security",
            "icon": "shield",
            "title": _("Sign-in and security"),
            "text": _("Password, passkeys, second factor, and where you are signed in."),
            "more": "" if found.email_verified else _("Your e-mail address is not proven yet."),
        },
        {"route": "accounts:consents", "icon": "check", "title": _("Consents"), "text": _("What you agreed to, in which words, and how to take it back.")},
    ]
