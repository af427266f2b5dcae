"""`/api/bookings/{reference}/cancellation-quotes`: what comes back, then the cancellation."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions import cancellations
from bookings.api.bookings import KEY
from bookings.api.cancellation_serializers import CancellationQuoteSerializer, CancellationWishSerializer
from bookings.queries.cancellations import QuoteDetail, get_quote
from travelplanner.core import clock, money
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView


def quote_json(detail: QuoteDetail) -> dict[str, Any]:
    """`cancellation_v1`."""
    quote, currency = detail.quote, detail.quote.currency
    return {
        "quoteId": str(quote.pk),
        "bookingId": detail.booking.reference,
        "version": "cancellation_v1",
        "status": detail.status(clock.now()),
        "bookingState": detail.booking.state,
        "whole": quote.whole,
        "refund": money.as_number(quote.refund, currency),
        "fee": money.as_number(quote.fee, currency),
        "currency": currency,
        "lines": [
            {
                "itemId": str(line.item_id),
                "name": line.item.name,
                "type": line.item.type,
                "refund": money.as_number(line.refund, currency),
                "fee": money.as_number(line.fee, currency),
                "currency": currency,
                "refundedBy": line.refunded_by,
                "backBy": line.back_by.isoformat(),
                "why": line.why,
                "accepted": line.accepted,
            }
            for line in detail.lines
        ],
        "refunds": [
            {
                "refundId": refund.transaction_id,
                "amount": money.as_number(refund.amount, refund.currency),
                "currency": refund.currency,
                "state": refund.state,
                "backBy": refund.due_by.isoformat() if refund.due_by else None,
                "settledAt": clock.iso(refund.settled_at) if refund.settled_at else None,
            }
            for refund in detail.refunds
        ],
        "createdAt": clock.iso(quote.created_at),
        "expiresAt": clock.iso(quote.expires_at),
        "confirmedAt": clock.iso(quote.confirmed_at) if quote.confirmed_at else None,
    }


class CancellationQuotesView(ApiView):
    throttle_classes = [ScopedThrottle]  # each offer is a row that stays
    throttle_scope = "book"

    @extend_schema(
        operation_id="cancellation_quote",
        request=CancellationWishSerializer,
        responses={201: CancellationQuoteSerializer},
        description=(
            "Say what comes back of a confirmed booking, or of some of its items: how much, from whom, by when, and what is kept. Nothing is "
            "cancelled. The offer stands until `expiresAt` and replaces older ones; confirm it to cancel."
        ),
    )
    def post(self, request: Request, reference: str) -> Response:
        wish = self.validated(CancellationWishSerializer)
        return Response(quote_json(cancellations.quote_cancellation(actor=self.actor, reference=reference, item_ids=wish["itemIds"])), status=201)


class CancellationQuoteView(ApiView):
    @extend_schema(operation_id="cancellation_quote_retrieve", responses=CancellationQuoteSerializer, description="The offer, and what became of it.")
    def get(self, request: Request, reference: str, quote_id: uuid.UUID) -> Response:
        return Response(quote_json(get_quote(self.actor, reference, quote_id)))


class CancellationConfirmView(ApiView):
    idempotency_required = True

    @extend_schema(
        operation_id="cancellation_confirm",
        parameters=[KEY],
        request=None,
        responses={200: CancellationQuoteSerializer},
        description=(
            "Cancel what the newest offer says, at its word. 409 `quote_expired`, `quote_replaced` or `quote_changed`: nothing was cancelled, ask for "
            "a new one. While another company is asked the booking is CANCELLING; what it refuses stays booked and paid."
        ),
    )
    def post(self, request: Request, reference: str, quote_id: uuid.UUID) -> Response:
        return Response(quote_json(cancellations.confirm_cancellation(actor=self.actor, reference=reference, quote_id=quote_id)))
