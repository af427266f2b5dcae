"""Places: each fact beside its source."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action

from travelplanner.core.admin.base import NoDeleteMixin, staff_actor
from travelplanner.core.admin.columns import money_column
from travelplanner.core.admin.exchange import ExchangeAdmin
from trips.actions import catalogue_edits
from trips.admin.forms import PlaceForm
from trips.admin.resources import PlaceResource
from trips.models import Place
from trips.queries.catalogue import PLACE_SOURCES


@admin.register(Place)
class PlaceAdmin(NoDeleteMixin, ExchangeAdmin):
    """Kept from the planner by `published`, never removed: itineraries point here."""

    form = PlaceForm
    resource_classes = [PlaceResource]
    select = PLACE_SOURCES
    list_display = ("name", "destination", "category", "visit_minutes", money_column("fee", "fee_currency", _("fee")), "importance", "accessibility", "published", "updated_at")
    list_filter = (("destination", AutocompleteSelectFilter), "category", "setting", "accessibility", "importance", "published")
    search_fields = ("name", "slug", "destination__name", "summary")
    ordering = ("destination__name", "-importance", "name")
    autocomplete_fields = PLACE_SOURCES
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("destination", ("name", "slug"), ("category", "importance", "published"), "interests", "summary")}),
        (_("Where"), {"fields": (("latitude", "longitude"), "location_source", "setting")}),
        (_("When"), {"fields": ("hours", "hours_exceptions", "hours_source", "visit_minutes", "visit_source")}),
        (_("For how much"), {"fields": (("fee", "fee_domestic", "fee_currency"), "fee_source")}),
        (_("For whom"), {"fields": ("accessibility", "accessibility_source", "effort", "effort_source", ("created_at", "updated_at"))}),
    )
    prepopulated_fields = {"slug": ("name",)}
    actions = ("publish", "unpublish")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    @action(description=_("Publish"), permissions=("operate",))
    def publish(self, request: HttpRequest, queryset: Any) -> None:
        self._publish(request, queryset, True)

    @action(description=_("Take out of sight"), permissions=("operate",))
    def unpublish(self, request: HttpRequest, queryset: Any) -> None:
        self._publish(request, queryset, False)

    def _publish(self, request: HttpRequest, queryset: Any, published: bool) -> None:
        ids = list(queryset.order_by().values_list("pk", flat=True))
        count = catalogue_edits.publish_places(actor=staff_actor(request), place_ids=ids, published=published)
        messages.success(request, _t("%(count)d changed.") % {"count": count})
