"""A booking in calendars: its own file and the trip's feed; times, places, cancellations, and nothing smuggled in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from rest_framework.test import APIClient

from accounts.models import User
from bookings.documents.calendar import calendar_bytes
from bookings.models import Booking, BookingItem, FlightDetail
from tests.statements import counted
from tests.trips.companions import joined
from travelplanner.core import clock
from trips.models import Trip

pytestmark = pytest.mark.usefixtures("books_are_broken")  # states are set by hand here


def events(content: bytes) -> dict[str, Any]:
    return {str(event["uid"]).split("@")[0]: event for event in Calendar.from_ical(content).walk("VEVENT")}


def feed_of(client: APIClient, trip: Trip) -> str:
    return "/calendar/" + client.post(f"/api/trips/{trip.reference}/calendar-feed").json()["url"].rsplit("/", 1)[1]


def test_file_when_confirmed_then_every_item_with_its_end_its_place_and_its_zone(alice_api: APIClient, booked: Booking, alices_trip: Trip) -> None:
    answer = alice_api.get(f"/api/bookings/{booked.reference}/calendar.ics", headers={"Accept": "text/calendar"})
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"
    assert b"VALARM" not in answer.content
    found = events(answer.content)
    ticket, stay = found[str(booked.items.get(type="activity").pk)], found[str(booked.items.get(type="hotel").pk)]
    start = dt.datetime.combine(alices_trip.start_date, dt.time(4, 30), tzinfo=dt.UTC)  # 10:00 in Varanasi
    assert ticket["dtstart"].dt == start
    assert ticket["dtend"].dt == start + dt.timedelta(minutes=booked.items.get(type="activity").details["minutes"] or 60)
    assert "10:00 on the clock of the place, India Standard Time (Asia/Kolkata)" in str(ticket["description"])
    assert "Museum 2, Varanasi" in str(ticket["location"])
    assert (stay["dtstart"].dt, stay["dtend"].dt) == (alices_trip.start_date, alices_trip.end_date)
    assert {str(event["status"]) for event in found.values()} == {"CONFIRMED"}


def test_file_when_read_again_then_the_same_bytes(alice_api: APIClient, booked: Booking) -> None:
    path = f"/api/bookings/{booked.reference}/calendar.ics"
    assert alice_api.get(path).content == alice_api.get(path).content


def test_file_when_the_supplier_moves_a_flight_then_at_its_new_time_on_the_clocks_it_was_bought_by(alice_api: APIClient, booked: Booking) -> None:
    item = booked.items.get(type="activity")
    departs = dt.datetime(2026, 12, 21, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    details = {"schema": "flight_v1", "origin": "DEL", "destination": "IST", "departureTime": departs.isoformat(), "arrivalTime": "2026-12-22T05:00:00+03:00"}
    BookingItem.objects.filter(pk=item.pk).update(type="flight", details=details)
    FlightDetail.objects.create(item=item, passengers=2, departure_time=departs + dt.timedelta(minutes=45), arrival_time=departs + dt.timedelta(hours=9))
    event = events(alice_api.get(f"/api/bookings/{booked.reference}/calendar.ics").content)[str(item.pk)]
    assert event["dtstart"].dt == departs + dt.timedelta(minutes=45)
    assert event["dtend"].dt == departs + dt.timedelta(hours=9)
    assert "00:15 on the clock of the place" in str(event["description"])  # in Delhi, the day after


def test_file_when_an_item_or_all_is_cancelled_then_struck_out_with_a_higher_sequence(alice_api: APIClient, booked: Booking) -> None:
    path = f"/api/bookings/{booked.reference}/calendar.ics"
    before = events(alice_api.get(path).content)
    hotel = str(booked.items.get(type="hotel").pk)
    BookingItem.objects.filter(pk=hotel).update(state="cancelled")  # in the same second: the time tells nothing
    after = events(alice_api.get(path).content)
    assert set(after) == set(before)
    assert {key: str(event["status"]) for key, event in after.items()} == {key: "CANCELLED" if key == hotel else "CONFIRMED" for key in before}
    assert int(after[hotel]["sequence"]) > int(before[hotel]["sequence"])
    assert booked.items.get(type="hotel").confirmation_code not in str(after[hotel]["description"])
    Booking.objects.update(state="CANCELLED")
    assert {str(event["status"]) for event in events(alice_api.get(path).content).values()} == {"CANCELLED"}


HOSTILE = st.text(st.characters(exclude_categories=("Cs",)), max_size=120) | st.sampled_from(
    ["x\r\nATTENDEE:mailto:x@example.org", "x\nEND:VEVENT\nBEGIN:VEVENT", "x\u2028ATTENDEE:y", "a\x0bBEGIN:VALARM", "\\n\\,;:", "é" * 120, "नमस्ते" * 30]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=HOSTILE, supplier=HOSTILE, place=HOSTILE)
def test_names_when_they_hold_anything_then_no_line_is_injected_and_every_line_folds(booked: Booking, name: str, supplier: str, place: str) -> None:
    item = booked.items.select_related("service__destination", "service__place").get(type="activity")
    item.name, item.supplier_name = name, supplier
    item.details = {**item.details, "meetingPoint": place}
    content = calendar_bytes(booked, [item], url="https://example.org/")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    unfolded = content.replace(b"\r\n ", b"").decode().split("\r\n")
    assert [line.split(":")[0].split(";")[0] for line in unfolded if line][:4] == ["BEGIN", "VERSION", "PRODID", "METHOD"] or unfolded[0] == "BEGIN:VCALENDAR"
    names = {line.split(":")[0].split(";")[0] for line in unfolded if line}
    assert names <= {"BEGIN", "END", "VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "GEO", "DESCRIPTION", "URL", "TRANSP"}
    assert sum(line == "BEGIN:VEVENT" for line in unfolded) == 1


def test_file_when_anothers_or_not_yet_confirmed_then_404(charlie_api: APIClient, bob: User, bob_api: APIClient, alice_api: APIClient, booked: Booking, alices_trip: Trip) -> None:
    joined(alice_api, alices_trip.reference, bob, "viewer")
    for client in (charlie_api, bob_api):
        assert client.get(f"/api/bookings/{booked.reference}/calendar.ics").status_code == 404


def test_feed_when_something_is_booked_then_members_see_it_without_codes_money_or_names(alice_api: APIClient, bob: User, bob_api: APIClient, booked: Booking, alices_trip: Trip) -> None:
    joined(alice_api, alices_trip.reference, bob, "viewer")
    Trip.objects.update(chosen_revision=None)
    path = feed_of(bob_api, alices_trip)
    answer = Client().get(path)
    found = events(answer.content)
    assert set(found) == {str(pk) for pk in booked.items.values_list("pk", flat=True)}
    text = answer.content.decode()
    for secret in (*booked.items.values_list("confirmation_code", flat=True), "8200", "5600", "Alice", "example.org", booked.reference):
        assert secret not in text, secret
    with counted() as statements:
        assert Client().get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert len(statements) <= 3
    BookingItem.objects.filter(type="hotel").update(state="cancelled", updated_at=clock.now() + dt.timedelta(seconds=5))
    again = Client().get(path, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 200
    assert sorted(str(event["status"]) for event in events(again.content).values()) == ["CANCELLED", "CONFIRMED", "CONFIRMED"]


def test_feed_when_a_planned_stop_or_night_is_booked_then_it_is_there_once(alice_api: APIClient, booked: Booking, alices_trip: Trip) -> None:
    document = alices_trip.documents.get(kind="final")
    body = {**document.body, "createdAt": "2026-11-21T10:00:00+00:00", "revision": 1}
    for stop in body["itinerary"]["days"][0]["stops"]:
        stop |= {"placeId": stop["placeId"] or "p", "latitude": 25.3, "longitude": 83.0}
    from trips.documents.calendar import calendar_bytes as trip_calendar
    from trips.registries import calendar_entries

    plan_alone = events(trip_calendar(body, key=alices_trip.pk, title="T", stay_words="Night at %s"))
    both = events(trip_calendar(body, key=alices_trip.pk, title="T", stay_words="Night at %s", booked=calendar_entries(alices_trip.pk)))
    assert len(plan_alone) == 3
    assert "Night at Demo Hotel standard" not in {str(event["summary"]) for event in both.values()}
    assert sum(str(event["summary"]) == "Demo Museum ticket" for event in both.values()) == 1


@pytest.mark.parametrize("state", ["INITIATED", "PAYMENT_PENDING", "FAILED", "EXPIRED"])
def test_feed_when_nothing_was_confirmed_then_it_holds_nothing_of_it(alice_api: APIClient, booked: Booking, alices_trip: Trip, state: str) -> None:
    Trip.objects.update(chosen_revision=None)
    Booking.objects.update(state=state)
    assert events(Client().get(feed_of(alice_api, alices_trip)).content) == {}
