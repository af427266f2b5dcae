"""Promise 15: a share link opens what was ticked, and nothing else; it is stored hashed, expires, and is revoked at once."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Traveler, User
from tests.architecture.routes.tables import ours
from tests.factories.catalogue import SmallCatalogue
from tests.statements import counted
from tests.trips.companions import joined, plain_trip, without_ids
from tests.trips.planned import assert_error, chosen
from tests.trips.test_invitations import assert_nowhere
from travelplanner.core import clock
from travelplanner.core.tokens import token_hash
from trips.models import ShareLink, Trip, TripTraveler
from trips.models.company import SCOPES

pytestmark = pytest.mark.django_db
ALL = [key for key, _label in SCOPES]
UNSEEN = {"Cache-Control": "private, no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow, noarchive"}


@pytest.fixture
def trip(alice: User, alice_api: APIClient, bob: User, catalogue: SmallCatalogue) -> Trip:
    """With everything that could leak: a ceiling, needs, last names, addresses, a traveler."""
    User.objects.filter(pk=alice.pk).update(last_name="Ashworth", phone="+91 98765 43210")
    reference = chosen(alice_api, budgetRange={"max": 43217, "currency": "INR"}, constraints={"maxWalkKm": 9.7, "latestEnd": "21:37"})
    alice_api.patch(f"/api/trips/{reference}", {"title": "Ganga walk", "description": "Bring the red bag"}, headers={"If-Match": "*"})
    joined(alice_api, reference, bob, "editor")
    found = Trip.objects.get(reference=reference)
    traveler = Traveler.objects.create(user=bob, first_name="Tara Rose", last_name="Hiddenname", nationality="IND")
    TripTraveler.objects.create(trip=found, traveler=traveler, added_by=bob)
    return found


def api(trip: Trip) -> str:
    return f"/api/trips/{trip.reference}/share-links"


def make(client: APIClient, trip: Trip, scopes: list[str], **more: Any) -> tuple[str, str]:
    """(token, id)"""
    answer = client.post(api(trip), {"scopes": scopes, **more})
    assert answer.status_code == 201, answer.content
    return answer.json()["url"].rsplit("/", 1)[1], answer.json()["id"]


@pytest.mark.parametrize("scopes", [list(some) for size in (1, 2, 4) for some in itertools.combinations(ALL, size)], ids="+".join)
def test_link_when_opened_then_what_was_ticked_and_nothing_else(alice_api: APIClient, page: Client, trip: Trip, scopes: list[str]) -> None:
    token, _id = make(alice_api, trip, scopes)
    unknown = without_ids(page.get("/s/no-such-token"))
    for part in ALL:
        answer = page.get(f"/s/{token}/{part}")
        if part not in scopes:
            assert without_ids(answer) == unknown
            continue
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "Ganga walk" in text
        for secret in (trip.reference, str(trip.pk), "43217", "43,217", "Ashworth", "Hiddenname", "alice@example.org", "98765", "red bag", "21:37", "9.7", "/trips/"):
            assert secret not in text.replace('href="/trips"', ""), (part, secret)
        assert ("₹" in text) == (part == "costs") or part == "research", part
        assert ("Tara" in text) == (part == "people")
        assert {name: answer[name] for name in UNSEEN} == UNSEEN
    first = page.get(f"/s/{token}")
    assert first.status_code == 200
    assert all(f"/s/{token}/{part}" not in first.content.decode() for part in set(ALL) - set(scopes))


def test_link_when_its_token_is_put_into_other_addresses_then_it_opens_nothing_more(alice_api: APIClient, page: Client, api: APIClient, trip: Trip) -> None:
    """Every address of the site that takes something: with the token in the gap, beside the reference, as a bearer."""
    token, _id = make(alice_api, trip, ALL)
    opened = []
    for name, pattern in ours():
        if "<" not in pattern or name in ("trips:shared", "trips:shared_part"):
            continue
        for gap in (token, trip.reference):
            path = "/" + "/".join("plan" if part == "<slug:part>" else gap if "str:" in part else str(trip.pk) if "<" in part else part for part in pattern.split("/"))
            for client, more in ((page, {}), (api, {"headers": {"Authorization": f"Bearer {token}"}})):
                answer = client.get(f"{path}?token={token}&t={token}", **more)
                if answer.status_code == 200 and (b"Ganga walk" in answer.content or trip.reference.encode() in answer.content.replace(path.encode(), b"")):
                    opened.append((name, path))
    assert opened == []


def test_link_when_of_trip_a_then_in_trip_bs_addresses_it_is_nothing(alice: User, alice_api: APIClient, catalogue: SmallCatalogue, trip: Trip) -> None:
    token, link = make(alice_api, trip, ["plan"])
    other = plain_trip(alice, catalogue)
    assert_error(alice_api.delete(f"{api(other)}/{link}"), 404)
    assert alice_api.get(api(other)).json()["count"] == 0
    assert Client().get(f"/s/{token}/{other.reference}").status_code == 404
    assert Client().get(f"/s/{token}").status_code == 200


def test_link_when_revoked_then_404_at_once_like_one_that_never_was(alice_api: APIClient, page: Client, trip: Trip) -> None:
    token, link = make(alice_api, trip, ALL)
    assert page.get(f"/s/{token}").status_code == 200
    assert alice_api.delete(f"{api(trip)}/{link}").status_code == 204
    unknown = without_ids(page.get("/s/no-such-token"))
    for part in ("", *(f"/{part}" for part in ALL)):
        answer = page.get(f"/s/{token}{part}")
        assert without_ids(answer) == unknown
        assert {name: answer[name] for name in UNSEEN} == UNSEEN
    assert_error(alice_api.delete(f"{api(trip)}/{link}"), 404)


@pytest.mark.parametrize("cause", ["expired", "archived", "suspended", "handed over"])
def test_link_when_its_ground_is_gone_then_404(alice: User, bob: User, alice_api: APIClient, page: Client, trip: Trip, cause: str) -> None:
    token, _id = make(alice_api, trip, ["plan"])
    if cause == "expired":
        ShareLink.objects.update(expires_at=clock.now())
    elif cause == "archived":
        Trip.objects.filter(pk=trip.pk).update(archived_at=clock.now())
    elif cause == "suspended":
        User.objects.filter(pk=alice.pk).update(status="suspended")
    else:
        Trip.objects.filter(pk=trip.pk).update(owner=bob)  # whatever way its maker lost it
    assert page.get(f"/s/{token}").status_code == 404


def test_link_when_made_then_only_its_hash_is_stored_and_it_is_shown_once(alice_api: APIClient, trip: Trip) -> None:
    token, _id = make(alice_api, trip, ["costs", "plan"], label="For Mum", expiresInDays=7)
    row = ShareLink.objects.get()
    assert (row.token_hash, row.scopes, row.label) == (token_hash(token), ["plan", "costs"], "For Mum")
    assert row.expires_at is not None
    assert dt.timedelta(days=6) < row.expires_at - clock.now() <= dt.timedelta(days=7)
    assert_nowhere(token)
    listed = alice_api.get(api(trip))
    assert token not in listed.content.decode()
    assert listed.json()["results"][0]["label"] == "For Mum"


@pytest.mark.parametrize("body", [{"scopes": []}, {"scopes": ["ceiling"]}, {"scopes": "plan"}, {"scopes": ["plan"], "expiresInDays": 0}, {"scopes": ["plan"], "expiresInDays": 366}, {}])
def test_link_when_it_makes_no_sense_then_refused(alice_api: APIClient, trip: Trip, body: dict[str, Any]) -> None:
    assert_error(alice_api.post(api(trip), body), 400, "invalid")
    assert not ShareLink.objects.exists()


def test_links_when_companions_ask_then_they_are_the_owners(alice_api: APIClient, bob_api: APIClient, charlie_api: APIClient, trip: Trip) -> None:
    _token, link = make(alice_api, trip, ["plan"])
    for client, status in ((bob_api, 403), (charlie_api, 404)):
        assert_error(client.get(api(trip)), status)
        assert_error(client.post(api(trip), {"scopes": ["plan"]}), status)
        assert_error(client.delete(f"{api(trip)}/{link}"), status)
    assert ShareLink.objects.get().revoked_at is None


def test_link_when_opened_again_then_one_write_a_day_and_few_statements(alice_api: APIClient, page: Client, trip: Trip) -> None:
    token, _id = make(alice_api, trip, ALL)
    page.get(f"/s/{token}")
    assert ShareLink.objects.get().last_opened_on == clock.now().date()
    for part in ALL:
        page.get(f"/s/{token}/{part}")
        with counted() as found:
            page.get(f"/s/{token}/{part}")
        assert not [sql for sql in found if sql.lstrip().upper().startswith(("UPDATE", "INSERT"))]
        assert len(found) <= 4, "\n".join(found)


def test_link_when_the_limit_is_reached_then_conflict(alice_api: APIClient, trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    from trips.actions import share_links

    monkeypatch.setattr(share_links, "MAX_OPEN", 1)
    make(alice_api, trip, ["plan"])
    assert_error(alice_api.post(api(trip), {"scopes": ["plan"]}), 409, "too_many_links")


def test_page_when_a_link_is_made_then_shown_this_once(alice_page: Client, trip: Trip) -> None:
    sharing = f"/trips/{trip.reference}/sharing"
    assert alice_page.post(sharing, {"days": "30"}).status_code == 400
    made = alice_page.post(sharing, {"scopes": ["plan", "people"], "days": "30", "label": "For Mum"})
    assert made.status_code == 201
    url = made.context["made"]["url"]
    assert url in made.content.decode()
    assert url not in alice_page.get(sharing).content.decode()
    assert Client().get("/s/" + url.rsplit("/", 1)[1]).status_code == 200
    alice_page.post(f"{sharing}/{ShareLink.objects.get().pk}/revoke")
    assert Client().get("/s/" + url.rsplit("/", 1)[1]).status_code == 404


def test_link_when_no_plan_is_chosen_then_says_so(alice: User, alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    trip = plain_trip(alice, catalogue)
    token, _id = make(alice_api, trip, ["plan", "costs", "research"])
    for part in ("plan", "costs", "research"):
        assert "Nothing is decided yet." in Client().get(f"/s/{token}/{part}").content.decode()


def test_people_when_a_traveler_was_removed_from_their_account_then_no_longer_named(alice_api: APIClient, page: Client, trip: Trip) -> None:
    token, _id = make(alice_api, trip, ["people"])
    assert "Tara" in page.get(f"/s/{token}").content.decode()
    Traveler.objects.filter(first_name="Tara Rose").update(state="archived")
    assert "Tara" not in page.get(f"/s/{token}").content.decode()
