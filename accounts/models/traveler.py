"""People one travels with (seed 002's `travelers`): names as in the passport, needs, the guardian of a minor."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import choices
from accounts.states import TRAVELER
from travelplanner.core.models import TimestampedModel, TransitionRecord
from travelplanner.core.sealed import SealedJSONField, SealedTextField

TRAVELER_TYPES = [("adult", _("adult")), ("child", _("child")), ("infant", _("infant")), ("senior", _("senior"))]
RELATIONS = [
    ("self", _("myself")),
    ("partner", _("partner")),
    ("child", _("my child")),
    ("parent", _("parent")),
    ("sibling", _("sister or brother")),
    ("family", _("family")),
    ("friend", _("friend")),
    ("colleague", _("colleague")),
    ("other", _("other")),
]

HistoryModel = type[models.Model]  # named here, since `type` is a column below


class Traveler(TimestampedModel):
    """`type` follows from the birth date where there is one (actions/travelers.py). `needs` holds keys of choices.NEEDS."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="travelers")
    relation = models.CharField(_("relation"), max_length=12, default="other", choices=RELATIONS)
    first_name = models.CharField(_("first names"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)  # some passports have one name alone
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=20, blank=True, choices=choices.GENDERS)
    nationality = models.CharField(_("nationality"), max_length=3, blank=True)  # ISO 3166-1 alpha-3
    type = models.CharField(_("type"), max_length=8, default="adult", choices=TRAVELER_TYPES)
    state = models.CharField(max_length=10, default=TRAVELER.initial, choices=TRAVELER.choices)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    needs = SealedJSONField(empty=list)
    medical_notes = SealedTextField()
    emergency_contact = SealedTextField()
    travel_history = models.JSONField(default=list, blank=True)  # [{"country": "FRA", "year": 2024, "purpose": "leisure"}]
    guardian_name = models.CharField(_("guardian"), max_length=200, blank=True)
    guardian_email = models.EmailField(_("guardian's e-mail"), blank=True)
    guardian_consent_at = models.DateTimeField(null=True, blank=True)
    guardian_consent_until = models.DateField(null=True, blank=True)
    guardian_token_hash = models.CharField(max_length=64, blank=True, editable=False)  # of the link mailed to the guardian
    guardian_asked_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    history_model: ClassVar[HistoryModel]

    class Meta:
        ordering = ("created_at", "id")
        permissions = [("view_traveler_needs", "Can see that a traveler told of needs")]
        constraints = [
            TRAVELER.constraint("traveler"),
            models.UniqueConstraint(fields=["user"], condition=Q(relation="self") & ~Q(state="archived"), name="traveler_self_once"),
            models.CheckConstraint(condition=Q(type__in=["adult", "child", "infant", "senior"]), name="traveler_type_known"),
        ]
        indexes = [
            models.Index(fields=["user", "created_at"], name="traveler_user"),
            models.Index(fields=["guardian_token_hash"], name="traveler_guardian_token", condition=~Q(guardian_token_hash="")),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def age_on(self, day: dt.date) -> int | None:
        """Full years on a date; None without a birth date."""
        born = self.date_of_birth
        return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class TravelerTransition(TransitionRecord):
    subject = models.ForeignKey(Traveler, on_delete=models.CASCADE, related_name="transitions")


Traveler.history_model = TravelerTransition


class TravelerPreference(TimestampedModel):
    """How this person likes to travel; empty = as the user does."""

    traveler = models.OneToOneField(Traveler, on_delete=models.CASCADE, related_name="preference")
    preferred_cabin_class = models.CharField(_("cabin class"), max_length=20, blank=True, choices=choices.CABIN_CLASSES)
    seat_preference = models.CharField(_("seat"), max_length=20, blank=True, choices=choices.SEATS)
    meal_preference = models.CharField(_("meal"), max_length=50, blank=True, choices=choices.MEALS)
    dietary_restrictions = SealedJSONField(empty=list)
    loyalty_programs = SealedJSONField(empty=list)
    interests = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"preferences of {self.traveler_id}"
