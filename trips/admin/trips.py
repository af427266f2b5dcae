"""Trips, planning runs, documents: to be looked at. They change only through actions, by their travelers and by the planner."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from travelplanner.core.admin.base import ReadOnlyAdmin, ReadOnlyInline
from travelplanner.core.admin.columns import EMPTY, as_json, money_column, state_column
from travelplanner.core.admin.filters import words_filter
from travelplanner.core.admin.histories import HistoryAdmin, HistoryInline
from trips.models import (
    Document,
    ItineraryDay,
    ItineraryStop,
    Leg,
    PlanningRun,
    PrivateWish,
    Trip,
    TripDestination,
    TripTransition,
)
from trips.models.run import STEPS
from trips.states import TRIP

budget = money_column("budget_amount", "budget_currency", _("budget"))
spent = money_column("actual_spent", "budget_currency", _("spent"))


class TripDestinationInline(ReadOnlyInline):
    model = TripDestination
    select = ("destination",)
    fields = ("position", "destination", "arrival", "departure")
    show_change_link = False
    tab = False
    verbose_name_plural = _("destinations")


class RunInline(ReadOnlyInline):
    model = PlanningRun
    fields = ("created_at", "state", "step", "progress", "attempts", "error_code", "error_message", "finished_at")
    verbose_name_plural = _("planning runs")


class DayInline(ReadOnlyInline):
    model = ItineraryDay
    select = ("destination", "trip")
    fields = ("revision", "position", "date", "destination", money_column("cost"), "fatigue", "rest")
    verbose_name_plural = _("itinerary days")


class DocumentInline(ReadOnlyInline):
    model = Document
    fields = ("kind", "revision", "version", "source", "basis", "created_at")
    verbose_name_plural = _("documents")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("text")


class TripTransitionInline(HistoryInline):
    model = TripTransition
    tab = True


@admin.register(Trip)
class TripAdmin(ReadOnlyAdmin):
    select = ("owner",)
    list_display = ("reference", "title", "owner", state_column(), "start_date", "end_date", "traveler_count", budget, spent, "sample", "created_at")
    list_filter = (("state", ChoicesDropdownFilter), ("trip_type", ChoicesDropdownFilter), ("start_date", RangeDateFilter), "sample", ("owner", AutocompleteSelectFilter))
    search_fields = ("reference", "title", "owner__email", "destinations__destination__name")
    search_help_text = _("Reference, title, owner's e-mail, destination")
    date_hierarchy = "start_date"
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("reference", "state"), "title", "owner", ("trip_type", "sample"), "description")}),
        (_("When and who"), {"fields": (("start_date", "end_date", "timezone"), ("origin_city", "origin_country"), ("traveler_count", "traveler_details"))}),
        (_("Money"), {"fields": ((budget, spent, "budget_currency"),)}),
        (_("Versions"), {"fields": (("chosen_revision", "locked_revision", "row_version"), ("created_at", "updated_at"), "archived_at")}),
    )
    inlines = (TripDestinationInline, RunInline, DocumentInline, DayInline, TripTransitionInline)


@admin.register(PlanningRun)
class PlanningRunAdmin(ReadOnlyAdmin):
    """A run whose worker went silent is queued again by itself; one that failed is planned anew by its traveler."""

    select = ("trip",)
    list_display = ("created_at", "trip", state_column(), "step", "progress", "attempts", "error_code", "error_message", "took", "heartbeat_at")
    list_display_links = ("created_at",)
    list_filter = (("state", ChoicesDropdownFilter), words_filter("step", _("step"), STEPS), ("created_at", RangeDateTimeFilter))
    search_fields = ("trip__reference", "trip__title", "error_code", "error_message")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)

    @display(description=_("took"))
    def took(self, run: PlanningRun) -> str:
        return f"{(run.finished_at - run.started_at).total_seconds():.1f} s" if run.started_at and run.finished_at else EMPTY


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Immutable; one row per revision, stored as the very text that is served."""

    select = ("trip",)
    list_display = ("trip", "kind", "revision", "version", "source", "created_at")
    list_filter = ("kind", ("created_at", RangeDateTimeFilter))
    search_fields = ("trip__reference", "trip__title")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fields = ("trip", ("kind", "revision"), ("version", "source"), "created_at", "basis", "shown_body")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if request.resolver_match and "object_id" in request.resolver_match.kwargs else rows.defer("text")

    @display(description=_("body"))
    def shown_body(self, document: Document) -> SafeString:
        return as_json(document.body)


@admin.register(PrivateWish)
class PrivateWishAdmin(ReadOnlyAdmin):
    """What a traveler is ready to spend and needs: personal, so a permission of its own."""

    select = ("document__trip",)
    list_display = ("document", "trip", money_column("budget_minimum", "budget_currency"), money_column("budget_maximum", "budget_currency"), "created_at")
    search_fields = ("document__trip__reference",)
    ordering = ("-created_at",)

    @display(description=_("trip"), ordering="document__trip__reference")
    def trip(self, wish: PrivateWish) -> str:
        return wish.document.trip.reference


cost = money_column("cost")


class StopInline(ReadOnlyInline):
    model = ItineraryStop
    select = ("place", "service")
    fields = ("position", "kind", "name", "arrive", "leave", "place", "service", "fee")
    show_change_link = False
    tab = False
    verbose_name_plural = _("stops")


class LegInline(ReadOnlyInline):
    model = Leg
    fields = ("position", "mode", "minutes", "distance_km", "cost")
    show_change_link = False
    tab = False
    verbose_name_plural = _("legs")


@admin.register(ItineraryDay)
class ItineraryDayAdmin(ReadOnlyAdmin):
    """Rows built from a final document, for queries and calendars; the document stays the truth."""

    select = ("trip", "destination")
    list_display = ("date", "trip", "revision", "position", "destination", money_column("cost"), "fatigue", "rest")
    list_filter = (("destination", AutocompleteSelectFilter), ("date", RangeDateFilter), "rest")
    search_fields = ("trip__reference", "trip__title")
    date_hierarchy = "date"
    ordering = ("-date", "trip", "revision", "position")
    fields = ("trip", ("revision", "position"), ("date", "destination"), (cost, "fatigue", "rest"))
    inlines = (StopInline, LegInline)


@admin.register(TripTransition)
class TripTransitionAdmin(HistoryAdmin):
    list_filter = (words_filter("to_state", _("to state"), TRIP.states), ("created_at", RangeDateTimeFilter))
    search_fields = ("subject__reference", "actor__email", "=request_id")
