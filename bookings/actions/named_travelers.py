"""Who uses what is booked: checked before anything is held, written beside the items. The price doesn't look at it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import ages
from accounts.models import Traveler
from accounts.models.traveler import TRAVELER_TYPES
from bookings.models import BookingItem, BookingTraveler
from bookings.queries.basket import Basket
from travelplanner.core import plain_rows
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid
from travelplanner.core.lines import readable
from trips.models import Trip

TYPES = frozenset(key for key, _label in TRAVELER_TYPES)
LONGEST = 100


@dataclass(frozen=True, slots=True)
class NamedTraveler:
    """One of one's own travelers by key, or a guest by name."""

    traveler_id: uuid.UUID | None = None
    first_name: str = ""
    last_name: str = ""
    type: str = "adult"


def checked_travelers(*, actor: Actor, trip: Trip, basket: Basket, travelers: Sequence[NamedTraveler]) -> tuple[NamedTraveler, ...]:
    """The travelers with their names as they are booked. One statement for any number of one's own, none for guests alone.

    Raises Invalid (`travelers`): more than any line has people, one named twice, one that isn't the actor's (the same words as for none), a
    guest without a name.
    """
    if not travelers:
        return ()
    most = max((line.quote.use.participants for line in basket.lines), default=0)
    if len(travelers) > most:
        raise _refused(
            ngettext("You named more travelers than the %(most)d person that is booked for.", "You named more travelers than the %(most)d people that are booked for.", most)
            % {"most": most}
        )
    wanted = [named.traveler_id for named in travelers if named.traveler_id]
    if len(wanted) != len(set(wanted)):
        raise _refused(_("You named the same traveler twice."))
    own = {row.pk: row for row in Traveler.objects.filter(pk__in=wanted, user_id=actor.user_id, state="active")} if wanted and actor.user_id else {}
    return tuple(_settled(named, own.get(named.traveler_id) if named.traveler_id else None, trip) for named in travelers)


def _settled(named: NamedTraveler, own: Traveler | None, trip: Trip) -> NamedTraveler:
    if named.traveler_id:
        if own is None:
            raise _refused(_("This is not one of your travelers."))
        kind = ages.type_on(own.date_of_birth, trip.start_date) if own.date_of_birth else own.type
        return NamedTraveler(own.pk, own.first_name, own.last_name, kind)
    first, last = " ".join(named.first_name.split()), " ".join(named.last_name.split())
    if not first:
        raise _refused(_("Write the first name of each guest."))
    if max(len(first), len(last)) > LONGEST or not readable(f"{first}{last}"):
        raise _refused(_("A name has up to 100 letters."))
    if named.type not in TYPES:
        raise _refused(_("Choose one of: %s.") % ", ".join(sorted(TYPES)))
    return NamedTraveler(None, first, last, named.type)


def _refused(sentence: str) -> Invalid:
    return Invalid(fields={"travelers": [sentence]})


def note_travelers(*, actor: Actor, items: Sequence[BookingItem], travelers: Sequence[NamedTraveler]) -> None:
    """Write them beside each item, as many as it is for, in the order they were named. Inside the booking's transaction; one statement."""
    if travelers:
        plain_rows.insert(
            BookingTraveler(
                item=item, traveler_id=named.traveler_id, position=position, first_name=named.first_name, last_name=named.last_name, traveler_type=named.type
            )
            for item in items
            for position, named in enumerate(travelers[: item.participants])
        )
