"""Who comes along, and whether they are ready."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from travelplanner.core.api.views import ApiView
from trips.actions.trip_travelers import MOST, set_travelers
from trips.documents import readiness as words
from trips.queries.readiness import NOT_CHECKED, TravelerReadiness, TripReadiness, readiness_of
from trips.readiness import EntryRule, Finding


class TripTravelerSerializer(serializers.Serializer):
    """Of others' travelers there is the first name and whether they are ready."""

    travelerId = serializers.UUIDField(allow_null=True, help_text="Null for others' travelers.")
    firstName = serializers.CharField()
    lastName = serializers.CharField(allow_null=True)
    own = serializers.BooleanField()
    ready = serializers.BooleanField()


class TripTravelersSerializer(serializers.Serializer):
    tripId = serializers.CharField()
    expected = serializers.IntegerField(help_text="How many people beds, meals and tickets are counted for.")
    moreThanPlanned = serializers.BooleanField()
    needsChanged = serializers.BooleanField(help_text="The present plan was made for other needs: plan again for everybody's.")
    travelers = TripTravelerSerializer(many=True)


class SetTravelersSerializer(serializers.Serializer):
    travelers = serializers.ListField(child=serializers.UUIDField(), max_length=MOST, help_text="Your own travelers who come along; exactly these.")


class FindingSerializer(serializers.Serializer):
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["blocks", "warns", "unknown"])
    params = serializers.DictField()
    text = serializers.CharField(help_text="In the reader's language.")
    remedy = serializers.CharField()


class TravelerReadinessSerializer(TripTravelerSerializer):
    findings = FindingSerializer(many=True, allow_null=True, help_text="Null for others' travelers.")


class EntryRuleSerializer(serializers.Serializer):
    """What a country asks of a visitor's passport, as far as we know; `source` is what was opened, or `editor estimate`."""

    country = serializers.CharField()
    known = serializers.BooleanField()
    months = serializers.IntegerField()
    days = serializers.IntegerField()
    countedFrom = serializers.CharField()
    blankPages = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    checkUrl = serializers.CharField(allow_blank=True)
    source = serializers.CharField()  # type: ignore[assignment]  # the contract's own name
    checkedAt = serializers.DateField(allow_null=True)


class ReadinessSerializer(serializers.Serializer):
    tripId = serializers.CharField()
    ready = serializers.BooleanField()
    expected = serializers.IntegerField()
    moreThanPlanned = serializers.BooleanField()
    needsChanged = serializers.BooleanField()
    travelers = TravelerReadinessSerializer(many=True)
    rules = EntryRuleSerializer(many=True)
    notChecked = serializers.ListField(child=serializers.CharField(), help_text="What nobody checks here: ask the authority.")


def traveler_json(found: TravelerReadiness) -> dict[str, Any]:
    return {
        "travelerId": str(found.traveler.pk) if found.own else None,
        "firstName": found.traveler.first_name,
        "lastName": found.traveler.last_name if found.own else None,
        "own": found.own,
        "ready": found.ready,
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "params": dict(finding.params),
        "text": words.text_of(finding.code, finding.params),
        "remedy": words.remedy_of(finding.code, finding.params),
    }


def rule_json(rule: EntryRule) -> dict[str, Any]:
    return {
        "country": rule.country,
        "known": rule.known,
        "months": rule.months,
        "days": rule.days,
        "countedFrom": rule.counted_from,
        "blankPages": rule.blank_pages,
        "note": rule.note,
        "checkUrl": rule.check_url,
        "source": rule.source,
        "checkedAt": rule.checked,
    }


def _head(found: TripReadiness) -> dict[str, Any]:
    return {
        "tripId": found.trip.reference,
        "expected": found.trip.traveler_count,
        "moreThanPlanned": found.more_than_planned,
        "needsChanged": found.needs_changed,
    }


class TripTravelers(ApiView):
    def _answer(self, reference: str) -> Response:
        found = readiness_of(self.actor, reference)
        return Response({**_head(found), "travelers": [traveler_json(traveler) for traveler in found.travelers]})

    @extend_schema(operation_id="list_trip_travelers", responses=TripTravelersSerializer)
    def get(self, request: Request, reference: str) -> Response:
        """Who comes along: your own travelers, and of the others' the first name and whether they are ready."""
        return self._answer(reference)

    @extend_schema(operation_id="set_trip_travelers", request=SetTravelersSerializer, responses=TripTravelersSerializer)
    def put(self, request: Request, reference: str) -> Response:
        """Say which of your own travelers come along. Other members' stay as they are; a traveler who isn't yours answers 404."""
        wanted = self.validated(SetTravelersSerializer)["travelers"]
        set_travelers(actor=self.actor, reference=reference, traveler_ids=wanted)
        return self._answer(reference)


class Readiness(ApiView):
    @extend_schema(operation_id="get_readiness", responses=ReadinessSerializer)
    def get(self, request: Request, reference: str) -> Response:
        """Papers, names, consent and needs of your own travelers against the trip; of the others' only whether they are ready."""
        found = readiness_of(self.actor, reference)
        travelers = [
            {**traveler_json(traveler), "findings": [finding_json(finding) for finding in traveler.findings] if traveler.findings is not None else None}
            for traveler in found.travelers
        ]
        return Response(
            {**_head(found), "ready": found.ready, "travelers": travelers, "rules": [rule_json(rule) for rule in found.rules], "notChecked": list(NOT_CHECKED)}
        )
