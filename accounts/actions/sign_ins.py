"""Ways to sign in that were set up before anybody proved the address of the account."""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.models import User, Wallet, WalletNonce
from travelplanner.core import audit
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound


def forget_unproven(*, actor: Actor, email: str, keep_password: bool, now: dt.datetime | None = None) -> bool:
    """Drop what somebody who never proved an address left in the actor's account; True when there was an unproven past to drop.

    Anybody can make an account with another's address, and wait until the owner comes by a mailed code or link and makes it worth taking. So the
    first proof of an address takes away every other way in: the password (unless it was chosen in proving), companies' sign-ins, factors,
    phone and wallets; sessions fall with the password. No effect on an account that has proven an address (other than this one) before.
    Audited. Raises NotFound.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=actor.user_id).first() if actor.user_id else None
        if user is None:
            raise NotFound
        if user.email_verified or EmailAddress.objects.filter(user=user, verified=True).exclude(email__iexact=email).exists():
            return False
        if not keep_password:
            user.set_unusable_password()
        user.phone, user.phone_verified = "", False
        user.save(update_fields=["password", "phone", "phone_verified", "updated_at"])
        for model in (SocialAccount, Authenticator, Wallet, WalletNonce):
            model._default_manager.filter(user=user).delete()
        audit.record(actor=actor, action="user.unproven_sign_ins_dropped", row=user, after={"password_kept": keep_password}, now=now)
    return True
