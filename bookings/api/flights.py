"""`/api/trips/{tripId}/flights`: what other companies fly, found for a trip's party, and into its cart."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions import offers
from bookings.actions.offers import FoundOffer
from bookings.api.cart_serializers import CartItemSerializer
from bookings.api.representations import line_json, payable_json
from bookings.api.services import read_date
from bookings.queries.flight_wish import read_ages
from travelplanner.core.api.serializers import ErrorSerializer, MoneySerializer
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView
from trips.queries.trips import get_trip


class FlightOfferSerializer(serializers.Serializer):
    """`price` is the whole party's; times are the airports' own clocks with their zones; `offerId` stands until `expiresAt`."""

    offerId = serializers.CharField()
    airline = serializers.CharField()
    name = serializers.CharField()
    flightNumbers = serializers.ListField(child=serializers.CharField())
    departure = serializers.DateTimeField()
    arrival = serializers.DateTimeField()
    returnDeparture = serializers.DateTimeField(allow_null=True)
    stops = serializers.IntegerField()
    people = serializers.IntegerField()
    price = MoneySerializer()
    cancellable = serializers.BooleanField()
    expiresAt = serializers.DateTimeField(allow_null=True)


class FlightOffersSerializer(serializers.Serializer):
    results = FlightOfferSerializer(many=True)


class FlightChoiceSerializer(serializers.Serializer):
    offerId = serializers.CharField(max_length=200)


def offer_json(found: FoundOffer) -> dict[str, Any]:
    offer = found.offer
    return {
        "offerId": found.key,
        "airline": offer.supplier_name,
        "name": offer.name,
        "flightNumbers": list(offer.flight_numbers),
        "departure": offer.starts_at.isoformat(),
        "arrival": offer.details.get("arrives_at") or offer.ends_at.isoformat(),
        "returnDeparture": offer.return_at.isoformat() if offer.return_at else None,
        "stops": offer.stops,
        "people": offer.people,
        "price": payable_json(offer.total, offer.currency),
        "cancellable": offer.cancellable,
        "expiresAt": offer.expires_at,
    }


class TripFlights(ApiView):
    throttle_classes = [ScopedThrottle]
    throttle_scope = "flights"

    @extend_schema(
        operation_id="trip_flights",
        parameters=[
            OpenApiParameter("origin", OpenApiTypes.STR, required=True, description="airport, three letters"),
            OpenApiParameter("destination", OpenApiTypes.STR, required=True, description="airport, three letters"),
            OpenApiParameter("date", OpenApiTypes.DATE, required=True),
            OpenApiParameter("return", OpenApiTypes.DATE),
            OpenApiParameter("childAges", OpenApiTypes.STR, description="ages of those who aren't adults, with commas between them"),
        ],
        responses={200: FlightOffersSerializer, 409: ErrorSerializer},
        description="Flights for the trip's travelers, cheapest first. 409 `supplier_off` where no company that sells flights is connected.",
    )
    def get(self, request: Request, reference: str) -> Response:
        asked = request.query_params
        get_trip(self.actor, reference, whole=False)  # first of all: whose trip it isn't learns nothing of what is missing
        found = offers.search_offers(
            actor=self.actor,
            trip_reference=reference,
            origin=asked.get("origin", "")[:10],
            destination=asked.get("destination", "")[:10],
            first=read_date(asked.get("date", ""), "date"),
            last=read_date(asked["return"], "return") if asked.get("return") else None,
            child_ages=read_ages(asked.get("childAges", "")),
        )
        return Response({"results": [offer_json(one) for one in found]})

    @extend_schema(
        operation_id="choose_trip_flight",
        request=FlightChoiceSerializer,
        responses={201: CartItemSerializer},
        description="Put an offer into the cart, to this trip, at its price now. 409 `offer_expired` when it doesn't stand any more.",
    )
    def post(self, request: Request, reference: str) -> Response:
        wish = self.validated(FlightChoiceSerializer)
        line = offers.choose_offer(actor=self.actor, trip_reference=reference, key=wish["offerId"])
        return Response(line_json(line), status=201)
