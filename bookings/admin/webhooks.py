"""Webhooks out: whose programs are told, what was sent to them, how each try went. Secrets and addresses' answers are shown to nobody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import action

from bookings.actions import webhook_deliveries
from bookings.announced import EVENTS
from bookings.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from travelplanner.core.admin.base import ReadOnlyAdmin, ReadOnlyInline, staff_actor
from travelplanner.core.admin.buttons import button
from travelplanner.core.admin.columns import state_column
from travelplanner.core.admin.filters import words_filter


class AttemptInline(ReadOnlyInline):
    model = WebhookAttempt
    fields = ("number", "status", "error", "milliseconds", "created_at")
    tab = False
    verbose_name_plural = _("attempts")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    hidden = ("secret", "previous_secret")
    select = ("user",)
    list_display = ("url", "user", "enabled", "failures_in_row", "disabled_reason", "created_at")
    list_filter = (("enabled", BooleanRadioFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("url", "user__email", "=id")
    ordering = ("-created_at",)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    select = ("endpoint", "booking")
    list_display = ("event", "endpoint", state_column(), "attempts", "booking", "created_at", "delivered_at")
    list_filter = (("state", ChoicesDropdownFilter), words_filter("event", _("event"), [*EVENTS, webhook_deliveries.PING]), ("created_at", RangeDateTimeFilter))
    search_fields = ("=id", "=event_id", "booking__reference", "endpoint__user__email", "endpoint__url")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    inlines = (AttemptInline,)
    actions = ("replay_selected",)
    actions_detail = ("replay",)

    @action(description=_("Send again"), permissions=("operate",))
    def replay_selected(self, request: HttpRequest, queryset: Any) -> None:
        self.perform_each(request, queryset, lambda row: webhook_deliveries.replay_by_staff(actor=staff_actor(request), delivery_id=row.pk))

    @button(_("Send again"), says=_("The same body under the same id is sent to the receiver once more."), icon="replay")
    def replay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def deed(row: WebhookDelivery) -> str:
            webhook_deliveries.replay_by_staff(actor=staff_actor(request), delivery_id=row.pk)
            return _t("Queued again; the worker sends it within seconds.")

        return self.perform(request, object_id, deed)


@admin.register(WebhookAttempt)
class WebhookAttemptAdmin(ReadOnlyAdmin):
    select = ("delivery__endpoint",)
    list_display = ("created_at", "delivery", "number", "status", "error", "milliseconds")
    list_filter = (("created_at", RangeDateTimeFilter),)
    search_fields = ("=delivery__id", "delivery__endpoint__url", "=error")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
