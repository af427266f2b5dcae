"""`/api/notifications`: what we told someone."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import notifications
from accounts.api.me import SignedIn
from accounts.models import Notification
from accounts.models.notification import PRIORITIES
from accounts.queries import notifications as queries
from accounts.states import NOTIFICATION
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.errors import Invalid

COLUMNS = (
    "id", "notification_type", "priority", "title", "message", "action_url", "channels", "delivery_status", "status", "scheduled_for", "sent_at", "read_at",
    "created_at",
)  # fmt: skip


class NotificationSerializer(serializers.Serializer):
    """`action_url` is a path of this site."""

    id = serializers.UUIDField()
    notification_type = serializers.CharField()
    priority = serializers.ChoiceField(choices=PRIORITIES)
    title = serializers.CharField()
    message = serializers.CharField()
    action_url = serializers.CharField()
    channels = serializers.DictField(child=serializers.BooleanField())
    delivery_status = serializers.DictField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=list(NOTIFICATION.states))
    unread = serializers.BooleanField()
    scheduled_for = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


PAGE_OF_NOTIFICATIONS = inline_serializer(
    "NotificationPage",
    {
        "count": serializers.IntegerField(),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "unread_count": serializers.IntegerField(),
        "results": NotificationSerializer(many=True),
    },
)


def notification_json(row: Notification) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in COLUMNS}, "unread": row.status in queries.UNREAD}


class NotificationList(SignedIn):
    @extend_schema(
        operation_id="list_notifications",
        parameters=[PAGE, PAGE_SIZE, OpenApiParameter("unread", OpenApiTypes.BOOL)],
        responses=PAGE_OF_NOTIFICATIONS,
    )
    def get(self, request: Request) -> Response:
        """What we told you, newest first, without what you dismissed. `unread_count` is of all, whatever is filtered."""
        asked = request.query_params.get("unread", "")
        if asked not in ("", "true", "false"):
            raise Invalid(fields={"unread": [_("Choose one of: %s.") % "true, false"]})
        rows = queries.notification_rows(self.actor, unread={"true": True, "false": False}.get(asked))
        pages = PageNumberPagination()
        page: Any = pages.paginate_queryset(rows, request, view=self)  # type: ignore[arg-type]  # a Listing counts and slices, which is all that a pager asks
        answer = pages.get_paginated_response([notification_json(row) for row in page or ()])
        answer.data["unread_count"] = queries.count_unread(self.user_id)
        return answer


class NotificationRead(SignedIn):
    @extend_schema(operation_id="read_notification", request=None, responses=NotificationSerializer)
    def post(self, request: Request, notification_id: uuid.UUID) -> Response:
        """Mark one as read; again changes nothing. 409 when it was dismissed."""
        return Response(notification_json(notifications.read_notification(actor=self.actor, notification_id=notification_id)))


class NotificationDismiss(SignedIn):
    @extend_schema(operation_id="dismiss_notification", request=None, responses=NotificationSerializer)
    def post(self, request: Request, notification_id: uuid.UUID) -> Response:
        """Put one away; it leaves the list."""
        return Response(notification_json(notifications.dismiss_notification(actor=self.actor, notification_id=notification_id)))


class NotificationsReadAll(SignedIn):
    @extend_schema(operation_id="read_all_notifications", request=None, responses=inline_serializer("ReadAll", {"read": serializers.IntegerField()}))
    def post(self, request: Request) -> Response:
        """Mark all as read; says how many were not."""
        return Response({"read": notifications.read_all_notifications(actor=self.actor)})
