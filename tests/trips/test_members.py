"""Who is in a trip as what; names, roles, handing over, guests who sign in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import actor_for, api_for, page_for
from tests.factories.catalogue import SmallCatalogue
from tests.factories.people import UserFactory
from tests.statements import counted
from tests.trips.companions import guest_of, joined, plain_trip
from tests.trips.planned import assert_error, chosen
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed
from trips.actions import members
from trips.models import PrivateWish, Trip, TripMember
from trips.queries.party import party_of_candidates

pytestmark = pytest.mark.django_db


@pytest.fixture
def trip(alice: User, catalogue: SmallCatalogue) -> Trip:
    return plain_trip(alice, catalogue, title="Ganga walk")


def base(trip: Trip) -> str:
    return f"/api/trips/{trip.reference}"


def names(client: APIClient, trip: Trip) -> list[tuple[str, str, str]]:
    return [(row["name"], row["role"], row["kind"]) for row in client.get(f"{base(trip)}/members").json()["results"]]


def test_members_when_nobody_was_invited_then_the_owner_alone_and_nothing_written(alice_api: APIClient, trip: Trip) -> None:
    (owner,) = alice_api.get(f"{base(trip)}/members").json()["results"]
    assert (owner["id"], owner["name"], owner["role"], owner["you"]) == (None, "Alice", "owner", True)
    assert not TripMember.objects.exists()


def test_ensure_owner_when_called_again_then_the_same_row(alice: User, trip: Trip) -> None:
    first = members.ensure_owner(actor=actor_for(alice), trip=trip)
    again = members.ensure_owner(actor=actor_for(alice), trip=trip)
    assert first == again
    assert TripMember.objects.count() == 1
    assert members.ensure_owner(actor=Actor(visitor="x"), trip=Trip(owner=None)) is None


def test_members_when_read_by_companions_then_no_addresses(alice_api: APIClient, bob: User, bob_api: APIClient, charlie_api: APIClient, trip: Trip) -> None:
    joined(alice_api, trip.reference, bob)
    assert names(bob_api, trip) == [("Alice", "owner", "account"), ("Bob", "viewer", "account")]
    seen = bob_api.get(f"{base(trip)}/members")
    assert [row["email"] for row in seen.json()["results"]] == [None, None]
    assert b"alice@example.org" not in seen.content
    assert [row["email"] for row in alice_api.get(f"{base(trip)}/members").json()["results"]] == ["alice@example.org", "bob@example.org"]
    assert_error(charlie_api.get(f"{base(trip)}/members"), 404, "not_found")


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("editor", True)])
def test_names_when_added_by_role_then_owner_and_editors_may(alice_api: APIClient, bob: User, bob_api: APIClient, trip: Trip, role: str, may: bool) -> None:
    joined(alice_api, trip.reference, bob, role)
    answer = bob_api.post(f"{base(trip)}/members", {"name": "Nina"})
    if not may:
        assert_error(answer, 403, "role_too_small")
        return
    assert (answer.status_code, answer.json()["kind"], answer.json()["role"]) == (201, "name", "viewer")
    again = bob_api.post(f"{base(trip)}/members", {"name": " nina "})
    assert again.json()["id"] == answer.json()["id"]
    for wrong in ("", "   ", "\u200b\n"):
        assert_error(bob_api.post(f"{base(trip)}/members", {"name": wrong}), 400, "invalid")


def test_names_when_sixty_are_in_then_the_trip_is_full(alice_api: APIClient, trip: Trip) -> None:
    alice_api.post(f"{base(trip)}/members", {"name": "First"})
    TripMember.objects.bulk_create(TripMember(trip=trip, name=f"Name {n}", role="viewer") for n in range(members.MAX_MEMBERS - 2))
    assert_error(alice_api.post(f"{base(trip)}/members", {"name": "Last"}), 409, "trip_full")


def test_role_when_the_owner_changes_it_then_it_counts_at_once(alice_api: APIClient, bob: User, bob_api: APIClient, trip: Trip) -> None:
    row = joined(alice_api, trip.reference, bob)
    path = f"{base(trip)}/members/{row.pk}"
    assert_error(bob_api.patch(path, {"role": "editor"}), 403, "role_too_small")
    assert bob_api.post(f"{base(trip)}/members", {"name": "Nina"}).status_code == 403
    answer = alice_api.patch(path, {"role": "editor"})
    assert (answer.status_code, answer.json()["role"], answer.json()["rowVersion"]) == (200, "editor", 2)
    assert bob_api.post(f"{base(trip)}/members", {"name": "Nina"}).status_code == 201
    assert bob_api.get(base(trip)).json()["role"] == "editor"


def test_role_when_the_etag_is_stale_then_412(alice_api: APIClient, bob: User, trip: Trip) -> None:
    row = joined(alice_api, trip.reference, bob)
    path = f"{base(trip)}/members/{row.pk}"
    tag = alice_api.patch(path, {"role": "editor"})["ETag"]
    assert alice_api.patch(path, {"role": "viewer"}, headers={"If-Match": tag}).status_code == 200
    assert_error(alice_api.patch(path, {"role": "editor"}, headers={"If-Match": tag}), 412, "stale")


def test_role_when_it_makes_no_sense_then_refused(alice: User, alice_api: APIClient, trip: Trip) -> None:
    name = alice_api.post(f"{base(trip)}/members", {"name": "Nina"}).json()["id"]
    assert_error(alice_api.patch(f"{base(trip)}/members/{name}", {"role": "editor"}), 409, "needs_account")
    owner = TripMember.objects.get(trip=trip, role="owner")
    assert_error(alice_api.patch(f"{base(trip)}/members/{owner.pk}", {"role": "viewer"}), 409, "owner_stays")
    assert_error(alice_api.patch(f"{base(trip)}/members/{name}", {"role": "king"}), 400, "invalid")


def test_members_when_under_another_trips_address_then_404(alice: User, alice_api: APIClient, bob: User, catalogue: SmallCatalogue, trip: Trip) -> None:
    row = joined(alice_api, trip.reference, bob)
    other = plain_trip(alice, catalogue)
    for answer in (alice_api.patch(f"{base(other)}/members/{row.pk}", {"role": "editor"}), alice_api.delete(f"{base(other)}/members/{row.pk}")):
        assert_error(answer, 404, "not_found")
    assert TripMember.objects.get(pk=row.pk).left_at is None


def test_hand_over_when_to_an_editor_then_theirs_and_what_was_private_is_gone(alice: User, alice_api: APIClient, bob: User, bob_api: APIClient, catalogue: SmallCatalogue) -> None:
    reference = chosen(alice_api, budgetRange={"max": 43217, "currency": "INR"})
    trip = Trip.objects.get(reference=reference)
    row = joined(alice_api, reference, bob, "editor")
    link = alice_api.post(f"{base(trip)}/share-links", {"scopes": ["plan"]}).json()["url"].rsplit("/", 1)[1]
    assert_error(bob_api.patch(f"{base(trip)}/members/{row.pk}", {"role": "owner"}), 403)
    assert alice_api.patch(f"{base(trip)}/members/{row.pk}", {"role": "owner"}).status_code == 200
    assert bob_api.get(base(trip)).json()["role"] == "owner"
    assert alice_api.get(base(trip)).json()["role"] == "editor"
    for path in ("", "/intent", "/budget", "/itineraries/final", "/itineraries/candidates"):
        assert b"43217" not in bob_api.get(base(trip) + path).content, path
    assert not PrivateWish.objects.exclude(budget_maximum=None).exists()
    assert Client().get(f"/s/{link}").status_code == 404
    assert names(bob_api, trip) == [("Bob", "owner", "account"), ("Alice", "editor", "account")]
    assert alice_api.delete(f"{base(trip)}/members/{TripMember.objects.get(user=alice).pk}").status_code == 204
    assert_error(alice_api.get(base(trip)), 404)


def test_hand_over_when_it_can_not_be_then_refused(alice_api: APIClient, bob: User, trip: Trip) -> None:
    row = joined(alice_api, trip.reference, bob)
    path = f"{base(trip)}/members/{row.pk}"
    assert_error(alice_api.patch(path, {"role": "owner"}), 409, "needs_editor")
    alice_api.patch(path, {"role": "editor"})
    Trip.objects.filter(pk=trip.pk).update(locked_revision=1)
    assert_error(alice_api.patch(path, {"role": "owner"}), 409, "booked")


def test_guest_when_they_sign_in_then_the_membership_is_theirs_with_the_invited_role(alice_api: APIClient, bob: User, trip: Trip) -> None:
    browser = guest_of(alice_api, trip.reference, role="editor")
    assert names(alice_api, trip)[1] == ("Gina", "viewer", "guest")
    assert browser.post(f"/trips/{trip.reference}/company/names", {"name": "Nina"}).status_code == 403
    assert browser.get(f"/trips/{trip.reference}/company").status_code == 200
    browser.post("/accounts/login/", {"login": "bob@example.org", "password": "correct horse battery staple"})
    assert names(api_for(bob), trip)[1] == ("Gina", "editor", "account")
    assert TripMember.objects.get(user=bob).visitor == ""


def test_guest_when_they_were_in_the_trip_already_then_in_it_once_with_the_larger_role(alice_api: APIClient, bob: User, trip: Trip) -> None:
    row = joined(alice_api, trip.reference, bob, "viewer")
    guest_of(alice_api, trip.reference, role="editor")
    visitor = TripMember.objects.get(name="Gina").visitor
    assert members.claim_memberships(actor=Actor(user_id=bob.pk, visitor=visitor)) == 1
    assert TripMember.objects.filter(left_at=None).exclude(role="owner").get() == row
    assert TripMember.objects.get(pk=row.pk).role == "editor"
    assert members.claim_memberships(actor=Actor(user_id=bob.pk, visitor=visitor)) == 0
    with pytest.raises(NotAllowed):
        members.claim_memberships(actor=Actor(visitor=visitor))


def test_company_when_nobody_signed_in_owns_the_trip_then_told_to_sign_in(catalogue: SmallCatalogue) -> None:
    from tests.trips.pages_of_plans import make_trip, visitor_browser

    client, actor = visitor_browser()
    trip = make_trip(actor)
    answer = client.get(f"/trips/{trip.reference}/company")
    assert answer.status_code == 200
    assert b"Sign in to invite someone." in answer.content
    refused = client.post(f"/trips/{trip.reference}/company/invite", {"email": "bob@example.org", "role": "viewer"})
    assert refused.status_code == 409
    assert not TripMember.objects.exists()


def test_roles_when_told_to_members_then_each_sees_their_own_in_lists_and_details(alice_api: APIClient, bob: User, bob_api: APIClient, trip: Trip, catalogue: SmallCatalogue) -> None:
    joined(alice_api, trip.reference, bob, "editor")
    plain_trip(bob, catalogue, title="Own")
    assert {row["title"]: row["role"] for row in bob_api.get("/api/trips").json()["results"]} == {"Own": "owner", "Ganga walk": "editor"}
    assert bob_api.get(base(trip)).json()["role"] == "editor"
    assert bob_api.get(base(trip)).json()["budget"] is None
    assert alice_api.get("/api/trips").json()["results"][0]["role"] == "owner"


def test_pages_when_the_reader_may_not_change_then_no_controls_and_kind_words(alice_api: APIClient, bob: User, bob_page: Client, alice_page: Client, catalogue: SmallCatalogue) -> None:
    reference = chosen(alice_api, budgetRange={"max": 43217, "currency": "INR"})
    joined(alice_api, reference, bob, "viewer")
    plan = bob_page.get(f"/trips/{reference}/plan").content.decode()
    assert "You are a viewer of this trip." in plan
    assert "The trip's owner books for everyone." in plan
    assert 'class="acts"' not in plan
    assert "Book this plan" not in plan
    assert "43,217" not in plan
    company = bob_page.get(f"/trips/{reference}/company").content.decode()
    assert "Leave this trip" in company
    assert "Invite someone" not in company
    assert "alice@example.org" not in company
    assert "Book this plan" in alice_page.get(f"/trips/{reference}/plan").content.decode()
    assert "shared with you, viewer" in bob_page.get("/trips").content.decode()
    Trip.objects.filter(reference=reference).update(sample=False)
    TripMember.objects.filter(user=bob).update(role="editor")
    plan = bob_page.get(f"/trips/{reference}/plan").content.decode()
    assert 'class="acts"' in plan
    assert "Book this plan" not in plan


def test_statements_when_there_are_thirty_members_then_no_more_than_for_one(alice: User, alice_api: APIClient, alice_page: Client, bob: User, bob_api: APIClient, trip: Trip, catalogue: SmallCatalogue) -> None:
    joined(alice_api, trip.reference, bob)
    paths: dict[str, Any] = {f"{base(trip)}/members": bob_api, base(trip): bob_api, "/api/trips": bob_api, f"/trips/{trip.reference}/company": alice_page}

    def cost() -> dict[str, int]:
        found = {}
        for path, client in paths.items():
            client.get(path)
            with counted() as statements:
                assert client.get(path).status_code == 200
            found[path] = len(statements)
        return found

    few = cost()
    for n in range(30):
        user = UserFactory(first_name=f"Person {n}")
        TripMember.objects.create(trip=trip, user=user, name=f"Person {n}", role="viewer")
        other = plain_trip(alice, catalogue, budget_amount=Decimal(n))
        TripMember.objects.create(trip=other, user=bob, name="Bob", role="editor")
    assert cost() == few
    assert all(few[path] <= 5 for path in paths if path.startswith("/api")), few


def test_hand_over_when_the_old_owner_said_needs_and_a_start_then_the_next_reads_neither(alice: User, alice_api: APIClient, bob: User, bob_api: APIClient, catalogue: SmallCatalogue) -> None:
    reference = chosen(alice_api, origin="Cottage 7 Nowhere Lane", constraints={"stepFree": True, "maxWalkKm": 14.4, "mustSee": []})
    trip = Trip.objects.get(reference=reference)
    row = joined(alice_api, reference, bob, "editor")
    assert "Nowhere" not in str(bob_api.get(base(trip)).json()) + page_for(bob).get(f"/trips/{reference}/planning").content.decode()
    assert bob_api.get("/api/trips").json()["results"][0]["origin"] is None
    assert alice_api.get(base(trip)).json()["origin"] == "Cottage 7 Nowhere Lane"
    assert alice_api.get(f"{base(trip)}/intent").json()["constraints"]["maxWalkKm"] == 14.4
    assert alice_api.patch(f"{base(trip)}/members/{row.pk}", {"role": "owner"}).status_code == 200
    assert bob_api.get(f"{base(trip)}/intent").json()["constraints"] == {}
    assert "Nowhere" not in str(bob_api.get(base(trip)).json()) + str(bob_api.get(f"{base(trip)}/intent").json())
    wish = PrivateWish.objects.get(document__trip=trip)
    party, shared = party_of_candidates(wish, 1)
    assert (party.said.step_free, party.said.max_walk_km, shared) == (True, 14.4, True)  # the plan still keeps to them, and its next owner isn't told which


@pytest.mark.parametrize("name", ["Śrī ශ්\u200dරී", "می\u200cنا", "👩\u200d👧"])
def test_name_when_written_with_joiners_then_kept_as_it_is(alice_api: APIClient, trip: Trip, name: str) -> None:
    assert alice_api.post(f"{base(trip)}/members", {"name": name}).json()["name"] == name


@pytest.mark.parametrize("name", ["\u200d", "\u202e\u2066", " \u200c "])
def test_name_when_nothing_of_it_is_seen_then_refused(alice_api: APIClient, trip: Trip, name: str) -> None:
    assert_error(alice_api.post(f"{base(trip)}/members", {"name": name}), 400, "invalid")
