"""The people of the demonstration: made in local mode alone, with the password that `make run` prints."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid, NotAllowed

MINIMUM_PASSWORD = 10


@dataclass(frozen=True, slots=True)
class DemoUser:
    email: str
    first_name: str
    last_name: str
    staff: bool = False


DEMO_USERS = (
    DemoUser("traveler@example.org", "Tara", "Traveler"),
    DemoUser("companion@example.org", "Cem", "Companion"),
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
