"""Trips and bookings in every state that a page can show, each made once by the actions that make it in life."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from allauth.account.models import EmailAddress

from accounts.models import User
from bookings.actions import cancellations, checkout, collections
from bookings.actions.checkout import Contact, PaymentWish
from bookings.actions.collections import ShareWish
from bookings.documents.verification import token_of
from bookings.models import Booking, CancellationQuote
from tests.cast import actor_for, session_for
from tests.factories.people import UserFactory
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.actions import intents, itineraries, plan_changes, runs
from trips.documents.itineraries import orders_of
from trips.models import Trip, TripMember
from trips.planning.wish import Wish

CONTACT = Contact("Asha Rao", "asha@example.org", "+91 98765 43210")
FIVE_DAYS = Wish(
    destinations=("Varanasi",), days=5, people=2, interests={"temples": 3.0, "food": 2.0}, budget_maximum=Decimal(40000), currency="INR"
)

_numbers = itertools.count()


def make_person(name: str, **fields: object) -> User:
    user = UserFactory(email=f"{name}@example.org", first_name=name.title(), email_verified=True, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def plan_for(actor: Actor, *, sample: bool = False) -> Trip:
    """A trip with three plans, made in this thread, or by the worker when that was quicker."""
    # One trip after the other: all at once they would take every bed of the town.
    start = clock.now().date() + dt.timedelta(days=30 + 5 * (next(_numbers) % 6))
    trip = intents.create_trip(actor=actor, wish=replace(FIVE_DAYS, start_date=start), sample=sample)
    run = trip.runs.get()
    runs.work_on(run_id=run.pk)
    patience = time.monotonic() + 20
    while run.state in ("queued", "running") and time.monotonic() < patience:
        time.sleep(0.05)
        run.refresh_from_db()
    assert run.state == "done", run.error_message
    return trip


def choose_for(actor: Actor, *, letter: str = "A", sample: bool = False) -> Trip:
    trip = plan_for(actor, sample=sample)
    itineraries.choose_candidate(actor=actor, reference=trip.reference, candidate_id=letter)
    trip.refresh_from_db()
    return trip


class Scenes:
    """What is asked for is made; what isn't costs nothing."""

    @cached_property
    def asha(self) -> User:
        """Owns all of it."""
        return make_person("asha")

    @cached_property
    def dana(self) -> User:
        """Staff with every right."""
        return make_person("dana", is_staff=True, is_superuser=True)

    @cached_property
    def newcomer(self) -> User:
        """Has nothing yet."""
        return make_person("newcomer")

    @property
    def actor(self) -> Actor:
        return actor_for(self.asha)

    def session_of(self, user: User) -> str:
        key = session_for(user).session_key
        assert key
        return key

    @cached_property
    def sample(self) -> Trip:
        return choose_for(Actor.system("load_samples"), sample=True)

    @cached_property
    def planned(self) -> Trip:
        return plan_for(self.actor)

    @cached_property
    def edited(self) -> Trip:
        """A chosen plan of which a stop was taken out and brought back: three revisions."""
        trip = choose_for(self.actor)
        latest = trip.documents.filter(kind="final").latest("revision")
        days = [list(order) for order in orders_of(latest.body["itinerary"]["days"])]
        next(order for order in days if len(order) > 1).pop()
        saved = itineraries.edit_itinerary(actor=self.actor, reference=trip.reference, based_on=latest.revision, days=days)
        plan_changes.undo_last_change(actor=self.actor, reference=trip.reference, based_on=saved.revision)
        return trip

    def hold(self, *, now: dt.datetime | None = None) -> Booking:
        """A new trip whose places are held."""
        trip = choose_for(self.actor)
        return checkout.reserve_booking(actor=self.actor, trip_reference=trip.reference, contact=CONTACT, now=now)

    def pay(self, booking: Booking, token: str) -> Booking:
        checkout.pay_booking(actor=self.actor, reference=booking.reference, wish=PaymentWish(kind="card", token=token))
        booking.refresh_from_db()
        return booking

    @cached_property
    def held(self) -> Booking:
        return self.hold()

    @cached_property
    def to_approve(self) -> Booking:
        return self.pay(self.hold(), "tok_three_d_secure")

    @cached_property
    def unanswered(self) -> Booking:
        return self.pay(self.hold(), "tok_gateway_error")

    @cached_property
    def declined(self) -> Booking:
        return self.pay(self.hold(), "tok_declined")

    @cached_property
    def expired(self) -> Booking:
        booking = self.hold(now=clock.now() - dt.timedelta(hours=1))
        checkout.expire_due()
        booking.refresh_from_db()
        return booking

    @cached_property
    def confirmed(self) -> Booking:
        return self.pay(self.hold(), "tok_success")

    @cached_property
    def partly_cancelled(self) -> Booking:
        """Of the things booked the first is given back."""
        return self.cancel(self.pay(self.hold(), "tok_success"), items=1)

    @cached_property
    def cancelled(self) -> Booking:
        return self.cancel(self.pay(self.hold(), "tok_success"), items=0)

    def cancel(self, booking: Booking, *, items: int) -> Booking:
        """So many of its items, 0 for all of them, by an offer."""
        item_ids = [item.pk for item in booking.items.order_by("starts_on", "pk")[:items]]
        offered = cancellations.quote_cancellation(actor=self.actor, reference=booking.reference, item_ids=item_ids or None)
        cancellations.confirm_cancellation(actor=self.actor, reference=booking.reference, quote_id=offered.quote.pk)
        booking.refresh_from_db()
        return booking

    @cached_property
    def offer(self) -> CancellationQuote:
        """What comes back of one item of the confirmed booking."""
        items = [self.confirmed.items.order_by("pk")[0].pk]
        return cancellations.quote_cancellation(actor=self.actor, reference=self.confirmed.reference, item_ids=items).quote

    @cached_property
    def bina(self) -> User:
        """Travels along on Asha's trips."""
        return make_person("bina")

    @cached_property
    def together(self) -> Trip:
        """A chosen plan with a companion who can pay."""
        trip = choose_for(self.actor)
        TripMember.objects.create(trip=trip, user=self.bina, name="Bina", role="viewer", invited_by=self.asha)
        return trip

    @cached_property
    def shared(self) -> Booking:
        """Held for a day; Asha and Bina each pay a half."""
        trip = choose_for(self.actor)
        bina = TripMember.objects.create(trip=trip, user=self.bina, name="Bina", role="viewer", invited_by=self.asha)
        return collections.open_collection(
            actor=self.actor, trip_reference=trip.reference, contact=CONTACT, shares=[ShareWish("me"), ShareWish(str(bina.pk))]
        )

    @staticmethod
    def token_of(booking: Booking) -> str:
        """What the QR code of its confirmation carries."""
        return token_of(booking.confirmation, booking)
