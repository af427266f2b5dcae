"""Inviting by mail: sent, sent again, revoked, accepted, declined. The mailed link holds a token of which only the hash is stored."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from travelplanner.core import audit, clock, outbox, tokens
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound, TooManyRequests
from travelplanner.core.lines import harmless, has_link, readable
from travelplanner.core.transitions import move
from trips.actions import members
from trips.actions.notices import tell
from trips.actions.trips import fetch_for_change
from trips.models import Trip, TripInvitation, TripMember
from trips.queries.company import find_invitation
from trips.states import INVITATION

VALID_FOR = dt.timedelta(days=14)
MAX_PENDING = 20  # of a trip
MAX_PER_DAY = 40  # mails of a user
MAX_SENT = 5  # of one invitation


def invite(*, actor: Actor, reference: str, email: str, role: str, message: str = "", now: dt.datetime | None = None) -> TripInvitation:
    """Invite an address to the trip as editor or viewer; the mail holds the one link that lets in, for 14 days. The owner only.

    Guarantees: the answer doesn't tell whether the address has an account. Raises NotFound, NotAllowed, Invalid, Conflict (`no_owner`,
    `invited_already`, `member_already`, `too_many_pending`, `trip_full`), TooManyRequests. Records an audit entry and queues the mail.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        if not actor.is_user or trip.owner_id is None:
            raise Conflict(_("Sign in first: who is invited should know by whom."), code="no_owner")
        email, message = _address(email), _letter(message)
        if role not in members.ROLE_KEYS:
            raise Invalid(fields={"role": [_("Choose editor or viewer.")]})
        owner = members.ensure_owner(actor=actor, trip=trip, now=now)
        _refuse_known(actor, trip, email, now)
        pending = TripInvitation.objects.filter(trip=trip, state="pending", expires_at__gt=now).count()
        if pending >= MAX_PENDING:
            raise Conflict(_("%d invitations are waiting for an answer already. Revoke one first.") % pending, code="too_many_pending")
        members.refuse_full(actor=actor, trip=trip)
        _refuse_flood(actor, now)
        token, digest = tokens.new_token()
        row = TripInvitation.objects.create(
            trip=trip, email=email, role=role, message=message, token_hash=digest, invited_by_id=trip.owner_id, expires_at=now + VALID_FOR, created_at=now
        )
        audit.record(actor=actor, action="invitation.sent", row=row, after={"trip": trip.reference, "role": role}, now=now)
        _mail(row, trip, token, inviter=owner.name if owner else "")
    return row


