"""Cancellations: what was offered, confirmed, refused. To be looked at; travelers confirm, suppliers answer."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter

from bookings.models import CancellationQuote, CancellationQuoteLine, CancellationQuoteTransition
from bookings.states import QUOTE
from travelplanner.core.admin.base import ReadOnlyAdmin, ReadOnlyInline
from travelplanner.core.admin.columns import money_column, state_column
from travelplanner.core.admin.filters import words_filter
from travelplanner.core.admin.histories import HistoryAdmin, HistoryInline

refund = money_column("refund", description=_("comes back"))
fee = money_column("fee", description=_("is kept"))


class LineInline(ReadOnlyInline):
    model = CancellationQuoteLine
    select = ("item",)
    fields = ("item", refund, fee, "refunded_by", "back_by", "why", "accepted")
    tab = False
    show_change_link = False
    verbose_name_plural = _("items")


class QuoteHistoryInline(HistoryInline):
    model = CancellationQuoteTransition


@admin.register(CancellationQuote)
class CancellationQuoteAdmin(ReadOnlyAdmin):
    select = ("booking",)
    list_display = ("created_at", "booking", state_column(), refund, fee, "whole", "expires_at", "confirmed_at")
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("booking__reference", "booking__user__email")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fields = (("booking", "state"), (refund, fee), ("whole", "booking_version"), ("created_at", "expires_at"), "confirmed_at")
    inlines = (LineInline, QuoteHistoryInline)


@admin.register(CancellationQuoteTransition)
class CancellationQuoteTransitionAdmin(HistoryAdmin):
    list_filter = (words_filter("to_state", _("to state"), QUOTE.states), ("created_at", RangeDateTimeFilter))
    search_fields = ("subject__booking__reference", "actor__email", "=request_id")
