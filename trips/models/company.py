"""Who else is in a trip: members with roles, guests without account, invitations, links for others, calendar feeds, the travelers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from travelplanner.core.models import TimestampedModel
from trips.models.trip import Trip
from trips.states import INVITATION

ROLES = [("owner", _("owner")), ("editor", _("editor")), ("viewer", _("viewer"))]
INVITED_ROLES = [role for role in ROLES if role[0] != "owner"]
# What a share link can open; nothing else of the trip is behind it.
SCOPES = [
    ("plan", _("the plan, day by day")),
    ("costs", _("what it costs")),
    ("research", _("what is worth knowing about the place")),
    ("people", _("who comes along (first names)")),
]


class TripMember(TimestampedModel):
    """A user, a guest bound to one browser (`visitor`), or a name alone (someone's child, for the expenses).

    `Trip.owner` alone says whose the trip is; the owner's row (role owner) is made when the trip first has company
    (actions/members.ensure_owner). `left_at` closes every door at once; rows stay, since expenses name them.
    """

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships")
    visitor = models.CharField(max_length=64, blank=True, editable=False)  # hash of the guest browser's token
    name = models.CharField(max_length=100)  # as companions see it
    role = models.CharField(max_length=8, choices=ROLES)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    left_at = models.DateTimeField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("created_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["trip", "user"], condition=Q(left_at=None, user__isnull=False), name="member_user_once"),
            models.UniqueConstraint(fields=["trip", "visitor"], condition=Q(left_at=None) & ~Q(visitor=""), name="member_visitor_once"),
            models.UniqueConstraint(fields=["trip"], condition=Q(left_at=None, role="owner"), name="member_owner_once"),
            models.CheckConstraint(condition=Q(role__in=["owner", "editor", "viewer"]), name="member_role_known"),
        ]
        indexes = [
            models.Index(fields=["user", "trip"], name="member_user", condition=Q(left_at=None)),
            models.Index(fields=["visitor", "trip"], name="member_visitor", condition=Q(left_at=None) & ~Q(visitor="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


class TripInvitation(TimestampedModel):
    """The link in the mail holds a token; only its SHA-256 is stored. Expiry is computed on read."""

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=8, choices=INVITED_ROLES)
    message = models.CharField(max_length=500, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(max_length=10, default=INVITATION.initial, choices=INVITATION.choices)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    member = models.OneToOneField(TripMember, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitation")
    sent_count = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()

    history_model: ClassVar[type[models.Model] | None] = None

    class Meta:
        ordering = ("-created_at", "id")
        constraints = [
            INVITATION.constraint("invitation"),
            models.UniqueConstraint(fields=["trip", "email"], condition=Q(state="pending"), name="invitation_pending_once"),
        ]

    def __str__(self) -> str:
        return f"invitation as {self.role}"


class ShareLink(TimestampedModel):
    """Anyone who holds the token sees what was ticked (`scopes`), until it expires or is revoked. Only its SHA-256 is stored."""

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="share_links")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=100, blank=True)
    scopes = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_opened_on = models.DateField(null=True, blank=True)  # the day is enough to know whether it is used

    class Meta:
        ordering = ("-created_at", "id")
        indexes = [models.Index(fields=["trip"], name="share_link_open", condition=Q(revoked_at=None))]

    def __str__(self) -> str:
        return self.label or f"link of {self.trip_id}"


class CalendarFeed(TimestampedModel):
    """One address per member that calendars poll; rotating it closes the old one. Only the token's SHA-256 is stored."""

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="feeds")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trip", "user"], condition=Q(revoked_at=None), name="feed_once")]

    def __str__(self) -> str:
        return f"feed of {self.trip_id}"


class TripTraveler(TimestampedModel):
    """A traveler who comes along, put in by the user whose traveler it is; others see the name and whether they are ready."""

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="trip_travelers")
    traveler = models.ForeignKey("accounts.Traveler", on_delete=models.CASCADE, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ("created_at", "id")
        constraints = [models.UniqueConstraint(fields=["trip", "traveler"], name="trip_traveler_once")]

    def __str__(self) -> str:
        return f"{self.traveler_id} on {self.trip_id}"
