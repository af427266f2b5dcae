"""What a booking's owner, and the programs they named, are told of: stable names, with how loud it is said."""

from __future__ import annotations

EVENTS = {
    "booking.confirmed": "normal",
    "booking.failed": "high",
    "booking.expired": "normal",
    "booking.cancelled": "normal",
    "booking.partly_cancelled": "normal",
    "booking.completed": "low",
    "booking.changed": "high",  # a supplier's change: `facts.kind` says which
    "collection.opened": "normal",
    "collection.complete": "normal",
    "collection.given_back": "high",
    "payment.disputed": "high",
    "refund.paid": "normal",
}
MAILED = frozenset({"booking.confirmed", "booking.cancelled", "booking.partly_cancelled"})  # events that have a mail of their own
LOUD = frozenset({"high", "critical"})  # what else goes out as a mail too, if its reader takes mail
