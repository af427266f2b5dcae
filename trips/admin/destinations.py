"""Destinations with climate and notes; the sources of facts."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from travelplanner.core.actor import Actor
from travelplanner.core.admin.base import NoDeleteMixin, StaffAdmin
from trips.actions import catalogue_edits
from trips.admin.forms import DestinationForm
from trips.admin.published import PublishedAdmin
from trips.admin.resources import DestinationResource
from trips.models import ClimateMonth, Destination, DestinationNote, Source
from trips.queries.catalogue_sources import sources_of_destination


@admin.register(Source)
class SourceAdmin(NoDeleteMixin, StaffAdmin):
    """A page or file that was really opened; without one a fact is an editor's estimate."""

    list_display = ("slug", "title", "kind", "opened_on", "url")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("slug", "title", "url")
    date_hierarchy = "opened_on"
    ordering = ("slug",)


class SourcedInline(TabularInline):
    """Facts of a destination; their sources are chosen among the destination's own, read once for all rows."""

    extra = 0
    tab = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("destination", "source")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "source" and field is not None:
            if not hasattr(request, "source_choices"):
                request.source_choices = self._choices(request)  # type: ignore[attr-defined]  # kept with the request: each row of the form asks
            field.choices = request.source_choices  # type: ignore[attr-defined]  # set above
        return field

    def _choices(self, request: HttpRequest) -> list[tuple[Any, str]]:
        match = request.resolver_match
        rows = sources_of_destination(match.kwargs["object_id"]) if match and "object_id" in match.kwargs else []
        return [("", str(_("editor's estimate"))), *((row.pk, str(row)) for row in rows)]


class ClimateInline(SourcedInline):
    model = ClimateMonth
    fields = ("month", "low_c", "high_c", "rain_mm", "rain_days", "source")
    max_num = 12
    verbose_name_plural = _("climate by month")


class NoteInline(SourcedInline):
    model = DestinationNote
    fields = ("position", "kind", "text", "source")
    verbose_name_plural = _("notes")


@admin.register(Destination)
class DestinationAdmin(PublishedAdmin):
    form = DestinationForm
    resource_classes = [DestinationResource]
    select = ("location_source", "best_months_source", "emergency_source")
    list_display = ("name", "kind", "country", "region", "currency", "timezone", "published", "updated_at")
    list_filter = (("kind", ChoicesDropdownFilter), "country", "published")
    search_fields = ("name", "slug", "search_text", "region")
    ordering = ("name",)
    autocomplete_fields = ("location_source", "best_months_source", "emergency_source")
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("kind", "published"), "aliases", ("country", "region"), "tagline", "summary")}),
        (_("Where"), {"fields": (("latitude", "longitude"), "location_source", ("reach_km", "timezone", "currency"), "airports", "arrival_hint")}),
        (_("Character"), {"fields": (("relief", "water", "water_side"), "climate_group", "best_months", "best_months_source")}),
        (_("Worth knowing"), {"fields": ("languages", "emergency_number", "emergency_source", ("created_at", "updated_at"))}),
    )
    inlines = (ClimateInline, NoteInline)

    def publish_rows(self, actor: Actor, ids: Collection[uuid.UUID], published: bool) -> int:
        return catalogue_edits.publish_destinations(actor=actor, destination_ids=ids, published=published)
