"""How allauth speaks through us: at once, and in the name of the public address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import phone_numbers
from accounts.actions import phones
from accounts.models import User
from accounts.queries.phones import user_with_phone
from accounts.queries.user_agents import describe
from travelplanner.core.errors import TooManyRequests
from travelplanner.core.web.actors import actor_of

FAILURES, ALL_FAILURES = "login_failed", "login_failed_account"
APP = "allauth.account"


@dataclass(frozen=True, slots=True)
class PublicSite:
    """What allauth's mails call `current_site`."""

    domain: str

    @property
    def name(self) -> str:
        return self.domain


class AccountAdapter(DefaultAccountAdapter):
    """Account mails are sent at once by allauth's own templates (they hold one-time secrets, which the outbox must not store).

    Their links are settings.HEADLESS_FRONTEND_URLS, the site they name is PUBLIC_URL's: nothing in them comes from the Host header.
    """

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, {**context, "current_site": PublicSite(urlsplit(settings.PUBLIC_URL).netloc)})

    def send_notification_mail(self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None) -> None:
        """Names the program in words, as the list of devices does."""
        program = describe(self.get_http_user_agent(self.request))
        super().send_notification_mail(template_prefix, user, {"user_agent": program, **(context or {})}, email)

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return "/"

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """allauth's ways to show that it is still you, in our words."""
        words = {"reauthenticate": _("Use my password"), "mfa_reauthenticate": _("Use a code"), "mfa_reauthenticate:webauthn": _("Use my passkey")}
        return [{**way, "description": words.get(way["id"], way["description"])} for way in super().get_reauthentication_methods(user)]

    # --- the same answer, after the same time, whether there is an account or not ---

    def send_account_already_exists_mail(self, email: str) -> None:
        """In place of the code that a new address gets. Making the account would have hashed a password: so that it takes as long, this does too."""
        make_password("the time it takes")
        super().send_account_already_exists_mail(email)

    # --- limits: a wrong password counts for the account and the address it comes from, and less strictly for the account from everywhere ---

    def _failure_keys(self, request: HttpRequest, **credentials: Any) -> dict[str, str]:
        """Not the host's name: that is the sender's to choose, and each would have a count of its own."""
        login = str(credentials.get("email") or credentials.get("username") or credentials.get("phone") or "").lower()
        return {FAILURES: f"{login}|{ratelimit.get_ip(request)}", ALL_FAILURES: login}

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts a try; `authenticate` takes it back when the password was right. Raises TooManyRequests."""
        used: list[Any] = []
        self._login_failed_rl_usage = ratelimit.RateLimitUsage(usage=used)
        for action, key in self._failure_keys(request, **credentials).items():
            usage = ratelimit.consume(request, app=APP, action=action, key=key)
            if usage is None:
                self._login_failed_rl_usage.rollback()
                raise TooManyRequests(_("Too many failed sign-ins. Wait a few minutes, or ask for a code by e-mail instead."), extra={"retry_after": 300})
            used.extend(usage.usage)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """A new password by mail proves whose account it is: wrong ones of before don't count any more."""
        for action, key in self._failure_keys(request, **credentials).items():
            ratelimit.clear(request, app=APP, action=action, key=key)

    # --- phone numbers ---

    def phone_form_field(self, **kwargs: Any) -> Any:
        from accounts.web.phone import PhoneNumberField

        return PhoneNumberField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        return phone_numbers.normalized(phone) or phone

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        """Asked for when a provider tells a number: not proven to us, so not taken."""

    def set_phone_verified(self, user: Any, phone: str) -> None:
        phones.confirm_phone(actor=actor_of(self.request), number=phone)
        user.refresh_from_db(fields=["phone", "phone_verified"])

    def get_user_by_phone(self, phone: str) -> User | None:
        return user_with_phone(phone)

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        phones.send_code(actor=actor_of(self.request), number=phone, code=code)
