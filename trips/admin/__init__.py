"""Catalogue and trips in the staff admin."""

from . import destinations, places, services, trips

__all__ = ["destinations", "places", "services", "trips"]
