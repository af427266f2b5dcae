"""Shares of a payment: what their states do when money comes or the booking ends. Inside the caller's transaction, which holds the trip."""

from __future__ import annotations

import datetime as dt

from bookings.actions.announcements import announce
from bookings.actions.share_mails import tell_paid, tell_payers
from bookings.models import Booking, Collection, Payment, PaymentShare
from bookings.states import COLLECTION, SHARE
from travelplanner.core.actor import Actor
from travelplanner.core.transitions import move, move_all


def note_share_paid(*, actor: Actor, payment: Payment, now: dt.datetime) -> bool:
    """The money of a share is there; returns whether it was the last one."""
    share = PaymentShare.objects.select_for_update(of=("self",)).select_related("collection").get(payments=payment)
    move(share, SHARE, "paid", actor=actor, now=now, paid_at=now)
    last = not share.collection.shares.exclude(state="paid").exists()
    if not last or payment.booking.saga_open:  # else "all of it is booked" says it too, in a moment
        tell_paid(actor=actor, payment=payment, now=now)
    if not last:
        return False
    move(share.collection, COLLECTION, "complete", actor=actor, reason="all shares are paid", now=now)
    announce(actor=actor, booking=payment.booking, event="collection.complete", now=now)
    return True


def close_shares(*, actor: Actor, booking: Booking, now: dt.datetime) -> None:
    """The booking ended: what wasn't paid is dropped, what was paid goes back (the refunds are `settlement.close_booking`'s)."""
    collection = Collection.objects.filter(booking=booking).first()
    if collection is None:
        return
    shares = list(collection.shares.all())
    move_all([share for share in shares if share.state == "due"], SHARE, "dropped", actor=actor, now=now)
    move_all([share for share in shares if share.state == "paid"], SHARE, "given_back", actor=actor, now=now)
    if collection.state != "given_back":
        move(collection, COLLECTION, "given_back", actor=actor, reason="the booking ended", now=now)
    announce(actor=actor, booking=booking, event="collection.given_back", now=now)
    tell_payers(actor=actor, booking=booking, happened="given_back", now=now)
