"""The consent of a minor's guardian: said by the owner who is it, or asked for by mail and given on an open page."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import ages, schemas
from accounts.actions.travelers import fetch_traveler
from accounts.models import Traveler, User, UserProfile
from accounts.queries.guardians import find_request, last_day_as_minor
from accounts.queries.profiles import language_of
from travelplanner.core import audit, clock, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound
from travelplanner.core.models import AuditEntry
from travelplanner.core.tokens import new_token, token_hash

BY_LINK = Actor.system("guardian, by link")  # who opens it has no account here
ASK_AGAIN_AFTER = dt.timedelta(minutes=10)
ASKED = "guardian.asked"
CONSENT = ("guardian_consent_at", "guardian_consent_until")


def declare_guardian(*, actor: Actor, traveler_id: uuid.UUID, until: dt.date | None = None, now: dt.datetime | None = None) -> Traveler:
    """The owner says that they are the parent or guardian of this minor and agree to the travels until a day (by default until they come of age).

    Raises NotFound, Conflict (`not_a_minor`, `minor_yourself`), Invalid. Records an audit entry; an open link is closed.
    """
    now = now or clock.now()
    with transaction.atomic():
        traveler = _fetch_minor(actor, traveler_id, now)
        user = User.objects.get(pk=traveler.user_id)
        born = UserProfile.objects.filter(user=user).values_list("date_of_birth", flat=True).first()
        if ages.is_minor(born, now.date()):
            raise Conflict(_("You are under 18 yourself: ask a parent or guardian."), code="minor_yourself")
        traveler.guardian_name, traveler.guardian_email = user.get_full_name()[:200], user.email
        traveler.guardian_consent_at, traveler.guardian_consent_until = now, _until(traveler, until, now)
        _save(traveler, "guardian_name", "guardian_email", "guardian_token_hash", *CONSENT)
        _note(actor, "guardian.declared", traveler, now)
    return traveler


def ask_guardian(*, actor: Actor, traveler_id: uuid.UUID, name: str, email: str, now: dt.datetime | None = None) -> Traveler:
    """Mail a link to the guardian of a minor; it is good for 14 days and one answer, and replaces an earlier one.

    Guarantees: of the token only its hash is stored, the mail's copy is sealed and dropped once sent; an earlier consent ends.
    Raises NotFound, Conflict (`not_a_minor`, `asked_just_now`), Invalid. Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        traveler = _fetch_minor(actor, traveler_id, now)
        cleaned = schemas.cleaned({"guardian_name": name, "guardian_email": email}, {"guardian_name": schemas.name(200, needed=True), "guardian_email": _address})
        if _asked_just_now(traveler, now):
            raise Conflict(_("You asked a moment ago. Wait ten minutes before you ask again."), code="asked_just_now")
        user = User.objects.get(pk=traveler.user_id)
        token, hashed = new_token()
        traveler.guardian_name, traveler.guardian_email = cleaned["guardian_name"], cleaned["guardian_email"]
        traveler.guardian_asked_at, traveler.guardian_consent_at, traveler.guardian_consent_until = now, None, None
        _save(traveler, "guardian_name", "guardian_email", "guardian_asked_at", *CONSENT, link=hashed)
        _note(actor, ASKED, traveler, now)
        outbox.enqueue_mail(
            template="guardian_asked",
            recipient=traveler.guardian_email,
            context={"guardian": traveler.guardian_name, "traveler": traveler.full_name, "asker": user.get_full_name() or user.email, "asker_email": user.email},
            secrets={"url": f"{settings.PUBLIC_URL}/consent/{token}"},
            dedupe_key=f"guardian_asked:{traveler.guardian_token_hash}",
            language=language_of(user.pk),
        )
    return traveler


