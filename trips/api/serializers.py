"""Shapes of the trips area: camelCase, as seed 000 has them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from travelplanner.core.api.serializers import AmountField, ClockField, CurrencyField, StrictIntegerField
from trips.planning.wish import (
    COMFORT_LEVELS,
    INTERESTS,
    MAX_DAYS,
    MAX_DESTINATIONS,
    MAX_PEOPLE,
    PACES,
    SEASONS,
    Needs,
    Wish,
)

_NAME = {"type": "string", "minLength": 1, "maxLength": 120}


@extend_schema_field({"oneOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1, "maxItems": MAX_DESTINATIONS}]})
class DestinationNamesField(serializers.Field):
    """One name or a list of names."""

    def to_internal_value(self, data: Any) -> tuple[str, ...]:
        names = [data] if isinstance(data, str) else data
        if not isinstance(names, list) or not names or not all(isinstance(name, str) and name.strip() for name in names):
            raise serializers.ValidationError(_("Give a name or a list of names."))
        if len(names) > MAX_DESTINATIONS:
            raise serializers.ValidationError(_("At most %d places in one trip.") % MAX_DESTINATIONS)
        if any(len(name) > 120 for name in names):
            raise serializers.ValidationError(_("A name has at most 120 characters."))
        return tuple(name.strip() for name in names)

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(
    {
        "oneOf": [
            {"type": "array", "items": {"type": "string", "enum": list(INTERESTS)}, "maxItems": len(INTERESTS)},
            {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 3}},
        ]
    }
)
class InterestsField(serializers.Field):
    """A list of names, or name -> weight (0..3)."""

    def to_internal_value(self, data: Any) -> dict[str, float]:
        if isinstance(data, list) and all(isinstance(name, str) for name in data) and len(data) <= len(INTERESTS):
            return dict.fromkeys(data, 1.0)
        numbers = isinstance(data, dict) and all(isinstance(weight, int | float) and not isinstance(weight, bool) for weight in data.values())
        if numbers and len(data) <= len(INTERESTS):
            return {str(name): float(weight) for name, weight in data.items()}
        raise serializers.ValidationError(_("Give a list of names, or an object of names with weights from 0 to 3."))

    def to_representation(self, value: Any) -> Any:
        return value


class DurationSerializer(serializers.Serializer):
    days = StrictIntegerField(min_value=1, max_value=MAX_DAYS, required=False)
    people = StrictIntegerField(min_value=1, max_value=MAX_PEOPLE, required=False)


class PreferencesSerializer(serializers.Serializer):
    season = serializers.ChoiceField(choices=SEASONS, required=False)
    comfortLevel = serializers.ChoiceField(choices=COMFORT_LEVELS, required=False)
    tripType = serializers.CharField(max_length=50, required=False)
    interests = InterestsField(required=False)
    pace = serializers.ChoiceField(choices=PACES, required=False)


class BudgetRangeSerializer(serializers.Serializer):
    min = AmountField(required=False, allow_null=True)
    max = AmountField(required=False, allow_null=True)
    currency = CurrencyField(required=False)


class ConstraintsSerializer(serializers.Serializer):
    """What the least able traveler needs; unknown names are refused."""

    stepFree = serializers.BooleanField(required=False)
    maxWalkKm = serializers.FloatField(required=False, min_value=0.5, max_value=50)
    maxEffort = StrictIntegerField(required=False, min_value=1, max_value=5)
    restDays = StrictIntegerField(required=False, min_value=0, max_value=MAX_DAYS)
    earliestStart = ClockField(required=False)
    latestEnd = ClockField(required=False)
    mustSee = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50)
    avoid = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50)

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({name: [_("Unknown constraint.")] for name in sorted(map(str, unknown))[:20]})
        return super().to_internal_value(data)


class IntentRequestSerializer(serializers.Serializer):
    """What a traveler wants. Missing days, people and dates are filled in and flagged as assumed."""

    destination = DestinationNamesField()
    origin = serializers.CharField(max_length=100, required=False, allow_blank=True)
    startDate = serializers.DateField(required=False)
    tripDuration = DurationSerializer(required=False)
    preferences = PreferencesSerializer(required=False)
    budgetRange = BudgetRangeSerializer(required=False)
    constraints = ConstraintsSerializer(required=False)

    def to_wish(self) -> Wish:
        data = self.validated_data
        duration, wanted = data.get("tripDuration", {}), data.get("preferences", {})
        money, needs = data.get("budgetRange", {}), data.get("constraints", {})
        return Wish(
            destinations=data["destination"],
            origin=data.get("origin", ""),
            start_date=data.get("startDate"),
            season=wanted.get("season", ""),
            days=duration.get("days"),
            people=duration.get("people"),
            comfort=wanted.get("comfortLevel", ""),
            trip_type=wanted.get("tripType", ""),
            interests=wanted.get("interests", {}),
            pace=wanted.get("pace", ""),
            budget_minimum=money.get("min"),
            budget_maximum=money.get("max"),
            currency=money.get("currency", ""),
            needs=Needs(
                step_free=needs.get("stepFree", False),
                max_walk_km=needs.get("maxWalkKm"),
                max_effort=needs.get("maxEffort"),
                rest_days=needs.get("restDays"),
                earliest_start=needs.get("earliestStart"),
                latest_end=needs.get("latestEnd"),
                must_see=tuple(str(key) for key in needs.get("mustSee", ())),
                avoid=tuple(str(key) for key in needs.get("avoid", ())),
            ),
        )


class ChooseSerializer(serializers.Serializer):
    """Either `candidateId`, or an edit of revision `basedOn`: whole `days`, or `swapDay`. With a candidate `basedOn` is optional: the revision that was
    chosen when you looked (0: none); 409 `edited_meanwhile` when someone saved another since."""

    candidateId = serializers.CharField(max_length=10, required=False)
    basedOn = StrictIntegerField(min_value=0, required=False)
    days = serializers.ListField(child=serializers.ListField(child=serializers.UUIDField(), max_length=20), required=False, max_length=MAX_DAYS)
    swapDay = serializers.DictField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        swap = attrs.get("swapDay")
        if sum(key in attrs for key in ("candidateId", "days", "swapDay")) != 1:
            raise serializers.ValidationError(_("Send exactly one of candidateId, days, swapDay."))
        if "candidateId" not in attrs and not attrs.get("basedOn"):
            raise serializers.ValidationError({"basedOn": [_("Say which revision you edited.")]})
        if swap is not None and not (type(swap.get("day")) is int and isinstance(swap.get("candidateId"), str)):
            raise serializers.ValidationError({"swapDay": [_("Send {day, candidateId}.")]})
        return attrs


class TripPatchSerializer(serializers.Serializer):
    title = serializers.CharField(max_length=255, required=False)
    description = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    budgetMax = AmountField(required=False, allow_null=True)


class PlanningSerializer(serializers.Serializer):
    state = serializers.CharField()
    progress = serializers.IntegerField()
    step = serializers.CharField()
    error = serializers.CharField(allow_null=True)


class TripSerializer(serializers.Serializer):
    """A trip with its planning state and links to its documents."""

    tripId = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    status = serializers.CharField()
    role = serializers.ChoiceField(choices=["owner", "editor", "viewer"], allow_null=True)
    tripType = serializers.CharField()
    startDate = serializers.DateField()
    endDate = serializers.DateField()
    timezone = serializers.CharField()
    origin = serializers.CharField(allow_null=True)
    destinations = serializers.ListField(child=serializers.DictField())
    travelers = serializers.IntegerField()
    budget = serializers.DictField(allow_null=True)
    actualSpent = serializers.DictField()
    chosenRevision = serializers.IntegerField(allow_null=True)
    lockedRevision = serializers.IntegerField(allow_null=True)
    rowVersion = serializers.IntegerField()
    sample = serializers.BooleanField()
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()
    planning = PlanningSerializer(allow_null=True, required=False)
    links = serializers.DictField(child=serializers.CharField())


class IntentAnswerSerializer(serializers.Serializer):
    tripId = serializers.CharField()
    version = serializers.CharField()
    createdAt = serializers.DateTimeField()
    source = serializers.CharField()  # type: ignore[assignment]  # the contract's own name
    status = serializers.CharField()
    links = serializers.DictField(child=serializers.CharField())


class DocumentSerializer(serializers.Serializer):
    tripId = serializers.CharField()
    version = serializers.CharField()
    revision = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # the contract's own name
    createdAt = serializers.DateTimeField()
    basis = serializers.DictField()


class SentenceSerializer(serializers.Serializer):
    """`text` is in the reader's language (Accept-Language)."""

    code = serializers.CharField()
    params = serializers.DictField()
    text = serializers.CharField(required=False)


