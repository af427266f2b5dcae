"""How allauth speaks through us: mail leaves by the outbox, links carry the public address."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Account mails are sent at once by allauth's own templates (they hold one-time secrets, which the outbox must not store)."""

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return "/"

    def is_safe_url(self, url: str | None) -> bool:
        return super().is_safe_url(url)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return super().get_login_redirect_url(request)
