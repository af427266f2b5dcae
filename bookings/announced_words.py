"""What is announced, in the words of the active language. Pure but for that: a title and a message, without money and without names of people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

TITLES = {
    "booking.confirmed": lazy("Booked: %(trip)s"),
    "booking.failed": lazy("Not booked: %(trip)s"),
    "booking.expired": lazy("The time to pay ended: %(trip)s"),
    "booking.cancelled": lazy("Cancelled: %(trip)s"),
    "booking.partly_cancelled": lazy("Partly cancelled: %(trip)s"),
    "booking.completed": lazy("Your trip is over: %(trip)s"),
    "booking.changed": lazy("Something changed: %(trip)s"),
    "collection.opened": lazy("Shares are being collected: %(trip)s"),
    "collection.complete": lazy("Every share is paid: %(trip)s"),
    "collection.given_back": lazy("The shares go back: %(trip)s"),
    "payment.disputed": lazy("A payment is disputed: %(trip)s"),
    "refund.paid": lazy("A refund is on its way: %(trip)s"),
}
MESSAGES = {
    "booking.confirmed": lazy("Booking %(reference)s is paid and confirmed. Every place is yours."),
    "booking.failed": lazy("Booking %(reference)s could not be made. The places and the budget are free again; what was taken goes back."),
    "booking.expired": lazy("Booking %(reference)s was not paid in time. The places and the budget are free again; you can book anew."),
    "booking.cancelled": lazy("Booking %(reference)s is cancelled. Its page says what comes back, from whom, and by when."),
    "booking.partly_cancelled": lazy("A part of booking %(reference)s is cancelled; the rest stands. Its page says which."),
    "booking.completed": lazy("Booking %(reference)s is completed. We hope that it was a good journey."),
    "booking.changed": lazy("A supplier changed a part of booking %(reference)s. Its page says what is different now."),
    "collection.opened": lazy("Everyone's share of booking %(reference)s can be paid now. It is booked when the last one is in."),
    "collection.complete": lazy("The last share of booking %(reference)s is in."),
    "collection.given_back": lazy("Not every share of booking %(reference)s came in time. What was paid goes back to whoever paid it."),
    "payment.disputed": lazy("A payment of booking %(reference)s was disputed at the bank. Until that is settled, please look at the booking's page."),
    "refund.paid": lazy("A refund for booking %(reference)s was sent. Banks take some days to show it."),
}
CHANGES = {  # of `booking.changed`, by `facts.kind`: title, message
    "flight_delay": (lazy("Flight delayed: %(trip)s"), lazy("A flight of booking %(reference)s leaves at another time. Its page says when.")),
    "gate_change": (lazy("Gate changed: %(trip)s"), lazy("A flight of booking %(reference)s leaves from another gate. Its page says from which.")),
    "schedule_change": (
        lazy("Schedule changed: %(trip)s"),
        lazy("A supplier moved a part of booking %(reference)s to another time. Its page says when."),
    ),
    "cancelled": (
        lazy("Called off by the supplier: %(trip)s"),
        lazy("A supplier called off a part of booking %(reference)s. Its page says which, and what comes back."),
    ),
}


def words_of(event: str, facts: Mapping[str, Any], *, trip: str, reference: str) -> tuple[str, str]:
    """Title (at most 255 characters) and message. `event` is a key of `announced.EVENTS`; an unknown kind of change gets the general words."""
    title, message = TITLES[event], MESSAGES[event]
    if event == "booking.changed":
        title, message = CHANGES.get(str(facts.get("kind")), (title, message))
    gaps = {"trip": trip.strip() or _("your trip"), "reference": reference}
    return (str(title) % gaps)[:255], str(message) % gaps
