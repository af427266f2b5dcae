"""What someone told of themselves, with the passport from among their documents."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace

from accounts.models import TravelPreferences, User, UserDocument, UserProfile
from travelplanner.core.errors import NotFound

SHOWN = 3  # last signs of a number


@dataclass(frozen=True, slots=True)
class Profile:
    """`row` is an unsaved one with the defaults as long as nothing was filled in; its version is then 0."""

    user: User
    row: UserProfile
    version: int
    passport_number: str  # masked
    passport_expiry: dt.date | None


def masked(number: str) -> str:
    """"Z1234567" -> "•••••567"; short ones show nothing."""
    return "•" * (len(number) - SHOWN) + number[-SHOWN:] if len(number) > 2 * SHOWN else "•" * len(number)


def get_person(user_id: uuid.UUID) -> Profile:
    """The person with the profile, in one statement; without the passport."""
    user = User.objects.select_related("profile").filter(pk=user_id).first()
    if user is None:
        raise NotFound
    row = getattr(user, "profile", None) or UserProfile(user=user, row_version=0)
    return Profile(user=user, row=row, version=row.row_version, passport_number="", passport_expiry=None)


def get_profile(user_id: uuid.UUID) -> Profile:
    """With the newest passport: one statement more."""
    found = get_person(user_id)
    passport = UserDocument.objects.filter(user=user_id, type="passport").order_by("-created_at", "-id").only("number", "expires_on").first()
    if passport is None:
        return found
    return replace(found, passport_number=masked(passport.number), passport_expiry=passport.expires_on)


def get_preferences(user_id: uuid.UUID) -> TravelPreferences:
    """The row, or an unsaved empty one of version 0."""
    return TravelPreferences.objects.filter(user=user_id).first() or TravelPreferences(user_id=user_id, row_version=0)


def speech_of(user_id: uuid.UUID) -> tuple[str, str] | None:
    """(language, time zone) that someone chose; None as long as there is no profile."""
    return UserProfile.objects.filter(user=user_id).values_list("preferred_language", "timezone").first()


def language_of(user_id: uuid.UUID) -> str:
    """The language for mail to this person."""
    return UserProfile.objects.filter(user=user_id).values_list("preferred_language", flat=True).first() or "en"