class TripIntentSerializer(DocumentSerializer):
    destination = serializers.CharField()
    destinations = serializers.ListField(child=serializers.DictField())
    origin = serializers.CharField(allow_null=True, required=False)
    startDate = serializers.DateField()
    endDate = serializers.DateField()
    tripDuration = serializers.DictField()
    season = serializers.CharField()
    preferences = serializers.DictField()
    budgetRange = serializers.DictField(required=False)
    constraints = serializers.DictField(required=False)
    assumed = serializers.ListField(child=serializers.CharField())
    fromPreferences = serializers.ListField(child=serializers.CharField(), required=False, help_text="What was filled in from how you travel.")


class BudgetPredictionSerializer(DocumentSerializer):
    predictedBudget = serializers.DictField()
    breakdown = serializers.DictField()
    model = serializers.DictField()
    drivers = SentenceSerializer(many=True)
    assumptions = SentenceSerializer(many=True)
    sources = serializers.ListField(child=serializers.DictField())
    withinRange = serializers.BooleanField(allow_null=True, required=False)
    shortfall = serializers.FloatField(required=False)
    shareBelowLimit = serializers.FloatField(allow_null=True, required=False)


class DestinationResearchSerializer(DocumentSerializer):
    destination = serializers.DictField()
    bestTime = serializers.DictField()
    climate = serializers.ListField(child=serializers.DictField())
    safety = serializers.ListField(child=serializers.DictField())
    money = serializers.DictField()
    holidays = serializers.ListField(child=serializers.DictField())
    attractions = serializers.ListField(child=serializers.DictField())
    sources = serializers.ListField(child=serializers.DictField())


