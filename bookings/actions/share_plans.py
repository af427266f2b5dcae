"""Who pays which share of a booking: planned under the trip's lock, written with the booking in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.actions.announcements import announce
from bookings.actions.share_mails import tell_payers
from bookings.errors import unfit_shares
from bookings.models import Booking, Collection, PaymentShare
from bookings.pricing.shares import UnfitShares, divide
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid
from trips.actions.members import ensure_owner
from trips.models import Trip, TripMember
from trips.queries.roster import members_named


@dataclass(frozen=True, slots=True)
class ShareWish:
    """`member` is the id of a row of the trip's company, or "me"; without `amount` they pay an equal part of what the amounts leave."""

    member: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Collecting:
    """How a booking is to be paid by its company; `shares` None: equal parts of all who have an account."""

    shares: tuple[ShareWish, ...] | None = None


@dataclass(frozen=True, slots=True)
class PlannedShare:
    member: TripMember
    amount: Decimal


def collecting_until(*, actor: Actor, first: dt.date, now: dt.datetime) -> dt.datetime:
    """Until when places are held for shares: COLLECTION_HOURS, but not into the `first` day that is booked; never shorter than any hold."""
    begins = dt.datetime.combine(first, dt.time.min, dt.UTC)
    return max(now + settings.HOLD_TIME, min(now + settings.COLLECTION_TIME, begins))


def plan_shares(
    *, actor: Actor, trip: Trip, total: Decimal, wishes: Sequence[ShareWish] | None, now: dt.datetime
) -> tuple[PlannedShare, ...]:
    """The shares of `total` (the trip's currency), exact, in the order of the wishes. Inside a transaction that holds the trip.

    Raises Invalid on `collect` (`shares_off`: the amounts don't come to the total, `extra.difference` says by how much), Conflict
    (`nobody_to_share`). The owner's own row in the company is made when it isn't there yet.
    """
    own = ensure_owner(actor=actor, trip=trip, now=now)
    if own is None:
        raise Conflict(_("Sign in first: the company needs to know whose trip this is."), code="no_owner")
    if wishes is None:
        present = TripMember.objects.filter(trip=trip, left_at=None, user__isnull=False, user__status="active")
        members = sorted(present.order_by("created_at", "id"), key=lambda row: row.pk != own.pk)
        if len(members) < 2:
            raise Conflict(
                _("Nobody else of this trip has an account yet. Invite someone, or pay all of it."), code="nobody_to_share"
            )
        wishes = [ShareWish(str(row.pk)) for row in members]
    else:
        named = members_named(trip=trip, ids=[wish.member for wish in wishes], me=own, field="collect")
        members = [named[wish.member] for wish in wishes]
        if len({row.pk for row in members}) < len(members):
            raise Invalid(fields={"collect": [_("Someone has two shares. Give each person one.")]})
    try:
        amounts = divide(total, [wish.amount for wish in wishes], trip.budget_currency)
    except UnfitShares as unfit:
        raise unfit_shares(unfit, total, trip.budget_currency, [row.name for row in members]) from None
    return tuple(PlannedShare(row, amount) for row, amount in zip(members, amounts, strict=True))


def write_shares(*, actor: Actor, booking: Booking, shares: Sequence[PlannedShare], now: dt.datetime) -> Collection:
    """Open the collection of a booking that is being made, in its transaction: everyone who owes a share is told."""
    collection = Collection.objects.create(booking=booking, closes_at=booking.hold_expires_at or now, created_at=now)
    PaymentShare.objects.bulk_create(
        PaymentShare(
            collection=collection,
            member=share.member,
            user_id=share.member.user_id,
            label=share.member.name,
            position=position,
            amount=share.amount,
            currency=booking.currency,
            created_at=now,
        )
        for position, share in enumerate(shares)
    )
    announce(actor=actor, booking=booking, event="collection.opened", now=now)
    tell_payers(actor=actor, booking=booking, happened="asked", now=now)
    return collection
