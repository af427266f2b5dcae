"""Who may do what with a trip. Pure answers; `visible_to` is the same rule as a filter.

    owner    everything; alone sees the ceiling and other private facts, alone books, invites, archives
    editor   changes the plan, asks for votes, logs expenses
    viewer   looks, votes, logs expenses
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed
from trips.models import StopPoll, Trip, TripMember


def owns(actor: Actor, trip: Trip) -> bool:
    """The owner, or the browser that made it while nobody signed in."""
    if trip.owner_id is not None:
        return actor.user_id == trip.owner_id
    return bool(actor.visitor) and actor.visitor == trip.visitor


def role_of(actor: Actor, trip: Trip) -> str:
    """owner, editor, viewer, or "" for someone who isn't in the trip. Asks the database only for trips read without `with_role`."""
    if owns(actor, trip):
        return "owner"
    known = trip.__dict__.get("member_role", False)
    if known is False:
        known = TripMember.objects.filter(member(actor), trip=trip.pk).values_list("role", flat=True).first()
        trip.__dict__["member_role"] = known
    return known if known in ("editor", "viewer") else ""


def may_see(actor: Actor, trip: Trip) -> bool:
    """Samples are open to all; jobs see everything."""
    return actor.is_system or trip.sample or bool(role_of(actor, trip))


def may_take_part(actor: Actor, trip: Trip) -> bool:
    """Vote, log expenses, have one's own travelers and calendar in it: everyone of the company."""
    return not trip.sample and bool(role_of(actor, trip))


def may_edit(actor: Actor, trip: Trip) -> bool:
    """Change the plan: choose, reorder, swap, undo, plan anew."""
    return actor.is_system or (not trip.sample and role_of(actor, trip) in ("owner", "editor"))


def may_change_entry(actor: Actor, trip: Trip, *, own: bool) -> bool:
    """Change or delete an expense or a settlement: what one logged oneself; the owner and editors all."""
    return may_edit(actor, trip) or (own and may_take_part(actor, trip))


def may_close_poll(actor: Actor, trip: Trip, poll: StopPoll) -> bool:
    """End a vote early: the owner, and who asked, while they are in the trip. Reads `poll.asked_by`."""
    asked = poll.asked_by.left_at is None and actor.user_id is not None and poll.asked_by.user_id == actor.user_id
    return may_change(actor, trip) or (asked and may_take_part(actor, trip))


def may_change(actor: Actor, trip: Trip) -> bool:
    """What is the owner's alone: money, name, company, booking, archive. Nobody changes a sample but the job that made it."""
    return actor.is_system or (owns(actor, trip) and not trip.sample)


def member(actor: Actor, prefix: str = "") -> Q:
    """Filter for the actor's memberships that have not ended; nothing for someone unknown."""
    if actor.user_id is not None:
        return Q(**{f"{prefix}user_id": actor.user_id, f"{prefix}left_at": None})
    if actor.visitor:
        return Q(**{f"{prefix}visitor": actor.visitor, f"{prefix}left_at": None})
    return Q(pk__in=[])


def visible_to(actor: Actor, prefix: str = "") -> Q:
    """Filter for `may_see`; `prefix` is the path to the trip, e.g. "trip__"."""
    if actor.is_system:
        return Q(**{f"{prefix}archived_at": None})
    seen = Q(**{f"{prefix}sample": True}) | mine(actor, prefix)
    if actor.user_id is not None or actor.visitor:
        seen |= Q(Exists(TripMember.objects.filter(member(actor), trip=OuterRef(f"{prefix}pk"))))
    return seen & Q(**{f"{prefix}archived_at": None})


def mine(actor: Actor, prefix: str = "") -> Q:
    """Filter for `owns`; matches nothing for someone unknown."""
    if actor.user_id is not None:
        return Q(**{f"{prefix}owner_id": actor.user_id})
    if actor.visitor:
        return Q(**{f"{prefix}owner": None, f"{prefix}visitor": actor.visitor})
    return Q(pk__in=[])


def shared_with(actor: Actor) -> QuerySet[TripMember]:
    """The actor's memberships of trips that others own."""
    return TripMember.objects.filter(member(actor)).exclude(role="owner")


def with_role(rows: QuerySet[Trip], actor: Actor) -> QuerySet[Trip]:
    """Reads `member_role` in the same statement, so that `role_of` needs none of its own."""
    return rows.annotate(member_role=Subquery(TripMember.objects.filter(member(actor), trip=OuterRef("pk")).values("role")[:1]))


def refusal(trip: Trip) -> NotAllowed:
    """Why someone who sees a trip may not change it."""
    if trip.sample:
        return NotAllowed(_("This is a sample trip. Plan your own to change it."))
    return NotAllowed(_("Your role in this trip does not allow that. Ask its owner."), code="role_too_small")
