"""Suppliers behind one interface; `adapter_named` finds who books an item. Those of other companies are off without their keys."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .contract import (
    Change,
    OfferSearch,
    SupplierAdapter,
    SupplierAnswer,
    SupplierDocument,
    SupplierOffer,
    SupplierOutcome,
    SupplierRequest,
    SupplierTraveler,
    SupplierUnavailable,
)
from .duffel import DuffelAdapter
from .internal import InternalAdapter
from .mock import MockSupplier

ADAPTERS: dict[str, Callable[[], SupplierAdapter]] = {"": InternalAdapter}

__all__ = [
    "ADAPTERS",
    "Change",
    "OfferSearch",
    "SupplierAdapter",
    "SupplierAnswer",
    "SupplierDocument",
    "SupplierOffer",
    "SupplierOutcome",
    "SupplierRequest",
    "SupplierTraveler",
    "SupplierUnavailable",
    "adapter_named",
    "flight_adapters",
]


def flight_adapters() -> tuple[SupplierAdapter, ...]:
    """Those of other companies that sell flights and are switched on; none without keys."""
    return (*([DuffelAdapter()] if settings.DUFFEL_TOKEN else []), *(make() for name, make in sorted(ADAPTERS.items()) if name))


def adapter_named(name: str) -> SupplierAdapter:
    """The adapter called `name`. Raises ImproperlyConfigured for one that isn't there."""
    if name == "mock" and settings.LOCAL:
        return MockSupplier()
    if name == "duffel" and settings.DUFFEL_TOKEN:
        return DuffelAdapter()
    if name not in ADAPTERS:
        raise ImproperlyConfigured(f"no supplier adapter is called {name!r}")
    return ADAPTERS[name]()
