"""Where the QR code of a confirmation leads: genuine or not, and what it is now. Open to anybody, tells no name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from bookings.queries.verification import Verified, verify_token
from travelplanner.core import signing_keys
from travelplanner.core.templatetags.money import date_span, day
from travelplanner.core.web.limits import limited


@limited("verify", methods=("GET", "HEAD"))
@require_safe
def show_verification(request: HttpRequest, token: str) -> HttpResponse:
    """What this confirmation is now; the same page with 404 for everything that isn't genuine. No search engine lists it."""
    found = verify_token(token)
    context = {"found": found, **_words(found)} if found else {"found": None}
    answer = render(request, "bookings/verify.html", context, status=200 if found else 404)
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _words(found: Verified) -> dict[str, str]:
    tone, title, says = {
        "active": ("good", _("This confirmation is genuine"), _("The booking is confirmed and paid.")),
        "expired": ("good", _("This confirmation is genuine"), _("The slip itself has run out, as slips do after a day. The booking is confirmed and paid.")),
        "over": ("good", _("This confirmation is genuine"), _("The trip is over.")),
        "cancelling": ("warn", _("Genuine, and being cancelled"), _("We issued it, and its cancellation has been asked for.")),
        "cancelled": ("bad", _("Genuine, but cancelled"), _("We issued it, and the booking was cancelled since. Nothing is booked any more.")),
    }[found.state]
    return {
        "tone": tone,
        "title": title,
        "says": says,
        "label": {"good": _("Confirmed"), "warn": _("Being cancelled"), "bad": _("Cancelled")}[tone] if found.state != "over" else _("Completed"),
        "changed": _("The booking has changed since this was printed. What you read here is how it is now.") if found.changed else "",
        "dates": date_span(found.first, found.last),
        "issued": day(found.issued_on, "d MMM y"),
        "items": ngettext("%(count)d thing is booked", "%(count)d things are booked", found.items) % {"count": found.items},
    }


@require_safe
def show_keys(request: HttpRequest) -> HttpResponse:
    """The public keys, as a JSON Web Key Set, for whoever checks without asking us."""
    answer = JsonResponse({"keys": signing_keys.public_keys()}, content_type="application/jwk-set+json")
    answer["Cache-Control"] = "public, max-age=3600"
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
