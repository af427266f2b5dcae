"""What staff do to the catalogue beyond plain forms: publish, unpublish, change prices of many services at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from travelplanner.core import audit, clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid, NotAllowed
from trips.models import Destination, Place, Service

MOST_DOWN, MOST_UP = Decimal(-90), Decimal(300)


def _require_staff(actor: Actor) -> None:
    if not (actor.is_staff or actor.is_system):
        raise NotAllowed


def publish_destinations(*, actor: Actor, destination_ids: Collection[uuid.UUID], published: bool, now: dt.datetime | None = None) -> int:
    """Show destinations to travelers, or take them out of sight; returns how many changed. Trips that were planned stay as they are.

    Staff and jobs only (NotAllowed). Records an audit entry per destination that changed.
    """
    return _publish(Destination, actor, destination_ids, published, now)


def publish_places(*, actor: Actor, place_ids: Collection[uuid.UUID], published: bool, now: dt.datetime | None = None) -> int:
    """Give places to the planner, or keep them from it; returns how many changed. Itineraries that hold them stay as they are.

    Staff and jobs only (NotAllowed). Records an audit entry per place that changed.
    """
    return _publish(Place, actor, place_ids, published, now)


def _publish(model: type[Destination] | type[Place], actor: Actor, ids: Collection[uuid.UUID], published: bool, now: dt.datetime | None) -> int:
    now = now or clock.now()
    with transaction.atomic():
        rows = list(model._default_manager.select_for_update(of=("self",)).filter(pk__in=ids, published=not published).order_by("pk"))
        _require_staff(actor)
        model._default_manager.filter(pk__in=[row.pk for row in rows]).update(published=published, updated_at=now)
        audit.record_all(
            actor=actor,
            action=f"{model._meta.model_name}.{'published' if published else 'unpublished'}",
            rows=rows,
            before={"published": not published},
            after={"published": published},
            now=now,
        )
    return len(rows)


def change_list_prices(*, actor: Actor, service_ids: Collection[uuid.UUID], percent: Decimal, now: dt.datetime | None = None) -> int:
    """Raise (or, negative, lower) list prices by `percent`, rounded to each currency's own unit; returns how many changed.

    All or none. Dates on which places were held before keep the price of their slot; carts are asked again (`price_changed`).
    Raises NotAllowed (staff and jobs only), Invalid (percent out of -90..300 or 0; a price that would round to nothing or grow too large).
    Records an audit entry per service with both prices.
    """
    now = now or clock.now()
    with transaction.atomic():
        services = list(Service.objects.select_for_update(of=("self",)).filter(pk__in=service_ids).order_by("pk"))
        _require_staff(actor)
        if not percent.is_finite() or not percent or not MOST_DOWN <= percent <= MOST_UP:
            raise Invalid(fields={"percent": [_("Between %(least)s and %(most)s percent, and not 0.") % {"least": MOST_DOWN, "most": MOST_UP}]})
        changed: list[tuple[Service, Decimal]] = []
        for service in services:
            price = money.quantize(service.list_price * (100 + percent) / 100, service.currency)
            if price > money.MAX_AMOUNT or (service.list_price and not price):
                raise Invalid(fields={"percent": [_("“%(name)s” can't cost %(price)s.") % {"name": service.name, "price": f"{price} {service.currency}"}]})
            if price != service.list_price:
                changed.append((service, service.list_price))
                service.list_price, service.updated_at = price, now
        Service.objects.bulk_update([service for service, _old in changed], ["list_price", "updated_at"], batch_size=200)
        audit.record_each(
            actor=actor,
            action="service.repriced",
            changes=[
                (
                    service,
                    {"list_price": str(old)},
                    {"list_price": str(service.list_price), "currency": service.currency, "percent": str(percent)},
                )
                for service, old in changed
            ],
            now=now,
        )
    return len(changed)
