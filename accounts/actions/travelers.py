"""Entering, changing, archiving and bringing back the people one travels with."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import ages, rules, schemas
from accounts.actions.consents import ensure_special_data
from accounts.models import Traveler, TravelerPreference, User, choices
from accounts.models.traveler import RELATIONS, TRAVELER_TYPES
from accounts.queries.travelers import UNDO
from accounts.registries import trip_words
from accounts.states import TRAVELER
from travelplanner.core import audit, clock, transitions
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed, NotFound, Stale

MOST = 50  # per user, archived ones not counted
SPECIAL = ("needs", "medical_notes")
WHO = ("first_name", "last_name", "date_of_birth")  # a guardian's consent is for this person: when they change, it is none


def _checks(today: dt.date) -> dict[str, schemas.Check]:
    return {
        "relation": schemas.one_of([key for key, _label in RELATIONS], blank=False),
        "first_name": schemas.name(100, needed=True),
        "last_name": schemas.name(100),
        "date_of_birth": schemas.birth_date(today),
        "gender": schemas.one_of([key for key, _label in choices.GENDERS]),
        "nationality": schemas.country,
        "type": schemas.one_of([key for key, _label in TRAVELER_TYPES], blank=False),
        "email": schemas.email,
        "phone": schemas.phone,
        "needs": schemas.keys_of([key for key, _label in choices.NEEDS]),
        "medical_notes": schemas.text(2000, lines=True),
        "emergency_contact": schemas.text(300, lines=True),
        "travel_history": schemas.travel_history(today),
    }


def _preference_checks() -> dict[str, schemas.Check]:
    return {
        "preferred_cabin_class": schemas.one_of([key for key, _label in choices.CABIN_CLASSES]),
        "seat_preference": schemas.one_of([key for key, _label in choices.SEATS]),
        "meal_preference": schemas.one_of([key for key, _label in choices.MEALS]),
        "dietary_restrictions": schemas.keys_of([key for key, _label in choices.DIETS]),
        "loyalty_programs": schemas.loyalty_programs,
        "interests": schemas.interests(list(trip_words().interests)),
    }


def fetch_traveler(*, actor: Actor, traveler_id: uuid.UUID, row_version: int | None = None) -> Traveler:
    """Lock and return one of the actor's own that isn't archived. Raises NotFound, Stale. Runs inside the caller's transaction."""
    traveler = Traveler.objects.select_for_update().filter(rules.mine(actor), pk=traveler_id).exclude(state="archived").first()
    if traveler is None:
        raise NotFound
    if row_version is not None and traveler.row_version != row_version:
        raise Stale
    return traveler


def create_traveler(*, actor: Actor, values: Mapping[str, Any], agreed: bool = False, how: str = "api", now: dt.datetime | None = None) -> Traveler:
    """Enter a person; `values` by column, what is no field of theirs is not looked at. With a birth date the type follows from it.

    `agreed` gives the consent to special data with it. Raises NotAllowed, Invalid (`consent_needed` among them), Conflict (`too_many`,
    `self_exists`: you yourself are entered already). Records an audit entry.
    """
    if actor.user_id is None:
        raise NotAllowed
    now = now or clock.now()
    with transaction.atomic():
        _lock_owner(actor)
        _check_room(actor)
        cleaned = schemas.cleaned({"first_name": "", "type": "adult", **values}, _checks(now.date()))
        _ensure_consent(actor, cleaned, SPECIAL, agreed, how, now)
        traveler = Traveler(user_id=actor.user_id, created_at=now, **cleaned)
        _follow_birth_date(traveler, now)
        if traveler.relation == "self":
            _check_self(actor, traveler)
        traveler.save(force_insert=True)
        audit.record(actor=actor, action="traveler.added", row=traveler, after={"fields": sorted(values.keys() & cleaned.keys())}, now=now)
    return traveler


def change_traveler(
    *,
    actor: Actor,
    traveler_id: uuid.UUID,
    row_version: int | None,
    changes: Mapping[str, Any],
    active: bool | None = None,
    agreed: bool = False,
    how: str = "api",
    now: dt.datetime | None = None,
) -> Traveler:
    """Change a person; `active` False sets them aside (not offered for new trips), True takes them back.

    Guarantees: when name or birth date change, a guardian's consent is none any more. Raises NotFound, Stale (when `row_version` is given and
    old), Conflict (`self_exists`), Invalid. Records an audit entry with the fields' names.
    """
    now = now or clock.now()
    with transaction.atomic():
        _lock_owner(actor)
        traveler = fetch_traveler(actor=actor, traveler_id=traveler_id, row_version=row_version)
        cleaned = schemas.cleaned(changes, _checks(now.date()))
        _ensure_consent(actor, cleaned, SPECIAL, agreed, how, now)
        if cleaned.get("relation") == "self":
            _check_self(actor, traveler)
        fields = sorted(cleaned)
        if any(name in cleaned and cleaned[name] != getattr(traveler, name) for name in WHO):
            fields += _forget_guardian(traveler)
        for name, value in cleaned.items():
            setattr(traveler, name, value)
        if cleaned:
            _follow_birth_date(traveler, now)
            traveler.row_version += 1
            traveler.save(update_fields=[*{*fields, "type"}, "row_version", "updated_at"])
            audit.record(actor=actor, action="traveler.changed", row=traveler, after={"fields": fields}, now=now)
        wanted = {True: "active", False: "inactive"}.get(active) if active is not None else None
        if wanted and wanted != traveler.state:
            transitions.move(traveler, TRAVELER, wanted, actor=actor, now=now)
    return traveler


