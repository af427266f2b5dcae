"""Reads a trip's company for someone: members, invitations, links, feeds; and whom a token lets in."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import F, QuerySet
from django.utils import translation

from accounts.models import UserProfile
from travelplanner.core import clock, tokens
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips import rules
from trips.models import CalendarFeed, ShareLink, Trip, TripInvitation, TripMember
from trips.queries.party import travelers_of


def members_of(trip: Trip) -> list[TripMember]:
    """Everyone in the trip, its owner first; an owner without company yet is shown by a row that isn't saved. One statement, or two."""
    rows = list(TripMember.objects.filter(trip=trip, left_at=None).select_related("user").order_by("created_at", "id"))
    if not any(row.role == "owner" for row in rows) and trip.owner is not None:
        rows.insert(0, TripMember(trip=trip, user=trip.owner, name=trip.owner.get_short_name(), role="owner", created_at=trip.created_at))
    return sorted(rows, key=lambda row: row.role != "owner")


def member_of(actor: Actor, trip: Trip) -> TripMember | None:
    """The actor's own row."""
    return TripMember.objects.filter(rules.member(actor), trip=trip).first()


def open_invitations(trip: Trip) -> QuerySet[TripInvitation]:
    """Those that nobody answered, expired ones among them, newest first."""
    return TripInvitation.objects.filter(trip=trip, state="pending")


def find_invitation(token: str, *, now: dt.datetime | None = None) -> TripInvitation:
    """The invitation that this link belongs to, while it lets someone in; NotFound for unknown, used, revoked and expired ones alike."""
    rows = TripInvitation.objects.filter(
        token_hash=tokens.token_hash(token), state="pending", expires_at__gt=now or clock.now(), trip__archived_at=None, invited_by__status="active"
    )
    row = rows.select_related("trip", "invited_by").first() if token else None
    if row is None:
        raise NotFound
    return row


def open_links(trip: Trip) -> QuerySet[ShareLink]:
    """Links that were not revoked, expired ones among them, newest first."""
    return ShareLink.objects.filter(trip=trip, revoked_at=None)


def find_link(token: str, *, now: dt.datetime | None = None) -> ShareLink:
    """The link of this token while it works: not expired, not revoked, and its maker still owns the trip. NotFound otherwise."""
    rows = ShareLink.objects.filter(
        token_hash=tokens.token_hash(token),
        revoked_at=None,
        expires_at__gt=now or clock.now(),
        trip__archived_at=None,
        trip__owner=F("made_by"),
        made_by__status="active",
    )
    row = rows.select_related("trip").first() if token else None
    if row is None:
        raise NotFound
    return row


def feed_of(actor: Actor, trip: Trip) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(trip=trip, user=actor.user_id, revoked_at=None).first() if actor.is_user else None


def find_feed(token: str) -> tuple[CalendarFeed, Trip]:
    """The feed of this token and its trip, while its user is in the trip. NotFound otherwise."""
    row = CalendarFeed.objects.filter(token_hash=tokens.token_hash(token), revoked_at=None, user__status="active").first() if token else None
    if row is None:
        raise NotFound
    trip = Trip.objects.filter(rules.visible_to(Actor(user_id=row.user_id)), pk=row.trip_id, sample=False).first()
    if trip is None:
        raise NotFound
    return row, trip


def first_names(trip: Trip) -> list[str]:
    """Who comes along, by first names alone: members, and travelers that members put in; in order of appearance, each once."""
    found = [row.name for row in members_of(trip)]
    found += (row.traveler.first_name for row in travelers_of(trip))
    return list(dict.fromkeys(name.split()[0] for name in found if name.strip()))


def language_of(user_id: uuid.UUID) -> str:
    """The language that a user chose, else the one spoken now."""
    chosen = UserProfile.objects.filter(user_id=user_id).values_list("preferred_language", flat=True).first()
    return chosen or translation.get_language() or "en"
