"""`load_catalogue`: whole or not at all, a second time changes nothing, and what staff changed stays."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import models

from travelplanner.core.actor import Actor
from travelplanner.core.models import AuditEntry
from trips.actions import catalogue as loader
from trips.models import ClimateMonth, Destination, DestinationNote, Place, Service, Source, Supplier

LOADER = Actor.system("loader")
TABLES: tuple[type[models.Model], ...] = (Destination, ClimateMonth, DestinationNote, Place, Service, Source, Supplier)
pytestmark = pytest.mark.django_db


def contents() -> dict[str, list[dict[str, Any]]]:
    return {table.__name__: list(table._base_manager.order_by("pk").values()) for table in TABLES}


def load(*, force: bool = False) -> dict[str, str]:
    return dict(loader.load_catalogue(actor=LOADER, force=force))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The loader reads a copy that holds Varanasi alone."""
    shutil.copytree(loader.DATA / "varanasi", tmp_path / "varanasi")
    monkeypatch.setattr(loader, "DATA", tmp_path)
    return tmp_path / "varanasi"


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    old = path.read_text(encoding="utf-8")
    new = change(old)
    assert new != old
    path.write_text(new, encoding="utf-8")


def test_load_when_the_database_is_empty_then_all_ten_destinations_are_there() -> None:
    assert set(load().values()) == {"loaded"}
    assert Destination.objects.filter(published=True).count() == 10
    for town in Destination.objects.all():
        assert town.places.count() >= 15, town
        assert town.climate.count() == 12, town
        assert town.services.exists(), town
    assert AuditEntry.objects.filter(action="catalogue.loaded").count() == 10


def test_load_when_repeated_then_no_row_changes() -> None:
    load()
    before = contents()
    assert set(load().values()) == {"unchanged"}
    assert contents() == before


@pytest.mark.usefixtures("folder")
def test_load_when_forced_then_the_same_rows_stand_under_the_same_keys() -> None:
    load()
    before = contents()
    assert load(force=True) == {"varanasi": "loaded"}
    after = contents()
    for table, old_rows in before.items():
        times = {"created_at", "updated_at"} | ({"id"} if table == "ClimateMonth" else set())
        assert [{k: v for k, v in row.items() if k not in times} for row in after[table]] == [
            {k: v for k, v in row.items() if k not in times} for row in old_rows
        ], table


@pytest.mark.usefixtures("folder")
def test_load_when_staff_changed_a_row_then_the_next_start_leaves_it() -> None:
    load()
    Place.objects.filter(slug="assi-ghat").update(summary="Closed for repairs this winter.", published=False)
    Service.objects.filter(type="hotel").update(capacity=1)
    call_command("load_catalogue", verbosity=0)
    place = Place.objects.get(slug="assi-ghat")
    assert (place.summary, place.published) == ("Closed for repairs this winter.", False)
    assert set(Service.objects.filter(type="hotel").values_list("capacity", flat=True)) == {1}


def test_load_when_a_file_changed_then_the_row_follows_and_what_is_gone_is_hidden(folder: Path) -> None:
    load()
    places = Place.objects.count()
    rewrite(folder / "places.csv", lambda text: "".join(line for line in text.splitlines(keepends=True) if not line.startswith("namo-ghat,")))
    services = (folder / "services.csv").read_text().splitlines(keepends=True)
    gone = services.pop(1).split(",")[0]
    (folder / "services.csv").write_text("".join(services))
    assert load() == {"varanasi": "loaded"}
    assert Place.objects.count() == places
    assert Place.objects.get(slug="namo-ghat").published is False
    assert Service.objects.get(slug=f"varanasi-{gone}").active is False


BREAKS: dict[str, tuple[str, Callable[[str], str]]] = {
    "a source nobody wrote down": ("places.csv", lambda text: text.replace(",tripmall,", ",somewhere,", 1)),
    "a cell too many": ("places.csv", lambda text: text.rstrip("\n") + ",one more\n"),
    "a cell too few": ("notes.csv", lambda text: text + "safety\n"),
    "hours that aren't hours": ("places.csv", lambda text: text.replace("24/7", "whenever", 1)),
    "a month that isn't a number": ("climate.csv", lambda text: text.replace("\n1,", "\nJanuary,", 1)),
    "a thirteenth month": ("climate.csv", lambda text: text.replace("\n12,", "\n13,", 1)),
    "a date that isn't one": ("sources.csv", lambda text: text.replace("2026-", "2026/", 1)),
    "a price that isn't one": ("services.csv", lambda text: text.replace(",1300,", ",cheap,", 1)),
    "a price below zero": ("services.csv", lambda text: text.replace(",1300,", ",-1300,", 1)),
    "an offer at an unknown place": ("services.csv", lambda text: text.replace(",budget,,", ",budget,nowhere,", 1)),
    "a column that went missing": ("destination.csv", lambda text: text.replace("timezone", "time_zone", 1)),
    "a place off the earth": ("places.csv", lambda text: text.replace(",25.3070,", ",125.3070,", 1)),
    "no row at all": ("destination.csv", lambda text: text.splitlines(keepends=True)[0]),
}


@pytest.mark.parametrize(("name", "change"), list(BREAKS.values()), ids=list(BREAKS))
def test_load_when_a_cell_is_wrong_then_nothing_of_the_destination_is_loaded(folder: Path, name: str, change: Callable[[str], str]) -> None:
    rewrite(folder / name, change)
    before = contents()
    with pytest.raises(loader.BadCatalogueFile, match="varanasi"):
        load()
    assert contents() == before
    assert not AuditEntry.objects.exists()


def test_load_when_an_update_is_broken_then_the_old_rows_stay(folder: Path) -> None:
    load()
    before = contents()
    rewrite(folder / "destination.csv", lambda text: text.replace(",Varanasi,", ",Benares City,", 1))
    rewrite(folder / "services.csv", lambda text: text.replace(",1300,", ",cheap,", 1))
    with pytest.raises(loader.BadCatalogueFile, match="services"):
        load()
    assert contents() == before


def test_load_when_a_file_is_missing_then_the_message_names_it(folder: Path) -> None:
    (folder / "climate.csv").unlink()
    with pytest.raises(loader.BadCatalogueFile, match="climate"):
        load()
    assert not Destination.objects.exists()
