"""A company that shares the cost of Alice's trip, and the steps it takes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from accounts.models import User
from bookings.actions import collections
from bookings.actions.checkout import PaymentWish
from bookings.actions.collections import ShareWish
from bookings.gateways.payments.book import Book
from bookings.models import Booking, LedgerEntry, Payment, PaymentShare, Refund
from tests.factories.bookings import CONTACT
from travelplanner.core.actor import Actor
from trips.models import Trip, TripMember

DAY = dt.timedelta(hours=24, seconds=1)  # after the time to collect is over


def join(trip: Trip, user: User | None, name: str = "", role: str = "viewer") -> TripMember:
    """Someone of the company; without a user it is a name alone."""
    return TripMember.objects.create(trip=trip, user=user, name=name or (user.first_name if user else "Kid"), role=role, invited_by=trip.owner)


def collect(actor: Actor, trip: Trip, shares: Sequence[ShareWish] | None = None, **kwargs: Any) -> Booking:
    return collections.open_collection(actor=actor, trip_reference=trip.reference, contact=CONTACT, shares=shares, **kwargs)


def share_of(booking: Booking, who: User | str) -> PaymentShare:
    shares = PaymentShare.objects.filter(collection__booking=booking)
    return shares.get(label=who) if isinstance(who, str) else shares.get(user=who)


def pay(actor: Actor, share: PaymentShare, token: str = "tok_success", **kwargs: Any) -> Booking:
    reference = Booking.objects.get(collection__shares=share).reference
    return collections.pay_share(actor=actor, reference=reference, share_id=share.pk, wish=PaymentWish(token=token), **kwargs)


def money_at_rest(book: Book) -> tuple[Decimal, Decimal]:
    """(what our ledger says is at the gateway, what the gateway's own book says), which must be the same."""
    ledger = sum(LedgerEntry.objects.filter(account="gateway").values_list("amount", flat=True), Decimal(0))
    taken = sum((Decimal(line.amount) for line in book.all_charges() if line.status == "succeeded"), Decimal(0))
    back = sum((Decimal(amount) for _key, _charge, amount in book.all_refunds()), Decimal(0))
    return ledger, taken - back


def given_back(booking: Booking) -> bool:
    """Everything that was taken for it is back, once, and the ledger owes nobody."""
    for payment in Payment.objects.filter(booking=booking, state="succeeded"):
        refunds = list(Refund.objects.filter(payment=payment).values_list("state", "amount"))
        if refunds != [("succeeded", payment.captured)]:
            return False
    sums: dict[str, Decimal] = {}
    for account, amount in LedgerEntry.objects.filter(booking=booking).values_list("account", "amount"):
        sums[account] = sums.get(account, Decimal(0)) + amount
    return not any(sums.values())


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}
