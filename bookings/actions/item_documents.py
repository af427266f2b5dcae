"""Tickets, vouchers and invoices of booked items: staff adds and removes them, the traveler downloads them."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.document_entries import refusal_words
from accounts.files import Clean, Refused
from accounts.gateways import file_cleaner
from bookings import rules
from bookings.models import BookingItem, ItemDocument
from bookings.queries.item_documents import OWNER
from travelplanner.core import audit, clock, private_files
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from travelplanner.core.lines import one_line

MOST = 20  # documents of one item
KINDS = frozenset(kind for kind, _label in ItemDocument.KINDS)


def add_document(
    *, actor: Actor, item_id: uuid.UUID, kind: str, title: str, number: str = "", data: bytes | None = None, now: dt.datetime | None = None
) -> ItemDocument:
    """Staff puts a ticket, voucher, invoice or receipt beside an item: a file, or only the number that the supplier gave, or both.

    What a file is is decided by its content (JPEG, PNG, WebP, PDF); metadata, scripts and attachments are left behind, in a process of its own and
    before the transaction; the cleaned copy is sealed. Raises NotAllowed, NotFound, Conflict (`wrong_state` before the booking is confirmed,
    `too_many_documents`), Invalid (`file_<why>` for a refused file). Records an audit entry.
    """
    now = now or clock.now()
    rules.require_staff(actor)
    title, number = one_line(title)[:120], one_line(number)[:80]
    cleaned = _cleaned(data) if data is not None else None
    row = ItemDocument(kind=kind, title=title, number=number, added_by=f"staff {actor.user_id}"[:60], created_at=now)
    if cleaned is None:
        _write(actor, row, item_id, now)
        return row
    with private_files.stored(cleaned.data, context=OWNER.context(row.pk)) as key:
        row.file_key, row.content_type, row.size = key, cleaned.type, len(cleaned.data)
        _write(actor, row, item_id, now)
    return row


def remove_document(*, actor: Actor, document_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Staff takes a document away, with its file. Raises NotAllowed, NotFound, also the second time. Records an audit entry."""
    now = now or clock.now()
    rules.require_staff(actor)
    with transaction.atomic():
        row = ItemDocument.objects.select_for_update().filter(pk=document_id).first()
        if row is None:
            raise NotFound
        audit.record(actor=actor, action="item_document.removed", row=row, before={"kind": row.kind, "item": str(row.item_id)}, now=now)
        private_files.delete_after_commit(row.file_key)
        row.delete()


def open_document(*, actor: Actor, document_id: uuid.UUID, now: dt.datetime | None = None) -> ItemDocument:
    """Staff looks at a document; the look is an audit entry. Raises NotAllowed, NotFound."""
    rules.require_staff(actor)
    with transaction.atomic():
        row = ItemDocument.objects.select_related("item").filter(pk=document_id).first()
        if row is None:
            raise NotFound
        audit.record(actor=actor, action="item_document.opened", row=row, now=now)
    return row


def _cleaned(data: bytes) -> Clean:
    try:
        return file_cleaner.clean(data, max_bytes=settings.DOCUMENT_MAX_BYTES)
    except Refused as refusal:
        sentence = refusal_words(refusal.code)
        raise Invalid(sentence, code=f"file_{refusal.code}", fields={"file": [sentence]}) from refusal


def _write(actor: Actor, row: ItemDocument, item_id: uuid.UUID, now: dt.datetime) -> None:
    with transaction.atomic():
        item = BookingItem.objects.select_for_update(of=("self",)).filter(pk=item_id).first()
        if item is None:
            raise NotFound
        if item.state == "pending":
            raise Conflict(_("This isn't booked yet: there is nothing to put beside it."), code="wrong_state", extra={"state": item.state})
        if item.documents.count() >= MOST:
            raise Conflict(_("There are %(most)d documents beside this item already. Remove one first.") % {"most": MOST}, code="too_many_documents")
        faults: dict[str, list[str]] = {}
        if row.kind not in KINDS:
            faults["kind"] = [_("Choose what it is.")]
        if not row.title:
            faults["title"] = [_("Say in a few words what it is.")]
        if not row.number and not row.file_key:
            faults["file"] = [_("Send a file, or enter the number that the supplier gave.")]
        if faults:
            raise Invalid(fields=faults)
        row.item = item
        row.save(force_insert=True)
        audit.record(actor=actor, action="item_document.added", row=row, after={"kind": row.kind, "type": row.content_type, "bytes": row.size, "item": str(item.pk)}, now=now)
