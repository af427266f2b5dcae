"""Other companies' accounts: looked at. What opens them (apps, tokens) comes from the settings and is in no table, so there is nothing to edit."""

from __future__ import annotations

from allauth.socialaccount import admin as allauth_admin
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin

from travelplanner.core.admin.base import ReadOnlyAdmin

for model in (SocialAccount, allauth_admin.SocialApp, allauth_admin.SocialToken):
    admin.site.unregister(model)


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnlyAdmin):
    """What the company told of the person stays unread."""

    hidden = ("extra_data",)
    select = ("user",)
    list_display = ("user", "provider", "date_joined", "last_login")
    list_filter = ("provider",)
    search_fields = ("user__email",)
    ordering = ("-last_login",)
