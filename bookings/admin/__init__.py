"""Bookings, money and inventory in the staff admin; the dashboard and the navigation of the whole."""

from . import bookings, inventory, payments

__all__ = ["bookings", "inventory", "payments"]
