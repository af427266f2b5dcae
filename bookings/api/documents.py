"""Files of a booking over the API: the confirmation's PDF, vouchers, tickets, the calendar. Its owner only."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from accounts.files import ACCEPTED
from bookings.documents import files
from bookings.models import ItemDocument
from bookings.queries import item_documents
from bookings.queries.receipts import get_receipt
from travelplanner.core import clock
from travelplanner.core.api.negotiation import AnyAccept
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView
from travelplanner.core.web.private_answers import attachment

PDF = "application/pdf"


class ItemDocumentFileSerializer(serializers.Serializer):
    type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    href = serializers.CharField()


class ItemDocumentSerializer(serializers.Serializer):
    """A ticket, voucher, invoice or receipt of a booked item: a file, or only the number that the supplier gave."""

    documentId = serializers.CharField()
    itemId = serializers.CharField()
    kind = serializers.CharField(help_text="ticket, voucher, invoice, receipt or other")
    title = serializers.CharField()
    number = serializers.CharField(allow_null=True)
    file = ItemDocumentFileSerializer(allow_null=True)
    createdAt = serializers.DateTimeField()


def document_json(row: ItemDocument, reference: str) -> dict[str, object]:
    href = f"/api/bookings/{reference}/documents/{row.pk}"
    return {
        "documentId": str(row.pk),
        "itemId": str(row.item_id),
        "kind": row.kind,
        "title": row.title,
        "number": row.number or None,
        "file": {"type": row.content_type, "size": row.size, "href": href} if row.file_key else None,
        "createdAt": clock.iso(row.created_at),
    }


class BookingDocumentsView(ApiView):
    @extend_schema(operation_id="bookings_documents", parameters=[PAGE, PAGE_SIZE], responses=page_shape(ItemDocumentSerializer))
    def get(self, request: Request, reference: str) -> Response:
        """Tickets, vouchers and invoices of your booking, oldest first."""
        pager = PageNumberPagination()
        page = pager.paginate_queryset(item_documents.list_documents(self.actor, reference), request, view=self)
        return pager.get_paginated_response([document_json(row, reference) for row in page or []])


class BookingDocumentView(ApiView):
    content_negotiation_class = AnyAccept

    @extend_schema(operation_id="bookings_document", responses={(200, kind): OpenApiTypes.BINARY for kind in ACCEPTED})
    def get(self, request: Request, reference: str, document_id: uuid.UUID) -> HttpResponse:
        """One of them, as an attachment. 404 for one that is only a number."""
        row = item_documents.get_document(self.actor, reference, document_id)
        return attachment(item_documents.read_file(row), type=row.content_type, name=item_documents.download_name(row))


class BookingCalendarView(ApiView):
    content_negotiation_class = AnyAccept

    @extend_schema(operation_id="bookings_calendar", responses={(200, "text/calendar"): OpenApiTypes.STR})
    def get(self, request: Request, reference: str) -> HttpResponse:
        """What is booked as a calendar; cancelled items are struck out. 404 while nothing was confirmed."""
        receipt = get_receipt(self.actor, reference)
        return HttpResponse(files.calendar_file(receipt.confirmation, receipt.detail), content_type="text/calendar; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"})


class _Paper(ApiView):
    content_negotiation_class = AnyAccept
    throttle_scope = "paper"

    def get_throttles(self) -> list[BaseThrottle]:
        """Each is typeset when it is asked for, in a process of its own."""
        return [ScopedThrottle()]


class ConfirmationPdfView(_Paper):
    @extend_schema(operation_id="bookings_confirmation_pdf", responses={(200, PDF): OpenApiTypes.BINARY})
    def get(self, request: Request, reference: str) -> HttpResponse:
        """The confirmation on paper, in your language, with a code by which anybody can check it. 404 while nothing was confirmed."""
        receipt = get_receipt(self.actor, reference)
        return attachment(files.confirmation_pdf(receipt.confirmation, receipt.detail), type=PDF, name=f"{receipt.detail.booking.reference}.pdf")


class VoucherPdfView(_Paper):
    @extend_schema(operation_id="bookings_voucher_pdf", responses={(200, PDF): OpenApiTypes.BINARY})
    def get(self, request: Request, reference: str, item_id: uuid.UUID) -> HttpResponse:
        """One item's voucher, for its supplier. 404 while nothing was confirmed."""
        receipt = get_receipt(self.actor, reference)
        item = receipt.detail.item(item_id)
        return attachment(files.voucher_pdf(receipt.confirmation, receipt.detail, item), type=PDF, name=f"{receipt.detail.booking.reference}-{item.confirmation_code}.pdf")
