"""What people do with their papers: add, change, remove, and the file of each. One path for their own and their travelers'."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import document_entries as entries
from accounts.actions.consents import decide
from accounts.consent_texts import current_version
from accounts.files import Refused
from accounts.gateways import file_cleaner
from accounts.models import TravelDocument, TravelerDocument, User, UserDocument
from accounts.queries import documents as queries
from accounts.queries.consents import has_consent
from accounts.queries.documents import Holder, get_holder
from accounts.states import DOCUMENT_CHECK
from travelplanner.core import audit, clock, private_files, sealed, transitions
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound, Stale


def add_document(
    *, actor: Actor, traveler_id: uuid.UUID | None = None, values: Mapping[str, Any], agreed: bool = False, how: str = "api", now: dt.datetime | None = None
) -> TravelDocument:
    """Add a paper to one's own (`traveler_id` None) or to a traveler of one's own; `values` by entries.FIELDS, `type` at least.

    `agreed` gives the consent to keeping papers with it, `how` says where ("page", "api"). Raises NotFound, Invalid (`consent_needed`; also for
    a number that this person has already), Conflict (`too_many_documents`). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        holder = _locked_holder(actor, traveler_id)
        _ensure_consent(actor, holder, agreed=agreed, how=how, now=now)
        found = entries.checked({**entries.EMPTY, **values}, today=now.date())
        if _usage(holder)[0] >= settings.DOCUMENTS_PER_USER:
            raise Conflict(
                ngettext("We keep up to %(count)d document for you. Remove one first.", "We keep up to %(count)d documents for you. Remove one first.", settings.DOCUMENTS_PER_USER)
                % {"count": settings.DOCUMENTS_PER_USER},
                code="too_many_documents",
            )
        _refuse_twice(holder, None, found)
        row = holder.model(**holder.columns, **found, created_at=now)
        row.save(force_insert=True)
        audit.record(actor=actor, action="document.added", row=row, after={"type": row.type}, now=now)
    return row


def change_document(
    *, actor: Actor, traveler_id: uuid.UUID | None = None, document_id: uuid.UUID, row_version: int, values: Mapping[str, Any], now: dt.datetime | None = None
) -> TravelDocument:
    """Change entries. One that was checked, sent back or expired is to be looked at again when they changed.

    Raises NotFound, Stale (someone changed it since `row_version`), Invalid. Records an audit entry with the fields' names.
    """
    now = now or clock.now()
    with transaction.atomic():
        holder = _locked_holder(actor, traveler_id)
        row = _locked(holder, document_id)
        if row.row_version != row_version:
            raise Stale
        present = {name: getattr(row, name) for name in entries.FIELDS if name != "number"}
        number = queries.number_of(row)
        wanted = {**present, "number": number.full or "", **values}
        found = entries.checked(wanted, today=now.date(), known=present)
        changed = [name for name in entries.FIELDS if name != "number" and found[name] != present[name]]
        # A number that can't be read any more stays as it is unless a new one is given.
        if "number" in values and (not number.readable or found["number"] != number.full):
            changed.append("number")
        if not changed:
            return row
        _refuse_twice(holder, row, found)
        for name in changed:
            setattr(row, name, found[name])
        columns = [*changed, "updated_at", *(["number_index"] if "number" in changed else [])]
        if "expires_on" in changed:
            row.reminded_at = row.reminded_days = None
            columns += ["reminded_at", "reminded_days"]
        _save(row, columns, actor=actor, reason="entries changed", now=now)
        audit.record(actor=actor, action="document.changed", row=row, after={"fields": sorted(changed)}, now=now)
    return row


