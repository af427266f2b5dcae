"""The sums after the storm: what the gateway took, what went back, what is confirmed, what is held; by each one's own books."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.db.models import F, Sum

from bookings.gateways.payments.book import Book
from bookings.gateways.suppliers.mock import MockSupplier
from bookings.models import Booking, BookingItem, Hold, LedgerEntry, Payment, Refund, ServiceSlot
from bookings.queries.inventory import overbooked
from bookings.states import OPEN, UNSETTLED
from travelplanner.core.models import OutboxMessage

ZERO = Decimal(0)


@dataclass
class Verdict:
    """Money in EUR. `faults` is empty when all is equal."""

    captured: Decimal = ZERO
    refunded: Decimal = ZERO
    confirmed: Decimal = ZERO
    held: int = 0
    places: int = 0
    states: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def expect(self, what: str, left: object, right: object) -> None:
        if left != right:
            self.faults.append(f"{what}: {left} is not {right}")


def judge(title: str, gateway: Path, supplier: Path) -> Verdict:
    """Add up what the trips called `title` came to and hold it against the gateway's and the supplier's own books."""
    found, book = Verdict(), Book(gateway)
    charges = {line.key: Decimal(line.amount) for line in book.all_charges() if line.status == "succeeded"}
    found.captured = sum(charges.values(), ZERO)
    found.refunded = sum((Decimal(amount) for _key, _charge, amount in book.all_refunds()), ZERO)
    bookings = Booking.objects.filter(trip__title=title)
    items = BookingItem.objects.filter(booking__in=bookings)
    found.states = Counter(bookings.values_list("state", flat=True))
    kept = [item for item in items.select_related("booking") if item.booking.state in ("CONFIRMED", "CANCELLED")]
    fees = Refund.objects.filter(payment__booking__in=bookings, cause="cancellation").aggregate(back=Sum("amount"))["back"] or ZERO
    found.confirmed = sum((item.total for item in kept), ZERO) - fees  # what stands, and what was kept of what was cancelled
    found.expect("captured - refunded, confirmed", found.captured - found.refunded, found.confirmed)

    found.places = sum(item.quantity for item in items.filter(state="confirmed"))
    found.held = Hold.objects.filter(item__booking__in=bookings, state__in=["active", "consumed"]).aggregate(sum=Sum("quantity"))["sum"] or 0
    slots = ServiceSlot.objects.filter(service__destination__in=bookings.values("items__service__destination"))
    found.expect("holds, places of confirmed items", found.held, found.places)
    found.expect("holds, places taken", found.held, slots.aggregate(sum=Sum("taken"))["sum"] or 0)
    found.expect("overbooked slots", overbooked(), [])

    for state, count in found.states.items():
        if state in OPEN or state == "CANCELLING":
            found.faults.append(f"{count} bookings are still {state}")
    payments = Payment.objects.filter(booking__in=bookings)
    found.expect("undecided payments", payments.filter(state__in=UNSETTLED).count(), 0)
    found.expect("unsettled refunds", Refund.objects.filter(payment__in=payments, state__in=[*UNSETTLED, "failed"]).count(), 0)
    found.expect("charges at the gateway, charges here", sorted(charges), sorted(str(pk) for pk in payments.filter(state="succeeded").values_list("pk", flat=True)))
    for booking in bookings.filter(state__in=["FAILED", "EXPIRED"]).filter(payments__captured__gt=F("payments__refunded")):
        found.faults.append(f"{booking.reference} is {booking.state} and keeps money")
    ledger = LedgerEntry.objects.filter(booking__in=bookings)
    found.expect("ledger's sum", ledger.aggregate(sum=Sum("amount"))["sum"] or 0, 0)
    at_gateway = ledger.filter(account="gateway").aggregate(sum=Sum("amount"))["sum"] or ZERO
    found.expect("money at the gateway by the ledger", Decimal(at_gateway).quantize(Decimal("0.01")), (found.captured - found.refunded).quantize(Decimal("0.01")))

    orders = Counter(MockSupplier(supplier).orders().values())
    found.expect("orders at the other company, items confirmed", orders["booked"], items.filter(state="confirmed").exclude(adapter="").count())
    found.expect("orders only held at the other company", orders["held"], 0)
    confirmed = {f"booking_confirmed:{pk}" for pk in bookings.exclude(booked_at=None).values_list("pk", flat=True)}
    found.expect("mails sent, bookings made", OutboxMessage.objects.filter(dedupe_key__in=confirmed, state="sent").count(), len(confirmed))
    return found