def answer_request(*, actor: Actor, token: str, given: bool, until: dt.date | None = None, now: dt.datetime | None = None) -> str:
    """The guardian's answer, by whoever holds the link; returns the traveler's name.

    Guarantees: counts once: of two answers at the same moment one wins. Raises NotFound (the same for unknown, answered and expired links),
    Invalid. Records an audit entry; tells the owner by mail.
    """
    now = now or clock.now()
    with transaction.atomic():
        request = find_request(token, now=now)
        traveler = Traveler.objects.select_for_update().get(pk=request.traveler.pk)
        if traveler.guardian_token_hash != token_hash(token):  # answered, or asked anew, while we waited for the lock
            raise NotFound
        traveler.guardian_consent_at = now if given else None
        traveler.guardian_consent_until = _until(traveler, until, now) if given else None
        _save(traveler, *CONSENT)
        _note(BY_LINK, "guardian.gave" if given else "guardian.refused", traveler, now)
        outbox.enqueue_mail(
            template="guardian_answered",
            recipient=request.asker_email,
            context={
                "name": request.traveler.user.get_short_name(),
                "guardian": traveler.guardian_name,
                "traveler": traveler.full_name,
                "given": given,
                "until": traveler.guardian_consent_until.isoformat() if traveler.guardian_consent_until else "",
                "url": f"{settings.PUBLIC_URL}/account/travelers/{traveler.pk}",
            },
            dedupe_key=f"guardian_answered:{token_hash(token)}",
            language=language_of(traveler.user_id),
        )
    return request.traveler_name


def take_back_consent(*, actor: Actor, traveler_id: uuid.UUID, now: dt.datetime | None = None) -> Traveler:
    """The owner ends what a guardian said, or closes a link that is still open. Raises NotFound. Records an audit entry."""
    now = now or clock.now()
    with transaction.atomic():
        traveler = fetch_traveler(actor=actor, traveler_id=traveler_id)
        traveler.guardian_consent_at = traveler.guardian_consent_until = traveler.guardian_asked_at = None
        traveler.guardian_name = traveler.guardian_email = ""
        _save(traveler, "guardian_name", "guardian_email", "guardian_asked_at", *CONSENT)
        _note(actor, "guardian.taken_back", traveler, now)
    return traveler


def _fetch_minor(actor: Actor, traveler_id: uuid.UUID, now: dt.datetime) -> Traveler:
    if actor.user_id is None:
        raise NotAllowed
    traveler = fetch_traveler(actor=actor, traveler_id=traveler_id)
    if not ages.is_minor(traveler.date_of_birth, now.date()):
        raise Conflict(_("A guardian's consent is for travelers under 18. Enter the birth date first."), code="not_a_minor")
    return traveler


def _asked_just_now(traveler: Traveler, now: dt.datetime) -> bool:
    """By the audit: the row forgets that it asked when the question is taken back, and the stranger's mailbox does not."""
    noted = AuditEntry.objects.filter(object_type=traveler._meta.label_lower, object_id=str(traveler.pk), action=ASKED)
    return noted.filter(created_at__gt=now - ASK_AGAIN_AFTER).exists()


def _until(traveler: Traveler, until: dt.date | None, now: dt.datetime) -> dt.date:
    """The day a consent ends with, never later than the last day as a minor."""
    if traveler.date_of_birth is None:
        raise NotFound
    latest = last_day_as_minor(traveler.date_of_birth)
    if until is None:
        return latest
    if until < now.date():
        raise Invalid(fields={"until": [_("This day is over.")]})
    return min(until, latest)


def _address(value: object) -> str:
    plain = schemas.email(value)
    if not plain:
        raise schemas.Misfit(_("This is needed."))
    return plain


def _save(traveler: Traveler, *fields: str, link: str = "") -> None:
    """One version more; the open link becomes the one with this hash, or none."""
    traveler.guardian_token_hash = link
    traveler.row_version += 1
    traveler.save(update_fields=[*{*fields, "guardian_token_hash"}, "row_version", "updated_at"])


def _note(actor: Actor, action: str, traveler: Traveler, now: dt.datetime) -> None:
    until = traveler.guardian_consent_until
    audit.record(actor=actor, action=action, row=traveler, after={"until": until.isoformat() if until else None}, now=now)
