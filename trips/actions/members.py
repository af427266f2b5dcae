"""Who is in a trip, as what: the owner's row, names without account, roles, handing the trip over, guests who sign in."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from travelplanner.core.lines import one_line
from trips import rules
from trips.actions.doors import close_links
from trips.actions.notices import tell
from trips.actions.trips import fetch_for_change
from trips.models import PrivateWish, Trip, TripMember
from trips.models.company import INVITED_ROLES
from trips.queries.party import sealed_needs

MAX_MEMBERS = 60  # of a trip, names without account among them
ROLE_KEYS = frozenset(key for key, _label in INVITED_ROLES)


def ensure_owner(*, actor: Actor, trip: Trip, now: dt.datetime | None = None) -> TripMember | None:
    """The owner's row among the members, made when the trip first has company; None while nobody signed in owns it.

    Guarantees: one row, also when two ask at once (a unique constraint decides). For actions, inside their transaction.
    """
    if trip.owner_id is None:
        return None
    rows = TripMember.objects.filter(trip=trip, role="owner", left_at=None)
    found = rows.first()
    if found is None:
        owner = User.objects.get(pk=trip.owner_id)
        moment = now or clock.now()
        row = TripMember(trip=trip, user=owner, name=owner.get_short_name()[:100], role="owner", created_at=moment)
        TripMember.objects.bulk_create([row], ignore_conflicts=True)
        found = rows.get()
    return found


def _readable_name(text: str) -> str:
    """One line of at most 100 characters, as companions see it. Raises Invalid for none."""
    name = one_line(text)[:100]
    if not name:
        raise Invalid(fields={"name": [_("Write a name.")]})
    return name


def refuse_full(*, actor: Actor, trip: Trip) -> None:
    """Raise Conflict (`trip_full`) when nobody more has room."""
    if TripMember.objects.filter(trip=trip, left_at=None).count() >= MAX_MEMBERS:
        raise Conflict(_("A trip has room for %d people.") % MAX_MEMBERS, code="trip_full")


def add_name(*, actor: Actor, reference: str, name: str, now: dt.datetime | None = None) -> TripMember:
    """Put a name without account into the company (someone's child, for the expenses). It opens nothing.

    For owner and editors. The same name twice is the same person. Raises NotFound, NotAllowed, Invalid, Conflict (`trip_full`, `no_owner`:
    nobody signed in owns the trip). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_edit)
        _refuse_ownerless(trip)
        name = _readable_name(name)
        ensure_owner(actor=actor, trip=trip, now=now)
        known = TripMember.objects.filter(trip=trip, left_at=None, user=None, visitor="", name__iexact=name).first()
        if known is not None:
            return known
        refuse_full(actor=actor, trip=trip)
        row = TripMember.objects.create(trip=trip, name=name, role="viewer", invited_by_id=actor.user_id, created_at=now)
        audit.record(actor=actor, action="member.named", row=row, after={"trip": trip.reference}, now=now)
    return row


def add_member(
    *, actor: Actor, trip: Trip, name: str, role: str, invited_by: uuid.UUID | None, now: dt.datetime | None = None
) -> TripMember:
    """Let the actor (a user, else the guest of a browser) into the trip. For actions, inside their transaction, under the trip's lock.

    Raises Invalid (no name), Conflict (`trip_full`). Records an audit entry.
    """
    now = now or clock.now()
    refuse_full(actor=actor, trip=trip)
    who = {"user_id": actor.user_id} if actor.is_user else {"visitor": actor.visitor}
    row = TripMember.objects.create(trip=trip, name=_readable_name(name), role=role, invited_by_id=invited_by, created_at=now, **who)
    audit.record(actor=actor, action="member.joined", row=row, after={"trip": trip.reference, "role": role}, now=now)
    return row


def _refuse_ownerless(trip: Trip) -> None:
    if trip.owner_id is None:
        raise Conflict(_("Sign in first: company needs to know whose trip this is."), code="no_owner")


def change_role(
    *, actor: Actor, reference: str, member_id: uuid.UUID, role: str, row_version: int | None = None, now: dt.datetime | None = None
) -> TripMember:
    """Make a companion editor or viewer. The owner only; a guest without account and a bare name stay viewers.

    Raises NotFound, NotAllowed, Invalid, Stale (`row_version`), Conflict (`owner_stays`, `needs_account`). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        member = _fetch_member(trip, member_id)
        if row_version is not None and member.row_version != row_version:
            raise Stale
        if member.role == "owner":
            raise Conflict(_("The trip is yours. Hand it over if someone else should own it."), code="owner_stays")
        if role not in ROLE_KEYS:
            raise Invalid(fields={"role": [_("Choose editor or viewer.")]})
        if role == "editor" and member.user_id is None:
            raise Conflict(_("Only someone with an account can change the plan."), code="needs_account")
        if member.role != role:
            before, member.role = member.role, role
            _update(member, now, role=role)
            audit.record(actor=actor, action="member.role", row=member, before={"role": before}, after={"role": role}, now=now)
    return member


def _fetch_member(trip: Trip, member_id: uuid.UUID) -> TripMember:
    """A present member of this trip, locked; NotFound otherwise. For actions, under the trip's lock."""
    member = TripMember.objects.select_for_update(of=("self",)).filter(trip=trip, pk=member_id, left_at=None).first()
    if member is None:
        raise NotFound
    return member


