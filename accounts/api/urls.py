"""Sign-in for programs: django-allauth headless under /api/auth/ (its documented shapes)."""

from django.urls import include, path

from accounts.api import phone

urlpatterns = [
    path("auth/app/v1/account/phone", phone.not_offered, name="api_auth_phone"),
    path("auth/", include("allauth.headless.urls")),
]
