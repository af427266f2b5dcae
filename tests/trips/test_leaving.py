"""Promise 15: leaving closes every door at once, by whatever way one goes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Traveler, User
from tests.cast import actor_for, api_for, page_for
from tests.factories.catalogue import SmallCatalogue
from tests.trips.companions import guest_of, invited, joined, without_ids
from tests.trips.planned import assert_error, chosen
from travelplanner.core import clock, outbox
from travelplanner.core.models import AuditEntry
from trips.actions import doors
from trips.models import CalendarFeed, ShareLink, Trip, TripInvitation, TripMember, TripTraveler

pytestmark = pytest.mark.django_db


@dataclass
class Inside:
    """Bob in Alice's trip, with everything that a member can have of it."""

    trip: Trip
    row: TripMember
    api: APIClient
    page: Client
    feed: str
    link: str
    token: str  # of the invitation that he used
    sent: str  # of one that he sent while the trip was his


@pytest.fixture
def inside(alice: User, alice_api: APIClient, bob: User, catalogue: SmallCatalogue) -> Inside:
    reference = chosen(alice_api)
    trip = Trip.objects.get(reference=reference)
    token = invited(alice_api, reference, "bob@example.org", "editor")
    api, page = api_for(bob), page_for(bob)
    page.post(f"/join/{token}", {"do": "accept", "name": "Bob"})
    row = TripMember.objects.get(user=bob)
    feed = "/calendar/" + api.post(f"/api/trips/{reference}/calendar-feed").json()["url"].rsplit("/", 1)[1]
    traveler = Traveler.objects.create(user=bob, first_name="Tara")
    TripTraveler.objects.create(trip=trip, traveler=traveler, added_by=bob)
    _link, link = _bobs_link(trip, bob)
    _row, sent = _bobs_invitation(trip, bob)
    return Inside(trip, row, api, page, feed, f"/s/{link}", token, f"/join/{sent}")


def _bobs_link(trip: Trip, bob: User) -> tuple[ShareLink, str]:
    """As it stood when the trip was his for a while."""
    from travelplanner.core.tokens import new_token

    token, digest = new_token()
    row = ShareLink.objects.create(trip=trip, made_by=bob, scopes=["plan"], token_hash=digest, expires_at=clock.now() + dt.timedelta(days=3))
    return row, token


def _bobs_invitation(trip: Trip, bob: User) -> tuple[TripInvitation, str]:
    from travelplanner.core.tokens import new_token

    token, digest = new_token()
    row = TripInvitation.objects.create(
        trip=trip, email="friend@example.org", role="viewer", token_hash=digest, invited_by=bob, expires_at=clock.now() + dt.timedelta(days=3)
    )
    return row, token


API_DOORS = (
    "", "/intent", "/budget", "/research", "/itineraries/candidates", "/itineraries/final", "/itineraries/final?revision=1", "/itineraries/final/revisions",
    "/itineraries/final/diff?from=1&to=1", "/members", "/invitations", "/share-links", "/calendar.ics",
)  # fmt: skip
PAGE_DOORS = ("", "/planning", "/progress", "/budget", "/research", "/compare", "/plan", "/plan?day=2", "/plan/preview", "/plan/changes", "/company", "/company/leave", "/sharing", "/sharing/calendar.ics", "/limit", "/book")


def assert_every_door_is_closed(inside: Inside) -> None:
    reference = inside.trip.reference
    for door in API_DOORS:
        answer, missing = inside.api.get(f"/api/trips/{reference}{door}"), inside.api.get(f"/api/trips/TRIP_0123456789AB{door}")
        assert answer.status_code == 404, door
        assert without_ids(answer) == without_ids(missing), door
    for door in PAGE_DOORS:
        for headers in ({}, {"HX-Request": "true"}):
            answer = inside.page.get(f"/trips/{reference}{door}", headers=headers)
            assert answer.status_code == 404, door
            assert reference not in answer.content.decode().replace(f"/trips/{reference}", "").replace(f"%2F{reference}", ""), door
    writes: list[tuple[str, dict[str, Any]]] = [
        ("/itineraries/final", {"candidateId": "B"}), ("/itineraries/final", {"basedOn": 1, "days": []}), ("/members", {"name": "X"}), ("/calendar-feed", {}),
        ("/invitations", {"email": "x@example.org"}), ("/share-links", {"scopes": ["plan"]}),
    ]  # fmt: skip
    for door, body in writes:
        assert_error(inside.api.post(f"/api/trips/{reference}{door}", body), 404, "not_found")
    assert_error(inside.api.delete(f"/api/trips/{reference}/members/{inside.row.pk}"), 404)
    for form in ("plan/edit", "plan/undo", "choose", "company/leave", "company/names"):
        answer = inside.page.post(f"/trips/{reference}/{form}", {"action": "remove", "stop": "x", "version": "1", "candidate": "B", "name": "X"})
        assert answer.status_code == 404, form
    for path in (inside.feed, inside.link, inside.sent, f"/join/{inside.token}"):
        assert Client().get(path).status_code == 404, path
        assert inside.page.get(path).status_code == 404, path
    assert_error(inside.api.post("/api/trips/join", {"token": inside.token}), 404)
    assert inside.api.get("/api/trips").json()["count"] == 0
    assert reference.encode() not in inside.page.get("/trips").content