def _address(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(fields={"email": [_("This is not an e-mail address.")]}) from error
    if len(email) > 254:
        raise Invalid(fields={"email": [_("This is not an e-mail address.")]})
    return email


def _letter(text: str) -> str:
    """The message as it may be mailed in our name: plain text without addresses, so that nobody fishes with it."""
    message = "".join(character for character in text.strip() if readable(character) or character == "\n")
    if len(message) > 500:
        raise Invalid(fields={"message": [_("At most 500 characters.")]})
    if has_link(message):
        raise Invalid(fields={"message": [_("Leave out web addresses: the mail has the link to the trip.")]})
    return message


def _refuse_known(actor: Actor, trip: Trip, email: str, now: dt.datetime) -> None:
    if trip.owner is not None and trip.owner.email.lower() == email:
        raise Invalid(fields={"email": [_("This is your own address.")]})
    if TripMember.objects.filter(trip=trip, left_at=None, user__email__iexact=email).exists():
        raise Conflict(_("They are in this trip already."), code="member_already")
    known = TripInvitation.objects.filter(trip=trip, email=email, state="pending").first()
    if known is not None and known.expires_at > now:
        raise Conflict(_("This address is invited already. You can send the invitation again."), code="invited_already")
    if known is not None:
        move(known, INVITATION, "revoked", actor=actor, reason="expired, invited anew", now=now)


def _refuse_flood(actor: Actor, now: dt.datetime) -> None:
    sent = TripInvitation.objects.filter(invited_by=actor.user_id, updated_at__gt=now - dt.timedelta(days=1)).aggregate(sent=Sum("sent_count"))["sent"] or 0
    if sent >= MAX_PER_DAY:
        raise TooManyRequests(_("You sent many invitations today. Go on tomorrow."), code="too_many_invitations", extra={"retry_after": 3600})


def _mail(row: TripInvitation, trip: Trip, token: str, *, inviter: str) -> None:
    """In the language that the inviter speaks: of the invited we know nothing."""
    context = {
        "inviter": harmless(inviter, _("A traveler")),
        "trip_title": harmless(trip.title, _("a trip")),
        "start": trip.start_date.isoformat(),
        "end": trip.end_date.isoformat(),
        "role": row.role,
        "message": row.message,
        "days": VALID_FOR.days,
    }
    outbox.enqueue_mail(
        template="trip_invitation",
        recipient=row.email,
        context=context,
        secrets={"url": f"{settings.PUBLIC_URL}/join/{token}"},
        dedupe_key=f"invitation:{row.pk}:{row.sent_count}",
        language=translation.get_language() or "en",
    )


def _fetch_pending(actor: Actor, reference: str, invitation_id: uuid.UUID) -> tuple[Trip, TripInvitation]:
    trip = fetch_for_change(actor=actor, reference=reference)
    row = TripInvitation.objects.filter(trip=trip, pk=invitation_id).first()
    if row is None or row.state == "revoked":
        raise NotFound
    return trip, row


def resend(*, actor: Actor, reference: str, invitation_id: uuid.UUID, now: dt.datetime | None = None) -> TripInvitation:
    """Mail a pending (or expired) invitation again, with a new link for 14 more days; the link of the mail before stops working.

    The owner only. Raises NotFound, NotAllowed, Conflict (`wrong_state`, `sent_often`), TooManyRequests. Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip, row = _fetch_pending(actor, reference, invitation_id)
        if row.state != "pending":
            raise Conflict(_("This invitation is answered already."), code="wrong_state", extra={"state": row.state})
        if row.sent_count >= MAX_SENT:
            raise Conflict(_("This invitation was sent %d times. Ask them in another way.") % row.sent_count, code="sent_often")
        _refuse_flood(actor, now)
        token, row.token_hash = tokens.new_token()
        row.expires_at, row.sent_count = now + VALID_FOR, row.sent_count + 1
        row.save(update_fields=["token_hash", "expires_at", "sent_count", "updated_at"])
        audit.record(actor=actor, action="invitation.resent", row=row, now=now)
        owner = members.ensure_owner(actor=actor, trip=trip, now=now)
        _mail(row, trip, token, inviter=owner.name if owner else "")
    return row


def revoke(*, actor: Actor, reference: str, invitation_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Take a pending invitation back: its link answers like one that never was. The owner only.

    Raises NotFound (also for one revoked before), NotAllowed, Conflict (`wrong_state`: it was answered). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        _trip, row = _fetch_pending(actor, reference, invitation_id)
        move(row, INVITATION, "revoked", actor=actor, now=now)


def accept(*, actor: Actor, token: str, name: str = "", now: dt.datetime | None = None) -> TripMember:
    """Join the trip by a mailed link: as a user (whatever address the account has), or as a guest of this browser, who looks as a viewer
    until they sign in.

    Guarantees: a link lets one in, once, also when two press at the same moment; who is in the trip already stays in it once, with the
    larger role. Raises NotFound (unknown, used, revoked, expired), NotAllowed (nobody), Invalid (a guest without a name),
    Conflict (`own_trip`, `trip_full`). Records audit entries and tells the owner by mail.
    """
    if not actor.is_user and not actor.visitor:
        raise NotAllowed
    now = now or clock.now()
    row = find_invitation(token, now=now)
    with transaction.atomic():
        trip = Trip.objects.select_for_update(of=("self",)).get(pk=row.trip_id)
        if settings.INVITATIONS_ARE_GUARDED:
            row = find_invitation(token, now=now)  # under the trip's lock: someone may have used it since
        if trip.owner_id == actor.user_id:
            raise Conflict(_("This trip is yours. Send the link to the one you invited."), code="own_trip")
        members.ensure_owner(actor=actor, trip=trip, now=now)
        member = _join(actor, trip, row, name, now)
        taken = TripInvitation.objects.filter(member=member).exists()
        if settings.INVITATIONS_ARE_GUARDED:
            move(row, INVITATION, "accepted", actor=actor, now=now, member=None if taken else member)
        owner = TripMember.objects.filter(trip=trip, role="owner", left_at=None).first()
        if owner is not None:
            tell(actor=actor, template="trip_joined", member=owner, trip=trip, who=member.name, dedupe_key=f"joined:{row.pk}:{member.pk}")
    return member


def _join(actor: Actor, trip: Trip, row: TripInvitation, name: str, now: dt.datetime) -> TripMember:
    """The member that the actor is now: the one they are already, or a new one."""
    who = {"user_id": actor.user_id} if actor.is_user else {"visitor": actor.visitor}
    role = row.role if actor.is_user else "viewer"
    present = TripMember.objects.filter(trip=trip, left_at=None, **who).first()
    if present is not None:
        if (present.role, role) == ("viewer", "editor"):
            TripMember.objects.filter(pk=present.pk).update(role=role, updated_at=now, row_version=present.row_version + 1)
            present.role = role
        return present
    if actor.user_id is not None and not name.strip():
        name = User.objects.get(pk=actor.user_id).get_short_name()
    return members.add_member(actor=actor, trip=trip, name=name, role=role, invited_by=row.invited_by_id, now=now)


def decline(*, actor: Actor, token: str, now: dt.datetime | None = None) -> None:
    """Say no: the link stops working. Raises NotFound. Records an audit entry."""
    now = now or clock.now()
    with transaction.atomic():
        move(find_invitation(token, now=now), INVITATION, "declined", actor=actor, now=now)
