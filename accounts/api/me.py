"""/api/me: who is signed in, their profile, how they travel, what they agreed to."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import consents as consent_actions
from accounts.actions import profiles as profile_actions
from accounts.api import person_shapes as shapes
from accounts.consent_texts import NEEDED, TEXTS, current_version, words_of
from accounts.models import Consent, TravelPreferences
from accounts.queries.consents import decisions
from accounts.queries.profiles import Profile, get_person, get_preferences, get_profile
from travelplanner.core import money
from travelplanner.core.api import etags
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView
from travelplanner.core.errors import NotAllowed

OPTIONAL_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=False, description="The ETag of the version that you read; 412 when it is stale.")
PROFILE_COLUMNS = (
    "preferred_cabin_class", "preferred_airlines", "preferred_hotel_chains", "seat_preference", "meal_preference", "accessibility_requirements",
    "dietary_restrictions", "loyalty_programs", "notification_preferences", "preferred_language", "timezone", "date_of_birth", "gender",
    "nationality", "emergency_contact",
)  # fmt: skip
PREFERENCE_COLUMNS = ("pace", "comfort_level", "trip_type", "interests", "currency", "home_city", "people", "days")


class SignedIn(ApiView):
    @property
    def user_id(self) -> uuid.UUID:
        """The permission classes let nobody else come this far."""
        if self.actor.user_id is None:
            raise NotAllowed
        return self.actor.user_id


class Me(SignedIn):
    def _answer(self, found: Profile) -> Response:
        user = found.user
        body = {
            "id": str(user.pk),
            "email": user.email,
            "email_verified": user.email_verified,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "phone": user.phone,
            "phone_verified": user.phone_verified,
            "language": found.row.preferred_language,
            "created_at": user.created_at,
        }
        return Response(body, headers={"ETag": etags.etag(user.pk, found.version)})

    @extend_schema(operation_id="get_me", responses=shapes.MeSerializer)
    def get(self, request: Request) -> Response:
        """Who is signed in. Its version is the profile's."""
        return self._answer(get_person(self.user_id))

    @extend_schema(operation_id="change_me", parameters=[OPTIONAL_MATCH], request=shapes.MeSerializer(partial=True), responses=shapes.MeSerializer)
    def patch(self, request: Request) -> Response:
        """Change names and language. E-mail, phone and password are changed through sign-in."""
        found = get_person(self.user_id)
        etags.require_match(request, etags.etag(found.user.pk, found.version), required=False)
        data = self.validated(shapes.MeSerializer, partial=True)
        if "language" in data:
            data["preferred_language"] = data.pop("language")
        profile_actions.change_profile(actor=self.actor, row_version=found.version if request.headers.get("If-Match") else None, changes=data)
        return self._answer(get_person(self.user_id))


class ProfileDetail(SignedIn):
    def _answer(self, found: Profile) -> Response:
        body: dict[str, Any] = {name: getattr(found.row, name) for name in PROFILE_COLUMNS}
        body |= {"passport_number": found.passport_number, "passport_expiry": found.passport_expiry, "row_version": found.version}
        return Response(body, headers={"ETag": etags.etag(found.user.pk, found.version)})

    @extend_schema(operation_id="get_profile", responses=shapes.ProfileSerializer)
    def get(self, request: Request) -> Response:
        """What you told of yourself."""
        return self._answer(get_profile(self.user_id))

    @extend_schema(
        operation_id="change_profile", parameters=[etags.IF_MATCH], request=shapes.ProfileSerializer(partial=True), responses=shapes.ProfileSerializer
    )
    def patch(self, request: Request) -> Response:
        """Change it; what is left out stays. Needs and diets are stored only with the consent `special_data`. Needs If-Match."""
        found = get_person(self.user_id)
        etags.require_match(request, etags.etag(found.user.pk, found.version))
        data = self.validated(shapes.ProfileSerializer, partial=True)
        agreed = data.pop("special_data_consent", False)
        profile_actions.change_profile(actor=self.actor, row_version=found.version, changes=data, agreed=agreed)
        return self._answer(get_profile(self.user_id))