def open_doors(inside: Inside) -> None:
    """The control of the test: before, they were open."""
    reference = inside.trip.reference
    for door in API_DOORS:
        assert inside.api.get(f"/api/trips/{reference}{door}").status_code in ((200,) if door not in ("/invitations", "/share-links") else (403,)), door
    for path in (f"/trips/{reference}/plan", inside.feed, inside.sent):
        assert inside.page.get(path).status_code == 200, path


@pytest.mark.parametrize("way", ["leaves by program", "leaves on the page", "is removed by program", "is removed on the page"])
def test_leaving_when_done_then_every_door_is_closed_at_once(inside: Inside, alice_api: APIClient, alice_page: Client, way: str) -> None:
    open_doors(inside)
    reference, member = inside.trip.reference, inside.row.pk
    if way == "leaves by program":
        assert inside.api.delete(f"/api/trips/{reference}/members/{member}").status_code == 204
    elif way == "leaves on the page":
        assert "What you lose at once" in inside.page.get(f"/trips/{reference}/company/leave").content.decode()
        assert inside.page.post(f"/trips/{reference}/company/leave")["Location"] == "/trips"
    elif way == "is removed by program":
        assert alice_api.delete(f"/api/trips/{reference}/members/{member}").status_code == 204
    else:
        assert "Remove Bob?" in alice_page.get(f"/trips/{reference}/company/{member}/remove").content.decode()
        assert alice_page.post(f"/trips/{reference}/company/{member}/remove").status_code == 302
    assert_every_door_is_closed(inside)
    row = TripMember.objects.get(pk=member)
    assert (row.left_at is not None, row.name) == (True, "Bob")  # the name stays for the expenses
    assert not TripTraveler.objects.exists()
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()
    assert not ShareLink.objects.filter(revoked_at=None).exists()
    assert TripInvitation.objects.get(email="friend@example.org").state == "revoked"
    assert AuditEntry.objects.filter(action="member.left" if "leaves" in way else "member.removed", object_id=str(member)).exists()
    outbox.deliver_due()
    told = [letter.subject for letter in mail.outbox if letter.to == ["bob@example.org"]]
    assert ("You are not in “Varanasi” any more" in told) == ("removed" in way)


def test_leaving_when_an_answer_was_kept_for_repeats_then_it_is_not_repeated(inside: Inside) -> None:
    path = f"/api/trips/{inside.trip.reference}/itineraries/final"
    first = inside.api.post(path, {"candidateId": "B"}, headers={"Idempotency-Key": "once"})
    assert first.status_code == 201
    assert inside.api.post(path, {"candidateId": "B"}, headers={"Idempotency-Key": "once"})["Idempotency-Replayed"] == "true"
    inside.api.delete(f"/api/trips/{inside.trip.reference}/members/{inside.row.pk}")
    assert_error(inside.api.post(path, {"candidateId": "B"}, headers={"Idempotency-Key": "once"}), 404)


def test_leaving_when_invited_again_then_back_with_new_doors_and_the_old_stay_closed(inside: Inside, alice_api: APIClient, bob: User) -> None:
    inside.api.delete(f"/api/trips/{inside.trip.reference}/members/{inside.row.pk}")
    again = joined(alice_api, inside.trip.reference, bob)
    assert again.pk != inside.row.pk
    assert inside.api.get(f"/api/trips/{inside.trip.reference}").json()["role"] == "viewer"
    for path in (inside.feed, inside.link, inside.sent, f"/join/{inside.token}"):
        assert Client().get(path).status_code == 404, path


def test_leaving_when_a_guest_goes_then_their_browser_is_a_stranger(inside: Inside, alice_api: APIClient) -> None:
    browser = guest_of(alice_api, inside.trip.reference)
    assert browser.get(f"/trips/{inside.trip.reference}/plan").status_code == 200
    assert browser.post(f"/trips/{inside.trip.reference}/company/leave").status_code == 302
    for door in PAGE_DOORS:
        assert browser.get(f"/trips/{inside.trip.reference}{door}").status_code == 404, door
    removed = guest_of(alice_api, inside.trip.reference, email="greta@example.org")
    alice_api.delete(f"/api/trips/{inside.trip.reference}/members/{TripMember.objects.get(name='Gina', left_at=None).pk}")
    assert removed.get(f"/trips/{inside.trip.reference}/plan").status_code == 404


def test_leaving_when_the_owner_tries_then_told_to_hand_over(inside: Inside, alice: User, alice_api: APIClient, alice_page: Client) -> None:
    reference = inside.trip.reference
    owner = TripMember.objects.get(role="owner")
    assert_error(alice_api.delete(f"/api/trips/{reference}/members/{owner.pk}"), 409, "owner_stays")
    assert alice_page.post(f"/trips/{reference}/company/leave")["Location"].endswith("/company")
    assert_error(inside.api.delete(f"/api/trips/{reference}/members/{owner.pk}"), 403, "role_too_small")
    assert TripMember.objects.filter(left_at=None).count() == 2


def test_leaving_when_one_goes_then_the_others_keep_theirs(inside: Inside, alice_api: APIClient, charlie: User) -> None:
    joined(alice_api, inside.trip.reference, charlie, "viewer")
    api = api_for(charlie)
    feed = "/calendar/" + api.post(f"/api/trips/{inside.trip.reference}/calendar-feed").json()["url"].rsplit("/", 1)[1]
    doors.end_membership(actor=actor_for(User.objects.get(email="bob@example.org")), reference=inside.trip.reference)
    assert api.get(f"/api/trips/{inside.trip.reference}").status_code == 200
    assert Client().get(feed).status_code == 200
