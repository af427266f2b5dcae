"""Bookings and what they are made of: to be looked at. States, money and places move through actions alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from accounts.models.traveler import TRAVELER_TYPES
from bookings.actions import checkout
from bookings.admin.hand_settlements import WithSettling
from bookings.admin.item_documents import ItemDocumentInline, WithDocuments
from bookings.admin.story_tables import cause_of, tables_of
from bookings.admin.supplier_changes import WithChanges
from bookings.models import (
    Booking,
    BookingItem,
    BookingItemTransition,
    BookingTransition,
    BookingTraveler,
    BudgetLock,
    CartItem,
    Confirmation,
    Hold,
)
from bookings.queries.booking_story import tell_booking
from bookings.states import BOOKING, ITEM
from travelplanner.core.admin.base import ReadOnlyAdmin, ReadOnlyInline, redirect_to, staff_actor
from travelplanner.core.admin.buttons import button
from travelplanner.core.admin.columns import money_column, state_column
from travelplanner.core.admin.filters import words_filter
from travelplanner.core.admin.histories import HistoryAdmin, HistoryInline

total = money_column("total", description=_("total"))
supplier_amount = money_column("supplier_amount", "supplier_currency", _("supplier's amount"))
fee = money_column("cancellation_fee", description=_("fee after the deadline"))
ceiling = money_column("ceiling", description=_("ceiling"))
held = money_column("held", description=_("held"))
spent = money_column("spent", description=_("spent"))
price_seen = money_column("price_seen", description=_("price seen"))


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    """One screen answers "why is this booking in this state?"."""

    select = ("user", "trip")
    list_display = ("reference", state_column(), "user", "trip", total, "item_count", "hold_expires_at", "failure_code", "created_at")
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter), ("user", AutocompleteSelectFilter))
    search_fields = ("reference", "user__email", "contact_email", "contact_name", "trip__reference", "payments__transaction_id", "confirmation__number", "=failure_code")
    search_help_text = _("Reference, e-mail, name, trip, payment or confirmation number")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("reference", "state"), ("user", "trip"), (total, "itinerary_revision"))}),
        (_("Contact"), {"fields": (("contact_name", "contact_email"), ("contact_phone", "language"))}),
        (_("Times"), {"fields": (("created_at", "updated_at"), ("locked_at", "hold_expires_at"), "booked_at")}),
        (_("If it failed"), {"fields": (("failure_code", "failure_reason"), "request_key")}),
    )
    change_form_outer_before_template = "admin/bookings/cause.html"
    change_form_outer_after_template = "admin/bookings/story.html"
    actions_list = ("end_overdue",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(items_booked=Count("items", distinct=True))

    @display(description=_("items"))
    def item_count(self, booking: Any) -> int:
        return booking.items_booked

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any) -> HttpResponse:
        if obj is not None:
            story = tell_booking(obj)
            context |= {"cause": cause_of(story), "story_tables": tables_of(request.user, story)}  # type: ignore[arg-type]  # who gets here is signed in
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @button(_("End overdue holds"), says=_("Bookings whose hold ran out unpaid are ended now instead of within 20 seconds; their places are free again."), icon="timer_off")
    def end_overdue(self, request: HttpRequest, form: Any) -> HttpResponse:
        messages.success(request, checkout.expire_due(actor=staff_actor(request)))
        return redirect_to(request, reverse("admin:bookings_booking_changelist"))


class TravelerInline(ReadOnlyInline):
    model = BookingTraveler
    select = ("traveler",)
    fields = ("position", "first_name", "last_name", "traveler_type", "traveler")
    tab = False
    verbose_name_plural = _("who travels")


class HoldInline(ReadOnlyInline):
    model = Hold
    select = ("slot", "item")
    fields = ("slot", "quantity", "state", "expires_at", "created_at")
    tab = False
    verbose_name_plural = _("holds")


class ItemTransitionInline(HistoryInline):
    model = BookingItemTransition


@admin.register(BookingItem)
class BookingItemAdmin(WithSettling, WithChanges, WithDocuments, ReadOnlyAdmin):
    select = ("booking", "service")
    list_display = ("name", "booking", "type", state_column(), state_column("payment_status", _("payment")), "starts_on", "ends_on", "quantity", total)
    list_filter = (("state", ChoicesDropdownFilter), ("type", ChoicesDropdownFilter), ("payment_status", ChoicesDropdownFilter), ("starts_on", RangeDateFilter))
    search_fields = ("booking__reference", "name", "supplier_name", "supplier_reference", "confirmation_code")
    date_hierarchy = "starts_on"
    ordering = ("-starts_on", "id")
    fieldsets = (
        (None, {"fields": (("booking", "service"), ("name", "type"), ("state", "payment_status"), ("supplier_name", "supplier_reference"), "confirmation_code")}),
        (_("Use"), {"fields": (("starts_on", "ends_on", "time"), ("quantity", "participants"), "special_requests")}),
        (_("Money"), {"fields": ((total, supplier_amount), ("rate", "rate_date"))}),
        (_("Terms as bought"), {"fields": (("cancellable", "cancellation_deadline"), fee)}),
        (_("Data"), {"fields": ("details", "provider_response", ("created_at", "updated_at"))}),
    )
    inlines = (TravelerInline, ItemDocumentInline, HoldInline, ItemTransitionInline)


@admin.register(BookingTraveler)
class BookingTravelerAdmin(ReadOnlyAdmin):
    """Under which names things are booked."""

    select = ("item__booking", "traveler")
    list_display = ("__str__", "item", "traveler_type", "position", "traveler")
    list_filter = (words_filter("traveler_type", _("type"), dict(TRAVELER_TYPES)),)
    search_fields = ("first_name", "last_name", "item__booking__reference", "item__name")
    ordering = ("-item__created_at", "position", "id")


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    select = ("item__booking", "slot__service")
    list_display = ("booking", "item", "service", "date", "quantity", state_column(), "expires_at", "created_at")
    list_display_links = ("item",)
    list_filter = (("state", ChoicesDropdownFilter), ("slot__date", RangeDateFilter))
    search_fields = ("item__booking__reference", "item__name", "slot__service__name")
    date_hierarchy = "expires_at"
    ordering = ("-created_at", "id")

    @display(description=_("booking"), ordering="item__booking__reference")
    def booking(self, hold: Hold) -> str:
        return hold.item.booking.reference

    @display(description=_("service"), ordering="slot__service__name")
    def service(self, hold: Hold) -> str:
        return hold.slot.service.name

    @display(description=_("date"), ordering="slot__date")
    def date(self, hold: Hold) -> Any:
        return hold.slot.date


@admin.register(BudgetLock)
class BudgetLockAdmin(ReadOnlyAdmin):
    select = ("trip",)
    list_display = ("trip", ceiling, held, spent, "currency", "updated_at")
    search_fields = ("trip__reference", "trip__title")
    ordering = ("-updated_at",)
    fields = ("trip", (ceiling, held, spent), ("created_at", "updated_at"))


@admin.register(CartItem)
class CartItemAdmin(ReadOnlyAdmin):
    """Carts are their owners'; staff look."""

    select = ("user", "trip", "service")
    list_display = ("user", "service", "trip", "quantity", "participants", "booking_date", "time", "nights", price_seen, "taken_out", "created_at")
    list_filter = (("booking_date", RangeDateFilter),)
    search_fields = ("user__email", "service__name", "trip__reference")
    date_hierarchy = "booking_date"
    ordering = ("-created_at",)


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnlyAdmin):
    select = ("booking",)
    list_display = ("number", "booking", "valid_until", "created_at")
    list_filter = (("created_at", RangeDateTimeFilter),)
    search_fields = ("number", "booking__reference")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)


@admin.register(BookingTransition, BookingItemTransition)
class TransitionAdmin(HistoryAdmin):
    list_filter = (words_filter("to_state", _("to state"), dict.fromkeys((*BOOKING.states, *ITEM.states))), ("created_at", RangeDateTimeFilter))
    search_fields = ("actor__email", "=request_id", "reason")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        path = {Booking: "subject__reference", BookingItem: "subject__booking__reference"}[self.model._meta.get_field("subject").related_model]
        return (*self.search_fields, path)
