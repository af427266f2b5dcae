"""The people of a trip as votes and expenses need them: who is in it, and who was."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid
from trips import rules
from trips.models import Trip, TripMember

ME = "me"  # stands for the actor's own member, whose row may not be there yet (an owner without company)


@dataclass(frozen=True, slots=True)
class Person:
    """A member by name. `former` left the trip; `you` is who asks."""

    id: str
    name: str
    role: str
    former: bool = False
    you: bool = False


def people_of(actor: Actor, trip: Trip) -> tuple[Person, ...]:
    """Everyone who is in the trip, then those who left; one statement. An owner who has no row yet stands first, as `me`."""
    rows = TripMember.objects.filter(trip=trip).order_by("created_at", "id")
    found = [person_of(actor, row) for row in rows]
    if rules.owns(actor, trip) and not any(person.you and not person.former for person in found):
        found.insert(0, Person(ME, _("You"), "owner", you=True))
    return tuple(sorted(found, key=lambda person: person.former))


def person_of(actor: Actor, row: TripMember) -> Person:
    mine = row.user_id == actor.user_id if actor.user_id is not None else bool(actor.visitor) and row.visitor == actor.visitor
    return Person(str(row.pk), row.name, row.role, former=row.left_at is not None, you=mine)


def members_named(*, trip: Trip, ids: Iterable[str], me: TripMember, field: str, also: Iterable[uuid.UUID] = ()) -> dict[str, TripMember]:
    """Members of the trip by the ids that were sent (`me` is the actor's own). Those who left count only when they are in `also`.

    Raises Invalid on `field` when one isn't there: the same for another trip's member and for none.
    """
    wanted = {text: (str(me.pk) if text == ME else text) for text in ids}
    keys = {key for text in wanted.values() if (key := _uuid(text)) is not None}
    rows = TripMember.objects.filter(Q(left_at=None) | Q(pk__in=list(also)), trip=trip, pk__in=keys)
    known = {str(row.pk): row for row in rows}
    found = {text: known[str(_uuid(key))] for text, key in wanted.items() if str(_uuid(key)) in known}
    if missing := [text for text in wanted if text not in found]:
        raise Invalid(fields={field: [_("This person is not in the trip (any more): %s.") % ", ".join(text[:40] for text in missing)]})
    return found


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def trip_today(trip: Trip, now: dt.datetime) -> dt.date:
    """The date where the trip is."""
    return now.astimezone(zone_of(trip)).date()


def zone_of(trip: Trip) -> ZoneInfo:
    return ZoneInfo(trip.timezone)
