"""What `bench_http` asks for: a small world of one traveler, and the addresses that many ask for."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from allauth.headless.tokens.strategies.jwt import internal
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import CommandError

from accounts.actions import travelers
from accounts.models import User
from bookings.actions import cart, checkout
from bookings.actions.demo_rules import sync_demo_rules
from bookings.models import Booking
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.actions import intents, itineraries, runs
from trips.actions.catalogue import load_catalogue
from trips.models import PlanningRun, Service, Trip
from trips.planning.wish import Wish

TRIPS, CART_LINES, TRAVELERS = 30, 10, 10
CONTACT = checkout.Contact("Bench", "bench@example.org")


@dataclass
class Target:
    """One thing to ask for; `kind` names its floor and aim."""

    name: str
    method: str
    path: str
    kind: str = ""
    body: Callable[[], bytes] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, Callable[[], str]] = field(default_factory=dict)  # headers made anew for each request


@dataclass(frozen=True, slots=True)
class World:
    """A traveler (token, session cookie) with TRIPS planned trips: `trip`, the newest, has a chosen itinerary; the one before is booked as it was
    planned (`booking`), each of the others with one ticket; CART_LINES in the cart, TRAVELERS written down."""

    trip: str
    booking: str
    bed: uuid.UUID
    day: dt.date
    token: str
    cookie: str


def make_world() -> World:
    """The catalogue with its rules, and the traveler. The caller gives the pretended payment company a place of its own."""
    for _ in load_catalogue(actor=Actor.system("bench")):
        pass
    sync_demo_rules(actor=Actor.system("bench"))
    user = User.objects.create_user("bench@example.org", uuid.uuid4().hex)
    actor = Actor(user_id=user.pk)
    trips = [_plan(actor, chosen=index >= TRIPS - 2) for index in range(TRIPS)]
    here = Service.objects.filter(destination__slug="varanasi", active=True)
    tickets, bed = list(here.filter(unit="person").order_by("slug")[:CART_LINES]), here.filter(unit="room_night").order_by("slug")[0]
    for number, trip in enumerate(trips[:-2]):  # not all the same: a day has only so many places
        _add(actor, tickets[number % len(tickets)], trip.start_date + dt.timedelta(days=number // len(tickets)), trip.reference)
        _book(actor, trip)
    cart.fill_from_itinerary(actor=actor, trip_reference=trips[-2].reference)
    booking = _book(actor, trips[-2])
    day = clock.now().date() + dt.timedelta(days=60)
    for number in range(CART_LINES):
        _add(actor, tickets[number % len(tickets)], day + dt.timedelta(days=number), "")
    for number in range(TRAVELERS):
        travelers.create_traveler(actor=actor, values={"relation": "friend", "first_name": "Bench", "last_name": f"Number {number}"})
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return World(trips[-1].reference, booking.reference, bed.pk, day, internal.create_access_token(user, session, {}), f"sessionid={session.session_key}")


def _plan(actor: Actor, *, chosen: bool) -> Trip:
    wish = Wish(destinations=("Varanasi",), days=5, people=2, budget_maximum=Decimal(60000), interests={"temples": 2.0, "food": 1.0})
    trip = intents.create_trip(actor=actor, wish=wish)
    if chosen:
        runs.work_on(run_id=PlanningRun.objects.get(trip=trip).pk)
        itineraries.choose_candidate(actor=actor, reference=trip.reference, candidate_id="A")
    return trip


def _add(actor: Actor, service: Service, day: dt.date, trip_reference: str) -> None:
    time = service.times[0] if service.times else ""
    cart.add_line(actor=actor, service_id=service.pk, booking_date=day, time=time, participants=1, trip_reference=trip_reference)


def _book(actor: Actor, trip: Trip) -> Booking:
    booking = checkout.book_trip(actor=actor, trip_reference=trip.reference, contact=CONTACT, request_key=uuid.uuid4().hex)
    if booking.state != "CONFIRMED":
        raise CommandError(f"A booking ended as {booking.state}.")
    return booking


def targets(world: World) -> list[Target]:
    """All that is asked for, API first; a target without `kind` is a page."""
    api, page = {"Authorization": f"Bearer {world.token}"}, {"Cookie": world.cookie}
    trip, booking, pages = f"/api/trips/{world.trip}", f"/api/bookings/{world.booking}", f"/trips/{world.trip}"
    body = json.dumps({"destination": "Varanasi", "tripDuration": {"days": 5, "people": 2}, "budgetRange": {"max": 40000}}).encode()
    post, key = {**api, "Content-Type": "application/json"}, {"Idempotency-Key": lambda: uuid.uuid4().hex}
    day, there = world.day.isoformat(), f"/api/services?destination=varanasi&people=2&date={world.day.isoformat()}"
    return [
        Target("GET final itinerary", "GET", f"{trip}/itineraries/final", "final", headers=api),
        Target("GET candidates", "GET", f"{trip}/itineraries/candidates", "final", headers=api),
        Target("GET trips (25 of 30)", "GET", "/api/trips", "list", headers=api),
        Target("GET destinations", "GET", "/api/destinations", "list"),
        Target("GET services, all on a date", "GET", f"/api/services?date={day}", "list"),
        Target("GET services, a town on a date", "GET", there, "list"),
        Target("GET services, the same by price", "GET", f"{there}&ordering=price", "list"),
        Target("GET availability (31 days)", "GET", f"/api/services/{world.bed}/availability", "list"),
        Target(f"GET cart ({CART_LINES} lines)", "GET", "/api/cart", "list", headers=api),
        Target("GET bookings (25 of 29)", "GET", "/api/bookings", "list", headers=api),
        Target("GET notifications (25 of 29)", "GET", "/api/notifications", "list", headers=api),
        Target(f"GET travelers ({TRAVELERS})", "GET", "/api/travelers", "list", headers=api),
        Target("GET trip", "GET", trip, "detail", headers=api),
        Target("GET budget", "GET", f"{trip}/budget", "detail", headers=api),
        Target("GET booking", "GET", booking, "detail", headers=api),
        Target("GET confirmation", "GET", f"{booking}/confirmation", "detail", headers=api),
        Target("POST intent", "POST", "/api/trips/intent", "create", lambda: body, post, key),
        Target("page home", "GET", "/"),
        Target("page new trip", "GET", "/new"),
        Target("page my trips", "GET", "/trips", headers=page),
        Target("page budget", "GET", f"{pages}/budget", headers=page),
        Target("page research", "GET", f"{pages}/research", headers=page),
        Target("page compare", "GET", f"{pages}/compare", headers=page),
        Target("page itinerary", "GET", f"{pages}/plan", headers=page),
        Target("page checkout", "GET", f"{pages}/book", headers=page),
    ]
