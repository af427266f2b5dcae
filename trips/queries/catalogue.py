"""Reads the catalogue."""

from __future__ import annotations

import difflib
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from travelplanner.core import reads
from travelplanner.core.errors import Invalid, NotFound
from trips.models import Destination, Place, Service


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case without accents, for comparing names."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)).strip()


def published_destinations() -> QuerySet[Destination]:
    return Destination.objects.filter(published=True)


def search_destinations(text: str) -> QuerySet[Destination]:
    """By part of the name or of an alias; all when empty."""
    found = _destinations()
    return found.filter(search_text__contains=text.lower().replace("\x00", "")) if text.strip() else found


def list_destinations() -> reads.Listing:
    """`search_destinations` of no text."""
    return reads.Listing(_destinations, counted=published_destinations)


def _destinations() -> QuerySet[Destination]:
    places = Place.objects.filter(destination=OuterRef("pk"), published=True).order_by().values("destination").annotate(number=Count("*"))
    return published_destinations().annotate(place_count=Coalesce(Subquery(places.values("number")), 0)).order_by("name", "id")


def get_destination(key: str) -> Destination:
    """By id or slug; NotFound otherwise."""
    try:
        row = reads.first(_destination, pk=uuid.UUID(key))
    except ValueError:
        row = reads.first(_destination, slug=key[:80].replace("\x00", ""))
    if row is None:
        raise NotFound
    return row


def _destination(**by: Any) -> QuerySet[Destination]:
    return published_destinations().filter(**by).select_related("location_source", "best_months_source", "emergency_source").order_by()


def resolve_destinations(names: Sequence[str]) -> list[Destination]:
    """Names, aliases, slugs or ids -> destinations, in order. Raises Invalid that names the nearest known ones.

    Two statements whatever the number of names: the names of all, and those that are meant.
    """
    by_name: dict[str, _Named] = {}
    for destination in (_Named._make(row) for row in reads.rows(_all_names)):
        for name in (destination.name, destination.slug, str(destination.pk), *destination.aliases):
            by_name.setdefault(fold(name), destination)
    found: list[_Named] = []
    for name in names:
        match = by_name.get(fold(name)) or by_name.get(fold(name.split(",")[0]))
        if match is None:
            near = nearest_names(name, by_name)
            raise Invalid(
                _("We don't know “%(name)s” yet. Did you mean %(near)s?") % {"name": name[:60], "near": ", ".join(near)},
                code="unknown_destination",
                fields={"destination": [_("Unknown destination.")]},
                extra={"nearest": near},
            )
        if match not in found:
            found.append(match)
    rows = {row.pk: row for row in reads.rows(_by_ids, ids=[one.pk for one in found])}
    return [rows[one.pk] for one in found]


class _Named(NamedTuple):
    pk: uuid.UUID
    name: str
    slug: str
    aliases: list[str]


def _all_names() -> QuerySet[Destination, Any]:
    return published_destinations().values_list(*_Named._fields)


def _by_ids(*, ids: Any) -> QuerySet[Destination]:
    return Destination.objects.filter(reads.OneOf("pk", ids))


class HasName(Protocol):
    @property
    def name(self) -> str: ...


def nearest_names(name: str, by_name: Mapping[str, HasName], limit: int = 3) -> list[str]:
    """The known names most like `name`, best first; the first few of all when nothing is alike."""
    folded = fold(name)[:80]
    close = difflib.get_close_matches(folded, list(by_name), n=limit * 3, cutoff=0.6) or difflib.get_close_matches(folded, list(by_name), n=1, cutoff=0.4)
    names = list(dict.fromkeys(by_name[key].name for key in close))[:limit]
    return names or sorted({d.name for d in by_name.values()})[:limit]


PLACE_SOURCES = ("destination", "location_source", "visit_source", "hours_source", "fee_source", "accessibility_source", "effort_source")


def places_of(destinations: Iterable[Destination]) -> QuerySet[Place]:
    """Published places with the sources of their facts, best known first."""
    return Place.objects.filter(destination__in=list(destinations), published=True).select_related(*PLACE_SOURCES)


class ServiceRow(NamedTuple):
    """A service on sale as one plain row: lists hold hundreds, and a model instance costs ten times as much."""

    pk: uuid.UUID
    type: str
    name: str
    supplier: str
    supplier_demo: bool
    destination_id: uuid.UUID
    destination: str
    destination_slug: str
    timezone: str
    place_id: uuid.UUID | None
    place: str | None
    comfort: str
    latitude: float
    longitude: float
    list_price: Decimal
    currency: str
    unit: str
    sleeps: int
    capacity: int
    times: list[str]
    minutes: int
    cancellable: bool
    cancel_hours: int
    cancel_fee_percent: Decimal
    summary: str


COLUMNS = (
    "pk", "type", "name", "supplier__name", "supplier__demo", "destination_id", "destination__name", "destination__slug", "destination__timezone",
    "place_id", "place__name", "comfort", "latitude", "longitude", "list_price", "currency", "unit", "sleeps", "capacity", "times", "minutes",
    "cancellable", "cancel_hours", "cancel_fee_percent", "summary",
)  # fmt: skip


def services(*, type: str = "", destination: Any = None, place: str = "") -> QuerySet[Service]:
    """What is on sale to everyone, by destination, type and name; offers that a supplier made for one party are not. A place
    (id or slug) that isn't there has nothing. `destination` is one, or its id."""
    found = Service.objects.filter(active=True, supplier__active=True, external_reference="")
    if type:
        found = found.filter(type=type)
    if destination is not None:
        found = found.filter(destination=destination)
    if place:
        try:
            found = found.filter(place=uuid.UUID(place))
        except ValueError:
            found = found.filter(place__slug=place[:100].replace("\x00", ""))
    return found.order_by("destination__name", "type", "name", "id")


def service_rows(found: QuerySet[Service]) -> list[ServiceRow]:
    """One statement."""
    return [ServiceRow._make(row) for row in found.values_list(*COLUMNS)]


def services_by_id(service_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, ServiceRow]:
    """One statement."""
    return {row[0]: ServiceRow._make(row) for row in reads.rows(_service_rows, ids=list(service_ids))}


def _service_rows(*, ids: Any) -> QuerySet[Service, Any]:
    return Service.objects.filter(reads.OneOf("pk", ids)).order_by().values_list(*COLUMNS)


def get_service(service_id: uuid.UUID) -> ServiceRow:
    """A service on sale, or NotFound; a supplier's offer to one party is found by its id."""
    row = reads.first(_on_sale, service_id=service_id)
    if row is None:
        raise NotFound
    return ServiceRow._make(row)


def _on_sale(*, service_id: uuid.UUID) -> QuerySet[Service, Any]:
    return Service.objects.filter(active=True, supplier__active=True, pk=service_id).order_by().values_list(*COLUMNS)
