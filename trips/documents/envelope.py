"""What every document starts with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from travelplanner.core import clock
from travelplanner.core.api.renderers import dumps
from trips.models import KINDS, Document, Trip


def make_document(trip: Trip, kind: str, *, revision: int, basis: Mapping[str, int], body: Mapping[str, Any], now: dt.datetime) -> Document:
    """An unsaved Document whose text is what readers get."""
    version, source = KINDS[kind]
    head = {
        "tripId": trip.reference,
        "version": version,
        "revision": revision,
        "source": source,
        "createdAt": clock.iso(now),
        "basis": dict(basis),
    }
    text = dumps({**head, **body}).decode()
    return Document(trip=trip, kind=kind, version=version, revision=revision, source=source, basis=dict(basis), text=text, created_at=now)
