"""Which of one's proven addresses is the main one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from travelplanner.core import audit
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Change:
    before: EmailAddress | None
    now: EmailAddress


def make_primary(*, actor: Actor, email: str, now: dt.datetime | None = None) -> Change:
    """Make one of the actor's addresses the main one: what they sign in with, where mails go.

    An address that isn't proven is refused whether anybody has it or not, so that asking tells nothing. A proven one may still be the main one of
    an account that never proved it; then all stays as it was. Raises NotFound, Conflict (`unverified_primary_email`, `address_taken`: whoever
    holds the mailbox learns this, nobody else). Audited without the address.
    """
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().filter(pk=actor.user_id).first() if actor.user_id else None
            address = EmailAddress.objects.filter(user=user, email__iexact=email).first() if user else None
            if user is None or address is None:
                raise NotFound
            if not address.verified:
                raise Conflict(_("Confirm the address first, then make it the main one."), code="unverified_primary_email")
            before = EmailAddress.objects.get_primary(user)
            address.user = user
            address.set_as_primary()
            audit.record(actor=actor, action="user.primary_address", row=user, now=now)
    except IntegrityError as error:  # of two at the same moment one wins, too
        raise Conflict(_("This address can't be your main one, because another account was made with it. Sign in there with a code by e-mail first."), code="address_taken") from error
    return Change(before, address)