class Preferences(SignedIn):
    def _answer(self, row: TravelPreferences) -> Response:
        body: dict[str, Any] = {name: getattr(row, name) for name in PREFERENCE_COLUMNS}
        body |= {
            "daily_budget": None if row.daily_budget is None else {"amount": money_text(row), "currency": row.currency},
            "earliest_start": clock_text(row.earliest_start),
            "latest_end": clock_text(row.latest_end),
            "currency": row.currency or None,
            "row_version": row.row_version,
        }
        return Response(body, headers={"ETag": etags.etag(self.user_id, row.row_version)})

    @extend_schema(operation_id="get_preferences", responses=shapes.TravelPreferencesSerializer)
    def get(self, request: Request) -> Response:
        """How you like to travel: what a new trip starts from."""
        return self._answer(get_preferences(self.user_id))

    @extend_schema(
        operation_id="change_preferences",
        parameters=[etags.IF_MATCH],
        request=shapes.TravelPreferencesSerializer(partial=True),
        responses=shapes.TravelPreferencesSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change it; what is left out stays. Needs If-Match."""
        row = get_preferences(self.user_id)
        etags.require_match(request, etags.etag(self.user_id, row.row_version))
        data = self.validated(shapes.TravelPreferencesSerializer, partial=True)
        if budget := data.get("daily_budget"):
            data |= {"daily_budget": budget["amount"], "currency": budget["currency"]}
        return self._answer(profile_actions.change_preferences(actor=self.actor, row_version=row.row_version, changes=data))


def clock_text(minutes: int | None) -> str | None:
    return None if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def money_text(row: TravelPreferences) -> str:
    return str(money.quantize(row.daily_budget or 0, row.currency))


def consent_json(row: Consent) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "purpose": row.purpose,
        "given": row.given,
        "text_version": row.text_version,
        "text": str(words_of(row.purpose, row.text_version)),
        "how": row.how,
        "created_at": row.created_at,
    }


class ConsentList(SignedIn):
    @extend_schema(
        operation_id="list_consents",
        parameters=[OpenApiParameter("purpose", OpenApiTypes.STR, enum=list(TEXTS)), PAGE, PAGE_SIZE],
        responses=page_shape(shapes.ConsentSerializer),
    )
    def get(self, request: Request) -> Response:
        """Every decision of yours, newest first; the newest of a purpose counts."""
        pager = PageNumberPagination()
        page = pager.paginate_queryset(decisions(self.user_id, purpose=request.query_params.get("purpose", "").replace("\x00", "")), request, view=self)
        return pager.get_paginated_response([consent_json(row) for row in page or []])

    @extend_schema(operation_id="decide_consent", request=shapes.ConsentSerializer, responses={200: shapes.ConsentSerializer, 201: shapes.ConsentSerializer})
    def post(self, request: Request) -> Response:
        """Agree to the words of `text_version` (`GET /api/consent-texts`), or take consent back. 200 when it was decided so before.

        Taking back `special_data` erases needs, diets and medical notes of the profile and of all travelers at once; `erased` counts them.
        """
        data = self.validated(shapes.ConsentSerializer)
        decision = consent_actions.decide(actor=self.actor, purpose=data["purpose"], given=data["given"], text_version=data.get("text_version", ""), how="api")
        return Response(consent_json(decision.consent) | {"erased": decision.erased}, status=201 if decision.new else 200)


class ConsentTexts(ApiView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "open"

    @extend_schema(operation_id="list_consent_texts", responses=shapes.ConsentTextSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The words that are agreed to today, by purpose; an account needs those that are `needed`."""
        return Response(
            [
                {"purpose": purpose, "text_version": (version := current_version(purpose)), "text": str(words_of(purpose, version)), "needed": purpose in NEEDED}
                for purpose in TEXTS
            ]
        )
