"""Lines of a cart that isn't in the database: a browser's before sign-in, a program's that was offline."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookings.models import CartItem
from bookings.pricing.quote import Use
from bookings.queries.cart import Cart, price_lines
from trips.models import Service

Key = tuple[uuid.UUID, dt.date, str]


@dataclass(frozen=True, slots=True)
class WishedLine:
    """A line that isn't in a user's cart yet. `price_seen` None = nobody was shown a price that we vouch for; then today's is noted."""

    service_id: uuid.UUID
    booking_date: dt.date
    time: str = ""
    nights: int = 1
    quantity: int | None = None
    participants: int = 1
    price_seen: Decimal | None = None
    special_requests: str = ""

    @property
    def key(self) -> Key:
        return self.service_id, self.booking_date, self.time

    def use(self, service: Service) -> Use:
        units = self.quantity if self.quantity is not None else self.participants if service.unit == "person" else -(-self.participants // service.sleeps)
        return Use(self.booking_date, units, self.participants, self.nights if service.unit == "room_night" else 1, self.time)


def price_wished(lines: Sequence[WishedLine], *, now: dt.datetime | None = None) -> Cart:
    """The lines priced at this moment, as a cart of rows that aren't stored; what doesn't exist any more is left out. Three statements."""
    if not lines:
        return Cart(())
    found = Service.objects.select_related("supplier", "destination", "place").filter(pk__in={wish.service_id for wish in lines})
    services = {service.pk: service for service in found}
    items = [_item(wish, services[wish.service_id]) for wish in lines if wish.service_id in services]
    return Cart(price_lines(sorted(items, key=lambda item: (item.booking_date, item.time)), now=now))


def _item(wish: WishedLine, service: Service) -> CartItem:
    use = wish.use(service)
    return CartItem(
        service=service,
        quantity=use.quantity,
        participants=use.participants,
        booking_date=use.first,
        time=use.time,
        nights=use.nights,
        price_seen=wish.price_seen if wish.price_seen is not None else Decimal(0),
        currency=service.currency,
    )
