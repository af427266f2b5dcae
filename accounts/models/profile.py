"""What a user tells of themselves (seed 003's `user_profiles`) and how they like to travel (seed 002's `TravelPreferences`)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import choices
from travelplanner.core.models import TimestampedModel
from travelplanner.core.sealed import SealedJSONField, SealedTextField


class UserProfile(TimestampedModel):
    """Passport number and expiry are not here: they are shown from the user's passport among the documents."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    preferred_cabin_class = models.CharField(_("cabin class"), max_length=20, blank=True, choices=choices.CABIN_CLASSES)
    preferred_airlines = models.JSONField(_("airlines"), default=list, blank=True)  # IATA codes, ["AI", "6E"]
    preferred_hotel_chains = models.JSONField(_("hotel chains"), default=list, blank=True)  # names
    seat_preference = models.CharField(_("seat"), max_length=20, blank=True, choices=choices.SEATS)
    meal_preference = models.CharField(_("meal"), max_length=50, blank=True, choices=choices.MEALS)
    accessibility_requirements = SealedJSONField(empty=list)  # keys of choices.NEEDS
    dietary_restrictions = SealedJSONField(empty=list)  # keys of choices.DIETS
    loyalty_programs = SealedJSONField(empty=list)  # [{"kind": "airline"|"hotel"|"other", "program": "...", "number": "..."}]
    notification_preferences = models.JSONField(_("notifications"), default=dict, blank=True)  # {"email": true, "sms": false, "push": true}
    preferred_language = models.CharField(_("language"), max_length=10, default="en")
    timezone = models.CharField(_("time zone"), max_length=50, default="UTC")
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=20, blank=True, choices=choices.GENDERS)
    nationality = models.CharField(_("nationality"), max_length=3, blank=True)  # ISO 3166-1 alpha-3
    emergency_contact = SealedTextField()  # name and number, for the card on the road
    row_version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"profile of {self.user_id}"


class TravelPreferences(TimestampedModel):
    """Defaults for a new intent. Money: `daily_budget` per person and day in `currency`."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="travel_preferences")
    pace = models.CharField(_("pace"), max_length=10, blank=True, choices=[("relaxed", _("relaxed")), ("balanced", _("balanced")), ("full", _("full"))])
    comfort_level = models.CharField(_("comfort"), max_length=10, blank=True, choices=[("budget", _("budget")), ("standard", _("standard")), ("luxury", _("luxury"))])
    trip_type = models.CharField(_("kind of trip"), max_length=50, blank=True)
    interests = models.JSONField(_("interests"), default=dict, blank=True)  # {"temples": 1.0, "food": 0.5}
    daily_budget = models.DecimalField(_("daily budget per person"), max_digits=15, decimal_places=3, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    home_city = models.CharField(_("home city"), max_length=100, blank=True)
    people = models.PositiveSmallIntegerField(_("people"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    earliest_start = models.PositiveSmallIntegerField(null=True, blank=True)  # minutes after midnight
    latest_end = models.PositiveSmallIntegerField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "travel preferences"
        constraints = [
            models.CheckConstraint(condition=Q(daily_budget__isnull=True) | Q(daily_budget__gte=0), name="preferences_daily_budget_not_negative"),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"
