"""Loads the catalogue's files. Idempotent: a row is known by its slug, and a destination whose files did not change is left alone,
so that what staff changed in the admin survives a restart."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from django.db import DataError, IntegrityError, models, transaction

from travelplanner.core import audit
from travelplanner.core.actor import Actor
from trips.models import ClimateMonth, Destination, DestinationNote, Place, Service, Source, Supplier
from trips.models.catalogue import EDITOR_ESTIMATE
from trips.planning.hours import parse_exceptions, parse_hours
from trips.registries import problems_of_details

DATA = Path(__file__).resolve().parent.parent / "data"
NAMESPACE = uuid.UUID("5b0e3b1c-5d0a-4a53-9a55-1f4c9a5d7f10")
T = TypeVar("T")
FILES = ("sources", "destination", "climate", "notes", "places", "services")


class BadCatalogueFile(ValueError):
    """A file that can't be loaded; the message names folder, file and line (what the database refuses: the folder alone)."""


def _destination_folders() -> list[Path]:
    """The folders of `trips/data/` that hold a destination, sorted."""
    return sorted(path.parent for path in DATA.glob("*/destination.csv"))


def load_catalogue(*, actor: Actor, force: bool = False) -> Iterator[tuple[str, str]]:
    """Load every destination, one transaction each; yields (slug, "loaded" or "unchanged").

    Guarantees: a destination is loaded whole or not at all. Raises BadCatalogueFile. Records one audit entry per load.
    """
    known = dict(Destination.objects.values_list("slug", "data_hash"))
    for folder in _destination_folders():
        try:
            mark = _hash(folder)
        except OSError as error:
            raise BadCatalogueFile(f"{folder.name}: {error}") from error
        if not force and known.get(folder.name) == mark:
            yield folder.name, "unchanged"
            continue
        try:
            with transaction.atomic():
                destination = _load_folder(folder, mark)
                audit.record(actor=actor, action="catalogue.loaded", row=destination, after={"hash": mark})
        except (IntegrityError, DataError) as error:
            raise BadCatalogueFile(f"{folder.name}: {error}") from error
        yield folder.name, "loaded"


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((folder / f"{name}.csv").read_bytes())
    return digest.hexdigest()


def _read(folder: Path, name: str, make: Callable[[dict[str, str]], T]) -> list[T]:
    """What `make` makes of each row of a file; a cell that it can't read names its line."""
    made = []
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as handle:
        for number, row in enumerate(csv.DictReader(handle), start=2):
            where = f"{folder.name}/{name}.csv line {number}"
            if None in row or None in row.values():
                raise BadCatalogueFile(f"{where}: wrong number of cells")
            try:
                made.append(make({key: value.strip() for key, value in row.items()}))
            except KeyError as error:
                raise BadCatalogueFile(f"{where}: {error.args[0]!r} is missing or not known") from error
            except (ValueError, ArithmeticError) as error:
                raise BadCatalogueFile(f"{where}: {error}") from error
    return made


