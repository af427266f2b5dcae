"""Sign-in for programs: django-allauth headless under /api/auth/ (its documented shapes)."""

from django.urls import include, path

urlpatterns = [path("auth/", include("allauth.headless.urls"))]
