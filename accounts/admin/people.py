"""Profiles, preferences, travelers and consents, for staff to look at: people change their own. What is sealed is not shown here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from accounts.models import (
    Consent,
    Traveler,
    TravelerPreference,
    TravelerTransition,
    TravelPreferences,
    UserProfile,
    Wallet,
    WalletNonce,
)
from travelplanner.core.admin.base import ReadOnlyAdmin
from travelplanner.core.admin.columns import state_column
from travelplanner.core.admin.histories import HistoryAdmin


@admin.register(UserProfile)
class UserProfileAdmin(ReadOnlyAdmin):
    hidden = ("accessibility_requirements", "dietary_restrictions", "loyalty_programs", "emergency_contact")
    select = ("user",)
    list_display = ("user", "preferred_language", "timezone", "nationality", "updated_at")
    list_filter = ("preferred_language",)
    search_fields = ("user__email", "=user__id")
    ordering = ("-updated_at",)


@admin.register(TravelPreferences)
class TravelPreferencesAdmin(ReadOnlyAdmin):
    select = ("user",)
    list_display = ("user", "pace", "comfort_level", "trip_type", "home_city", "currency", "updated_at")
    list_filter = (("pace", ChoicesDropdownFilter), ("comfort_level", ChoicesDropdownFilter))
    search_fields = ("user__email", "=user__id")
    ordering = ("-updated_at",)


@admin.register(Traveler)
class TravelerAdmin(ReadOnlyAdmin):
    """That something is told of a person's needs shows only to staff with the right to it; what it is shows to nobody here."""

    hidden = ("needs", "medical_notes", "emergency_contact", "guardian_token_hash")
    select = ("user",)
    list_display = ("full_name", "user", "relation", "type", state_column(), "guardian_consent_until", "created_at")
    list_filter = (("state", ChoicesDropdownFilter), ("type", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("first_name", "last_name", "user__email", "=id")
    search_help_text = _("Name, the owner's e-mail, or id")
    ordering = ("-created_at",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_fields(request, obj)
        return [*fields, "told_of_needs"] if request.user.has_perm("accounts.view_traveler_needs") else fields

    @display(description=_("needs or medical notes"), boolean=True)
    def told_of_needs(self, traveler: Traveler) -> bool:
        return bool(traveler.needs or traveler.medical_notes)


@admin.register(TravelerPreference)
class TravelerPreferenceAdmin(ReadOnlyAdmin):
    hidden = ("dietary_restrictions", "loyalty_programs")
    select = ("traveler",)
    list_display = ("traveler", "preferred_cabin_class", "seat_preference", "meal_preference", "updated_at")
    search_fields = ("traveler__first_name", "traveler__last_name", "=traveler__id")
    ordering = ("-updated_at",)


@admin.register(TravelerTransition)
class TravelerTransitionAdmin(HistoryAdmin):
    search_fields = ("=subject__id", "=request_id")


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    select = ("user",)
    list_display = ("created_at", "user", "purpose", "given", "text_version", "how")
    list_filter = (("purpose", ChoicesDropdownFilter), "given", ("created_at", RangeDateTimeFilter))
    search_fields = ("user__email", "=user__id")
    ordering = ("-created_at",)


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    select = ("user",)
    list_display = ("address", "user", "chain_id", "verified_at")
    search_fields = ("address", "user__email")
    ordering = ("-created_at",)


@admin.register(WalletNonce)
class WalletNonceAdmin(ReadOnlyAdmin):
    """The number itself stays unread: with it one could sign in the user's place."""

    hidden = ("nonce",)
    select = ("user",)
    list_display = ("created_at", "user", "expires_at", "used_at")
    search_fields = ("user__email",)
    ordering = ("-created_at",)
