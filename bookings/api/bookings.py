"""`/api/bookings`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from bookings.actions import checkout
from bookings.actions.collections import open_collection
from bookings.api.booking_serializers import (
    BookingConfirmationSerializer,
    BookingSerializer,
    BookingSummarySerializer,
    NewBookingSerializer,
    PaymentStepSerializer,
)
from bookings.api.representations import booking_json, booking_summary_json, confirmation_json
from bookings.queries import bookings as queries
from bookings.queries.confirmations import get_confirmation
from bookings.states import BOOKING
from travelplanner.core.api.pagination import PageNumberPagination
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView
from travelplanner.core.errors import Invalid

KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="Makes a repeated request count once (72 hours).")
PAGE = inline_serializer(
    "BookingPage",
    {
        "count": serializers.IntegerField(),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "results": BookingSummarySerializer(many=True),
    },
)


def wish_of(payment: Mapping[str, Any] | None) -> checkout.PaymentWish:
    """How to pay, from a validated body."""
    if payment is None:
        return checkout.PaymentWish()
    kind = "mock" if payment["method"] == "MOCK_PAYMENT_GATEWAY" else payment["method"]
    return checkout.PaymentWish(kind, payment["token"], payment["cardNumber"])


class BookingsView(ApiView):
    idempotency_required = True
    throttle_classes = [ScopedThrottle]
    throttle_scope = "book"

    def get_throttles(self) -> list[BaseThrottle]:
        """A booking writes a mail to whoever it names, so making them is limited; reading isn't."""
        return super().get_throttles() if self.request.method == "POST" else []

    @extend_schema(
        operation_id="bookings_list",
        parameters=[
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
            OpenApiParameter("state", str, enum=list(BOOKING.states)),
            OpenApiParameter("tripId", str),
        ],
        responses=PAGE,
        description="Your bookings, newest first. `total` is what was booked; `standingTotal`, `refunded` and `refundPending` say what became of it.",
    )
    def get(self, request: Request) -> Response:
        state = request.query_params.get("state", "")
        if state and state not in BOOKING.states:
            raise Invalid(fields={"state": [_("This is not a state of bookings.")]})
        rows = queries.booking_rows(self.actor, states=(state,) if state else (), trip_reference=request.query_params.get("tripId", ""))
        pages = PageNumberPagination()
        page: Any = pages.paginate_queryset(rows, request, view=self)  # type: ignore[arg-type]  # a Listing counts and slices, which is all that a pager asks
        return pages.get_paginated_response([booking_summary_json(row) for row in page or ()])

    @extend_schema(
        parameters=[KEY],
        request=NewBookingSerializer,
        responses={201: BookingSerializer},
        description=(
            "Book the trip's cart lines, or its itinerary where the cart has none of it: places are held, the budget is locked, the payment is "
            "made, the booking confirmed. With `collect` nothing is charged now: the trip's company pays in shares, see `/collection`. A second step or an unknown outcome answers PAYMENT_PENDING with `nextAction`; a decline FAILED. "
            "What costs another price than the cart or the plan showed is 409 `price_changed` with old and new, until `acceptedTotal` agrees to the sum; a price in the body changes nothing. "
            "`travelers` are optional. Whether they are ready to travel changes from day to day: ask `/api/trips/{tripId}/readiness`."
        ),
    )
    def post(self, request: Request) -> Response:
        wish = self.validated(NewBookingSerializer)
        wanted: dict[str, Any] = {
            "actor": self.actor,
            "trip_reference": wish["tripId"],
            "contact": checkout.Contact(**wish["userContact"]),
            "travelers": [checkout.NamedTraveler(who["travelerId"], who["firstName"], who["lastName"], who["type"]) for who in wish.get("travelers", ())],
            "request_key": request.headers["Idempotency-Key"],
            "accepted_total": wish["acceptedTotal"],
            "shown": wish["shown"],
        }
        if wish["collect"] is None:
            booking = checkout.book_trip(**wanted, wish=wish_of(wish["payment"]))
        elif wish["payment"] is not None:
            raise Invalid(fields={"payment": [_("Leave this out when the cost is shared: each pays their own share.")]})
        else:
            booking = open_collection(**wanted, shares=wish["collect"]["shares"])
        return Response(booking_json(queries.get_booking(self.actor, booking.reference)), status=201)


class BookingView(ApiView):
    @extend_schema(
        operation_id="bookings_retrieve",
        responses=BookingSerializer,
        description=(
            "A booking of yours with its items, payment, history and what came back. `lockedBudget.total` and `paymentDetails.amount` stay what was booked; "
            "`standingTotal` is what still stands, `refunded` and `refundPending` sum up `refunds`. Paid in shares: see `collection`."
        ),
    )
    def get(self, request: Request, reference: str) -> Response:
        return Response(booking_json(queries.get_booking(self.actor, reference)))


class BookingPaymentsView(ApiView):
    idempotency_required = True
    throttle_classes = [ScopedThrottle]  # each try asks the payment company
    throttle_scope = "pay"

    @extend_schema(
        operation_id="bookings_pay",
        parameters=[KEY],
        request=PaymentStepSerializer,
        responses={200: BookingSerializer},
        description="Pay a booking that waits for its payment, approve the second step, or ask what became of a payment.",
    )
    def post(self, request: Request, reference: str) -> Response:
        step = self.validated(PaymentStepSerializer)
        checkout.pay_booking(actor=self.actor, reference=reference, wish=wish_of(step), approved=step["approved"])
        return Response(booking_json(queries.get_booking(self.actor, reference)))


class BookingConfirmationView(ApiView):
    @extend_schema(
        operation_id="bookings_confirmation",
        responses=BookingConfirmationSerializer,
        description="The confirmation of a booking that was paid, as it was given then; 404 before. `validUntil` ends the confirmation, not the booking.",
    )
    def get(self, request: Request, reference: str) -> Response:
        return Response(confirmation_json(get_confirmation(self.actor, reference)))
