"""Rows about money and suppliers that the staff admin shows, where no action of an ordinary booking makes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from bookings.models import (
    Booking,
    Collection,
    ExchangeRate,
    FlightDetail,
    PaymentShare,
    SupplierChange,
)
from travelplanner.core import clock


def tell_of_money(booking: Booking, number: int) -> None:
    """One more row in each: a collection with a share, a change by a supplier, a flight, a rate."""
    now = clock.now()
    items = list(booking.items.order_by("pk"))
    collection = Collection.objects.create(booking=booking, state="complete", closes_at=now)
    PaymentShare.objects.create(
        collection=collection, user=booking.user, label="Alice", position=0, amount=booking.total, currency=booking.currency, state="paid", paid_at=now
    )
    SupplierChange.objects.create(item=items[0], kind="note", source="staff", external_id=f"office-{number}", facts={"note": "Ring twice."})
    FlightDetail.objects.get_or_create(item=items[0], defaults={"origin": "DEL", "destination": "VNS", "airline": "Demo Air", "flight_number": "DA 1", "passengers": 2})
    ExchangeRate.objects.create(currency="USD", day=dt.date(2020, 1, 1) + dt.timedelta(days=number), per_eur=Decimal("1.1"), source="ecb")
