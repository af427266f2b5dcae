"""The saga's log, shares, what suppliers changed, details by kind, exchange rates: to be looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RangeDateTimeFilter
from unfold.decorators import display

from bookings.models import (
    ActivityDetail,
    CarRentalDetail,
    Collection,
    ExchangeRate,
    FlightDetail,
    HotelDetail,
    PaymentShare,
    SagaEntry,
    SupplierChange,
)
from bookings.queries.rates import ECB
from travelplanner.core.admin.base import ReadOnlyAdmin, ReadOnlyInline
from travelplanner.core.admin.columns import money_column, state_column
from travelplanner.core.admin.filters import words_filter

amount = money_column("amount", description=_("amount"))


@admin.register(SagaEntry)
class SagaEntryAdmin(ReadOnlyAdmin):
    """What each step of a booking did, and what takes it back."""

    select = ("booking", "item")
    list_display = ("created_at", "booking", "step", "event", "item", "compensation", "reason")
    list_filter = (("step", ChoicesDropdownFilter), ("event", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("booking__reference", "item__name", "=reason")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")


class ShareInline(ReadOnlyInline):
    model = PaymentShare
    select = ("user",)
    fields = ("position", "label", "user", amount, "state", "paid_at")
    tab = False
    verbose_name_plural = _("shares")


@admin.register(Collection)
class CollectionAdmin(ReadOnlyAdmin):
    select = ("booking",)
    list_display = ("booking", state_column(), "closes_at", "created_at")
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("booking__reference", "booking__user__email")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    inlines = (ShareInline,)


@admin.register(PaymentShare)
class PaymentShareAdmin(ReadOnlyAdmin):
    select = ("collection__booking", "member__user", "user")
    list_display = ("label", "booking", state_column(), amount, "user", "paid_at")
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("label", "user__email", "collection__booking__reference")
    ordering = ("-created_at", "position")
    fields = (("collection", "position"), ("label", "state"), ("member", "user"), (amount, "paid_at"), ("created_at", "updated_at"))

    @display(description=_("booking"), ordering="collection__booking__reference")
    def booking(self, share: PaymentShare) -> str:
        return share.collection.booking.reference


@admin.register(SupplierChange)
class SupplierChangeAdmin(ReadOnlyAdmin):
    select = ("item__booking",)
    list_display = ("created_at", "item", "kind", "source", state_column(), "happened_at")
    list_filter = (("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("item__booking__reference", "item__name", "external_id")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)


class DetailAdmin(ReadOnlyAdmin):
    """The columns of a kind of booking, beside its item."""

    select = ("item__booking",)
    search_fields = ("item__booking__reference", "item__name", "item__supplier_reference")
    ordering = ("-item__created_at",)

    @display(description=_("booking"), ordering="item__booking__reference")
    def booking(self, detail: Any) -> str:
        return detail.item.booking.reference


@admin.register(FlightDetail)
class FlightDetailAdmin(DetailAdmin):
    list_display = ("__str__", "booking", "origin", "destination", "departure_time", "arrival_time", "passengers", "terminal", "gate")
    list_filter = (("departure_time", RangeDateTimeFilter),)


@admin.register(HotelDetail)
class HotelDetailAdmin(DetailAdmin):
    list_display = ("hotel_name", "booking", "check_in", "check_out", "room_type", "rooms", "guests")
    list_filter = (("check_in", RangeDateFilter),)


@admin.register(ActivityDetail)
class ActivityDetailAdmin(DetailAdmin):
    list_display = ("activity_name", "booking", "date", "time", "location", "participants")
    list_filter = (("date", RangeDateFilter),)


@admin.register(CarRentalDetail)
class CarRentalDetailAdmin(DetailAdmin):
    list_display = ("vehicle", "booking", "pick_up_on", "drop_off_on", "pick_up_place", "vehicles", "with_driver")
    list_filter = (("pick_up_on", RangeDateFilter),)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ReadOnlyAdmin):
    """How much one euro bought. Loaded daily; a booking's own rate stands in its items."""

    list_display = ("day", "currency", "per_eur", "source", "created_at")
    list_filter = (("day", RangeDateFilter), words_filter("source", _("source"), (ECB,)))
    search_fields = ("=currency",)
    date_hierarchy = "day"
    ordering = ("-day", "currency")
