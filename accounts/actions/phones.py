"""Proving a phone number: a code by text message, typed back."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import phone_numbers
from accounts.gateways.sms import SmsRefused, SmsUnavailable, default_gateway
from accounts.models import User
from travelplanner.core import audit
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable


def _checked(number: str) -> str:
    found = phone_numbers.normalized(number)
    if found is None:
        raise Invalid(fields={"phone": [_("Write the number with its country code, such as +91 98765 43210.")]})
    return found


def send_code(*, actor: Actor, number: str, code: str) -> None:
    """Hand the code to the gateway, outside any transaction; the same for a number that another user proved.

    Raises NotAllowed, Invalid (no number, or one that can't be written to: `phone`), Unavailable (nobody knows whether it will arrive).
    """
    if not actor.is_user:
        raise NotAllowed
    number = _checked(number)
    text = _("%(code)s is your code for the travel planner. It is good for ten minutes. Nobody of ours will ever ask you for it.") % {"code": code}
    try:
        default_gateway().send(number=number, text=text)
    except SmsRefused as error:
        raise Invalid(_("We can't send a message to this number."), code="phone_refused", fields={"phone": [_("We can't send a message to this number.")]}) from error
    except SmsUnavailable as error:
        raise Unavailable(_("Text messages can't be sent right now. Try again in a few minutes."), code="sms_unavailable", extra={"retry_after": 60}) from error


def confirm_phone(*, actor: Actor, number: str, now: dt.datetime | None = None) -> User:
    """Note the actor's number as proven, in place of any before. The caller compared the code.

    Guarantees: a proven number belongs to one user (a constraint; of two at the same moment one wins). Raises NotFound, Invalid, Conflict
    (`phone_taken`; whoever holds the phone learns this, nobody else). Audited without the number.
    """
    number = _checked(number)
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().filter(pk=actor.user_id).first() if actor.user_id else None
            if user is None:
                raise NotFound
            user.phone, user.phone_verified = number, True
            user.save(update_fields=["phone", "phone_verified", "updated_at"])
            audit.record(actor=actor, action="user.phone_verified", row=user, now=now)
    except IntegrityError as error:
        raise Conflict(_("This number was proven for another account."), code="phone_taken") from error
    return user


def remove_phone(*, actor: Actor, now: dt.datetime | None = None) -> None:
    """Forget the actor's number. Raises NotFound when there is none. Audited."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=actor.user_id).exclude(phone="").first() if actor.user_id else None
        if user is None:
            raise NotFound
        user.phone, user.phone_verified = "", False
        user.save(update_fields=["phone", "phone_verified", "updated_at"])
        audit.record(actor=actor, action="user.phone_removed", row=user, now=now)
