"""A trip with company for the demo users: planned, shared, with travelers, expenses and an open vote. In local mode alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.demo import COMPANION, TRAVELER, ensure_demo_travelers
from accounts.models import Traveler, User
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed, NotFound
from trips.actions import expenses, intents, itineraries, members, polls, runs, trip_travelers
from trips.actions.expenses import Bill, BillItem
from trips.models import Place, StopPoll, Trip, TripMember
from trips.planning.wish import Wish
from trips.queries.polls import places_in_reach, planned_places

KEY = "demo:"  # of the request keys: whose trip this is, the demo or the person at the keyboard
WISH = Wish(
    destinations=("Istanbul",), origin="Delhi", days=4, people=3, comfort="standard", trip_type="family", pace="relaxed", currency="INR",
    interests={"history": 3.0, "food": 2.0, "views": 1.0}, budget_maximum=Decimal(180000),
)  # fmt: skip


def load_demo_trip(*, actor: Actor, now: dt.datetime | None = None) -> str:
    """Make what is missing of the demo trip; "there", "made", or why its planning run didn't end well.

    Guarantees: a second call adds nothing while the trip isn't over, also when somebody changed or deleted it; one that a crash left half made
    is finished. Everything goes through the actions of the two users. Raises NotAllowed (not in local mode, or not a job), NotFound (no demo users).
    """
    if not settings.LOCAL or not actor.is_system:
        raise NotAllowed(_("The demo trip exists in local mode (LOCAL=1) alone."))
    now = now or clock.now()
    people = {user.email: user for user in User.objects.filter(email__in=[TRAVELER.email, COMPANION.email])}
    if len(people) < 2:
        raise NotFound(_("There are no demo users yet."))
    owner, companion = people[TRAVELER.email], people[COMPANION.email]
    trip = Trip.objects.filter(owner=owner, request_key__startswith=KEY, end_date__gte=now.date()).first()
    # The vote is what is made last.
    if trip is not None and (trip.archived_at is not None or trip.state != "planning" or StopPoll.objects.filter(trip=trip).exists()):
        return "there"
    ensure_demo_travelers(actor=actor, now=now)
    tara, cem = Actor(user_id=owner.pk), Actor(user_id=companion.pk)
    if trip is None:
        trip = intents.create_trip(actor=tara, wish=WISH, request_key=f"{KEY}{now:%Y-%m-%d}", now=now)
    outcome = _plan(tara, trip, now)
    if outcome != "done":
        return outcome
    joined = _join(tara, cem, trip, companion, now)
    child = members.add_name(actor=tara, reference=trip.reference, name="Mina", now=now)
    for person, user in ((tara, owner), (cem, companion)):
        own = Traveler.objects.filter(user=user, state="active").values_list("pk", flat=True)
        trip_travelers.set_travelers(actor=person, reference=trip.reference, traveler_ids=list(own[: trip_travelers.MOST]), now=now)
    _spend(tara, cem, trip, (joined, child, trip.members.get(user=owner, left_at=None)), now)
    _ask(tara, cem, trip, now)
    return "made"


def _plan(owner: Actor, trip: Trip, now: dt.datetime) -> str:
    """Plan and choose, unless that is done already."""
    if trip.chosen_revision is not None:
        return "done"
    run = trip.runs.all()[0]
    outcome = "done" if run.state == "done" else runs.work_on(run_id=run.pk)
    if outcome == "done":
        best = trip.documents.get(kind="candidates").body["candidates"][0]["candidateId"]
        itineraries.choose_candidate(actor=owner, reference=trip.reference, candidate_id=best, now=now)
    return outcome


def _join(owner: Actor, companion: Actor, trip: Trip, user: User, now: dt.datetime) -> TripMember:
    """The companion as editor. Without an invitation, whose link only its mail knows."""
    with transaction.atomic():
        locked = Trip.objects.select_for_update().get(pk=trip.pk)
        members.ensure_owner(actor=owner, trip=locked, now=now)
        known = TripMember.objects.filter(trip=locked, user=user, left_at=None).first()
        return known or members.add_member(actor=companion, trip=locked, name=user.get_short_name(), role="editor", invited_by=owner.user_id, now=now)


def _spend(tara: Actor, cem: Actor, trip: Trip, company: tuple[TripMember, TripMember, TripMember], now: dt.datetime) -> None:
    """One of each kind; the museum is paid in lira. `company`: Cem, Mina, Tara."""
    friend, mina, mother = (str(member.pk) for member in company)
    bills = (
        (tara, Bill(title="Taxi to the airport", amount=Decimal(1450), currency="INR", category="local_transport")),
        (cem, Bill(
            title="Flat by the Galata tower, deposit", amount=Decimal(12000), currency="INR", category="lodging", split="shares",
            shares=(("me", Decimal(1)), (mother, Decimal(2))),
        )),
        (tara, Bill(
            title="Museum passes and an audio guide", amount=Decimal(6500), currency="TRY", category="activities", split="itemised",
            items=(BillItem("Two passes", Decimal(5600), ("me", friend)), BillItem("Audio guide for children", Decimal(900), ("me", mina))),
        )),
    )  # fmt: skip
    for number, (person, bill) in enumerate(bills):
        expenses.log_expense(actor=person, reference=trip.reference, bill=bill, request_key=f"{KEY}{number}", now=now)


def _ask(tara: Actor, cem: Actor, trip: Trip, now: dt.datetime) -> None:
    """An open vote on the best place that the plan left out (or has, when it has all): one of the two has voted."""
    place = _left_out(trip) or places_in_reach(trip).order_by("-importance", "slug")[0]
    closes_at = now + dt.timedelta(days=7)
    poll = polls.ask(actor=tara, reference=trip.reference, place_id=place.pk, closes_at=closes_at, question=_("Shall we make time for this?"), now=now)
    polls.vote(actor=cem, reference=trip.reference, poll_id=poll.pk, choice="yes", now=now)


def _left_out(trip: Trip) -> Place | None:
    trip.refresh_from_db(fields=["chosen_revision"])
    return places_in_reach(trip).exclude(pk__in=planned_places(trip)).order_by("-importance", "slug").first()
