"""What the mails about a booking are given as they are sent: its items in words, its reservations for mail programs, PDF and calendar."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bookings.documents.files import calendar_file, confirmation_pdf, page_url
from bookings.documents.sheet import item_words, written_moment
from bookings.documents.structured import reservations_of
from bookings.queries.receipts import receipt_for_mail
from travelplanner.core.errors import NotFound
from travelplanner.core.lines import has_link
from travelplanner.core.mail_extras import Attachment, Extras
from travelplanner.core.typeset import NotTypeset

logger = logging.getLogger(__name__)


def confirmed_extras(context: Mapping[str, Any]) -> Extras:
    """For `booking_confirmed`. A booking that isn't there any more adds nothing; a PDF that can't be made doesn't hold the mail back."""
    try:
        receipt = receipt_for_mail(str(context.get("reference", "")))
    except NotFound:
        return Extras()
    detail, view = receipt.detail, receipt.confirmation
    if view is None:
        return Extras()
    booking = detail.booking
    files = [Attachment(f"{booking.reference}.ics", "text/calendar", calendar_file(view, detail))]
    try:
        files.insert(0, Attachment(f"{view.confirmation.number}.pdf", "application/pdf", confirmation_pdf(view, detail)))
    except NotTypeset:
        logger.exception("the mail about %s goes without its PDF", booking.reference)
    booked = booking.booked_at or view.confirmation.created_at
    return Extras(
        context={
            "items": [_harmless(item_words(item, now=booked, cancelled=booking.state == "CANCELLED")) for item in detail.items],
            "steps": view.steps_without("mail"),
            "reservations": reservations_of(booking, detail.items, url=page_url(booking)),
            "verify_url": view.verify_url,
            "booked_at": written_moment(booked, booking.trip.timezone),
            "valid_until": written_moment(view.confirmation.valid_until, booking.trip.timezone),
            "has_pdf": len(files) > 1,
        },
        attachments=files,
    )


def _harmless(words: dict[str, Any]) -> dict[str, Any]:
    """Without wishes and names that hold a link: whoever booked typed them, and the address of the mail too."""
    return words | {name: "" for name in ("requests", "who") if has_link(words[name])}
