"""Files of a booking as downloads: confirmation, vouchers, tickets, calendar. Its owner only."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bookings.documents import files
from bookings.queries import item_documents
from bookings.queries.receipts import get_receipt
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from travelplanner.core.web.private_answers import attachment

PDF = "application/pdf"


@login_required
@limited("paper", methods=("GET",))
@require_safe
def download_confirmation(request: HttpRequest, reference: str) -> HttpResponse:
    """The confirmation as a PDF in the reader's language."""
    receipt = get_receipt(actor_of(request), reference)
    return attachment(files.confirmation_pdf(receipt.confirmation, receipt.detail), type=PDF, name=f"{receipt.detail.booking.reference}.pdf")


@login_required
@limited("paper", methods=("GET",))
@require_safe
def download_voucher(request: HttpRequest, reference: str, item_id: uuid.UUID) -> HttpResponse:
    """One item's voucher as a PDF in the reader's language."""
    receipt = get_receipt(actor_of(request), reference)
    item = receipt.detail.item(item_id)
    return attachment(files.voucher_pdf(receipt.confirmation, receipt.detail, item), type=PDF, name=f"{receipt.detail.booking.reference}-{item.confirmation_code}.pdf")


@login_required
@require_safe
def download_document(request: HttpRequest, reference: str, document_id: uuid.UUID) -> HttpResponse:
    """A ticket, voucher or invoice that staff put there."""
    row = item_documents.get_document(actor_of(request), reference, document_id)
    return attachment(item_documents.read_file(row), type=row.content_type, name=item_documents.download_name(row))


@login_required
@require_safe
def download_calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The items of a booking that was confirmed as .ics, struck out where they were cancelled; NotFound for any other."""
    receipt = get_receipt(actor_of(request), reference)
    return HttpResponse(
        files.calendar_file(receipt.confirmation, receipt.detail),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{receipt.detail.booking.reference}.ics"', "X-Content-Type-Options": "nosniff"},
    )
