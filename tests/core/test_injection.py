"""Promise 19: what people type stays text in every file that another program opens: spreadsheets and calendars."""

from __future__ import annotations

import ast
import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from import_export.mixins import BaseExportMixin

from bookings.documents import calendar as booking_calendar
from bookings.models import Booking, BookingItem
from tests.architecture.source import calls, python_files, tree
from travelplanner.core.admin.exchange import SafeCSV
from travelplanner.core.cells import neutral, original
from trips.documents.calendar import calendar_bytes
from trips.models import Destination, Service

STARTS = "=+-@\t\r\n＝＋－＠"
EVENT = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "URL", "SEQUENCE", "GEO", "TRANSP"}
EVIL = [
    "Boat\r\nATTENDEE:mailto:evil@example.org",
    "Boat\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Mine",
    "Boat\rURL:https://evil.example",
    "Boat\x0b\x0c\x1c\x85\u2028\u2029ATTACH:https://evil.example",
    "a;b,c:d\\n\\,e\"f^n",
    "x" * 74 + "\r\n ATTACH:evil",
    "é" * 40 + "\nEND:VCALENDAR",
]


@settings(deadline=None)
@given(st.text(max_size=40))
@example("＝1+1")
@example("＠SUM(1)")
def test_cell_when_it_is_anything_then_no_formula_and_back_as_it_was(text: str) -> None:
    cell = neutral(text)
    if cell[:1] in STARTS and cell:
        assert float(cell) == float(text)  # a number may begin with its sign
    assert original(cell) == text or text.startswith("'")


def test_exports_of_the_admin_when_listed_then_each_writes_neutral_cells() -> None:
    exporting = [model for model in admin.site._registry.values() if isinstance(model, BaseExportMixin)]
    assert len(exporting) > 3
    assert [model for model in exporting if list(model.get_export_formats()) != [SafeCSV]] == []


def test_csv_when_it_is_written_anywhere_then_by_way_of_neutral() -> None:
    """A new export that forgets it is found here: who writes CSV for people must use `neutral`."""
    writers = []
    for path in python_files():
        if path.parts[:3] == ("trips", "budget", "derive"):  # a developer's tool that writes the tables of trips/data
            continue
        if any(name in ("writer", "DictWriter") and "csv" in ast.unparse(call.func) for call, name in calls(path)):
            writers.append(path)
    assert writers
    assert [path for path in writers if "neutral" not in {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}] == []


def properties(text: bytes) -> list[tuple[str, set[str]]]:
    """(component, its property names), read by a strict reader."""
    return [(part.name, set(part.keys())) for part in Calendar.from_ical(text).walk()]


def assert_one_event(text: bytes) -> None:
    found = properties(text)
    assert [name for name, _keys in found] == ["VCALENDAR", "VEVENT"]
    assert found[1][1] <= EVENT
    assert found[0][1] <= {"PRODID", "VERSION", "METHOD", "X-WR-CALNAME", "REFRESH-INTERVAL", "CALSCALE"}
    # What a lenient reader would take for a line of its own: CR, LF and the other breaks, folded lines joined.
    joined = text.decode().replace("\r\n ", "").replace("\r\n\t", "")
    lines = [line for line in joined.splitlines() if line]
    assert all(line.split(":")[0].split(";")[0] in EVENT | {"BEGIN", "END", "PRODID", "VERSION", "METHOD", "X-WR-CALNAME", "REFRESH-INTERVAL"} for line in lines), lines


def of_a_plan(name: str) -> bytes:
    stop = {"placeId": "p1", "arrive": "2027-01-01T09:00+05:30", "leave": "2027-01-01T10:00+05:30", "name": name, "latitude": 25.3, "longitude": 83.0}
    body = {"createdAt": "2026-11-21T10:00:00Z", "revision": 1, "itinerary": {"days": [{"stops": [stop]}]}, "lodging": []}
    return calendar_bytes(body, key=uuid.UUID(int=1), title=name, stay_words="Night at %s")


def of_a_booking(name: str) -> bytes:
    where = Destination(name="Varanasi", timezone="Asia/Kolkata", latitude=25.3, longitude=83.0)
    day, moment = dt.date(2027, 1, 1), dt.datetime(2026, 11, 21, tzinfo=ZoneInfo("UTC"))
    booking = Booking(reference="BK_20261121_01234567", state="CONFIRMED")
    service = Service(name=name, type="activity", destination=where, latitude=25.3, longitude=83.0)
    item = BookingItem(
        pk=uuid.UUID(int=2), booking=booking, service=service, type="activity", state="confirmed", name=name, supplier_name=name, confirmation_code="A1B2C3D4E5",
        time="10:00", starts_on=day, ends_on=day, quantity=1, participants=1, created_at=moment, updated_at=moment,
    )  # fmt: skip
    return booking_calendar.calendar_bytes(booking, [item], url="https://trips.example.com/bookings/BK_20261121_01234567")


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("make", [of_a_plan, of_a_booking])
def test_calendar_when_a_name_tries_to_be_more_than_a_name_then_one_event_and_its_own_lines(make: Any, name: str) -> None:
    assert_one_event(make(name))


@settings(deadline=None)
@given(st.text(min_size=1, max_size=120))
def test_calendar_when_a_name_is_anything_then_one_event_and_its_own_lines(name: str) -> None:
    for make in (of_a_plan, of_a_booking):
        assert_one_event(make(name))
