"""How people sign in: addresses, sessions and second factors to look at, groups of staff to edit."""

from __future__ import annotations

from typing import Any

from allauth.account import admin as allauth_admin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin
from allauth.usersessions import admin as sessions_admin
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.models import RefreshToken
from travelplanner.core.admin.base import ReadOnlyAdmin, StaffAdmin

# Registered by their own apps with the plain look and looser rules; here again, with ours.
UserSession = sessions_admin.UserSession
Authenticator = mfa_admin.Authenticator
for model in (allauth_admin.EmailAddress, UserSession, Authenticator, Group):
    admin.site.unregister(model)


@admin.register(Group)
class GroupAdmin(auth_admin.GroupAdmin, StaffAdmin):
    """What a group may do decides what its members may: for superusers alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


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


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """That there is one and when it was used. Its data stay unread: the codes follow from them."""

    hidden = ("data",)
    select = ("user",)
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__email",)
    ordering = ("-created_at",)


@admin.register(RefreshToken)
class RefreshTokenAdmin(ReadOnlyAdmin):
    """Which sign-ins of programs are alive; a second use ends one."""

    hidden = ("session_hash",)
    select = ("user",)
    list_display = ("user", "created_at", "expires_at", "used_at")
    search_fields = ("user__email",)
    ordering = ("-created_at",)
