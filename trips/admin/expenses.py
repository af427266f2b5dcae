"""Votes, shared expenses and settlements: to be looked at. Their company changes them, in the trip."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RangeDateTimeFilter
from unfold.decorators import display

from travelplanner.core.admin.base import ReadOnlyAdmin, ReadOnlyInline
from travelplanner.core.admin.columns import money_column
from trips.models import Expense, ExpenseShare, Settlement, StopPoll, StopVote

in_trip = money_column("trip_amount", "trip.budget_currency", _("in the trip's currency"))


class ShareInline(ReadOnlyInline):
    model = ExpenseShare
    select = ("member", "expense__trip")
    fields = ("member", "weight", money_column("amount", "expense.currency"), money_column("trip_amount", "expense.trip.budget_currency"))
    show_change_link = False
    tab = False
    verbose_name_plural = _("parts")


@admin.register(Expense)
class ExpenseAdmin(ReadOnlyAdmin):
    select = ("trip", "paid_by", "made_by")
    list_display = ("spent_on", "trip", "title", "category", money_column("amount"), in_trip, "paid_by", "split", "archived_at")
    list_display_links = ("spent_on", "title")
    list_filter = (("category", ChoicesDropdownFilter), ("split", ChoicesDropdownFilter), ("spent_on", RangeDateFilter))
    search_fields = ("trip__reference", "trip__title", "title", "paid_by__name")
    search_help_text = _("Trip, what it was for, who paid")
    date_hierarchy = "spent_on"
    ordering = ("-spent_on", "-created_at", "id")
    fieldsets = (
        (None, {"fields": ("trip", "title", ("category", "spent_on"), ("paid_by", "made_by"), "note")}),
        (_("Money"), {"fields": ((money_column("amount"), in_trip), ("rate", "rate_date"), "split", "items")}),
        (_("Versions"), {"fields": ("row_version", ("created_at", "updated_at"), "archived_at")}),
    )
    inlines = (ShareInline,)


@admin.register(ExpenseShare)
class ExpenseShareAdmin(ReadOnlyAdmin):
    select = ("expense__trip", "member")
    list_display = ("expense", "trip", "member", "weight", money_column("amount", "expense.currency"), money_column("trip_amount", "expense.trip.budget_currency"))
    search_fields = ("expense__trip__reference", "expense__title", "member__name")
    ordering = ("-id",)

    @display(description=_("trip"), ordering="expense__trip__reference")
    def trip(self, share: ExpenseShare) -> str:
        return share.expense.trip.reference


@admin.register(Settlement)
class SettlementAdmin(ReadOnlyAdmin):
    select = ("trip", "payer", "payee", "made_by")
    list_display = ("created_at", "trip", "payer", "payee", money_column("amount", "trip.budget_currency"), "made_by", "archived_at")
    list_filter = (("created_at", RangeDateTimeFilter),)
    search_fields = ("trip__reference", "trip__title", "payer__name", "payee__name")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "id")


class VoteInline(ReadOnlyInline):
    model = StopVote
    select = ("member",)
    fields = ("member", "choice", "updated_at")
    show_change_link = False
    tab = False
    verbose_name_plural = _("votes")


@admin.register(StopPoll)
class StopPollAdmin(ReadOnlyAdmin):
    select = ("trip", "place", "asked_by")
    list_display = ("created_at", "trip", "place", "question", "asked_by", "closes_at", "closed_at", "votes")
    list_filter = (("closes_at", RangeDateTimeFilter),)
    search_fields = ("trip__reference", "trip__title", "place__name")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "id")
    inlines = (VoteInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(vote_count=Count("votes"))

    @display(description=_("votes"), ordering="vote_count")
    def votes(self, poll: Any) -> int:
        return poll.vote_count


@admin.register(StopVote)
class StopVoteAdmin(ReadOnlyAdmin):
    select = ("poll__trip", "poll__place", "member")
    list_display = ("updated_at", "poll", "trip", "member", "choice")
    list_filter = (("choice", ChoicesDropdownFilter),)
    search_fields = ("poll__trip__reference", "poll__place__name", "member__name")
    ordering = ("-updated_at", "id")

    @display(description=_("trip"), ordering="poll__trip__reference")
    def trip(self, vote: StopVote) -> str:
        return vote.poll.trip.reference
