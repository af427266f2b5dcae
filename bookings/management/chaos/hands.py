"""Processes that book, tidy up, and are killed: each runs the real actions, and dies by SIGKILL at named moments."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sys
import time
from collections.abc import MutableSequence, Sequence

from django.db import InterfaceError, OperationalError, close_old_connections, connections

from bookings.actions import cancellations, checkout, gateway_events
from bookings.management.chaos.world import Errand
from bookings.models import Booking
from travelplanner.core import failpoints, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError, Conflict

KILLS, DELAYS = 0.012, 0.10  # chance at each named moment
TRIES = 40


def listen(rng: random.Random) -> None:
    """From now on this process may be killed or slowed down at each named moment."""

    def strike(point: str) -> None:
        if rng.random() < KILLS:
            os.kill(os.getpid(), signal.SIGKILL)
        if rng.random() < DELAYS:
            time.sleep(rng.uniform(0, 0.03))

    failpoints.listen(strike)


def book(errands: Sequence[Errand], done: MutableSequence[int], rng: random.Random) -> None:
    """Work off what isn't done yet, in any order; who got no answer asks again under the same key."""
    for errand in rng.sample(list(errands), len(errands)):
        for _ in range(TRIES):
            if done[errand.number]:
                break
            try:
                done[errand.number] = run_errand(errand)
            except (OperationalError, InterfaceError):  # the database broke or was too busy: a client sees 503 and tries again
                connections.close_all()
                time.sleep(rng.uniform(0, 0.05))
        done[errand.number] = 1


def run_errand(errand: Errand) -> int:
    """One try of a checkout; 1 when there is nothing left for its client to do."""
    actor = Actor(user_id=errand.user_id)
    contact = checkout.Contact("Chaos", "chaos@example.org")
    wish = checkout.PaymentWish(kind="mock", token=errand.token)
    try:
        if errand.walks_away:
            checkout.reserve_booking(actor=actor, trip_reference=errand.trip_reference, contact=contact, request_key=errand.request_key)
            return 1
        booking = checkout.book_trip(actor=actor, trip_reference=errand.trip_reference, contact=contact, wish=wish, request_key=errand.request_key)
        payment = booking.payments.latest("created_at")
        if booking.state == "PAYMENT_PENDING" and payment.state == "pending" and payment.next_action:
            booking = checkout.pay_booking(actor=actor, reference=booking.reference, approved=errand.approves)
        if booking.state == "CONFIRMED" and errand.cancels:
            cancel(actor, booking, errand.cancels)
        return int(booking.state not in ("INITIATED", "PAYMENT_PENDING", "CANCELLING"))
    except Conflict as refused:
        return int(refused.code not in ("wrong_state", "booking_open"))  # another of our hands has it at this moment
    except AppError:
        return 1


def cancel(actor: Actor, booking: Booking, how: str) -> None:
    """Give the booking back, or its first item."""
    first = booking.items.filter(state="confirmed").order_by("pk").values_list("pk", flat=True)[: 1 if how == "part" else 100]
    if booking.items.filter(state="cancelled").exists() or not first:
        return  # an earlier try did it
    quote = cancellations.quote_cancellation(actor=actor, reference=booking.reference, item_ids=list(first))
    cancellations.confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.quote.pk)


def tidy(rng: random.Random, patience: dt.timedelta) -> None:
    """What the worker's periodic jobs do, over and over."""
    jobs = [
        checkout.expire_due,
        lambda: checkout.reconcile_unknown(asked_after=patience),
        lambda: checkout.reconcile_suppliers(asked_after=patience),
        lambda: outbox.deliver_due(limit=5),
        gateway_events.handle_due,
    ]
    while True:
        try:
            rng.choice(jobs)()
        except (OperationalError, InterfaceError):
            connections.close_all()
        time.sleep(rng.uniform(0, 0.02))


def fork(work: object, *arguments: object) -> int:
    """A child that runs `work(*arguments)` and ends; its database connections are its own."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        connections.close_all()
        work(*arguments)  # type: ignore[operator]  # a callable of any shape
        close_old_connections()
        code = 0
    except BaseException as problem:
        print(f"a hand failed: {type(problem).__name__}: {problem}", file=sys.stderr, flush=True)  # noqa: T201  # a child has no other way to say so
    finally:
        os._exit(code)
