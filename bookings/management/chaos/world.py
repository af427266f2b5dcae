"""A small world to book in: one town, a few services of which some are scarce, and people with a trip and a full cart each."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from bookings.models import CartItem
from travelplanner.core import clock
from trips.models import Destination, Service, Supplier, Trip

TOKENS = {
    "tok_success": 52, "tok_declined": 6, "tok_insufficient_funds": 4, "tok_three_d_secure": 8, "tok_processing": 8,
    "tok_gateway_error": 6, "tok_timeout": 6, "tok_hang_up": 10,
}  # fmt: skip
FOREIGN = ("ok", "ok", "ok", "lose_hold", "lose_book", "deaf_book", "deaf_cancel", "refuse_hold", "refuse_book")


@dataclass(frozen=True, slots=True)
class Errand:
    """One checkout that somebody wants: `request_key` makes every repetition the same wish; `cancels` afterwards, whole or in part."""

    number: int
    user_id: uuid.UUID
    trip_reference: str
    request_key: str
    token: str
    approves: bool
    walks_away: bool
    cancels: str  # "", whole, part


def make_world(rng: random.Random, *, seed: int, checkouts: int) -> list[Errand]:
    """Rows for `checkouts` people; places are for about two thirds of them, so that some find nothing left."""
    start = clock.now().date() + dt.timedelta(days=40)
    town = Destination.objects.create(
        slug=f"chaos-{seed}-{uuid.uuid4().hex[:6]}", name=f"Chaos {seed}", kind="city", country="DEU", latitude=50.0, longitude=8.0, timezone="Europe/Berlin", currency="EUR",
        languages=["German"], reach_km=20.0, relief="plain", water="river", water_side="east", climate_group="temperate", region="", aliases=[], best_months=[5, 6],
        emergency_number="112", airports=[],
    )  # fmt: skip
    ours = Supplier.objects.create(name=f"Chaos house {town.slug}", demo=True)
    other = Supplier.objects.create(name=f"Chaos company {town.slug}", demo=True, adapter="mock")

    def service(name: str, supplier: Supplier, *, capacity: int, word: str = "") -> Service:
        return Service.objects.create(
            supplier=supplier, destination=town, slug=f"{town.slug}-{name}", type="activity", name=name, latitude=50.0, longitude=8.0,
            list_price=Decimal(rng.randrange(500, 20000)) / 100, currency="EUR", unit="person", capacity=capacity,
            cancellable=True, cancel_hours=24, cancel_fee_percent=Decimal(50), external_reference=f"mock:{word}" if word else "",
        )  # fmt: skip

    scarce = [service(f"scarce-{n}", ours, capacity=max(2, checkouts // 6)) for n in range(3)]
    plenty = [service(f"plenty-{n}", ours, capacity=checkouts) for n in range(3)]
    foreign = [service(f"foreign-{n}", other, capacity=checkouts, word=word) for n, word in enumerate(FOREIGN)]
    users = User.objects.bulk_create(User(email=f"chaos-{seed}-{uuid.uuid4().hex}@example.org", password="!") for _ in range(checkouts))  # noqa: S106  # no password: nobody can sign in with it
    trips = Trip.objects.bulk_create(
        Trip(
            owner=user, title=title_of(seed), start_date=start, end_date=start + dt.timedelta(days=2), budget_currency="EUR",
            budget_amount=Decimal(300) if rng.random() < 0.2 else None,
        )
        for user in users
    )  # fmt: skip
    errands, lines = [], []
    for number, (user, trip) in enumerate(zip(users, trips, strict=True)):
        chosen = rng.sample(scarce, rng.choice([0, 1, 1, 2])) + rng.sample(plenty, rng.choice([1, 1, 2]))
        if rng.random() < 0.35:
            chosen += rng.sample(foreign, rng.choice([1, 1, 2]))
        rng.shuffle(chosen)
        lines += [CartItem(user=user, trip=trip, service=one, booking_date=start, price_seen=one.list_price, currency="EUR") for one in chosen]
        errands.append(
            Errand(
                number, user.pk, trip.reference, uuid.UUID(int=rng.getrandbits(128)).hex, rng.choices(list(TOKENS), list(TOKENS.values()))[0],
                rng.random() < 0.8, rng.random() < 0.05, rng.choices(["", "whole", "part"], [80, 12, 8])[0],
            )
        )
    CartItem.objects.bulk_create(lines)
    return errands


def title_of(seed: int) -> str:
    """By which the trips of a run are known."""
    return f"Chaos, seed {seed}"
