"""Suppliers and what they sell; prices of many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from travelplanner.core.admin.base import NoDeleteMixin, sentence_of, staff_actor
from travelplanner.core.admin.columns import money_column
from travelplanner.core.admin.exchange import ExchangeAdmin
from travelplanner.core.errors import AppError
from trips.actions import catalogue_edits
from trips.admin.forms import PercentForm, ServiceForm
from trips.admin.resources import ServiceResource, SupplierResource
from trips.models import Service, Supplier

SHOWN = 12


@admin.register(Supplier)
class SupplierAdmin(NoDeleteMixin, ExchangeAdmin):
    """What an inactive supplier sells is no longer offered."""

    resource_classes = [SupplierResource]
    list_display = ("name", "demo", "active", "created_at", "updated_at")
    list_filter = ("demo", "active")
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(Service)
class ServiceAdmin(NoDeleteMixin, ExchangeAdmin):
    """What exists for sale; dated prices and places left are the inventory's."""

    form = ServiceForm
    resource_classes = [ServiceResource]
    select = ("supplier", "destination", "place")
    list_display = ("name", "destination", "type", "supplier", "comfort", money_column("list_price", "currency", _("list price")), "unit", "capacity", "active")
    list_filter = (("destination", AutocompleteSelectFilter), ("type", ChoicesDropdownFilter), "comfort", ("supplier", AutocompleteSelectFilter), "active")
    search_fields = ("name", "slug", "supplier__name", "destination__name")
    ordering = ("destination__name", "type", "name")
    autocomplete_fields = ("supplier", "destination", "place")
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("type", "active"), "supplier", "destination", "place", "comfort", "summary")}),
        (_("Where and when"), {"fields": (("latitude", "longitude"), "times", "minutes")}),
        (_("Price and places"), {"fields": (("list_price", "currency", "unit"), ("sleeps", "capacity"))}),
        (_("Terms"), {"fields": (("cancellable", "cancel_hours", "cancel_fee_percent"), "details", ("created_at", "updated_at"))}),
    )
    prepopulated_fields = {"slug": ("name",)}
    actions = ("change_prices",)
    actions_detail = ("open_calendar",)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    @action(description=_("Calendar"), url_path="calendar", permissions=("view",))
    def open_calendar(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What is on sale on which date; the inventory's page."""
        return redirect("admin:bookings_service_calendar", object_id)

    @action(description=_("Change list prices by percent"), permissions=("operate",))
    def change_prices(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Asks by how much, shows what is meant, then calls the action."""
        form = PercentForm(request.POST if "percent" in request.POST else None)
        form.fields["percent"].widget = UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01", "autofocus": True})
        ids = list(queryset.order_by().values_list("pk", flat=True))
        if form.is_valid():
            try:
                count = catalogue_edits.change_list_prices(actor=staff_actor(request), service_ids=ids, percent=form.cleaned_data["percent"])
            except AppError as error:
                form.add_error("percent", sentence_of(error))
            else:
                messages.success(request, _t("%(count)d prices changed.") % {"count": count})
                return None
        context = {
            **self.admin_site.each_context(request),
            "title": _t("Change list prices"),
            "opts": self.opts,
            "form": form,
            "count": len(ids),
            "chosen": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),  # of one page; with "select all" the filter says the rest
            "across": request.POST.get("select_across", "0"),
            "shown": queryset[:SHOWN],
            "more": max(0, len(ids) - SHOWN),
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/trips/change_prices.html", context)
