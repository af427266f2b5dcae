"""The addresses of a site that lets people sign up with a passkey (ACCOUNT_EMAIL_VERIFICATION=mandatory when it starts), for tests
whose settings were read without: allauth decides at import which addresses there are."""

from __future__ import annotations

from allauth.account.views import signup_by_passkey
from allauth.headless.constants import Client
from allauth.headless.mfa.views import SignupWebAuthnView
from allauth.mfa.webauthn.views import signup_webauthn
from django.urls import path

from travelplanner import urls

urlpatterns = [
    path("accounts/signup/passkey/", signup_by_passkey, name="account_signup_by_passkey"),
    path("accounts/2fa/webauthn/signup/", signup_webauthn, name="mfa_signup_webauthn"),
    path("api/auth/app/v1/auth/webauthn/signup", SignupWebAuthnView.as_api_view(client=Client.APP)),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
