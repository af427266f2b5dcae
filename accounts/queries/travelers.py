"""The people someone travels with."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db.models import Q, QuerySet

from accounts import ages, rules
from accounts.models import Traveler, TravelerPreference
from accounts.queries.guardians import LINK_LASTS
from travelplanner.core import reads
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound

UNDO = dt.timedelta(days=30)


def list_travelers(
    actor: Actor, *, today: dt.date, state: str = "", relation: str = "", type_: str = "", search: str = "", now: dt.datetime | None = None
) -> QuerySet[Traveler]:
    """One's travelers in the order they were entered; archived ones only when asked for, and only while they can be brought back."""
    rows = Traveler.objects.filter(rules.mine(actor))
    if state == "archived":
        rows = rows.filter(state="archived")
        rows = rows.filter(archived_at__gte=now - UNDO) if now else rows
    else:
        rows = rows.filter(state=state) if state else rows.exclude(state="archived")
    if relation:
        rows = rows.filter(relation=relation)
    if type_:
        rows = rows.filter(of_type(type_, today))
    for word in search.replace("\x00", "").split()[:5]:
        rows = rows.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
    return rows


def traveler_rows(actor: Actor, *, now: dt.datetime, state: str = "", relation: str = "", ordering: str = "created_at") -> reads.Listing:
    """`list_travelers` without what is typed or counted by the day, for the API."""
    given: dict[str, Any] = {"since": now - UNDO} if state == "archived" else {}
    return reads.Listing(_listed, state, relation, ordering, actor=actor, **given)


def _listed(state: str, relation: str, ordering: str, *, actor: Actor, since: Any = None) -> QuerySet[Traveler]:
    rows = list_travelers(actor, today=dt.date.min, state=state, relation=relation).order_by(ordering, "id")
    return rows.filter(archived_at__gte=since) if since is not None else rows


def of_type(type_: str, day: dt.date) -> Q:
    """Filter for a type on a day: by the birth date where there is one, else as it was entered."""
    first, last = ages.born_between(type_, day)
    born = Q(date_of_birth__isnull=False)
    if first:
        born &= Q(date_of_birth__gte=first)
    if last:
        born &= Q(date_of_birth__lte=last)
    return born | Q(date_of_birth__isnull=True, type=type_)


def type_of(traveler: Traveler, day: dt.date) -> str:
    """infant, child, adult or senior on a day; the stored type is of the day it was last written."""
    return ages.type_on(traveler.date_of_birth, day) if traveler.date_of_birth else traveler.type


def get_traveler(actor: Actor, traveler_id: uuid.UUID) -> Traveler:
    """One of one's own that isn't archived; NotFound."""
    traveler = Traveler.objects.filter(rules.mine(actor), pk=traveler_id).exclude(state="archived").first()
    if traveler is None:
        raise NotFound
    return traveler


def get_traveler_preference(traveler: Traveler) -> TravelerPreference:
    """The row, or an unsaved empty one."""
    return TravelerPreference.objects.filter(traveler=traveler).first() or TravelerPreference(traveler=traveler)


def self_of(user_id: uuid.UUID) -> Traveler | None:
    """The user as a traveler, if entered."""
    return reads.first(_self_of, user_id=user_id)


def _self_of(*, user_id: uuid.UUID) -> QuerySet[Traveler]:
    return Traveler.objects.filter(user=user_id, relation="self").exclude(state="archived")


def guardian_standing(traveler: Traveler, day: dt.date, *, now: dt.datetime) -> str:
    """What stands between a minor and traveling on a day: "not_needed", "given", "asked", "refused", "missing"."""
    if not ages.is_minor(traveler.date_of_birth, day):
        return "not_needed"
    until, asked = traveler.guardian_consent_until, traveler.guardian_asked_at
    if traveler.guardian_consent_at is not None and (until is None or until >= day):
        return "given"
    if asked is None or traveler.guardian_consent_at is not None:
        return "missing"
    if not traveler.guardian_token_hash:
        return "refused"
    return "asked" if asked > now - LINK_LASTS else "missing"
