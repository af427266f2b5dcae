"""What staff does with people's papers: look (each look is recorded), check, send back with a reason."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rules
from accounts.models import TravelDocument, TravelerDocument, User, UserDocument
from accounts.queries import documents as queries
from accounts.queries.consents import has_consent
from accounts.queries.letters import addressee_of, owner_of, paper_context
from accounts.states import DOCUMENT_CHECK
from travelplanner.core import audit, clock, outbox, transitions
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound
from travelplanner.core.models import AuditEntry

LOOKED, OPENED = "document.looked_at", "document.file_looked_at"
LONGEST_REASON = 300
MODELS: dict[str, type[UserDocument] | type[TravelerDocument]] = {"user": UserDocument, "traveler": TravelerDocument}


@dataclass(frozen=True, slots=True)
class Look:
    """A paper as staff sees it, with its number in full."""

    row: TravelDocument
    number: queries.Number
    owner: User


def look_at_document(*, actor: Actor, kind: str, document_id: uuid.UUID, now: dt.datetime | None = None) -> Look:
    """Show a paper with its number in full. Records an audit entry with the version that was seen. Raises NotFound, NotAllowed, Conflict (`no_consent`)."""
    with transaction.atomic():
        row = _fetched(actor, kind, document_id)
        _need_consent(row)
        audit.record(actor=actor, action=LOOKED, row=row, after={"version": row.row_version}, now=now)
    return Look(row, queries.number_of(row), owner_of(row))


def open_file(*, actor: Actor, kind: str, document_id: uuid.UUID, now: dt.datetime | None = None) -> tuple[TravelDocument, bytes]:
    """The file, unsealed. Records an audit entry with the version that was seen. Raises NotFound, NotAllowed, Conflict (`no_consent`)."""
    with transaction.atomic():
        row = _fetched(actor, kind, document_id)
        _need_consent(row)
        if not row.file_key:
            raise NotFound
        audit.record(actor=actor, action=OPENED, row=row, after={"version": row.row_version}, now=now)
    return row, queries.read_file(row)


def verify_document(*, actor: Actor, kind: str, document_id: uuid.UUID, now: dt.datetime | None = None) -> TravelDocument:
    """Say that entries and paper agree.

    Guarantees: whoever says so has seen this version of the entries and of the file; the owner can't change it unseen in between.
    Raises NotFound, NotAllowed, Conflict (`no_file`, `not_looked_at`, `no_consent`, `expired`, wrong state). Records history; mails the owner.
    """
    now = now or clock.now()
    with transaction.atomic():
        row = _fetched(actor, kind, document_id, lock=True)
        if not row.file_key:
            raise Conflict(_("There is no file to compare with. Send it back and ask for one."), code="no_file")
        _need_consent(row)
        if row.expires_on and row.expires_on < now.date():
            raise Conflict(_("This document has expired."), code="expired")
        # Before the look is asked for, the state: what is verified already needs no second look to be refused.
        if DOCUMENT_CHECK.allows(row.state, "verified") and not _has_seen(actor, row):
            raise Conflict(_("It changed since you looked at it, or you have not looked at its file yet. Look at it first."), code="not_looked_at")
        transitions.move(row, DOCUMENT_CHECK, "verified", actor=actor, reason="entries and file agree", now=now)
        _tell_owner(row, "document_verified", {}, now=now)
    return row


def reject_document(*, actor: Actor, kind: str, document_id: uuid.UUID, reason: str, now: dt.datetime | None = None) -> TravelDocument:
    """Send it back with a reason that its owner reads.

    Raises NotFound, NotAllowed, Conflict (wrong state), Invalid (no reason, or one that holds the number). Records history; mails the owner.
    """
    now, reason = now or clock.now(), " ".join(reason.split())
    with transaction.atomic():
        row = _fetched(actor, kind, document_id, lock=True)
        if not DOCUMENT_CHECK.allows(row.state, "rejected"):
            transitions.move(row, DOCUMENT_CHECK, "rejected", actor=actor, now=now)  # raises Conflict with the words of the table
        if not reason:
            raise Invalid(fields={"reason": [_("Say what is wrong and what to do, for the owner to read.")]})
        if len(reason) > LONGEST_REASON:
            raise Invalid(fields={"reason": [_("At most 300 signs.")]})
        if _names_number(reason, row):
            raise Invalid(fields={"reason": [_("Leave the number out: this goes into a mail and into the history.")]})
        transitions.move(row, DOCUMENT_CHECK, "rejected", actor=actor, reason=reason, now=now)
        _tell_owner(row, "document_rejected", {"reason": reason}, now=now)
    return row


def _fetched(actor: Actor, kind: str, document_id: uuid.UUID, *, lock: bool = False) -> TravelDocument:
    if not rules.may_check_documents(actor):
        raise NotAllowed
    model = MODELS[kind]
    rows = model.objects.select_related("user" if model is UserDocument else "traveler__user")
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=document_id).first()
    if row is None:
        raise NotFound
    return row


def _has_seen(actor: Actor, row: TravelDocument) -> bool:
    looks = AuditEntry.objects.filter(object_type=row._meta.label_lower, object_id=str(row.pk), actor_id=actor.user_id, action__in=(LOOKED, OPENED))
    return {action for action, after in looks.values_list("action", "after") if after.get("version") == row.row_version} == {LOOKED, OPENED}


def _need_consent(row: TravelDocument) -> None:
    if not has_consent(owner_of(row).pk, "documents"):
        raise Conflict(_("Its owner took back the consent that our staff looks at papers."), code="no_consent")


def _names_number(text: str, row: TravelDocument) -> bool:
    number = "".join(sign for sign in (queries.number_of(row).full or "").upper() if sign.isalnum())
    return len(number) >= 4 and number in "".join(sign for sign in text.upper() if sign.isalnum())


def _tell_owner(row: TravelDocument, template: str, more: dict[str, str], *, now: dt.datetime) -> None:
    owner = owner_of(row)
    to = addressee_of(owner)
    if to.wants_mail:
        outbox.enqueue_mail(
            template=template,
            recipient=owner.email,
            context={**paper_context(row, to), **more},
            dedupe_key=f"{template}:{row.pk}:{row.row_version}",
            language=to.language,
        )
