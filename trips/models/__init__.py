"""Tables of trips: catalogue, trips and their company, runs, documents, itinerary rows, votes, expenses."""

from .catalogue import ClimateMonth, Destination, DestinationNote, Place, Service, Source, Supplier
from .company import CalendarFeed, ShareLink, TripInvitation, TripMember, TripTraveler
from .document import KINDS, Document, PrivateWish
from .expense import Expense, ExpenseShare, Settlement
from .itinerary import ItineraryDay, ItineraryStop, Leg
from .poll import StopPoll, StopVote
from .run import PlanningRun
from .trip import Trip, TripDestination, TripTransition

__all__ = [
    "KINDS",
    "CalendarFeed",
    "ClimateMonth",
    "Destination",
    "DestinationNote",
    "Document",
    "Expense",
    "ExpenseShare",
    "ItineraryDay",
    "ItineraryStop",
    "Leg",
    "Place",
    "PlanningRun",
    "PrivateWish",
    "Service",
    "Settlement",
    "ShareLink",
    "Source",
    "StopPoll",
    "StopVote",
    "Supplier",
    "Trip",
    "TripDestination",
    "TripInvitation",
    "TripMember",
    "TripTransition",
    "TripTraveler",
]
