"""What the company's part of the API takes and answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from travelplanner.core import clock
from trips.actions.share_links import DEFAULT_DAYS, MAX_DAYS
from trips.models import ShareLink, TripInvitation, TripMember
from trips.models.company import SCOPES

ROLES = ["owner", "editor", "viewer"]
INVITED = ["editor", "viewer"]
SCOPE_KEYS = [key for key, _label in SCOPES]


class MemberSerializer(serializers.Serializer):
    """`kind`: someone with an account, a guest of one browser, or a name alone. `email` only for the owner. The owner's `id` is null until the trip has company."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)
    kind = serializers.ChoiceField(choices=["account", "guest", "name"])
    you = serializers.BooleanField()
    email = serializers.EmailField(allow_null=True)
    joinedAt = serializers.DateTimeField()
    rowVersion = serializers.IntegerField()


class NameSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=100)


class RoleSerializer(serializers.Serializer):
    """`owner` hands the trip over: the present owner becomes an editor."""

    role = serializers.ChoiceField(choices=ROLES)


class InviteSerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=INVITED, default="viewer")
    message = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class InvitationSerializer(serializers.Serializer):
    """`status`: pending, or expired when nobody answered in time."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=INVITED)
    message = serializers.CharField()
    status = serializers.ChoiceField(choices=["pending", "expired"])
    sentCount = serializers.IntegerField()
    invitedAt = serializers.DateTimeField()
    expiresAt = serializers.DateTimeField()


class JoinSerializer(serializers.Serializer):
    """`token` is the last part of the mailed link; `name` is what companions see (your first name without it)."""

    token = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class JoinedSerializer(serializers.Serializer):
    tripId = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)


class MakeLinkSerializer(serializers.Serializer):
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPE_KEYS), min_length=1, max_length=len(SCOPE_KEYS))
    label = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")  # type: ignore[assignment]  # the contract's own name
    expiresInDays = serializers.IntegerField(min_value=1, max_value=MAX_DAYS, default=DEFAULT_DAYS)


class ShareLinkSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]  # the contract's own name
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPE_KEYS))
    status = serializers.ChoiceField(choices=["open", "expired"])
    createdAt = serializers.DateTimeField()
    expiresAt = serializers.DateTimeField()
    lastOpenedOn = serializers.DateField(allow_null=True)


class NewShareLinkSerializer(ShareLinkSerializer):
    """`url` is shown this once."""

    url = serializers.URLField()


class FeedSerializer(serializers.Serializer):
    """`url` is shown this once; the address before it is closed."""

    url = serializers.URLField()


def member_json(row: TripMember, *, you: bool, emails: bool) -> dict[str, Any]:
    kind = "account" if row.user_id else "guest" if row.visitor else "name"
    return {
        "id": None if row._state.adding else row.pk,
        "name": row.name,
        "role": row.role,
        "kind": kind,
        "you": you,
        "email": row.user.email if emails and row.user is not None else None,
        "joinedAt": row.created_at,
        "rowVersion": row.row_version,
    }


def invitation_json(row: TripInvitation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "email": row.email,
        "role": row.role,
        "message": row.message,
        "status": "pending" if row.expires_at > clock.now() else "expired",
        "sentCount": row.sent_count,
        "invitedAt": row.created_at,
        "expiresAt": row.expires_at,
    }


def link_json(row: ShareLink) -> dict[str, Any]:
    return {
        "id": row.pk,
        "label": row.label,
        "scopes": row.scopes,
        "status": "open" if row.expires_at is None or row.expires_at > clock.now() else "expired",
        "createdAt": row.created_at,
        "expiresAt": row.expires_at,
        "lastOpenedOn": row.last_opened_on,
    }
