"""Endpoints of a user's programs, and what was sent to them."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from bookings import rules
from bookings.models import WebhookDelivery, WebhookEndpoint
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound


def list_endpoints(actor: Actor) -> QuerySet[WebhookEndpoint]:
    """The actor's own, newest first."""
    return WebhookEndpoint.objects.filter(rules.mine(actor), removed_at=None).order_by("-created_at", "id")


def get_endpoint(actor: Actor, endpoint_id: uuid.UUID, *, lock: bool = False) -> WebhookEndpoint:
    """One of the actor's own, else NotFound. `lock` inside a transaction that will change it."""
    rows = list_endpoints(actor).select_for_update(of=("self",), no_key=True) if lock else list_endpoints(actor)
    row = rows.filter(pk=endpoint_id).first()
    if row is None:
        raise NotFound
    return row


def list_deliveries(actor: Actor, endpoint_id: uuid.UUID) -> QuerySet[WebhookDelivery]:
    """What was sent to one of the actor's endpoints, newest first, with its log. Raises NotFound."""
    endpoint = get_endpoint(actor, endpoint_id)
    return WebhookDelivery.objects.filter(endpoint=endpoint).select_related("booking").prefetch_related("log").order_by("-created_at", "id")


def get_delivery(actor: Actor, endpoint_id: uuid.UUID, delivery_id: uuid.UUID, *, lock: bool = False) -> WebhookDelivery:
    """One delivery to one of the actor's endpoints, else NotFound."""
    get_endpoint(actor, endpoint_id)
    rows = WebhookDelivery.objects.select_for_update(of=("self",)) if lock else WebhookDelivery.objects.all()
    row = rows.select_related("endpoint").filter(pk=delivery_id, endpoint_id=endpoint_id).first()
    if row is None:
        raise NotFound
    return row
