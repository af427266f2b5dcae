"""Shapes of people in the API: snake_case, columns by their own names. What fits in a field is decided by the actions (accounts/schemas.py)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts import schemas
from accounts.consent_texts import TEXTS
from accounts.models import choices
from accounts.models.traveler import RELATIONS, TRAVELER_TYPES
from accounts.states import TRAVELER
from travelplanner.core.api.serializers import AmountField, ClockField, CurrencyField, StrictIntegerField

CONSENT_HELP = "true gives the consent to store needs, diets and medical notes with this request; without one they are refused (`consent_needed`)."


def choice(pairs: list[tuple[str, Any]], **kwargs: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=[key for key, _label in pairs], **{"required": False, "allow_blank": True, **kwargs})


def keys(pairs: list[tuple[str, Any]]) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices=[key for key, _label in pairs]), required=False, max_length=50)


def text(longest: int, **kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=longest, **{"required": False, "allow_blank": True, **kwargs})


class WeightsField(serializers.DictField):
    """{"temples": 2}: weights from 0 to 3."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.FloatField(min_value=0, max_value=3), **{"required": False, **kwargs})


class LoyaltyProgramSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=schemas.PROGRAM_KINDS)
    program = serializers.CharField(max_length=80)
    number = serializers.CharField(max_length=40)


class ChannelsSerializer(serializers.Serializer):
    email = serializers.BooleanField(required=False)
    sms = serializers.BooleanField(required=False)
    push = serializers.BooleanField(required=False)


class JourneySerializer(serializers.Serializer):
    country = serializers.CharField(min_length=3, max_length=3)
    year = StrictIntegerField(min_value=schemas.FIRST_YEAR)
    purpose = serializers.ChoiceField(choices=schemas.PURPOSES)


class MeSerializer(serializers.Serializer):
    """Who is signed in. E-mail, phone and password are changed through sign-in (/api/auth/)."""

    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    email_verified = serializers.BooleanField(read_only=True)
    first_name = text(100)
    last_name = text(100)
    phone = serializers.CharField(read_only=True)
    phone_verified = serializers.BooleanField(read_only=True)
    language = serializers.ChoiceField(choices=[code for code, _label in settings.LANGUAGES], required=False)
    created_at = serializers.DateTimeField(read_only=True)


class ProfileSerializer(serializers.Serializer):
    """All of it is optional. Passport number (its last signs) and expiry are those of the newest passport among your documents."""

    preferred_cabin_class = choice(choices.CABIN_CLASSES)
    preferred_airlines = serializers.ListField(child=serializers.CharField(min_length=2, max_length=2), required=False, max_length=schemas.MOST_AIRLINES)
    preferred_hotel_chains = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=schemas.MOST_CHAINS)
    seat_preference = choice(choices.SEATS)
    meal_preference = choice(choices.MEALS)
    accessibility_requirements = keys(choices.NEEDS)
    dietary_restrictions = keys(choices.DIETS)
    loyalty_programs = serializers.ListField(child=LoyaltyProgramSerializer(), required=False, max_length=schemas.MOST_PROGRAMS)
    notification_preferences = ChannelsSerializer(required=False)
    preferred_language = serializers.ChoiceField(choices=[code for code, _label in settings.LANGUAGES], required=False)
    timezone = serializers.CharField(max_length=50, required=False)
    date_of_birth = serializers.DateField(required=False, allow_null=True)
    gender = choice(choices.GENDERS)
    nationality = text(3)
    emergency_contact = text(300)
    passport_number = serializers.CharField(read_only=True)
    passport_expiry = serializers.DateField(read_only=True, allow_null=True)
    row_version = serializers.IntegerField(read_only=True)
    special_data_consent = serializers.BooleanField(required=False, write_only=True, help_text=CONSENT_HELP)


