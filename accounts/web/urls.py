"""Addresses of people's own pages; signing in is allauth's, under /accounts/."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from accounts.web import (
    consents,
    devices,
    documents,
    guardians,
    notifications,
    overview,
    profile,
    security,
    travelers,
    wallets,
)

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("account", overview.show_overview, name="home"),
    path("account/profile", profile.edit_profile, name="profile"),
    path("account/preferences", profile.edit_preferences, name="preferences"),
    path("account/travelers", travelers.list_travelers, name="travelers"),
    path("account/travelers/new", travelers.add_traveler, name="traveler_new"),
    path("account/travelers/<uuid:traveler_id>", travelers.edit_traveler, name="traveler"),
    path("account/travelers/<uuid:traveler_id>/preferences", travelers.save_preferences, name="traveler_preferences"),
    path("account/travelers/<uuid:traveler_id>/active", travelers.set_active, name="traveler_active"),
    path("account/travelers/<uuid:traveler_id>/archive", travelers.archive, name="traveler_archive"),
    path("account/travelers/<uuid:traveler_id>/restore", travelers.restore, name="traveler_restore"),
    path("account/travelers/<uuid:traveler_id>/guardian", travelers.seek_consent, name="traveler_guardian"),
    path("account/consents", consents.show_consents, name="consents"),
    path("consent/<str:token>", guardians.answer, name="guardian_answer"),
    path("account/security", security.show_security, name="security"),
    path("account/security/devices", devices.list_devices, name="devices"),
    path("account/security/devices/end-others", devices.end_other_devices, name="end_other_devices"),
    path("account/security/devices/<int:session_id>/end", devices.end_device, name="end_device"),
    path("account/notifications", notifications.show_notifications, name="notifications"),
    path("account/notifications/read-all", notifications.read_all, name="notifications_read_all"),
    path("account/notifications/<uuid:notification_id>/open", notifications.open_notification, name="notification_open"),
    path("account/notifications/<uuid:notification_id>/read", notifications.read, name="notification_read"),
    path("account/notifications/<uuid:notification_id>/dismiss", notifications.dismiss, name="notification_dismiss"),
    path("account/wallets", wallets.show_wallets, name="wallets"),
    path("account/wallets/verify", wallets.verify, name="wallet_verify"),
    path("account/wallets/<uuid:wallet_id>/remove", wallets.remove, name="wallet_remove"),
    path("accounts/sessions/", RedirectView.as_view(pattern_name="accounts:devices"), name="sessions"),  # allauth's list, which is shorter
    path("account/documents", documents.list_papers, name="documents"),
    path("account/documents/new", documents.add_paper, name="document_new"),
    path("account/documents/<uuid:document_id>", documents.show_paper, name="document"),
    path("account/documents/<uuid:document_id>/file", documents.paper_file, name="document_file"),
    path("account/documents/<uuid:document_id>/remove", documents.remove_paper, name="document_remove"),
    path("account/travelers/<uuid:traveler_id>/documents", documents.list_papers, name="traveler_documents"),
    path("account/travelers/<uuid:traveler_id>/documents/new", documents.add_paper, name="traveler_document_new"),
    path("account/travelers/<uuid:traveler_id>/documents/<uuid:document_id>", documents.show_paper, name="traveler_document"),
    path("account/travelers/<uuid:traveler_id>/documents/<uuid:document_id>/file", documents.paper_file, name="traveler_document_file"),
    path("account/travelers/<uuid:traveler_id>/documents/<uuid:document_id>/remove", documents.remove_paper, name="traveler_document_remove"),
]
