"""Every page of people, papers and company, as its owner and as a companion sees it: the same look as `test_screens`.

The pages are those of the routes' table, with the things that stand in it, so that a new one is looked at without a line here.
With SCREENSHOTS=<folder> each is also kept as a picture: 360 and 1440 px, light and dark.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from tests.architecture.routes import (
    table_accounts,
    table_company,
    table_expenses,
    table_papers,
    table_sign_in,
    table_trips,
    table_webhooks,
)
from tests.architecture.routes.rows import Row, Thing
from tests.architecture.routes.tables import THINGS, ours
from tests.architecture.routes.walk import Asked, address
from tests.architecture.routes.world import Making, make_members
from tests.browser.scenes import Scenes, choose_for, make_person
from tests.browser.screens import open_everything
from tests.browser.test_screens import look
from tests.browser.visitor import Visitor
from tests.cast import actor_for, api_for
from trips.models import Trip

pytestmark = [pytest.mark.browser, pytest.mark.looks]
FILES = {"accounts:document_file", "accounts:traveler_document_file", "trips:calendar", "trips:feed", "trips:expense_export"}
ROOMS = (table_accounts, table_papers, table_sign_in, table_company, table_expenses, table_webhooks)
ROWS: dict[str, Row] = {name: row for room in ROOMS for name, row in room.TABLE.items()} | {"trips:readiness": table_trips.TABLE["trips:readiness"]}
PAGES = [(name, pattern) for name, pattern in ours() if name in ROWS and ROWS[name].face == "page" and "GET" in ROWS[name].methods and name not in FILES]
PATHS = {  # states of those pages that no address of the table shows
    "share link, places": "/s/{share_token}/research",
    "share link, people": "/s/{share_token}/people",
    "invitation, nobody's": "/join/no-such-token",
}


@dataclass
class Stage:
    """Alice's things of the table, made in the running site when they are asked for."""

    scenes: Scenes
    made: dict[str, str] = field(default_factory=dict)

    @cached_property
    def people(self) -> dict[str, User]:
        names = {"owner": "alice", "editor": "bob", "viewer": "vera", "ex_member": "erin", "stranger": "charlie"}
        return {role: make_person(f"{name}-on-stage") for role, name in names.items()}

    @cached_property
    def making(self) -> Making:
        trip = choose_for(actor_for(self.people["owner"]))
        Trip.objects.filter(pk=trip.pk).update(title="A secret walk")
        members = make_members(trip, self.people)
        nothing: Any = SimpleNamespace()
        return Making(self.people, {role: api_for(person) for role, person in self.people.items()}, trip, "", trip, members, nothing)

    def __getitem__(self, name: str) -> str:
        if name not in self.made:
            kind: Thing = THINGS[name]
            self.made[name] = kind.make(self.making)
        return self.made[name]

    def __contains__(self, name: object) -> bool:
        return name in THINGS

    def session(self, role: str) -> str:
        return self.scenes.session_of(self.people[role])


@pytest.fixture(scope="package")
def stage(scenes: Scenes) -> Stage:
    return Stage(scenes)


def keep(page: Page, name: str) -> None:
    """The pictures, when somebody wants to look at them."""
    if folder := os.environ.get("SCREENSHOTS"):
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=Path(folder) / f"{name.replace(':', '-')}-{width}-{scheme}.png", full_page=True)


def inspect(visitor: Visitor, path: str, name: str, *, status: int = 200) -> None:
    visitor.go(path, status=status)
    open_everything(visitor)
    wrong = look(visitor.page)
    keep(visitor.page, name)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("name", "pattern"), PAGES, ids=[name for name, _ in PAGES])
def test_page_when_its_owner_looks_at_it_then_nothing_is_wrong(onlooker: Visitor, stage: Stage, name: str, pattern: str) -> None:
    row = ROWS[name]
    for thing in (name for room in ROOMS for name in room.THINGS):  # so that the lists are full
        assert stage[thing]
    path = address(Asked(name, pattern, row, "GET"), stage)
    if row.door != "link":
        onlooker.sign_in(stage.session("owner"))
    inspect(onlooker, path, f"{name}-owner")


COMPANIONS = [(name, pattern) for name, pattern in PAGES if ROWS[name].door == "trip" and ROWS[name].least_for("GET") == "viewer"]


@pytest.mark.parametrize(("name", "pattern"), COMPANIONS, ids=[name for name, _ in COMPANIONS])
def test_page_when_a_companion_looks_at_it_then_nothing_is_wrong(onlooker: Visitor, stage: Stage, name: str, pattern: str) -> None:
    onlooker.sign_in(stage.session("viewer"))
    inspect(onlooker, address(Asked(name, pattern, ROWS[name], "GET"), stage), f"{name}-viewer")


@pytest.mark.parametrize("name", PATHS)
def test_page_behind_a_link_when_looked_at_then_nothing_is_wrong(onlooker: Visitor, stage: Stage, name: str) -> None:
    token = stage["share_token"]
    inspect(onlooker, PATHS[name].format(share_token=token), name, status=404 if "no-such" in PATHS[name] else 200)
