"""The kinds of things on sale, one module each: the schema of a service's `details`, of a booked line's `details`, and its typed columns.

A new kind is a module with NAME, SERVICE, BOOKED, `booked` and `columns`, a row here, and a table in `bookings.models.details`.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

from jsonschema import Draft202012Validator

from bookings.kinds import activity, car_rental, flight, hotel
from bookings.kinds.schema import sentences, sound_parts, validator
from bookings.pricing.quote import Quote
from trips.models import Service

KINDS: dict[str, ModuleType] = {"flight": flight, "hotel": hotel, "activity": activity, "car_rental": car_rental}


@cache
def _validator(kind: str, shape: str) -> Draft202012Validator:
    return validator(getattr(KINDS[kind], shape))


def problems_of_service(kind: str, details: object) -> list[str]:
    """What is wrong with a service's `details`, one sentence per mistake; empty = sound. An unknown kind is its own column's matter."""
    return sentences(_validator(kind, "SERVICE").iter_errors(details)) if kind in KINDS else []


def problems_of_booked(kind: str, details: object) -> list[str]:
    """What is wrong with a booked line's `details`, one sentence per mistake; empty = sound."""
    return sentences(_validator(kind, "BOOKED").iter_errors(details))


def details_of(service: Service, quote: Quote) -> dict[str, Any]:
    """The details of a line, as stored and shown; they always fit the kind's schema. `place` and `destination` must be loaded.

    What a supplier wrote that doesn't fit is left out.
    """
    kind = KINDS[service.type]
    known = sound_parts(_validator(service.type, "SERVICE"), service.details)
    return {"schema": kind.NAME, **kind.booked(service, quote, known)}


def columns_of(service: Service, quote: Quote, details: dict[str, Any]) -> dict[str, Any]:
    """The typed row's columns of a line, from what `details_of` said."""
    return KINDS[service.type].columns(details, service, quote)