def archive_traveler(*, actor: Actor, traveler_id: uuid.UUID, now: dt.datetime | None = None) -> Traveler:
    """Take a person out of sight; they can be brought back for 30 days. A second time is NotFound. What was booked for them stays booked."""
    now = now or clock.now()
    with transaction.atomic():
        traveler = fetch_traveler(actor=actor, traveler_id=traveler_id)
        transitions.move(traveler, TRAVELER, "archived", actor=actor, now=now, archived_at=now, guardian_token_hash="")
    return traveler


def restore_traveler(*, actor: Actor, traveler_id: uuid.UUID, now: dt.datetime | None = None) -> Traveler:
    """Bring back a person archived in the last 30 days. Raises NotFound, Conflict (`too_many`, `self_exists`)."""
    now = now or clock.now()
    with transaction.atomic():
        _lock_owner(actor)
        rows = Traveler.objects.select_for_update().filter(rules.mine(actor), pk=traveler_id, state="archived", archived_at__gte=now - UNDO)
        traveler = rows.first()
        if traveler is None:
            raise NotFound
        _check_room(actor)
        if traveler.relation == "self":
            _check_self(actor, traveler)
        transitions.move(traveler, TRAVELER, "active", actor=actor, now=now, archived_at=None)
    return traveler


def change_traveler_preferences(
    *,
    actor: Actor,
    traveler_id: uuid.UUID,
    row_version: int | None,
    changes: Mapping[str, Any],
    whole: bool = False,
    agreed: bool = False,
    how: str = "api",
    now: dt.datetime | None = None,
) -> TravelerPreference:
    """Change how a person likes to travel; `whole` empties what `changes` doesn't name. The version is the traveler's.

    Raises NotFound, Stale, Invalid (`consent_needed` among them). Records an audit entry with the fields' names.
    """
    now = now or clock.now()
    with transaction.atomic():
        _lock_owner(actor)  # before the traveler, as everywhere; and consent can't be taken back between the look at it and the write
        traveler = fetch_traveler(actor=actor, traveler_id=traveler_id, row_version=row_version)
        cleaned = schemas.cleaned(changes, _preference_checks())
        _ensure_consent(actor, cleaned, ("dietary_restrictions",), agreed, how, now)
        row = TravelerPreference.objects.filter(traveler=traveler).first() or TravelerPreference(traveler=traveler)
        if whole:
            empty = TravelerPreference(traveler=traveler)
            cleaned = {name: getattr(empty, name) for name in _preference_checks()} | cleaned
        if not cleaned:
            return row
        for name, value in cleaned.items():
            setattr(row, name, value)
        row.save()
        traveler.row_version += 1
        traveler.save(update_fields=["row_version", "updated_at"])
        row.traveler = traveler
        audit.record(actor=actor, action="traveler.preferences_changed", row=traveler, after={"fields": sorted(cleaned)}, now=now)
    return row


def _lock_owner(actor: Actor) -> None:
    """One change of a user's people after the other, so that the limit and "myself" are counted right."""
    if actor.user_id is None or not User.objects.select_for_update().filter(pk=actor.user_id).exists():
        raise NotFound


def _check_room(actor: Actor) -> None:
    if Traveler.objects.filter(rules.mine(actor)).exclude(state="archived").count() >= MOST:
        raise Conflict(_("You have %d travelers already. Archive those who don't travel with you any more.") % MOST, code="too_many")


def _check_self(actor: Actor, traveler: Traveler) -> None:
    if Traveler.objects.filter(rules.mine(actor), relation="self").exclude(state="archived").exclude(pk=traveler.pk).exists():
        says = _("You yourself are entered already. Change that entry, or choose another relation.")
        raise Conflict(says, code="self_exists", fields={"relation": [says]})


def _ensure_consent(actor: Actor, values: Mapping[str, Any], special: tuple[str, ...], agreed: bool, how: str, now: dt.datetime) -> None:
    if any(values.get(name) for name in special):
        ensure_special_data(actor=actor, agreed=agreed, how=how, now=now)


def _follow_birth_date(traveler: Traveler, now: dt.datetime) -> None:
    if traveler.date_of_birth is not None:
        traveler.type = ages.type_on(traveler.date_of_birth, now.date())


def _forget_guardian(traveler: Traveler) -> list[str]:
    """Empties consent and link; returns the columns."""
    traveler.guardian_consent_at = traveler.guardian_consent_until = traveler.guardian_asked_at = None
    traveler.guardian_token_hash = ""
    return ["guardian_consent_at", "guardian_consent_until", "guardian_asked_at", "guardian_token_hash"]
