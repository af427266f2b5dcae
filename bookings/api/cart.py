"""`/api/cart`."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions import cart as actions
from bookings.actions.cart_merge import merge_lines
from bookings.api.cart_serializers import (
    CartChangeSerializer,
    CartItemSerializer,
    CartMergeSerializer,
    CartSerializer,
    CartWishSerializer,
    FilledCartSerializer,
    FromItinerarySerializer,
    MergeAnswerSerializer,
)
from bookings.api.representations import cart_json, filled_json, line_json
from bookings.queries import cart as queries
from bookings.queries.cart import CartLine
from bookings.queries.wished import WishedLine
from travelplanner.core.api import etags
from travelplanner.core.api.views import ApiView

EMPTIED = OpenApiResponse(description="Done; nothing to say.")


def _answer(line: CartLine, status: int) -> Response:
    return Response(line_json(line), status=status, headers={"ETag": etags.etag(line.item.pk, line.item.row_version)})


class CartView(ApiView):
    @extend_schema(responses=CartSerializer, description="The cart, priced at this moment.")
    def get(self, request: Request) -> Response:
        return Response(cart_json(queries.get_cart(self.actor)))

    @extend_schema(
        request=CartWishSerializer,
        responses={201: CartItemSerializer, 200: CartItemSerializer},
        description="Set a line. A line is known by trip, service, date and departure: 201 when it is new, 200 when it was there.",
    )
    def post(self, request: Request) -> Response:
        wish: dict[str, Any] = dict(self.validated(CartWishSerializer))
        trip_reference = wish.pop("trip_id") or ""
        line, created = actions.add_line(actor=self.actor, trip_reference=trip_reference, **wish)
        return _answer(line, 201 if created else 200)

    @extend_schema(operation_id="empty_cart", responses={204: EMPTIED}, description="Empty the cart.")
    def delete(self, request: Request) -> Response:
        actions.clear_cart(actor=self.actor)
        return Response(status=204)


class CartItemView(ApiView):
    @extend_schema(
        request=CartChangeSerializer, responses=CartItemSerializer, description="Change a line; fields that aren't sent stay. If-Match is honoured."
    )
    def put(self, request: Request, item_id: uuid.UUID) -> Response:
        changes = dict(self.validated(CartChangeSerializer))
        if "trip_id" in changes:
            changes["trip_reference"] = changes.pop("trip_id") or ""
        row_version = None
        if request.headers.get("If-Match"):
            item = queries.get_line(self.actor, item_id).item
            etags.require_match(request, etags.etag(item.pk, item.row_version))
            row_version = item.row_version
        return _answer(actions.change_line(actor=self.actor, item_id=item_id, changes=changes, row_version=row_version), 200)

    @extend_schema(operation_id="remove_cart_item", responses={204: EMPTIED}, description="Take a line out; 404 the second time.")
    def delete(self, request: Request, item_id: uuid.UUID) -> Response:
        actions.remove_line(actor=self.actor, item_id=item_id)
        return Response(status=204)


class CartFromItineraryView(ApiView):
    @extend_schema(
        request=FromItinerarySerializer,
        responses=FilledCartSerializer,
        description=(
            "Put all of the trip's chosen itinerary into the cart. Lines of other trips and what was added to this one stay, and so does what the traveler set of a "
            "line (people, units, nights, requests, a date or time of their own): only what the plan moved, added or dropped changes, and `changes` says what. "
            "What was taken out of the cart stays out until it is added again."
        ),
    )
    def post(self, request: Request) -> Response:
        wish = self.validated(FromItinerarySerializer)
        return Response(filled_json(actions.fill_from_itinerary(actor=self.actor, trip_reference=wish["tripId"])))


class CartMergeView(ApiView):
    @extend_schema(
        request=CartMergeSerializer,
        responses=MergeAnswerSerializer,
        description="Merge lines that were kept elsewhere: where the cart has the line already, the larger numbers count; what can't be sold any more is dropped. Merging the same again changes nothing.",
    )
    def post(self, request: Request) -> Response:
        wishes = [WishedLine(**wish) for wish in self.validated(CartMergeSerializer)["items"]]
        merged = merge_lines(actor=self.actor, lines=wishes)
        told = [{"index": n, "outcome": one.outcome, "item_id": one.item_id, "problem": one.problem or None} for n, one in enumerate(merged)]
        return Response({"merged": told, "cart": cart_json(queries.get_cart(self.actor))})
