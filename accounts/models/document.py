"""Papers of users and travelers: passport, visa and the like, looked at by staff. Number and file are sealed for their row."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.traveler import Traveler
from accounts.states import DOCUMENT_CHECK
from travelplanner.core.models import TimestampedModel, TransitionRecord
from travelplanner.core.sealed import BlindIndexField, SealedTextField

DOCUMENT_TYPES = [
    ("passport", _("passport")),
    ("visa", _("visa")),
    ("id_card", _("identity card")),
    ("driving_license", _("driving license")),
    ("insurance", _("insurance")),
    ("vaccination", _("vaccination")),
    ("consent_letter", _("consent letter")),
    ("other", _("other")),
]


class PresentDocuments(models.Manager[Any]):
    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(removed_at=None)


class TravelDocument(TimestampedModel):
    """`holder_name` is the name as printed; `file_*` describe one sealed file in the private store (core.private_files), "" when there is none.

    A document that its owner removed is emptied and hidden: what is left is when it was checked, by whom, and that it is gone.
    """

    objects = PresentDocuments()

    type = models.CharField(_("type"), max_length=16, choices=DOCUMENT_TYPES)
    number = SealedTextField()
    number_index = BlindIndexField(source="number")
    holder_name = models.CharField(_("name as printed"), max_length=200, blank=True)
    country = models.CharField(_("issuing country"), max_length=3, blank=True)  # ISO 3166-1 alpha-3
    issued_on = models.DateField(_("issued"), null=True, blank=True)
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    state = models.CharField(max_length=10, default=DOCUMENT_CHECK.initial, choices=DOCUMENT_CHECK.choices)
    file_key = models.CharField(max_length=64, blank=True, editable=False)
    file_type = models.CharField(max_length=60, blank=True, editable=False)  # by its content
    file_size = models.PositiveIntegerField(default=0, editable=False)  # bytes, before sealing
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)  # of the last reminder: 180, 90, 30, 7
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
        ordering = ("type", "-created_at", "id")

    def __str__(self) -> str:
        return f"{self.type} {self.country}".strip()


def _constraints(name: str) -> list[models.BaseConstraint]:
    return [
        DOCUMENT_CHECK.constraint(name),
        models.CheckConstraint(condition=Q(type__in=[key for key, _label in DOCUMENT_TYPES]), name=f"{name}_type_known"),
        models.CheckConstraint(condition=Q(issued_on__isnull=True) | Q(expires_on__isnull=True) | Q(expires_on__gte=F("issued_on")), name=f"{name}_dates_in_order"),
    ]


class UserDocument(TravelDocument):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="documents")

    history_model: ClassVar[type[models.Model]]

    class Meta(TravelDocument.Meta):
        permissions = [("check_documents", "Can look at people's papers and check them")]  # of travelers too
        constraints = _constraints("user_document")
        indexes = [
            models.Index(fields=["user"], name="user_document_user"),
            models.Index(fields=["number_index"], name="user_document_number", condition=~Q(number_index="")),
            models.Index(fields=["expires_on"], name="user_document_expiry", condition=Q(state__in=["pending", "verified"])),
            models.Index(fields=["created_at"], name="user_document_queue", condition=Q(state="pending")),
        ]


class UserDocumentCheck(TransitionRecord):
    subject = models.ForeignKey(UserDocument, on_delete=models.CASCADE, related_name="checks")


class TravelerDocument(TravelDocument):
    traveler = models.ForeignKey(Traveler, on_delete=models.CASCADE, related_name="documents")

    history_model: ClassVar[type[models.Model]]

    class Meta(TravelDocument.Meta):
        constraints = _constraints("traveler_document")
        indexes = [
            models.Index(fields=["traveler"], name="traveler_document_traveler"),
            models.Index(fields=["number_index"], name="traveler_document_number", condition=~Q(number_index="")),
            models.Index(fields=["expires_on"], name="traveler_document_expiry", condition=Q(state__in=["pending", "verified"])),
            models.Index(fields=["created_at"], name="traveler_document_queue", condition=Q(state="pending")),
        ]


class TravelerDocumentCheck(TransitionRecord):
    subject = models.ForeignKey(TravelerDocument, on_delete=models.CASCADE, related_name="checks")


UserDocument.history_model = UserDocumentCheck
TravelerDocument.history_model = TravelerDocumentCheck
