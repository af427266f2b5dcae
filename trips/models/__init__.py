"""Tables of trips: catalogue, trips, runs, documents, itinerary rows."""

from .catalogue import ClimateMonth, Destination, DestinationNote, Place, Service, Source, Supplier
from .document import KINDS, Document, PrivateWish
from .itinerary import ItineraryDay, ItineraryStop, Leg
from .run import PlanningRun
from .trip import Trip, TripDestination, TripTransition

__all__ = [
    "KINDS",
    "ClimateMonth",
    "Destination",
    "DestinationNote",
    "Document",
    "ItineraryDay",
    "ItineraryStop",
    "Leg",
    "Place",
    "PlanningRun",
    "PrivateWish",
    "Service",
    "Source",
    "Supplier",
    "Trip",
    "TripDestination",
    "TripTransition",
]
