"""The trip in calendars: what is in it, who may poll it, and that nothing can be smuggled into it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories.catalogue import SmallCatalogue
from tests.statements import counted
from tests.trips.companions import guest_of, joined, plain_trip, without_ids
from tests.trips.planned import assert_error, chosen, orders
from travelplanner.core.tokens import token_hash
from trips.documents.calendar import calendar_bytes
from trips.models import CalendarFeed, Trip


@pytest.fixture
def reference(alice_api: APIClient, catalogue: SmallCatalogue) -> str:
    return chosen(alice_api, budgetRange={"max": 43217, "currency": "INR"})


def feed(client: APIClient, reference: str) -> str:
    answer = client.post(f"/api/trips/{reference}/calendar-feed")
    assert answer.status_code == 201, answer.content
    return "/calendar/" + answer.json()["url"].rsplit("/", 1)[1]


def events(answer: Any) -> list[Any]:
    return Calendar.from_ical(answer.content).walk("VEVENT")


@pytest.mark.django_db
def test_calendar_when_read_then_every_place_and_night_in_utc_and_nothing_private(alice_api: APIClient, bob: User, bob_api: APIClient, charlie_api: APIClient, reference: str) -> None:
    joined(alice_api, reference, bob, "viewer")
    answer = bob_api.get(f"/api/trips/{reference}/calendar.ics", headers={"Accept": "text/calendar"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    body = alice_api.get(f"/api/trips/{reference}/itineraries/final").json()
    stops = [stop for day in body["itinerary"]["days"] for stop in day["stops"] if stop["placeId"]]
    found = events(answer)
    assert len(found) == len(stops) + len(body["lodging"])
    assert {str(event["summary"]) for event in found} >= {stop["name"] for stop in stops}
    assert all(event["dtstart"].dt.tzinfo is not None for event in found if hasattr(event["dtstart"].dt, "hour"))
    assert {int(event["sequence"]) for event in found} == {1}
    text = answer.content.decode()
    for secret in (reference, "43217", "Alice", "Bob", "example.org"):
        assert secret not in text, secret
    assert_error(charlie_api.get(f"/api/trips/{reference}/calendar.ics"), 404)


@pytest.mark.django_db
def test_calendar_when_the_plan_is_edited_then_uids_stay_and_the_sequence_rises(alice_api: APIClient, reference: str) -> None:
    path = f"/api/trips/{reference}/calendar.ics"
    before = {str(event["uid"]): event for event in events(alice_api.get(path))}
    tag = alice_api.get(path)["ETag"]
    assert alice_api.get(path, headers={"If-None-Match": tag}).status_code == 304
    days = orders(alice_api.get(f"/api/trips/{reference}/itineraries/final").json())
    assert alice_api.post(f"/api/trips/{reference}/itineraries/final", {"basedOn": 1, "days": [days[0][:-1], *days[1:]]}).status_code == 201
    answer = alice_api.get(path, headers={"If-None-Match": tag})
    after = {str(event["uid"]): event for event in events(answer)}
    assert answer.status_code == 200
    assert answer["ETag"] != tag
    assert set(after) < set(before)
    assert len(before) - len(after) == 1
    assert {int(event["sequence"]) for event in after.values()} == {2}
    assert alice_api.get(path).content == alice_api.get(path).content  # the same plan is the same file


@pytest.mark.django_db
def test_calendar_when_nothing_is_chosen_then_404_and_the_feed_is_empty(alice: User, alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    trip = plain_trip(alice, catalogue)
    assert_error(alice_api.get(f"/api/trips/{trip.reference}/calendar.ics"), 404, "not_chosen")
    answer = Client().get(feed(alice_api, trip.reference))
    assert (answer.status_code, events(answer)) == (200, [])


@pytest.mark.django_db
def test_feed_when_polled_then_open_by_its_token_alone_and_cheap_when_nothing_changed(alice_api: APIClient, reference: str) -> None:
    path = feed(alice_api, reference)
    answer = Client().get(path)
    assert answer.status_code == 200
    assert events(answer)
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-cache" in answer["Cache-Control"]
    with counted() as found:
        again = Client().get(path, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(found) <= 3  # the feed, its trip, and whether something was booked since
    token = path.split("/")[2].removesuffix(".ics")
    assert CalendarFeed.objects.get().token_hash == token_hash(token)
    for other in (f"/s/{token}", f"/join/{token}", f"/calendar/{reference}.ics", "/calendar/.ics"):
        assert Client().get(other).status_code == 404


@pytest.mark.django_db
def test_feed_when_rotated_or_revoked_then_the_old_address_is_gone_at_once(alice_api: APIClient, reference: str) -> None:
    old = feed(alice_api, reference)
    new = feed(alice_api, reference)
    unknown = without_ids(Client().get("/calendar/none.ics"))
    assert without_ids(Client().get(old)) == unknown
    assert Client().get(new).status_code == 200
    assert alice_api.delete(f"/api/trips/{reference}/calendar-feed").status_code == 204
    assert without_ids(Client().get(new)) == unknown
    assert_error(alice_api.delete(f"/api/trips/{reference}/calendar-feed"), 404)


@pytest.mark.django_db
def test_feed_when_its_member_is_out_suspended_or_the_trip_archived_then_404(alice: User, alice_api: APIClient, bob: User, bob_api: APIClient, reference: str) -> None:
    row = joined(alice_api, reference, bob)
    his, hers = feed(bob_api, reference), feed(alice_api, reference)
    assert Client().get(his).status_code == 200
    User.objects.filter(pk=bob.pk).update(status="suspended")
    assert Client().get(his).status_code == 404
    User.objects.filter(pk=bob.pk).update(status="active")
    type(row).objects.filter(pk=row.pk).update(left_at=row.created_at)  # however it ended
    assert Client().get(his).status_code == 404
    assert Client().get(hers).status_code == 200
    alice_api.delete(f"/api/trips/{reference}")
    assert Client().get(hers).status_code == 404


@pytest.mark.django_db
def test_feed_when_pressed_on_the_page_then_shown_this_once(alice_page: Client, alice_api: APIClient, reference: str) -> None:
    sharing = f"/trips/{reference}/sharing"
    made = alice_page.post(f"{sharing}/feed", {"do": "rotate"})
    url = made.context["feed_url"]
    assert made.status_code == 201
    assert url in made.content.decode()
    assert url not in alice_page.get(sharing).content.decode()
    path = "/calendar/" + url.rsplit("/", 1)[1]
    assert Client().get(path).status_code == 200
    alice_page.post(f"{sharing}/feed", {"do": "revoke"})
    assert Client().get(path).status_code == 404
    assert events(alice_page.get(f"{sharing}/calendar.ics"))
    guest = guest_of(alice_api, reference)
    assert guest.post(f"{sharing}/feed", {"do": "rotate"})["Location"].startswith("/accounts/login/")
    assert guest.get(f"{sharing}/calendar.ics").status_code == 200
    Trip.objects.update(chosen_revision=None)
    assert alice_page.get(f"{sharing}/calendar.ics").status_code == 302


def body_named(name: str) -> dict[str, Any]:
    stop = {"placeId": "p1", "name": name, "arrive": "2026-12-31T08:10+05:30", "leave": "2026-12-31T09:00+05:30", "latitude": 25.3, "longitude": 83.0}
    stay = {"name": name, "arrival": "2026-12-31", "departure": "2027-01-02"}
    return {"createdAt": "2026-11-21T15:18:58.260Z", "revision": 3, "itinerary": {"days": [{"stops": [stop, {"placeId": None}]}]}, "lodging": [stay]}


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_calendar_when_names_hold_anything_then_no_property_is_smuggled_in(name: str, title: str) -> None:
    raw = calendar_bytes(body_named(name), key=uuid.UUID(int=1), title=title, stay_words="Night at %s")
    assert raw == calendar_bytes(body_named(name), key=uuid.UUID(int=1), title=title, stay_words="Night at %s")
    found = Calendar.from_ical(raw)
    assert {key.lower() for key in found} == {"prodid", "version", "method", "x-wr-calname", "refresh-interval"}
    stop, stay = found.walk("VEVENT")
    assert {key.lower() for key in stop} == {"uid", "dtstamp", "sequence", "dtstart", "dtend", "summary", "geo"}
    assert {key.lower() for key in stay} == {"uid", "dtstamp", "sequence", "dtstart", "dtend", "summary", "transp"}
    assert raw.count(b"BEGIN:VEVENT") - sum(line.startswith((b"SUMMARY", b" ")) and b"BEGIN:VEVENT" in line for line in raw.split(b"\r\n")) == 2


@pytest.mark.parametrize("evil", ["Ghat\r\nATTENDEE:mailto:x@evil.example", "Ghat\nEND:VEVENT\nBEGIN:VALARM", "a;b,c\\n\x0bX-EVIL:1", "\u2028SUMMARY:no"])
def test_calendar_when_a_name_tries_to_be_a_property_then_it_stays_a_name(evil: str) -> None:
    raw = calendar_bytes(body_named(evil), key=uuid.UUID(int=1), title=evil, stay_words="Night at %s")
    lines = raw.decode().replace("\r\n ", "").split("\r\n")
    assert not [line for line in lines if line.startswith(("ATTENDEE", "X-EVIL", "BEGIN:VALARM"))]
    assert sum(line.startswith("SUMMARY") for line in lines) == 2
