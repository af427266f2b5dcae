"""Addresses of signing in that are ours and not allauth's; before its own, and with the names that its code and templates ask for."""

from __future__ import annotations

from django.urls import path

from accounts.web import phone, social
from accounts.web.addresses import AddressesView

urlpatterns = [
    path("oidc/<slug:provider_id>/login/", social.oidc_login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", social.oidc_callback, name="openid_connect_callback"),
    path("github/login/", social.github_login, name="github_login"),
    path("github/login/callback/", social.github_callback, name="github_callback"),
    path("email/", AddressesView.as_view(), name="account_email"),
    path("phone/change/", phone.change_phone, name="account_change_phone"),
    path("phone/verify/", phone.verify_phone, name="account_verify_phone"),
]
