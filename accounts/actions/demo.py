"""The people of the demonstration: made in local mode alone, with the password that `make run` prints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import documents, travelers
from accounts.models import Traveler, User
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid, NotAllowed

MINIMUM_PASSWORD = 10


@dataclass(frozen=True, slots=True)
class DemoUser:
    email: str
    first_name: str
    last_name: str
    staff: bool = False


TRAVELER = DemoUser("traveler@example.org", "Tara", "Traveler")
COMPANION = DemoUser("companion@example.org", "Cem", "Companion")
DEMO_USERS = (
    TRAVELER,
    COMPANION,
    DemoUser("staff@example.org", "Stella", "Staff", staff=True),
)


def ensure_demo_users(*, actor: Actor, password: str) -> int:
    """Make the demo users that are missing and give all of them this password; returns how many were made.

    Guarantees: in local mode alone; only a system actor; addresses are verified; a user whose password already fits is left as it is, so
    that sessions survive a second start. Raises NotAllowed, Invalid (password too short).
    """
    if not settings.LOCAL or not actor.is_system:
        raise NotAllowed(_("Demo users exist in local mode (LOCAL=1) alone."))
    if len(password) < MINIMUM_PASSWORD:
        raise Invalid(_("DEMO_PASSWORD must have at least %(length)d characters.") % {"length": MINIMUM_PASSWORD})
    made = 0
    with transaction.atomic():
        known = {user.email: user for user in User.objects.filter(email__in=[person.email for person in DEMO_USERS])}
        for person in DEMO_USERS:
            user = known.get(person.email)
            if user is None:
                user = User.objects.create_user(
                    person.email,
                    password,
                    first_name=person.first_name,
                    last_name=person.last_name,
                    email_verified=True,
                    is_staff=person.staff,
                    is_superuser=person.staff,
                )
                made += 1
            elif not user.check_password(password):
                user.set_password(password)
                user.save(update_fields=["password", "updated_at"])
            EmailAddress.objects.update_or_create(user=user, email=person.email, defaults={"verified": True, "primary": True})
    return made


def ensure_demo_travelers(*, actor: Actor, now: dt.datetime | None = None) -> int:
    """Enter the people that the demo users travel with, with invented passports; returns how many were made.

    Tara's passport ends too early for most countries, her daughter has neither a passport nor a guardian's word, Cem is ready: so that readiness
    has something to say. Guarantees: in local mode alone; only a system actor; who has entered anybody keeps what they entered. Raises NotAllowed.
    """
    if not settings.LOCAL or not actor.is_system:
        raise NotAllowed(_("Demo users exist in local mode (LOCAL=1) alone."))
    now = now or clock.now()
    today = now.date()
    wanted: dict[str, tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...]] = {
        TRAVELER.email: (
            (_person("Tara", "Traveler", "self", today, years=34), _passport("Z0000001", "TRAVELER TARA", today, days_left=120)),
            (_person("Mina", "Traveler", "child", today, years=9), {}),
        ),
        COMPANION.email: ((_person("Cem", "Companion", "self", today, years=36), _passport("Z0000002", "COMPANION CEM", today, days_left=2500)),),
    }
    made = 0
    for user in User.objects.filter(email__in=wanted).exclude(pk__in=Traveler.objects.values("user")):
        person = Actor(user_id=user.pk)
        with transaction.atomic():
            for values, passport in wanted[user.email]:
                traveler = travelers.create_traveler(actor=person, values=values, how="page", now=now)
                made += 1
                if passport:
                    documents.add_document(actor=person, traveler_id=traveler.pk, values=passport, agreed=True, how="page", now=now)
    return made


def _person(first: str, last: str, relation: str, today: dt.date, *, years: int) -> dict[str, Any]:
    return {"first_name": first, "last_name": last, "relation": relation, "nationality": "IND", "date_of_birth": dt.date(today.year - years, 1, 15)}


def _passport(number: str, name: str, today: dt.date, *, days_left: int) -> dict[str, Any]:
    """Of ten years. The number is nobody's."""
    expires = today + dt.timedelta(days=days_left)
    return {"type": "passport", "number": number, "holder_name": name, "country": "IND", "issued_on": expires - dt.timedelta(days=3652), "expires_on": expires}
