"""What payment gateways tell us: their messages and the disputes of payers' banks. Nobody types a state; a dead message can be worked off again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter

from bookings.actions import gateway_events
from bookings.gateways.payments import GATEWAYS
from bookings.models import Dispute, GatewayEvent
from travelplanner.core.admin.base import ReadOnlyAdmin, staff_actor
from travelplanner.core.admin.buttons import button
from travelplanner.core.admin.columns import money_column, state_column
from travelplanner.core.admin.filters import words_filter

amount = money_column("amount", description=_("amount"))


@admin.register(GatewayEvent)
class GatewayEventAdmin(ReadOnlyAdmin):
    select = ("payment",)
    list_display = ("created_at", "gateway", "type", state_column(), "payment", "object_id", "attempts", "next_attempt_at")
    list_filter = (("state", ChoicesDropdownFilter), words_filter("gateway", _("gateway"), GATEWAYS), ("created_at", RangeDateTimeFilter))
    search_fields = ("=event_id", "=object_id", "type", "payment__transaction_id", "payment__booking__reference")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fields = (("gateway", "type", "state"), ("event_id", "object_id"), "payment", "facts", ("happened_at", "created_at"), ("attempts", "next_attempt_at"), "last_error")
    actions_detail = ("replay",)

    @button(_("Work it off again"), says=_("For a dead message: the gateway is asked again about what it tells of. Nothing counts twice."), icon="replay")
    def replay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def deed(event: GatewayEvent) -> str:
            gateway_events.replay_event(actor=staff_actor(request), event_id=event.pk)
            return _t("It is worked off within seconds.")

        return self.perform(request, object_id, deed)


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    """Evidence is sent in the gateway's own dashboard, before `evidence_due`."""

    select = ("payment__booking",)
    list_display = ("created_at", "provider_reference", "payment", state_column(), amount, "reason", "evidence_due")
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("=provider_reference", "payment__transaction_id", "payment__booking__reference")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fields = (("provider_reference", "state"), (amount, "payment"), ("reason", "evidence_due"), ("created_at", "updated_at"))
