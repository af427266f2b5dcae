"""The company of trips: to be looked at. What opens a door (tokens and their hashes, the guest's browser) is never shown."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from travelplanner.core.admin.base import ReadOnlyAdmin
from travelplanner.core.admin.columns import state_column
from trips.models import CalendarFeed, ShareLink, TripInvitation, TripMember, TripTraveler

OF_TRIP = ("trip__reference", "trip__title")


@admin.register(TripMember)
class TripMemberAdmin(ReadOnlyAdmin):
    select = ("trip", "user", "invited_by")
    hidden = ("visitor",)
    list_display = ("name", "trip", "role", "user", "left_at", "created_at")
    list_filter = (("role", ChoicesDropdownFilter), ("left_at", RangeDateTimeFilter))
    search_fields = ("name", "user__email", *OF_TRIP)
    ordering = ("-created_at",)


@admin.register(TripInvitation)
class TripInvitationAdmin(ReadOnlyAdmin):
    select = ("trip", "invited_by", "member")
    hidden = ("token_hash",)
    list_display = ("email", "trip", "role", state_column(), "invited_by", "sent_count", "expires_at", "created_at")
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("email", "invited_by__email", *OF_TRIP)
    ordering = ("-created_at",)


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyAdmin):
    select = ("trip", "made_by")
    hidden = ("token_hash",)
    list_display = ("label_or_trip", "trip", "made_by", "scopes", "expires_at", "revoked_at", "last_opened_on", "created_at")
    list_filter = (("expires_at", RangeDateTimeFilter), ("revoked_at", RangeDateTimeFilter))
    search_fields = ("label", "made_by__email", *OF_TRIP)
    ordering = ("-created_at",)

    @display(description=_("label"), ordering="label")
    def label_or_trip(self, link: ShareLink) -> str:
        return str(link)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    select = ("trip", "user")
    hidden = ("token_hash",)
    list_display = ("trip", "user", "revoked_at", "created_at")
    list_filter = (("revoked_at", RangeDateTimeFilter),)
    search_fields = ("user__email", *OF_TRIP)
    ordering = ("-created_at",)


@admin.register(TripTraveler)
class TripTravelerAdmin(ReadOnlyAdmin):
    select = ("trip", "traveler", "added_by")
    list_display = ("traveler", "trip", "added_by", "created_at")
    search_fields = ("traveler__first_name", "traveler__last_name", "added_by__email", *OF_TRIP)
    ordering = ("-created_at",)