def _update(member: TripMember, now: dt.datetime, **changes: object) -> None:
    TripMember.objects.filter(pk=member.pk).update(**changes, updated_at=now, row_version=F("row_version") + 1)
    member.row_version += 1


def hand_over(*, actor: Actor, reference: str, member_id: uuid.UUID, now: dt.datetime | None = None) -> Trip:
    """Make an editor (someone with an account who accepted an invitation) the trip's owner; the owner becomes an editor.

    Guarantees: what was private to the owner stays so (ceiling, needs, the wish's own words and a start that we don't know are dropped, not
    shown to the next owner; the plan there is still keeps to the needs); links that the owner made stop working. Raises NotFound, NotAllowed, Conflict (`booked`: what is booked is in the owner's name;
    `needs_editor`). Records an audit entry and mails the new owner.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        old = ensure_owner(actor=actor, trip=trip, now=now)
        member = _fetch_member(trip, member_id)
        if member.user_id is None or member.role != "editor":
            raise Conflict(_("A trip can be handed over to an editor with an account."), code="needs_editor")
        if trip.locked_revision is not None or trip.state != "planning":
            raise Conflict(_("This trip is booked in your name. Cancel its bookings first."), code="booked")
        if old is None:  # nobody signed in owns it
            raise NotFound
        _update(old, now, role="editor")  # first: the database allows one owner
        _update(member, now, role="owner")
        member.role = "owner"
        Trip.objects.filter(pk=trip.pk).update(
            owner_id=member.user_id, request_key=None, budget_minimum=None, budget_amount=None, updated_at=now, row_version=F("row_version") + 1
        )
        _drop_private(trip)
        close_links(actor=actor, trip=trip, user_id=old.user_id, now=now)
        audit.record(actor=actor, action="trip.handed_over", row=trip, after={"member": str(member.pk)}, now=now)
        tell(actor=actor, template="trip_handed_over", member=member, trip=trip, who=old.name, dedupe_key=f"handed_over:{trip.pk}:{member.pk}:{member.row_version}")
    trip.refresh_from_db()
    return trip


def _drop_private(trip: Trip) -> None:
    Trip.objects.filter(pk=trip.pk, origin_country="").update(origin_city="")
    plans = list(trip.documents.filter(kind="candidates").values_list("revision", "basis"))
    for wish in PrivateWish.objects.filter(document__trip=trip).select_related("document"):
        revisions = [revision for revision, basis in plans if basis["intent"] == wish.document.revision]
        wish.constraints, wish.parties = sealed_needs(wish, revisions)
        wish.budget_minimum = wish.budget_maximum = None
        wish.sentence = ""
        wish.save()


def claim_memberships(*, actor: Actor, now: dt.datetime | None = None) -> int:
    """Give the guest memberships of this browser to the user who signed in on it; returns how many.

    Guarantees: a guest invited as editor becomes one; who was in the trip already (or owns it) stays in it once, with the larger role, and
    the guest's row ends; its name stays in the expenses. Raises NotAllowed for someone unknown. Records audit entries.
    """
    if actor.user_id is None:
        raise NotAllowed
    if not actor.visitor:
        return 0
    now = now or clock.now()
    with transaction.atomic():
        mine = TripMember.objects.filter(visitor=actor.visitor, left_at=None)
        # The trips first, as `accept` does: a link accepted in the same moment must not make two rows of one person.
        list(Trip.objects.select_for_update(of=("self",)).filter(pk__in=mine.values("trip")).order_by("pk").values_list("pk"))
        guests = list(
            TripMember.objects.select_for_update(of=("self",)).select_related("trip", "invitation").filter(visitor=actor.visitor, left_at=None).order_by("pk")
        )
        for guest in guests:
            invitation = getattr(guest, "invitation", None)
            role = invitation.role if invitation is not None else guest.role
            present = TripMember.objects.filter(trip=guest.trip, user_id=actor.user_id, left_at=None).first()
            if present is not None or guest.trip.owner_id == actor.user_id:
                _update(guest, now, left_at=now, visitor="")
                if present is not None and (present.role, role) == ("viewer", "editor"):
                    _update(present, now, role="editor")
            else:
                _update(guest, now, user_id=actor.user_id, visitor="", role=role)
        audit.record_all(actor=actor, action="member.claimed", rows=guests, now=now)
    return len(guests)


