"""Tickets, vouchers and invoices of booked items, for who made the booking."""

from __future__ import annotations

import re
import uuid

from django.db.models import QuerySet

from accounts.files import EXTENSIONS
from bookings import rules
from bookings.models import Booking, BookingItem, ItemDocument
from travelplanner.core import private_files
from travelplanner.core.actor import Actor
from travelplanner.core.crypto import CannotDecrypt
from travelplanner.core.errors import NotFound

OWNER = private_files.Owner("bookings.ItemDocument", "file_key")


def list_documents(actor: Actor, reference: str) -> QuerySet[ItemDocument]:
    """What is kept for the actor's booking, oldest first, each with its item. NotFound for another's and for none."""
    reference = reference[:20].replace("\x00", "")
    if not BookingItem.objects.filter(rules.mine(actor, "booking__"), booking__reference=reference).exists():
        raise NotFound
    return ItemDocument.objects.filter(item__booking__reference=reference).select_related("item")


def documents_of(booking: Booking) -> list[ItemDocument]:
    """What is kept for a booking that the reader may see, oldest first. One statement."""
    return list(ItemDocument.objects.filter(item__booking=booking))


def get_document(actor: Actor, reference: str, document_id: uuid.UUID) -> ItemDocument:
    """One of them, or NotFound."""
    mine = ItemDocument.objects.filter(rules.mine(actor, "item__booking__"), item__booking__reference=reference[:20].replace("\x00", ""))
    row = mine.select_related("item").filter(pk=document_id).first()
    if row is None:
        raise NotFound
    return row


def read_file(row: ItemDocument) -> bytes:
    """The kept copy. NotFound when there is none, `file_unreadable` when it is damaged or another row's."""
    if not row.file_key:
        raise NotFound
    try:
        return private_files.read(row.file_key, context=OWNER.context(row.pk))
    except (private_files.Missing, CannotDecrypt) as error:
        raise NotFound(code="file_unreadable") from error


def download_name(row: ItemDocument) -> str:
    """A name of our own making: letters, digits and dashes ("ticket-1A2B3C4D5E.pdf"); what staff called the file stays with us."""
    return f"{row.kind}-{re.sub(r'[^A-Za-z0-9]', '', row.item.confirmation_code)}.{EXTENSIONS.get(row.content_type, 'bin')}"