def _id(*parts: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, "/".join(parts))


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _upsert(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert or update by primary key, in one statement."""
    kept = ("id", "created_at")
    fields = [f.name for f in model._meta.concrete_fields if f.name not in kept]
    model._base_manager.bulk_create(list(rows), update_conflicts=True, unique_fields=["id"], update_fields=fields)


class _Sources:
    """Resolves `*_source` cells of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ids: dict[str, uuid.UUID] = {}
        _upsert(Source, _read(folder, "sources", self._source))

    def _source(self, row: dict[str, str]) -> Source:
        key = self.ids[row["id"]] = _id("source", self.folder.name, row["id"])
        return Source(
            id=key,
            slug=f"{self.folder.name}/{row['id']}",
            title=row["title"][:250],
            url=row["url"],
            opened_on=dt.date.fromisoformat(row["opened_on"]),
            kind=row["kind"],
        )

    def __call__(self, cell: str) -> uuid.UUID | None:
        if cell == EDITOR_ESTIMATE:
            return None
        if cell not in self.ids:
            raise ValueError(f"source {cell!r} is neither '{EDITOR_ESTIMATE}' nor in sources.csv")
        return self.ids[cell]


def _load_folder(folder: Path, mark: str) -> Destination:
    sources = _Sources(folder)
    destination = _load_destination(folder, sources, mark)
    ClimateMonth.objects.filter(destination=destination).delete()
    ClimateMonth.objects.bulk_create(
        _read(
            folder,
            "climate",
            lambda row: ClimateMonth(
                destination=destination,
                month=int(row["month"]),
                low_c=float(row["low_c"]),
                high_c=float(row["high_c"]),
                rain_mm=float(row["rain_mm"]),
                rain_days=float(row["rain_days"]) if row["rain_days"] else None,
                source_id=sources(row["source"]),
            ),
        )
    )
    notes = _read(
        folder, "notes", lambda row: DestinationNote(destination=destination, kind=row["kind"], text=row["text"], source_id=sources(row["source"]))
    )
    for position, note in enumerate(notes):
        note.id, note.position = _id("note", folder.name, str(position)), position
    DestinationNote.objects.filter(destination=destination, position__gte=len(notes)).delete()
    _upsert(DestinationNote, notes)
    places = _load_places(folder, destination, sources)
    _load_services(folder, destination, places)
    return destination


def _load_destination(folder: Path, sources: _Sources, mark: str) -> Destination:
    found = _read(folder, "destination", lambda row: _destination(folder, row, sources, mark))
    if len(found) != 1:
        raise BadCatalogueFile(f"{folder.name}/destination.csv: it must hold one row, not {len(found)}")
    _upsert(Destination, found)
    return found[0]


def _destination(folder: Path, row: dict[str, str], sources: _Sources, mark: str) -> Destination:
    aliases = _list(row["aliases"])
    return Destination(
        id=_id("destination", folder.name),
        slug=row["slug"],
        name=row["name"],
        aliases=aliases,
        search_text="|".join([row["name"], *aliases]).lower()[:600],
        kind=row["kind"],
        country=row["country"],
        region=row["region"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        location_source_id=sources(row["location_source"]),
        timezone=row["timezone"],
        currency=row["currency"],
        reach_km=float(row["reach_km"]),
        relief=row["relief"],
        water=row["water"],
        water_side=row["water_side"],
        climate_group=row["climate_group"],
        best_months=[int(month) for month in _list(row["best_months"])],
        best_months_source_id=sources(row["best_months_source"]),
        languages=_list(row["languages"]),
        emergency_number=row["emergency_number"],
        emergency_source_id=sources(row["emergency_source"]),
        tagline=row["tagline"],
        summary=row["summary"],
        airports=_list(row["airports"]),
        arrival_hint=row["arrival_hint"],
        data_hash=mark,
    )


def _load_places(folder: Path, destination: Destination, sources: _Sources) -> dict[str, uuid.UUID]:
    rows = _read(folder, "places", lambda row: _place(folder, row, destination, sources))
    _upsert(Place, rows)
    ids = {row.slug: row.id for row in rows}
    Place.objects.filter(destination=destination).exclude(id__in=ids.values()).update(published=False)
    return ids


def _place(folder: Path, row: dict[str, str], destination: Destination, sources: _Sources) -> Place:
    parse_hours(row["hours"])
    parse_exceptions(row["hours_exceptions"])
    return Place(
        id=_id("place", folder.name, row["slug"]),
        destination=destination,
        slug=row["slug"],
        name=row["name"],
        category=row["category"],
        interests=_list(row["interests"]),
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        location_source_id=sources(row["location_source"]),
        visit_minutes=int(row["visit_minutes"]),
        visit_source_id=sources(row["visit_source"]),
        hours=row["hours"],
        hours_exceptions=row["hours_exceptions"],
        hours_source_id=sources(row["hours_source"]),
        fee=Decimal(row["fee"] or "0"),
        fee_domestic=Decimal(row["fee_domestic"]) if row["fee_domestic"] else None,
        fee_currency=row["fee_currency"] or destination.currency,
        fee_source_id=sources(row["fee_source"]),
        accessibility=row["accessibility"],
        accessibility_source_id=sources(row["accessibility_source"]),
        effort=int(row["effort"]),
        effort_source_id=sources(row["effort_source"]),
        setting=row["setting"],
        importance=int(row["importance"]),
        summary=row["summary"],
    )


def _load_services(folder: Path, destination: Destination, places: dict[str, uuid.UUID]) -> None:
    names = sorted({*_read(folder, "services", lambda row: row["supplier"])})
    suppliers = {name: _id("supplier", name) for name in names}
    _upsert(Supplier, [Supplier(id=key, name=name, demo=True) for name, key in suppliers.items()])
    services = _read(folder, "services", lambda row: _service(folder, row, destination, places, suppliers))
    _upsert(Service, services)
    Service.objects.filter(destination=destination).exclude(id__in=[s.id for s in services]).update(active=False)


def _service(folder: Path, row: dict[str, str], destination: Destination, places: dict[str, uuid.UUID], suppliers: dict[str, uuid.UUID]) -> Service:
    details = {
        "schema": f"{row['type']}_v1",
        "weekend_percent": row["weekend_percent"] or "0",
        "high_months": [int(month) for month in _list(row["high_months"])],
        "high_percent": row["high_percent"] or "0",
        **json.loads(row.get("details") or "{}"),  # a column that a file may have: JSON by the kind's schema
    }
    if wrong := problems_of_details(row["type"], details):
        raise ValueError(" ".join(wrong))
    return Service(
        id=_id("service", folder.name, row["slug"]),
        supplier_id=suppliers[row["supplier"]],
        destination=destination,
        place_id=places[row["place"]] if row["place"] else None,
        slug=f"{folder.name}-{row['slug']}",
        type=row["type"],
        name=row["name"],
        comfort=row["comfort"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        list_price=Decimal(row["price"]),
        currency=destination.currency,
        unit=row["unit"],
        sleeps=int(row["sleeps"] or 1),
        capacity=int(row["capacity"]),
        times=_list(row["times"]),
        minutes=int(row["minutes"] or 0),
        cancellable=bool(row["cancel_hours"]),
        cancel_hours=int(row["cancel_hours"] or 0),
        cancel_fee_percent=Decimal(row["cancel_fee_percent"] or "100"),
        details=details,
        summary=row["summary"],
    )
