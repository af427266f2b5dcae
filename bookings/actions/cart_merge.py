"""Merging wishes that were made elsewhere (a browser before sign-in, a program that was offline) into the user's cart."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import F

from bookings import rules
from bookings.actions.cart import MOST_LINES
from bookings.actions.locks import changing_cart
from bookings.models import CartItem
from bookings.pricing.quote import Quote, UnfitUse, day_after
from bookings.queries.cart import date_problem
from bookings.queries.inventory import Stock, load_stock, sellable
from bookings.queries.wished import Key, WishedLine
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.models import Service


@dataclass(frozen=True, slots=True)
class MergedLine:
    """What became of a wish. `outcome`: added, raised (the cart's line grew to it), kept (the cart's was as large), dropped (`problem` says why:
    off_sale, in_the_past, too_far_ahead, cart_full, or what UnfitUse says)."""

    wish: WishedLine
    outcome: str
    name: str = ""
    item_id: uuid.UUID | None = None
    problem: str = ""


def merge_lines(*, actor: Actor, lines: Sequence[WishedLine], now: dt.datetime | None = None) -> tuple[MergedLine, ...]:
    """Merge wishes into the actor's cart; says what became of each, in their order.

    A wish is the same line as one of the cart with its service, date and departure, whether that line has a trip or not: then the larger number
    of each counts. Guarantees: merging the same again changes nothing; what can't be sold any more is dropped and said, what is only sold out
    stays and says so in the cart. At most seven statements and one per line that grew. Raises NotAllowed.
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    if not lines:
        return ()
    services, stock = _known(lines)
    with changing_cart(actor=actor):  # another device may merge the same at this moment
        own = list(CartItem.objects.filter(user_id=user_id).order_by("pk"))
        known: dict[Key, CartItem] = {}
        for item in sorted(own, key=lambda item: item.trip_id is not None):  # without a trip first
            known.setdefault((item.service_id, item.booking_date, item.time), item)
        count = len(own)
        fresh: dict[Key, CartItem] = {}
        grown: dict[uuid.UUID, CartItem] = {}
        merged: list[MergedLine] = []
        for wish in lines:
            service = services.get(wish.service_id)
            quoted = _quote(wish, service, stock, now)
            if service is None or isinstance(quoted, str):
                merged.append(MergedLine(wish, "dropped", service.name if service else "", problem=str(quoted)))
                continue
            found = known.get(wish.key)
            if found is None:
                if count >= MOST_LINES:
                    merged.append(MergedLine(wish, "dropped", service.name, problem="cart_full"))
                    continue
                count += 1
                row = known[wish.key] = fresh[wish.key] = _row(user_id, service, wish, quoted, now)
                merged.append(MergedLine(wish, "added", service.name, row.pk))
            elif _grow(found, service, wish, quoted, stock):
                if wish.key not in fresh:
                    grown[found.pk] = found
                merged.append(MergedLine(wish, "raised", service.name, found.pk))
            else:
                merged.append(MergedLine(wish, "kept", service.name, found.pk))
        CartItem.objects.bulk_create(fresh.values())
        _write_grown(grown.values(), now)
    return tuple(merged)


def _known(lines: Iterable[WishedLine]) -> tuple[Mapping[uuid.UUID, Service], Stock]:
    wanted = list(lines)
    found = Service.objects.select_related("supplier", "destination").filter(pk__in={wish.service_id for wish in wanted}, external_reference="")
    services = {service.pk: service for service in found}
    first = min(wish.booking_date for wish in wanted)
    last = max(day_after(wish.booking_date, wish.nights) for wish in wanted)
    return services, load_stock(services.values(), first, last)


def _quote(wish: WishedLine, service: Service | None, stock: Stock, now: dt.datetime) -> Quote | str:
    """The wish's price now, or why it can't be sold."""
    if service is None or not sellable(service):
        return "off_sale"
    if problem := date_problem(service, wish.booking_date, now):
        return problem
    try:
        return stock.quote(service.pk, wish.use(service))
    except UnfitUse as misfit:
        return misfit.code


def _row(user_id: uuid.UUID, service: Service, wish: WishedLine, quoted: Quote, now: dt.datetime) -> CartItem:
    return CartItem(
        user_id=user_id,
        service=service,
        quantity=quoted.use.quantity,
        participants=quoted.use.participants,
        booking_date=wish.booking_date,
        time=wish.time,
        nights=quoted.use.nights,
        special_requests=wish.special_requests[:500],
        price_seen=quoted.charged if wish.price_seen is None else wish.price_seen,
        currency=quoted.currency,
        created_at=now,
    )


def _grow(item: CartItem, service: Service, wish: WishedLine, quoted: Quote, stock: Stock) -> bool:
    """Let the cart's line grow to the wish where that is larger; whether it did."""
    before = (item.quantity, item.participants, item.nights)
    after = tuple(max(have, wanted) for have, wanted in zip(before, (quoted.use.quantity, quoted.use.participants, quoted.use.nights), strict=True))
    if after == before:
        return False
    try:
        whole = stock.quote(service.pk, replace(quoted.use, quantity=after[0], participants=after[1], nights=after[2]))
    except UnfitUse:  # the cart's line doesn't fit any more (the catalogue changed): it says so in the cart, and keeps nobody from signing in
        return False
    item.quantity, item.participants, item.nights = after
    seen = wish.price_seen if whole.use == quoted.use else None  # of exactly this line somebody saw the price; else today's is noted
    item.price_seen = whole.charged if seen is None else seen
    return True


def _write_grown(items: Iterable[CartItem], now: dt.datetime) -> None:
    for item in items:
        CartItem.objects.filter(pk=item.pk).update(
            quantity=item.quantity,
            participants=item.participants,
            nights=item.nights,
            price_seen=item.price_seen,
            updated_at=now,
            row_version=F("row_version") + 1,
        )
