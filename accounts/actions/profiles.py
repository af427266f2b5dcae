"""Changing what one tells of oneself: the profile with the names, and how one likes to travel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import schemas
from accounts.actions.consents import ensure_special_data
from accounts.models import TravelPreferences, User, UserProfile, choices
from accounts.registries import trip_words
from travelplanner.core import audit, clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid, NotAllowed, NotFound, Stale

NAMES: dict[str, schemas.Check] = {"first_name": schemas.name(100), "last_name": schemas.name(100)}
SPECIAL = ("accessibility_requirements", "dietary_restrictions")
EARLIEST, LATEST = (4 * 60, 12 * 60), (16 * 60, 24 * 60)  # minutes after midnight, as the planner takes them


def _keys(pairs: list[tuple[str, Any]]) -> list[str]:
    return [key for key, _label in pairs]


def _profile_checks(today: dt.date) -> dict[str, schemas.Check]:
    return {
        "preferred_cabin_class": schemas.one_of(_keys(choices.CABIN_CLASSES)),
        "preferred_airlines": schemas.airline_codes,
        "preferred_hotel_chains": schemas.chain_names,
        "seat_preference": schemas.one_of(_keys(choices.SEATS)),
        "meal_preference": schemas.one_of(_keys(choices.MEALS)),
        "accessibility_requirements": schemas.keys_of(_keys(choices.NEEDS)),
        "dietary_restrictions": schemas.keys_of(_keys(choices.DIETS)),
        "loyalty_programs": schemas.loyalty_programs,
        "notification_preferences": schemas.notification_preferences,
        "preferred_language": schemas.language,
        "timezone": schemas.timezone,
        "date_of_birth": schemas.birth_date(today),
        "gender": schemas.one_of(_keys(choices.GENDERS)),
        "nationality": schemas.country,
        "emergency_contact": schemas.text(300, lines=True),
    }


def _preference_checks() -> dict[str, schemas.Check]:
    words = trip_words()
    column = {name: [key for key, _label in TravelPreferences._meta.get_field(name).choices or []] for name in ("pace", "comfort_level")}  # type: ignore[union-attr]  # the stubs don't know this field's choices
    return {
        "pace": schemas.one_of(column["pace"]),
        "comfort_level": schemas.one_of(column["comfort_level"]),
        "trip_type": schemas.one_of(list(words.trip_types)),
        "interests": schemas.interests(list(words.interests)),
        "daily_budget": schemas.amount,
        "currency": schemas.currency,
        "home_city": schemas.text(100),
        "people": schemas.number(1, words.max_people),
        "days": schemas.number(1, words.max_days),
        "earliest_start": schemas.number(*EARLIEST),
        "latest_end": schemas.number(*LATEST),
    }


def change_profile(
    *, actor: Actor, row_version: int | None, changes: Mapping[str, Any], agreed: bool = False, how: str = "api", now: dt.datetime | None = None
) -> UserProfile:
    """Change names and profile; what `changes` doesn't name stays, what is no field of theirs is not looked at.

    `row_version` is the version that was read (0: nothing yet; None: whatever it is). `agreed` gives the consent to special data with it.
    Guarantees: one version more when something was written. Raises NotAllowed, NotFound, Stale, Invalid (`consent_needed` among them).
    Records an audit entry with the fields' names.
    """
    if actor.user_id is None:
        raise NotAllowed
    now = now or clock.now()
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=actor.user_id).first()
        if user is None:
            raise NotFound
        row = UserProfile.objects.filter(user=user).first() or UserProfile(user=user, row_version=0)
        if row_version is not None and row.row_version != row_version:
            raise Stale
        values = schemas.cleaned(changes, NAMES | _profile_checks(now.date()))
        if any(values.get(name) for name in SPECIAL):
            ensure_special_data(actor=actor, agreed=agreed, how=how, now=now)
        if not values:
            return row
        for name, value in values.items():
            setattr(user if name in NAMES else row, name, value)
        row.row_version += 1
        row.save()
        if values.keys() & NAMES.keys():
            user.save(update_fields=[*NAMES, "updated_at"])
        audit.record(actor=actor, action="profile.changed", row=row, after={"fields": sorted(values)}, now=now)
    return row


def change_preferences(*, actor: Actor, row_version: int | None, changes: Mapping[str, Any], now: dt.datetime | None = None) -> TravelPreferences:
    """Change how one likes to travel; what `changes` doesn't name stays. The daily budget is per person, rounded to its currency's unit.

    Raises NotAllowed, NotFound, Stale, Invalid. Records an audit entry with the fields' names.
    """
    if actor.user_id is None:
        raise NotAllowed
    now = now or clock.now()
    with transaction.atomic():
        if not User.objects.select_for_update().filter(pk=actor.user_id).exists():
            raise NotFound
        row = TravelPreferences.objects.filter(user=actor.user_id).first() or TravelPreferences(user_id=actor.user_id, row_version=0)
        if row_version is not None and row.row_version != row_version:
            raise Stale
        values = schemas.cleaned(changes, _preference_checks())
        if not values:
            return row
        for name, value in values.items():
            setattr(row, name, value)
        if row.daily_budget is not None:
            if not row.currency:
                raise Invalid(fields={"currency": [_("Say in which currency you count.")]})
            row.daily_budget = money.quantize(row.daily_budget, row.currency)
        row.row_version += 1
        row.save()
        audit.record(actor=actor, action="preferences.changed", row=row, after={"fields": sorted(values)}, now=now)
    return row
