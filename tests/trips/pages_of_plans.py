"""Planned trips of Alice, of a browser without account, and a sample, for the tests of the pages about plans."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.test import Client

from accounts.models import User
from travelplanner.core.actor import Actor, visitor_hash
from travelplanner.core.web.actors import SESSION_KEY
from trips.actions import intents, itineraries, runs
from trips.models import Trip
from trips.planning.wish import Wish

TOKEN = "a-browser-s-secret-token"


def owner(user: User) -> Actor:
    return Actor(user_id=user.pk)


def make_trip(actor: Actor, *, days: int = 3, limit: int | None = 40_000, sample: bool = False, chosen: bool = False, **wishes: Any) -> Trip:
    """A planned trip to the small Varanasi; `chosen` makes plan A the itinerary."""
    maximum = Decimal(limit) if limit is not None else None
    wish = Wish(destinations=("Varanasi",), days=days, people=2, budget_maximum=maximum, interests={"temples": 2, "food": 1}, **wishes)
    trip = intents.create_trip(actor=actor, wish=wish, sample=sample)
    assert runs.work_on(run_id=trip.runs.get().pk) == "done"
    if chosen:
        itineraries.choose_candidate(actor=actor, reference=trip.reference, candidate_id="A")
    trip.refresh_from_db()
    return trip


def visitor_browser() -> tuple[Client, Actor]:
    """A browser that never signed in, and the actor that it is."""
    client = Client()
    session = client.session
    session[SESSION_KEY] = TOKEN
    session.save()
    return client, Actor(visitor=visitor_hash(TOKEN))


def text_of(answer: Any) -> str:
    return answer.content.decode()
