"""`/api/webhook-endpoints`: where a user's programs are told of their bookings."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from bookings.actions import webhook_deliveries, webhook_endpoints
from bookings.announced import EVENTS
from bookings.models import WebhookDelivery, WebhookEndpoint
from bookings.queries import webhooks as queries
from bookings.states import WEBHOOK_DELIVERY
from travelplanner.core.api import etags
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView


class WebhookEndpointSerializer(serializers.Serializer):
    """`events` empty = all. `disabled_reason` says who or what switched it off."""

    id = serializers.UUIDField(read_only=True)
    url = serializers.CharField(max_length=500)
    description = serializers.CharField(max_length=120, required=False, allow_blank=True)
    events = serializers.ListField(child=serializers.ChoiceField(choices=list(EVENTS)), required=False, max_length=len(EVENTS))
    enabled = serializers.BooleanField(read_only=True)
    disabled_reason = serializers.CharField(read_only=True)
    failures_in_row = serializers.IntegerField(read_only=True)
    previous_secret_until = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    row_version = serializers.IntegerField(read_only=True)


class WebhookEndpointChangeSerializer(WebhookEndpointSerializer):
    """What is left out stays. Switching it on forgets its failures."""

    enabled = serializers.BooleanField(required=False)


class WebhookEndpointWithSecretSerializer(WebhookEndpointSerializer):
    """The one time that the secret is shown."""

    secret = serializers.CharField(read_only=True)


class WebhookAttemptSerializer(serializers.Serializer):
    """`status` null = no answer; `error` says why."""

    number = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()
    milliseconds = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class WebhookDeliverySerializer(serializers.Serializer):
    """`id` is what the receiver sees as `Webhook-Id`; `body` is what was signed, byte for byte."""

    id = serializers.UUIDField()
    event_id = serializers.UUIDField()
    event = serializers.CharField()
    state = serializers.ChoiceField(choices=list(WEBHOOK_DELIVERY.states))
    booking = serializers.CharField(allow_null=True)
    body = serializers.CharField()
    attempts = serializers.IntegerField()
    log = WebhookAttemptSerializer(many=True)
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)


ENDPOINT_COLUMNS = (
    "id", "url", "description", "events", "enabled", "disabled_reason", "failures_in_row", "previous_secret_until", "created_at", "updated_at", "row_version",
)  # fmt: skip
ATTEMPT_COLUMNS = ("number", "status", "error", "milliseconds", "created_at")
DELIVERY_COLUMNS = ("id", "event_id", "event", "state", "body", "attempts", "created_at", "delivered_at")


def endpoint_json(row: WebhookEndpoint) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ENDPOINT_COLUMNS}


def delivery_json(row: WebhookDelivery) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in DELIVERY_COLUMNS},
        "booking": row.booking.reference if row.booking else None,
        "log": [{name: getattr(attempt, name) for name in ATTEMPT_COLUMNS} for attempt in row.log.all()],
    }


def _answer(row: WebhookEndpoint, *, secret: str = "", status: int = 200) -> Response:
    headers = {"ETag": etags.etag(row.pk, row.row_version)}
    if status == 201:
        headers["Location"] = f"/api/webhook-endpoints/{row.pk}"
    return Response(endpoint_json(row) | ({"secret": secret} if secret else {}), status=status, headers=headers)


class LimitedView(ApiView):
    """Its POSTs make us ask another machine, so they are limited."""

    throttle_classes = [ScopedThrottle]
    throttle_scope = "ping"

    def get_throttles(self) -> list[BaseThrottle]:
        return super().get_throttles() if self.request.method == "POST" else []


class WebhookEndpointList(LimitedView):
    @extend_schema(operation_id="list_webhook_endpoints", parameters=[PAGE, PAGE_SIZE], responses=page_shape(WebhookEndpointSerializer))
    def get(self, request: Request) -> Response:
        """Your endpoints, newest first; never their secrets."""
        pages = PageNumberPagination()
        page = pages.paginate_queryset(queries.list_endpoints(self.actor), request, view=self)
        return pages.get_paginated_response([endpoint_json(row) for row in page or ()])

    @extend_schema(operation_id="create_webhook_endpoint", request=WebhookEndpointSerializer, responses={201: WebhookEndpointWithSecretSerializer})
    def post(self, request: Request) -> Response:
        """Add one, at most ten. The answer holds its secret, this once: it signs what we send."""
        made = webhook_endpoints.add_endpoint(actor=self.actor, **self.validated(WebhookEndpointSerializer))
        return _answer(made.endpoint, secret=made.secret, status=201)


class WebhookEndpointDetail(ApiView):
    @extend_schema(operation_id="get_webhook_endpoint", responses=WebhookEndpointSerializer)
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """One endpoint."""
        return _answer(queries.get_endpoint(self.actor, endpoint_id))

    @extend_schema(
        operation_id="change_webhook_endpoint",
        parameters=[etags.IF_MATCH],
        request=WebhookEndpointChangeSerializer(partial=True),
        responses=WebhookEndpointSerializer,
    )
    def patch(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Change it, or switch it on or off."""
        row = queries.get_endpoint(self.actor, endpoint_id)
        etags.require_match(request, etags.etag(row.pk, row.row_version))
        changes = self.validated(WebhookEndpointChangeSerializer, partial=True)
        return _answer(webhook_endpoints.change_endpoint(actor=self.actor, endpoint_id=endpoint_id, row_version=row.row_version, changes=changes))

    @extend_schema(operation_id="delete_webhook_endpoint", responses={204: None})
    def delete(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Remove it. A second time answers 404."""
        webhook_endpoints.remove_endpoint(actor=self.actor, endpoint_id=endpoint_id)
        return Response(status=204)


class WebhookSecretRotation(LimitedView):
    @extend_schema(operation_id="rotate_webhook_secret", request=None, responses=WebhookEndpointWithSecretSerializer)
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """A new secret, shown this once. For 24 hours both sign, so that the receiver can change over."""
        made = webhook_endpoints.rotate_secret(actor=self.actor, endpoint_id=endpoint_id)
        return _answer(made.endpoint, secret=made.secret)


class WebhookPing(LimitedView):
    @extend_schema(operation_id="ping_webhook_endpoint", request=None, responses={202: WebhookDeliverySerializer})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Send a test event (`ping`); how it went is in the deliveries a moment later."""
        return Response(delivery_json(webhook_deliveries.send_ping(actor=self.actor, endpoint_id=endpoint_id)), status=202)


class WebhookDeliveries(ApiView):
    @extend_schema(operation_id="list_webhook_deliveries", parameters=[PAGE, PAGE_SIZE], responses=page_shape(WebhookDeliverySerializer))
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """What was sent there, newest first, with every attempt."""
        pages = PageNumberPagination()
        page = pages.paginate_queryset(queries.list_deliveries(self.actor, endpoint_id), request, view=self)
        return pages.get_paginated_response([delivery_json(row) for row in page or ()])


class WebhookReplay(LimitedView):
    @extend_schema(operation_id="replay_webhook_delivery", request=None, responses={202: WebhookDeliverySerializer})
    def post(self, request: Request, endpoint_id: uuid.UUID, delivery_id: uuid.UUID) -> Response:
        """Send one again: the same body, the same `Webhook-Id`. 409 while it still waits."""
        return Response(delivery_json(webhook_deliveries.replay_delivery(actor=self.actor, endpoint_id=endpoint_id, delivery_id=delivery_id)), status=202)
