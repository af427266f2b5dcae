"""Rules of price and capacity, to edit, import and export; slots, which only bookings write."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.widgets import CachedForeignKeyWidget
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import display

from bookings.admin.service_calendar import show_calendar
from bookings.models import CapacityRule, PriceRule, ServiceSlot
from travelplanner.core.admin.base import ReadOnlyAdmin
from travelplanner.core.admin.columns import money_column
from travelplanner.core.admin.exchange import CatalogueResource, ExchangeAdmin, ListWidget
from travelplanner.core.admin.fields import MONTHS, WEEKDAYS, NumbersField
from trips.models import Service

price = money_column("price", description=_("price per unit"))
RULE_COLUMNS = ("service", "name", "valid_from", "valid_until", "months", "weekdays")


def problems_of_rule(rule: Any) -> dict[str, list[str]]:
    """What is wrong beyond the columns' own rules, by field."""
    found: dict[str, list[str]] = {}
    if rule.valid_from and rule.valid_until and rule.valid_until < rule.valid_from:
        found["valid_until"] = [_t("The last date lies before the first.")]
    if any(month not in range(1, 13) for month in rule.months):
        found["months"] = [_t("Months are 1 to 12.")]
    if any(day not in range(7) for day in rule.weekdays):
        found["weekdays"] = [_t("Weekdays are 0 (Monday) to 6.")]
    return found


class RuleForm(forms.ModelForm):
    """No month ticked means all, no weekday ticked means all."""

    months = NumbersField(choices=MONTHS, required=False, label=_("Months"), help_text=_("None ticked = all."))
    weekdays = NumbersField(choices=WEEKDAYS, required=False, label=_("Weekdays"), help_text=_("None ticked = all."))

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, private in its stubs
        if not self.errors:
            for field, sentences in problems_of_rule(self.instance).items():
                self.add_error(field, sentences)


class RuleResource(CatalogueResource):
    """A rule is known by its service's slug and its own name."""

    service = Field(attribute="service", column_name="service", widget=CachedForeignKeyWidget(Service, "slug"))
    months = Field(attribute="months", column_name="months", widget=ListWidget(int))
    weekdays = Field(attribute="weekdays", column_name="weekdays", widget=ListWidget(int))

    def problems(self, row: Any) -> dict[str, list[Any]]:
        return problems_of_rule(row)


class PriceRuleResource(RuleResource):
    class Meta:
        model = PriceRule
        import_id_fields = ("service", "name")
        fields = (*RULE_COLUMNS, "percent")
        export_order = fields
        clean_model_instances = skip_unchanged = report_skipped = True


class CapacityRuleResource(RuleResource):
    class Meta:
        model = CapacityRule
        import_id_fields = ("service", "name")
        fields = (*RULE_COLUMNS, "capacity")
        export_order = fields
        clean_model_instances = skip_unchanged = report_skipped = True


class RuleAdmin(ExchangeAdmin):
    """Rules count for dates of which no place was held yet; a slot that exists keeps its own price and capacity."""

    form = RuleForm
    select = ("service",)
    list_filter = (("service", AutocompleteSelectFilter), "name", ("valid_from", RangeDateFilter))
    search_fields = ("service__name", "service__slug", "name")
    autocomplete_fields = ("service",)
    ordering = ("service__name", "name")

    @display(description=_("months"))
    def shown_months(self, rule: Any) -> str:
        return ", ".join(str(name) for number, name in MONTHS if number in rule.months) or _t("all")

    @display(description=_("weekdays"))
    def shown_weekdays(self, rule: Any) -> str:
        return ", ".join(str(name) for number, name in WEEKDAYS if number in rule.weekdays) or _t("all")


@admin.register(PriceRule)
class PriceRuleAdmin(RuleAdmin):
    resource_classes = [PriceRuleResource]
    list_display = ("service", "name", "percent", "valid_from", "valid_until", "shown_months", "shown_weekdays")
    fields = ("service", ("name", "percent"), ("valid_from", "valid_until"), "months", "weekdays")


@admin.register(CapacityRule)
class CapacityRuleAdmin(RuleAdmin):
    resource_classes = [CapacityRuleResource]
    list_display = ("service", "name", "capacity", "valid_from", "valid_until", "shown_months", "shown_weekdays")
    fields = ("service", ("name", "capacity"), ("valid_from", "valid_until"), "months", "weekdays")


@admin.register(ServiceSlot)
class ServiceSlotAdmin(ReadOnlyAdmin):
    """Made at the first hold of a date; `taken` is the sum of its holds."""

    select = ("service",)
    list_display = ("service", "date", "time", "taken", "capacity", "left", price)
    list_filter = (("service", AutocompleteSelectFilter), ("date", RangeDateFilter), "service__type")
    search_fields = ("service__name", "service__slug")
    date_hierarchy = "date"
    ordering = ("date", "time", "service")
    fields = ("service", ("date", "time"), ("taken", "capacity", "left"), price)

    def get_urls(self) -> list[Any]:
        """The calendar of a service, beside its slots."""
        return [path("calendar/<uuid:service_id>/", self.admin_site.admin_view(self.calendar), name="bookings_service_calendar"), *super().get_urls()]

    def calendar(self, request: HttpRequest, service_id: uuid.UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        may_price = request.user.has_perms(("bookings.add_pricerule", "bookings.change_pricerule"))
        return show_calendar(request, service_id, may_change=self.has_operate_permission(request), may_price=may_price)

    @display(description=_("left"))
    def left(self, slot: ServiceSlot) -> int:
        return slot.capacity - slot.taken
