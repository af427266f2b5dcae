"""Signing in with another company's account: OpenID Connect (Google, Microsoft, any other), and GitHub by its own OAuth2.

An account of ours is never found by an e-mail address. Two attacks make that unsafe, whatever either side has verified: somebody makes an account
here with your address before you come, and your company sign-in lands in their account; or somebody gives a company your address, which it didn't
check, and their sign-in lands in yours. So a first sign-in makes a new account or, when its address is taken, a mail to that address that says so;
who has an account signs in to it and connects the other one. No token of the other company is kept, nor what we don't show.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.github.provider import GitHubProvider
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from requests import RequestException

from accounts.gateways import oidc

logger = logging.getLogger(__name__)
KEPT_CLAIMS = ("name", "email")  # shown on the page of connections
OTHER_PROVIDER = "oidc"


class Careful:
    """What both kinds of provider do more carefully than allauth's own."""

    app: Any

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """Ours alone: a link must not widen what the person is asked to grant."""
        return self.get_scope()  # type: ignore[attr-defined]  # allauth has no types

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        return self.get_auth_params()  # type: ignore[attr-defined]  # allauth has no types

    def redirect(self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any) -> HttpResponse:
        """Off to the other company; a page of ours when it can't be reached."""
        try:
            return super().redirect(request, process, next_url=next_url, data=data, **kwargs)  # type: ignore[misc]  # allauth has no types
        except (OAuth2Error, RequestException) as problem:
            logger.warning("sign-in with %s could not begin: %s", self.app.name, problem)
            return render_authentication_error(request, self, exception=problem, extra_context={"state": {"process": process, "next": next_url, **kwargs}})

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {name: data[name] for name in KEPT_CLAIMS if isinstance(data.get(name), str)}


class Wary:
    """An answer in no shape that we know is a failed sign-in, not an error of ours."""

    def parse_token(self, data: Any) -> Any:
        try:
            return super().parse_token(data)  # type: ignore[misc]  # allauth has no types
        except (KeyError, ValueError, TypeError, AttributeError) as problem:
            raise OAuth2Error("the answer with the token") from problem

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        try:
            return self.read_login(request, app, token, **kwargs)  # type: ignore[attr-defined]  # allauth has no types
        except (KeyError, ValueError, TypeError, AttributeError) as problem:
            raise OAuth2Error("the answer with the person") from problem


class OidcAdapter(Wary, OpenIDConnectOAuth2Adapter):
    """Looks at the ID token itself, signature and nonce included, before anything in it counts."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        if not hasattr(self, "_openid_config"):
            try:
                self._openid_config = oidc.read_configuration(self.get_provider().app.settings["server_url"])
            except oidc.Refused as problem:
                raise OAuth2Error(str(problem)) from problem
        return self._openid_config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Under the public address: the Host header is the sender's to choose."""
        return settings.PUBLIC_URL + reverse("openid_connect_callback", kwargs={"provider_id": self.provider_id})

    def read_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        try:
            claims = oidc.read_id_token(kwargs["response"].get("id_token"), configuration=self.openid_config, client_id=app.client_id, nonce=self.nonce)
            if "email" not in claims:
                claims = oidc.read_userinfo(token.token, configuration=self.openid_config, subject=claims["sub"]) | claims
        except oidc.Refused as problem:
            raise OAuth2Error(str(problem)) from problem
        return self.get_provider().sociallogin_from_response(request, claims)


