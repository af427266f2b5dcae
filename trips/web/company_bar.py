"""The small navigation "Together" of a trip: companions, readiness, votes, expenses, sharing."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from travelplanner.core.actor import Actor
from trips import registries, rules
from trips.models import Trip
from trips.web.trip_bar import trip_bar


def company_bar(actor: Actor, trip: Trip, here: str = "") -> list[dict[str, Any]]:
    """Context `company` of `trips/_company_nav.html`; empty for samples and for readers who aren't in the trip.

    `here` is the current part: company, readiness, polls, expenses or sharing. A part appears when its page exists.
    """
    if not rules.may_take_part(actor, trip):
        return []
    parts = (
        ("company", "people", _("Companions")),
        ("readiness", "check", _("Who is ready")),
        ("polls", "chat", _("Votes")),
        ("expenses", "money", _("Expenses")),
        ("sharing", "share", _("Share and calendar")),
    )
    found = []
    for name, icon, label in parts:
        try:
            href = reverse(f"trips:{name}", args=[trip.reference])
        except NoReverseMatch:
            continue
        found.append({"href": href, "icon": icon, "label": label, "here": name == here})
    more = registries.company_parts(actor, trip.pk) if trip.locked_revision is not None else []  # nothing is held or booked: nothing is owed
    return [*found, *({"href": part.href, "icon": part.icon, "label": part.label, "here": False} for part in more)]


def company_context(actor: Actor, trip: Trip, here: str) -> dict[str, Any]:
    """What every page of the company shares: the trip, its step bar and this navigation."""
    planned = trip.chosen_revision is not None or trip.runs.filter(state="done").exists()
    return {"trip": trip, "bar": trip_bar(actor, trip, "", planned=planned), "company": company_bar(actor, trip, here)}
