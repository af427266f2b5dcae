"""Bookings, money and inventory in the staff admin; the dashboard and the navigation of the whole."""

from . import bookings, cancellations, gateways, inventory, payments, steps, webhooks

__all__ = ["bookings", "cancellations", "gateways", "inventory", "payments", "steps", "webhooks"]