class ItineraryCandidateSerializer(serializers.Serializer):
    candidateId = serializers.CharField()
    profile = serializers.CharField()
    score = serializers.FloatField(min_value=0, max_value=100)
    scoreBreakdown = serializers.DictField()
    cost = serializers.DictField()
    dailyActivityHours = serializers.FloatField()
    restDays = serializers.IntegerField()
    travelFatigueScore = serializers.FloatField()
    days = serializers.ListField(child=serializers.DictField())
    lodging = serializers.ListField(child=serializers.DictField())
    leftOut = serializers.ListField(child=serializers.DictField())
    checks = serializers.DictField()


class ItineraryCandidatesSerializer(DocumentSerializer):
    currency = serializers.CharField()
    candidates = ItineraryCandidateSerializer(many=True)
    limits = serializers.ListField(child=serializers.DictField(), required=False)


class FinalItinerarySerializer(DocumentSerializer):
    candidateId = serializers.CharField()
    profile = serializers.CharField()
    score = serializers.FloatField()
    scoreBreakdown = serializers.DictField()
    explanation = SentenceSerializer(many=True)
    itinerary = serializers.DictField()
    lodging = serializers.ListField(child=serializers.DictField())
    cost = serializers.DictField()
    locked = serializers.BooleanField()
    status = serializers.CharField()


class RevisionSerializer(serializers.Serializer):
    revision = serializers.IntegerField()
    createdAt = serializers.DateTimeField()
    basis = serializers.DictField()
    locked = serializers.BooleanField()


class DifferenceSerializer(serializers.Serializer):
    currency = serializers.CharField()
    changes = serializers.ListField(child=serializers.DictField())
    totals = serializers.DictField()


class NotYetSerializer(serializers.Serializer):
    """202: the document is being made."""

    tripId = serializers.CharField()
    planning = PlanningSerializer()


def amount(value: Decimal | None, currency: str) -> dict[str, str] | None:
    from travelplanner.core.money import Money

    return Money(value, currency).as_json() if value is not None else None
