"""Catalogue and trips in the staff admin."""

from . import company, destinations, expenses, places, services, trips

__all__ = ["company", "destinations", "expenses", "places", "services", "trips"]