class OidcProvider(Careful, OpenIDConnectProvider):
    oauth2_adapter_class = OidcAdapter

    def serialize(self) -> dict[str, Any]:
        """By its own name: two companies might have given us the same client id."""
        return {**super().serialize(), "id": self.sub_id}

    def redirect(self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any) -> HttpResponse:
        nonce = secrets.token_urlsafe(24)
        asked = {**(kwargs.pop("auth_params", None) or self.get_auth_params()), "nonce": nonce}
        return super().redirect(request, process, next_url=next_url, data=data, auth_params=asked, nonce=nonce, **kwargs)

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """Verified only by a plain `true` of a provider whose word counts."""
        email = data.get("email")
        if not isinstance(email, str) or not email:
            return []
        proven = self.app.settings.get("trust_email", False) and data.get("email_verified") is True
        return [EmailAddress(email=email, verified=proven, primary=True)]

    def verify_token(self, request: HttpRequest, token: dict[str, Any]) -> Any:
        """An ID token that a program got by itself: each counts once."""
        from allauth.socialaccount.adapter import get_adapter

        text = token.get("id_token")
        try:
            claims = oidc.read_id_token(text, configuration=self.get_oauth2_adapter(request).openid_config, client_id=self.app.client_id, nonce=None)
        except (oidc.Refused, OAuth2Error) as problem:
            raise get_adapter().validation_error("invalid_token") from problem
        mark = f"id-token:{hashlib.sha256(str(text).encode()).hexdigest()}"
        if not cache.add(mark, True, timeout=max(1, claims["exp"] - time.time() + oidc.LEEWAY)):
            raise get_adapter().validation_error("invalid_token")
        return self.sociallogin_from_response(request, claims)


class GithubAdapter(Wary, GitHubOAuth2Adapter):
    def read_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        return GitHubOAuth2Adapter.complete_login(self, request, app, token, **kwargs)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return settings.PUBLIC_URL + reverse("github_callback")


class GithubProvider(Careful, GitHubProvider):
    oauth2_adapter_class = GithubAdapter

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Without the profile's address, which anybody may write there."""
        return {"name": data.get("name") if isinstance(data.get("name"), str) else ""}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """The main one; the others are none of our business."""
        found = [entry for entry in data.get("emails") or () if entry.get("primary")]
        return [EmailAddress(email=entry["email"], verified=entry.get("verified") is True, primary=True) for entry in found[:1]]


OURS: dict[type, type] = {OpenIDConnectProvider: OidcProvider, GitHubProvider: GithubProvider}


class SocialAdapter(DefaultSocialAccountAdapter):
    """How allauth's flows speak to us. Providers come from the settings alone: a row in a table must not open another door."""

    def list_apps(self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None) -> list[SocialApp]:
        return [app for apps in _build_apps_from_settings(provider=provider, client_id=client_id).values() for app in apps]

    def list_providers(self, request: HttpRequest) -> list[Any]:
        return [self._ours(provider) for provider in super().list_providers(request)]

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        return self._ours(super().get_provider(request, provider, client_id=client_id))

    @staticmethod
    def _ours(provider: Any) -> Any:
        kind = OURS.get(type(provider))
        return provider if kind is None else kind(provider.request, app=provider.app)

    def authenticate_by_email(self, sociallogin: Any) -> None:
        """Never, whatever the settings say."""
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        sociallogin.token = None  # else it waits in the session while somebody signs up or proves who they are

    def new_user(self, request: HttpRequest, sociallogin: Any) -> Any:
        user = super().new_user(request, sociallogin)
        known = {"google", "microsoft", "github"}
        user.auth_provider = sociallogin.account.provider if sociallogin.account.provider in known else OTHER_PROVIDER
        return user


class Callback(OAuth2CallbackView):
    """Where the other company sends people back to."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, answer = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = state.get("nonce", "")
        return state, answer


def _view(kind: type, adapter: Any, request: HttpRequest) -> HttpResponse:
    try:
        return kind.adapter_view(adapter)(request)  # type: ignore[attr-defined]  # allauth has no types
    except SocialApp.DoesNotExist as error:
        raise Http404 from error


def oidc_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _view(OAuth2LoginView, OidcAdapter(request, provider_id), request)


def oidc_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _view(Callback, OidcAdapter(request, provider_id), request)


def github_login(request: HttpRequest) -> HttpResponse:
    return _view(OAuth2LoginView, GithubAdapter(request), request)


def github_callback(request: HttpRequest) -> HttpResponse:
    return _view(Callback, GithubAdapter(request), request)
