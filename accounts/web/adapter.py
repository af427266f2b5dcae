"""How allauth speaks through us: at once, and in the name of the public address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


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

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return "/"
