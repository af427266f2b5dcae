"""Home and help."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from travelplanner.core.templatetags.money import format_amount
from trips.queries.catalogue import published_destinations
from trips.queries.samples import sample_cards
from trips.web.cover_images import cover_url
from trips.web.figures import range_mark
from trips.web.forms import SentenceForm, TripForm
from trips.web.habits import habit_initial


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """One sentence field, the guided form behind it, sample trips that open."""
    cards = sample_cards()
    top = max((float(card["p90"]) for card in cards if card["currency"] == cards[0]["currency"]), default=1.0)
    for card in cards:
        card["cover"] = cover_url(card["destination"], month=card["month"], light="noon")
        scale = (0.0, top * 1.05) if card["currency"] == cards[0]["currency"] else (0.0, float(card["p90"]) * 1.05)
        card["mark"] = range_mark(float(card["p10"]), float(card["p50"]), float(card["p90"]), scale)
        low, likely, high = (format_amount(card[name], card["currency"], whole=True) for name in ("p10", "p50", "p90"))
        card["range_text"] = _("%(low)s to %(high)s, likely %(likely)s") % {"low": low, "high": high, "likely": likely}
    habits, note = habit_initial(request)
    context = {
        "sentence_form": SentenceForm(),
        "form": TripForm(initial=habits),
        "habit_note": note,
        "samples": cards,
        "destinations": published_destinations().only("name", "slug", "region"),
    }
    if cards:
        lead, place = cards[0], cards[0]["destination"]
        context |= {
            "lead": lead,
            "lead_wide": cover_url(place, month=lead["month"], days=5, crop="5:2"),
            "lead_tall": cover_url(place, month=lead["month"], days=5, crop="5:6"),
            "lead_place": f"{abs(place.latitude):.2f}° {'N' if place.latitude >= 0 else 'S'}, {abs(place.longitude):.2f}° {'E' if place.longitude >= 0 else 'W'}",
        }
    return render(request, "trips/home.html", context)


@require_safe
def show_help(request: HttpRequest) -> HttpResponse:
    return render(request, "trips/help.html")
