"""Where a service is, in words that a booked line keeps."""

from __future__ import annotations

from trips.models import Service


def where(service: Service, *, most: int = 300) -> str:
    """The place's name and the destination's ("Dashashwamedh Ghat, Varanasi"); place and destination must be loaded."""
    names = [service.place.name] if service.place is not None else []
    return ", ".join([*names, service.destination.name])[:most]
