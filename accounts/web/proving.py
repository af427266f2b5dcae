"""The moment in which an address is proven for the first time: whose account was it until now?"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.actions import sign_ins, users
from travelplanner.core.actor import Actor

BY_MAIL = frozenset({"code", "password_reset"})  # ways that show a mailbox, and nothing of who made the account


def address_proven(request: HttpRequest, address: EmailAddress) -> None:
    """Whoever made the account in this browser, or came by its password or company sign-in, keeps all of it; who is let in by mail alone starts afresh."""
    records = get_authentication_records(request, address.user)
    if records and all(record["method"] in BY_MAIL for record in records):
        dropped = sign_ins.forget_unproven(actor=Actor(user_id=address.user_id), email=address.email, keep_password=False)
        if dropped and not hasattr(request.allauth, "headless"):  # type: ignore[attr-defined]  # allauth has no types
            messages.info(request, _("Your address is proven. A password that was set before is no longer good; choose a new one under “Password”."))
    users.mark_email_verified(user_id=address.user_id, email=address.email)


def password_chosen_by_mail(user: Any) -> None:
    """A new password by a mailed link. The link shows the mailbox too; that the address is proven is left to the code at the next sign-in."""
    sign_ins.forget_unproven(actor=Actor(user_id=user.pk), email="", keep_password=True)


def signed_up(user: Any) -> None:
    """A company's word may have proven the address at once."""
    if EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists():
        users.mark_email_verified(user_id=user.pk, email=user.email)
