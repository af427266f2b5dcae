"""Giving consent and taking it back: each decision is a new row."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.consent_texts import NEEDED, TEXTS, current_version
from accounts.models import Consent, Traveler, TravelerPreference, User, UserProfile
from accounts.queries.consents import has_consent
from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Decision:
    """`erased` counts the rows out of which something was erased, by kind; `new` is False when it had been decided so before."""

    consent: Consent
    new: bool
    erased: dict[str, int] = field(default_factory=dict)


def decide(*, actor: Actor, purpose: str, given: bool, text_version: str, how: str, now: dt.datetime | None = None) -> Decision:
    """Write down that the actor agrees to the words of `text_version`, or takes consent back (then the version may be "").

    Guarantees: append-only; the same decision again changes nothing; taking back `special_data` erases needs, diets and medical notes of the
    profile and of every traveler (archived ones too) in the same transaction. Raises NotAllowed, Invalid (no such purpose), Conflict
    (`text_changed`: other words are current; `needed`: there is no account without it). Records an audit entry when something is erased.
    """
    if actor.user_id is None:
        raise NotAllowed
    if purpose not in TEXTS:
        raise Invalid(fields={"purpose": [_("Choose one of: %s.") % ", ".join(TEXTS)]})
    now, version = now or clock.now(), current_version(purpose)
    with transaction.atomic():
        if not User.objects.select_for_update().filter(pk=actor.user_id).exists():  # one decision after the other
            raise NotFound
        if given and text_version != version:
            raise Conflict(_("The words changed since you read them. Read them again before you agree."), code="text_changed", extra={"text_version": version})
        if not given and purpose in NEEDED:
            raise Conflict(_("An account needs this. To take it back, close your account."), code="needed")
        last = Consent.objects.filter(user=actor.user_id, purpose=purpose).first()
        if last is not None and last.given == given and (not given or last.text_version == version):
            return Decision(last, new=False)
        consent = Consent.objects.create(
            user_id=actor.user_id, purpose=purpose, given=given, how=how, created_at=now, text_version=version if given or last is None else last.text_version
        )
        erased = _erase_special_data(actor, consent, now) if purpose == "special_data" and not given else {}
    return Decision(consent, new=True, erased=erased)


def ensure_special_data(*, actor: Actor, agreed: bool, how: str, now: dt.datetime | None = None) -> None:
    """Before needs, diets or medical notes are stored: consent is there, or is given with this very request (`agreed`).

    Raises Invalid (`consent_needed`). Runs inside the caller's transaction.
    """
    if actor.user_id is not None and has_consent(actor.user_id, "special_data"):
        return
    if not agreed:
        says = _("Needs, diets and medical notes are stored only with your consent. Agree beside the field, or leave them empty.")
        raise Invalid(says, code="consent_needed", fields={"special_data_consent": [says]})
    decide(actor=actor, purpose="special_data", given=True, text_version=current_version("special_data"), how=how, now=now)


def _erase_special_data(actor: Actor, consent: Consent, now: dt.datetime) -> dict[str, int]:
    """NULL in the columns, which is how they are empty; no key is needed for it."""
    travelers = Traveler.objects.filter(user=actor.user_id)
    told = travelers.exclude(needs=None, medical_notes=None)
    diets = TravelerPreference.objects.filter(traveler__user=actor.user_id).exclude(dietary_restrictions=None)
    profiles = UserProfile.objects.filter(user=actor.user_id).exclude(accessibility_requirements=None, dietary_restrictions=None)
    people: set[uuid.UUID] = {*told.values_list("pk", flat=True), *diets.values_list("traveler_id", flat=True)}
    diets.update(dietary_restrictions=None, updated_at=now)
    travelers.filter(pk__in=people).update(needs=None, medical_notes=None, updated_at=now, row_version=F("row_version") + 1)
    changed = profiles.update(accessibility_requirements=None, dietary_restrictions=None, updated_at=now, row_version=F("row_version") + 1)
    erased = {"profile": changed, "travelers": len(people)}
    audit.record(actor=actor, action="special_data.erased", row=consent, after=erased, now=now)
    return erased
