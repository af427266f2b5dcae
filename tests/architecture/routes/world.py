"""The people, and what Alice has: made once for all walks, since each request is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.architecture.routes.rows import Thing
from tests.cast import actor_for, api_for, page_for
from tests.factories.catalogue import SmallCatalogue, make_catalogue
from tests.factories.people import UserFactory
from tests.trips.planned import chosen
from travelplanner.core import clock
from travelplanner.core.actor import visitor_hash
from travelplanner.core.web.actors import SESSION_KEY
from trips.actions import trips as trip_actions
from trips.models import Trip, TripMember

CONTACT = {"name": "Alice Example", "email": "alice@example.org", "phone": "+91 91919 40404"}
CEILING = 43217  # a number that nothing else on a page shows by chance
PEOPLE = {"owner": "alice", "editor": "bob", "viewer": "vera", "ex_member": "erin", "stranger": "charlie", "staff": "dana"}
GUEST_TOKEN = "token-of-the-guests-browser"
# Of Alice's, and not for her companions either.
PRIVATE_MARKS = ("alice@example.org", "+91 91919 40404", str(CEILING), f"{CEILING:,}")


@dataclass(frozen=True)
class Making:
    """What a Thing's maker may build on: the people by role, Alice's trip with its itinerary, her other trip, the members by role."""

    people: Mapping[str, User]
    api: Mapping[str, APIClient]
    trip: Trip
    booked: str  # reference of her other trip, which the booking is made of
    charlies: Trip  # of the stranger, with an itinerary
    members: Mapping[str, TripMember]
    catalogue: SmallCatalogue

    @property
    def alice(self) -> User:
        return self.people["owner"]


@dataclass(frozen=True)
class World:
    clients: Mapping[tuple[str, str], Any]  # (role, face)
    things: Mapping[str, str]  # Alice's
    others: Mapping[str, str]  # role -> a trip of theirs, in which Alice's nested things are not
    kinds: Mapping[str, Thing]
    people: Mapping[str, User]

    def missing(self, names: set[str]) -> dict[str, str]:
        """Alice's things, but for these names ids that don't exist; what is everyone's stays."""
        return {**self.things, **{name: self.kinds[name].missing for name in names if name in self.kinds and not self.kinds[name].public}}


def _person(name: str, **fields: Any) -> User:
    user = UserFactory(email=f"{name}@example.org", first_name=name.title(), email_verified=True, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _guest() -> Client:
    client = page_for(None)
    session = client.session
    session[SESSION_KEY] = GUEST_TOKEN
    session.save()
    return client


def make_members(trip: Trip, people: Mapping[str, User]) -> dict[str, TripMember]:
    alice = people["owner"]
    members = {"owner": TripMember.objects.create(trip=trip, user=alice, name="Alice", role="owner")}
    for role in ("editor", "viewer"):
        members[role] = TripMember.objects.create(trip=trip, user=people[role], name=people[role].first_name, role=role, invited_by=alice)
    members["ex_member"] = TripMember.objects.create(trip=trip, user=people["ex_member"], name="Erin", role="editor", invited_by=alice, left_at=clock.now())
    members["guest"] = TripMember.objects.create(trip=trip, visitor=visitor_hash(GUEST_TOKEN), name="Gus", role="viewer", invited_by=alice)
    return members


def build(kinds: Mapping[str, Thing]) -> World:
    """Inside a transaction that is taken back at the end; the settings are the caller's."""
    catalogue = make_catalogue()
    people = {role: _person(name, **({"is_staff": True, "is_superuser": True} if role == "staff" else {})) for role, name in PEOPLE.items()}
    api: dict[str, APIClient] = {role: api_for(person) for role, person in people.items()}
    wished = {"budgetRange": {"max": CEILING, "currency": "INR"}}
    trips = [chosen(api["owner"], **wished), chosen(api["owner"], **wished)]
    for reference in trips:
        trip_actions.change_trip(actor=actor_for(people["owner"]), reference=reference, row_version=2, title="A secret walk")
    trip, booked = (Trip.objects.get(reference=reference) for reference in trips)
    charlies = Trip.objects.get(reference=chosen(api["stranger"]))
    making = Making(people, api, trip, booked.reference, charlies, make_members(trip, people), catalogue)
    things = {name: kind.make(making) for name, kind in kinds.items()}
    return World(_clients(people, api), things, {"stranger": charlies.reference, "owner": booked.reference}, kinds, people)


def _clients(people: Mapping[str, User], api: Mapping[str, APIClient]) -> dict[tuple[str, str], Any]:
    clients: dict[tuple[str, str], Any] = {("anonymous", "page"): page_for(None), ("anonymous", "api"): api_for(None)}
    for role, person in people.items():
        clients[role, "page"], clients[role, "api"] = page_for(person), api[role]
    clients["guest", "page"] = _guest()
    program = APIClient()  # the API knows no cookies: with a guest's it is as with none
    program.cookies = clients["guest", "page"].cookies
    clients["guest", "api"] = program
    return clients
