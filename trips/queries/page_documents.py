"""The documents beside the one that a page is about, in one statement."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from trips.models import Document, Place, Trip


def documents_of(trip: Trip, revisions: Mapping[str, int]) -> dict[str, Document]:
    """The named revisions of a trip's documents by kind, e.g. {"budget": 1, "intent": 1}; one statement."""
    if not revisions:
        return {}
    wanted = [Q(kind=kind, revision=revision) for kind, revision in revisions.items()]
    rows = Document.objects.filter(functools.reduce(operator.or_, wanted), trip=trip)
    return {row.kind: row for row in rows}


def newest_of(trip: Trip, kind: str) -> Document | None:
    """The newest revision of one kind; one statement."""
    return Document.objects.filter(trip=trip, kind=kind).order_by("-revision").first()


def indoor_names(place_ids: Iterable[str], destination_id: str) -> list[str]:
    """Names of those places of a destination that are under a roof, best known first; one statement, none when there is nothing to ask."""
    ids = [UUID(key) for key in place_ids]
    if not ids:
        return []
    return list(Place.objects.filter(pk__in=ids, destination=UUID(destination_id), setting="indoor").order_by("-importance", "name").values_list("name", flat=True))
