"""The calendar of a trip, its chosen plan and what is booked, and the tag by which programs know whether they have it already."""

from __future__ import annotations

import hashlib

from django.utils import translation
from django.utils.translation import gettext as _

from travelplanner.core.errors import NotFound
from trips.documents.calendar import calendar_bytes
from trips.models import Trip
from trips.registries import calendar_entries, calendar_tags

FORM = 2  # rises when the same plan is written otherwise


def calendar_tag(trip: Trip) -> str:
    """A strong ETag. One statement, about what is booked."""
    facts = f"{FORM}:{trip.pk}:{trip.chosen_revision}:{trip.title}:{translation.get_language()}:{calendar_tags(trip.pk)}"
    return f'"{hashlib.sha256(facts.encode()).hexdigest()[:32]}"'


def calendar_of(trip: Trip) -> bytes:
    """The chosen plan and what is booked, as iCalendar; a stop or night that is booked is there once, as booked.

    NotFound `not_chosen` when there is neither. The caller has seen to it that the reader may.
    """
    document = trip.documents.filter(kind="final", revision=trip.chosen_revision).first() if trip.chosen_revision is not None else None
    booked = calendar_entries(trip.pk)
    if document is None and not booked:
        raise NotFound(_("No itinerary has been chosen yet."), code="not_chosen")
    body = document.body if document else None
    return calendar_bytes(body, key=trip.pk, title=trip.title, stay_words=_("Night at %s"), booked=booked, cancelled_words=_("Cancelled: %s"))
