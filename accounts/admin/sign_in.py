"""How people sign in: addresses and sessions to look at, groups of staff to edit."""

from __future__ import annotations

from typing import Any

from allauth.account import admin as allauth_admin
from allauth.account.models import EmailAddress
from allauth.usersessions import admin as sessions_admin
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from travelplanner.core.admin.base import ReadOnlyAdmin, StaffAdmin

# Registered by their own apps with the plain look and looser rules; here again, with ours.
UserSession = sessions_admin.UserSession
for model in (allauth_admin.EmailAddress, UserSession, Group):
    admin.site.unregister(model)


@admin.register(Group)
class GroupAdmin(auth_admin.GroupAdmin, StaffAdmin):
    """What a group may do decides what its members may: for superusers alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)  # type: ignore[union-attr]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)  # type: ignore[union-attr]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)  # type: ignore[union-attr]


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    """Verified by following a link, never by hand."""

    select = ("user",)
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    search_fields = ("email", "user__email")
    ordering = ("email",)


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    """The session's key stays unread: it would open the account."""

    hidden = ("session_key", "data")
    select = ("user",)
    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    search_fields = ("user__email", "ip")
    ordering = ("-last_seen_at",)