def remove_document(*, actor: Actor, traveler_id: uuid.UUID | None = None, document_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Empty and hide it, and let its file go. What stays says when it was checked, by whom, and that it is gone.

    Raises NotFound, also the second time. Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        row = _locked(_locked_holder(actor, traveler_id), document_id)
        key = row.file_key
        for name, value in {**entries.EMPTY, **_NO_FILE, "reminded_at": None, "reminded_days": None, "type": row.type, "removed_at": now}.items():
            setattr(row, name, value)
        row.row_version += 1
        row.save()
        audit.record(actor=actor, action="document.removed", row=row, now=now)
        private_files.delete_after_commit(key)


_NO_FILE: dict[str, Any] = {"file_key": "", "file_type": "", "file_size": 0}


def put_file(
    *, actor: Actor, traveler_id: uuid.UUID | None = None, document_id: uuid.UUID, data: bytes, row_version: int | None = None, now: dt.datetime | None = None
) -> TravelDocument:
    """Keep a cleaned copy of this file, in place of the one before; a paper that was checked is to be looked at again.

    What it is is decided by its content (JPEG, PNG, WebP, PDF); metadata, scripts and attachments are left behind. The decoders run in a
    process of their own, before the transaction. Raises NotFound, Stale, Invalid (field `file`, code `file_<why>`), Conflict (`storage_full`).
    """
    now = now or clock.now()
    row = queries.get_document(get_holder(actor, traveler_id), document_id)
    try:
        cleaned = file_cleaner.clean(data, max_bytes=settings.DOCUMENT_MAX_BYTES)
    except Refused as refusal:
        sentence = entries.refusal_words(refusal.code)
        raise Invalid(sentence, code=f"file_{refusal.code}", fields={"file": [sentence]}) from refusal
    with private_files.stored(cleaned.data, context=queries.file_context(row)) as key, transaction.atomic():
        holder = _locked_holder(actor, traveler_id)
        _ensure_consent(actor, holder, agreed=False, how="", now=now)
        row = _locked(holder, document_id)
        if row_version is not None and row.row_version != row_version:
            raise Stale
        if _usage(holder)[1] - row.file_size + len(cleaned.data) > settings.DOCUMENT_BYTES_PER_USER:
            raise Conflict(_("There is no room for this file: your documents take up all the space we keep for you. Remove a file first."), code="storage_full")
        old = row.file_key
        row.file_key, row.file_type, row.file_size = key, cleaned.type, len(cleaned.data)
        _save(row, [*_NO_FILE, "updated_at"], actor=actor, reason="file changed", now=now)
        audit.record(actor=actor, action="document.file_put", row=row, after={"type": row.file_type, "bytes": row.file_size}, now=now)
        private_files.delete_after_commit(old)
    return row


def remove_file(*, actor: Actor, traveler_id: uuid.UUID | None = None, document_id: uuid.UUID, now: dt.datetime | None = None) -> TravelDocument:
    """Let the file go and keep the entries; nobody can check them then. Raises NotFound, also when there is no file."""
    now = now or clock.now()
    with transaction.atomic():
        row = _locked(_locked_holder(actor, traveler_id), document_id)
        if not row.file_key:
            raise NotFound
        old = row.file_key
        for name, value in _NO_FILE.items():
            setattr(row, name, value)
        _save(row, [*_NO_FILE, "updated_at"], actor=actor, reason="file removed", now=now)
        audit.record(actor=actor, action="document.file_removed", row=row, now=now)
        private_files.delete_after_commit(old)
    return row


def _ensure_consent(actor: Actor, holder: Holder, *, agreed: bool, how: str, now: dt.datetime) -> None:
    if has_consent(holder.user_id, "documents"):
        return
    if not agreed:
        says = _("We keep papers only with your consent, which you have not given or have taken back.")
        raise Invalid(says, code="consent_needed", fields={"documents_consent": [says]})
    decide(actor=actor, purpose="documents", given=True, text_version=current_version("documents"), how=how, now=now)


def _save(row: TravelDocument, columns: list[str], *, actor: Actor, reason: str, now: dt.datetime) -> None:
    """Write and raise the version once, whether the state moves with it or not."""
    over = row.expires_on is not None and row.expires_on < now.date()
    again = DOCUMENT_CHECK.allows(row.state, "pending") and not over
    if not again:
        row.row_version += 1
        columns = [*columns, "row_version"]
    row.save(update_fields=columns)
    if again:
        transitions.move(row, DOCUMENT_CHECK, "pending", actor=actor, reason=reason, now=now)


def _locked_holder(actor: Actor, traveler_id: uuid.UUID | None) -> Holder:
    """With a lock on the user: what one may keep is counted one request after the other."""
    holder = get_holder(actor, traveler_id)
    User.objects.select_for_update().filter(pk=holder.user_id).values("pk").first()
    return holder


def _locked(holder: Holder, document_id: uuid.UUID) -> TravelDocument:
    row = holder.rows.select_for_update().filter(pk=document_id).first()
    if row is None:
        raise NotFound
    return row


def _usage(holder: Holder) -> tuple[int, int]:
    """Documents and bytes of the user, travelers' included."""
    own = UserDocument.objects.filter(user=holder.user_id).aggregate(n=Count("pk"), size=Sum("file_size"))
    theirs = TravelerDocument.objects.filter(traveler__user=holder.user_id).aggregate(n=Count("pk"), size=Sum("file_size"))
    return own["n"] + theirs["n"], (own["size"] or 0) + (theirs["size"] or 0)


def _refuse_twice(holder: Holder, row: TravelDocument | None, found: Mapping[str, Any]) -> None:
    """The same number twice for one person and kind is a slip; a family's insurance may well carry one number for all."""
    same = holder.rows.filter(sealed.matching(holder.model, "number_index", found["number"]), type=found["type"], country=found["country"])
    if same.exclude(pk__in=[row.pk] if row else []).exists():
        raise Invalid(fields={"number": [_("You have this number here already. Open that document to change it.")]}, code="number_twice")
