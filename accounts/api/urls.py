"""Sign-in for programs: django-allauth headless under /api/auth/ (its documented shapes)."""

from allauth.headless.constants import Client
from django.urls import include, path

from accounts.api import documents, me, notifications, phone, sign_in, travelers, wallets

urlpatterns = [
    # Before allauth's own: what we answer otherwise.
    path("auth/app/v1/account/phone", phone.PhoneView.as_api_view(client=Client.APP), name="api_auth_phone"),
    path("auth/app/v1/auth/phone/verify", phone.PhoneCodeView.as_api_view(client=Client.APP), name="api_auth_phone_verify"),
    path("auth/app/v1/account/email", sign_in.AddressesView.as_api_view(client=Client.APP), name="api_auth_addresses"),
    path("auth/app/v1/tokens/refresh", sign_in.RefreshView.as_api_view(client=Client.APP), name="api_auth_refresh"),
    path("me", me.Me.as_view(), name="api_me"),
    path("me/profile", me.ProfileDetail.as_view(), name="api_profile"),
    path("me/preferences", me.Preferences.as_view(), name="api_preferences"),
    path("me/consents", me.ConsentList.as_view(), name="api_consents"),
    path("consent-texts", me.ConsentTexts.as_view(), name="api_consent_texts"),
    path("travelers", travelers.TravelerList.as_view(), name="api_travelers"),
    path("travelers/<uuid:traveler_id>", travelers.TravelerDetail.as_view(), name="api_traveler"),
    path("travelers/<uuid:traveler_id>/restore", travelers.TravelerRestore.as_view(), name="api_traveler_restore"),
    path("travelers/<uuid:traveler_id>/preferences", travelers.TravelerPreferences.as_view(), name="api_traveler_preferences"),
    path("travelers/<uuid:traveler_id>/guardian", travelers.TravelerGuardian.as_view(), name="api_traveler_guardian"),
    path("notifications", notifications.NotificationList.as_view(), name="api_notifications"),
    path("notifications/read-all", notifications.NotificationsReadAll.as_view(), name="api_notifications_read_all"),
    path("notifications/<uuid:notification_id>/read", notifications.NotificationRead.as_view(), name="api_notification_read"),
    path("notifications/<uuid:notification_id>/dismiss", notifications.NotificationDismiss.as_view(), name="api_notification_dismiss"),
    path("me/wallets", wallets.WalletsView.as_view(), name="api_wallets"),
    path("me/wallets/nonce", wallets.NonceView.as_view(), name="api_wallet_nonce"),
    path("me/wallets/verify", wallets.VerifyView.as_view(), name="api_wallet_verify"),
    path("me/wallets/<uuid:wallet_id>", wallets.WalletView.as_view(), name="api_wallet"),
    path("auth/", include("allauth.headless.urls")),
    path("me/documents", documents.DocumentList.as_view(), name="api_documents"),
    path("me/documents/<uuid:document_id>", documents.DocumentDetail.as_view(), name="api_document"),
    path("me/documents/<uuid:document_id>/file", documents.DocumentFile.as_view(), name="api_document_file"),
    path("travelers/<uuid:traveler_id>/documents", documents.TravelerDocumentList.as_view(), name="api_traveler_documents"),
    path("travelers/<uuid:traveler_id>/documents/<uuid:document_id>", documents.TravelerDocumentDetail.as_view(), name="api_traveler_document"),
    path("travelers/<uuid:traveler_id>/documents/<uuid:document_id>/file", documents.TravelerDocumentFile.as_view(), name="api_traveler_document_file"),
]
