"""What a guardian is shown who opens the link from their mail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts import ages
from accounts.models import Traveler
from travelplanner.core.errors import NotFound
from travelplanner.core.tokens import token_hash

LINK_LASTS = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class GuardianRequest:
    """`latest` is the last day a consent can be given for: the day before the traveler comes of age."""

    traveler: Traveler
    traveler_name: str
    asker_name: str
    asker_email: str
    guardian_name: str
    expires_at: dt.datetime
    latest: dt.date


def find_request(token: str, *, now: dt.datetime) -> GuardianRequest:
    """The open question behind a token. A token that never was, was answered, or is too old gives the same NotFound."""
    sealed = token_hash(token)
    if not sealed:
        raise NotFound
    rows = Traveler.objects.select_related("user").filter(guardian_token_hash=sealed, guardian_asked_at__gt=now - LINK_LASTS, user__status="active")
    traveler = rows.exclude(state="archived").first()
    if traveler is None or traveler.date_of_birth is None or traveler.guardian_asked_at is None:
        raise NotFound
    latest = last_day_as_minor(traveler.date_of_birth)
    if latest < now.date():
        raise NotFound
    return GuardianRequest(
        traveler=traveler,
        traveler_name=traveler.full_name,
        asker_name=traveler.user.get_full_name() or traveler.user.email,
        asker_email=traveler.user.email,
        guardian_name=traveler.guardian_name,
        expires_at=traveler.guardian_asked_at + LINK_LASTS,
        latest=latest,
    )


def last_day_as_minor(born: dt.date) -> dt.date:
    return ages.birthday(born, ages.GROWN_UP) - dt.timedelta(days=1)