class OptionalCurrencyField(CurrencyField):
    """null stands for none; the column then holds ""."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_null": True, **kwargs})

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return (True, "") if data is None else super().validate_empty_values(data)


class DailyBudgetSerializer(serializers.Serializer):
    """Per person and day; sets `currency` too."""

    amount = AmountField()
    currency = CurrencyField()


class TravelPreferencesSerializer(serializers.Serializer):
    """What a new trip starts from. Money is per person and day."""

    pace = choice([("relaxed", ""), ("balanced", ""), ("full", "")])
    comfort_level = choice([("budget", ""), ("standard", ""), ("luxury", "")])
    trip_type = text(50)
    interests = WeightsField()
    daily_budget = DailyBudgetSerializer(required=False, allow_null=True)
    currency = OptionalCurrencyField()
    home_city = text(100)
    people = StrictIntegerField(required=False, allow_null=True, min_value=1)
    days = StrictIntegerField(required=False, allow_null=True, min_value=1)
    earliest_start = ClockField(required=False, allow_null=True)
    latest_end = ClockField(required=False, allow_null=True)
    row_version = serializers.IntegerField(read_only=True)


class ConsentSerializer(serializers.Serializer):
    """One decision; the newest of a purpose counts."""

    id = serializers.UUIDField(read_only=True)
    purpose = serializers.ChoiceField(choices=list(TEXTS))
    given = serializers.BooleanField()
    text_version = serializers.CharField(max_length=20, required=False, help_text="Of the words that were shown; needed to agree.")
    text = serializers.CharField(read_only=True)
    how = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    erased = serializers.DictField(child=serializers.IntegerField(), read_only=True, required=False, help_text="Rows out of which something was erased with it.")


class ConsentTextSerializer(serializers.Serializer):
    purpose = serializers.CharField()
    text_version = serializers.CharField()
    text = serializers.CharField()
    needed = serializers.BooleanField()


class GuardianSerializer(serializers.Serializer):
    """`standing`: not_needed, given, asked, refused, missing; as of today."""

    name = serializers.CharField()
    email = serializers.CharField()
    asked_at = serializers.DateTimeField(allow_null=True)
    consent_at = serializers.DateTimeField(allow_null=True)
    consent_until = serializers.DateField(allow_null=True)
    standing = serializers.CharField()


class TravelerSerializer(serializers.Serializer):
    """Names as in the passport. `type` follows from the birth date where there is one, as of today: an infant is under 2, a child under 12,
    a senior 65 or older."""

    id = serializers.UUIDField(read_only=True)
    relation = choice(RELATIONS, allow_blank=False)
    first_name = serializers.CharField(max_length=100)
    last_name = text(100)
    date_of_birth = serializers.DateField(required=False, allow_null=True)
    gender = choice(choices.GENDERS)
    nationality = text(3)
    type = choice(TRAVELER_TYPES, allow_blank=False)
    active = serializers.BooleanField(required=False, help_text="false sets a person aside: kept, but not offered for new trips.")
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = text(20)
    needs = keys(choices.NEEDS)
    medical_notes = text(2000)
    emergency_contact = text(300)
    travel_history = serializers.ListField(child=JourneySerializer(), required=False, max_length=schemas.MOST_JOURNEYS)
    guardian = GuardianSerializer(read_only=True)
    state = serializers.ChoiceField(choices=TRAVELER.states, read_only=True)
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    row_version = serializers.IntegerField(read_only=True)
    special_data_consent = serializers.BooleanField(required=False, write_only=True, help_text=CONSENT_HELP)


class TravelerPreferencesSerializer(serializers.Serializer):
    """How this person likes to travel; empty = as you do."""

    preferred_cabin_class = choice(choices.CABIN_CLASSES)
    seat_preference = choice(choices.SEATS)
    meal_preference = choice(choices.MEALS)
    dietary_restrictions = keys(choices.DIETS)
    loyalty_programs = serializers.ListField(child=LoyaltyProgramSerializer(), required=False, max_length=schemas.MOST_PROGRAMS)
    interests = WeightsField()
    special_data_consent = serializers.BooleanField(required=False, write_only=True, help_text=CONSENT_HELP)


class GuardianRequestSerializer(serializers.Serializer):
    """`by` "me": you are the parent or guardian and agree; "mail": we ask by a link that is good for 14 days."""

    by = serializers.ChoiceField(choices=["me", "mail"])
    until = serializers.DateField(required=False, allow_null=True)
    name = text(200)
    email = serializers.EmailField(required=False, allow_blank=True)
