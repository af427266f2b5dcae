"""Places: each fact beside its source."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from travelplanner.core.actor import Actor
from travelplanner.core.admin.columns import money_column
from trips.actions import catalogue_edits
from trips.admin.forms import PlaceForm
from trips.admin.published import PublishedAdmin
from trips.admin.resources import PlaceResource
from trips.models import Place
from trips.queries.catalogue import PLACE_SOURCES


@admin.register(Place)
class PlaceAdmin(PublishedAdmin):
    form = PlaceForm
    resource_classes = [PlaceResource]
    select = PLACE_SOURCES
    list_display = ("name", "destination", "category", "visit_minutes", money_column("fee", "fee_currency", _("fee")), "importance", "accessibility", "published", "updated_at")
    list_filter = (("destination", AutocompleteSelectFilter), "category", "setting", "accessibility", "importance", "published")
    search_fields = ("name", "slug", "destination__name", "summary")
    ordering = ("destination__name", "-importance", "name")
    autocomplete_fields = PLACE_SOURCES
    fieldsets = (
        (None, {"fields": ("destination", ("name", "slug"), ("category", "importance", "published"), "interests", "summary")}),
        (_("Where"), {"fields": (("latitude", "longitude"), "location_source", "setting")}),
        (_("When"), {"fields": ("hours", "hours_exceptions", "hours_source", "visit_minutes", "visit_source")}),
        (_("For how much"), {"fields": (("fee", "fee_domestic", "fee_currency"), "fee_source")}),
        (_("For whom"), {"fields": ("accessibility", "accessibility_source", "effort", "effort_source", ("created_at", "updated_at"))}),
    )

    def publish_rows(self, actor: Actor, ids: Collection[uuid.UUID], published: bool) -> int:
        return catalogue_edits.publish_places(actor=actor, place_ids=ids, published=published)
