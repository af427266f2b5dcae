"""Papers of a user and of the user's travelers: one's own alone. What staff sees goes through accounts.actions.document_checks."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, TravelDocument, Traveler, TravelerDocument, UserDocument
from travelplanner.core import crypto, private_files
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound

logger = logging.getLogger(__name__)
SHOWN_OF_NUMBER = 4
DOTS = "••••"
COLUMN = "file_key"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose papers: the user's own, or those of one of their travelers."""

    user_id: uuid.UUID
    traveler: Traveler | None = None

    @property
    def model(self) -> type[UserDocument] | type[TravelerDocument]:
        return UserDocument if self.traveler is None else TravelerDocument

    @property
    def columns(self) -> dict[str, uuid.UUID]:
        """What ties a row to this holder."""
        return {"user_id": self.user_id} if self.traveler is None else {"traveler_id": self.traveler.pk}

    @property
    def rows(self) -> QuerySet[TravelDocument]:
        return self.model.objects.filter(**self.columns)


@dataclass(frozen=True, slots=True)
class Number:
    """`full` is None when it can't be opened; `masked` is "" when there is none."""

    masked: str
    full: str | None

    @property
    def readable(self) -> bool:
        return self.full is not None


def get_holder(actor: Actor, traveler_id: uuid.UUID | None) -> Holder:
    """The user themselves, or one of their travelers. Raises NotFound for anyone else's, and for archived ones."""
    if actor.user_id is None:
        raise NotFound
    if traveler_id is None:
        return Holder(actor.user_id)
    traveler = Traveler.objects.filter(pk=traveler_id, user_id=actor.user_id).exclude(state="archived").first()
    if traveler is None:
        raise NotFound
    return Holder(actor.user_id, traveler)


def travelers_with_papers(actor: Actor) -> QuerySet[Traveler]:
    """One's travelers with `papers`, the number of their papers."""
    if actor.user_id is None:
        return Traveler.objects.none()
    counted = Count("documents", filter=Q(documents__removed_at=None))
    return Traveler.objects.filter(user_id=actor.user_id).exclude(state="archived").annotate(papers=counted)


def list_documents(holder: Holder) -> QuerySet[TravelDocument]:
    """By type, newest first, with `why`: the reason of the last check that sent it back."""
    return with_why(holder.rows)


def with_why(rows: QuerySet[TravelDocument]) -> QuerySet[TravelDocument]:
    history = rows.model.history_model._default_manager.filter(subject=OuterRef("pk"), to_state="rejected")  # type: ignore[attr-defined]  # of the concrete models; the abstract base has none
    return rows.annotate(why=Subquery(history.order_by("-created_at", "-id").values("reason")[:1]))


def with_consent(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of people whose consent to keeping papers stands: only these are looked at by staff and reminded of."""
    owner = "user" if rows.model is UserDocument else "traveler__user"
    newest = Consent.objects.filter(user=OuterRef(owner), purpose="documents").values("given")[:1]
    return rows.annotate(agreed=Subquery(newest)).filter(agreed=True)


def get_document(holder: Holder, document_id: uuid.UUID) -> TravelDocument:
    """One paper of this holder, with `why`. Raises NotFound."""
    row = list_documents(holder).filter(pk=document_id).first()
    if row is None:
        raise NotFound
    return row


def number_of(row: TravelDocument) -> Number:
    """The number, opened. What can't be opened (moved from another row, damaged, its key gone) is said to the reader and alarms staff by the log."""
    try:
        plain = str(row.number)
    except crypto.CannotDecrypt:
        logger.error("the sealed number of %s %s can't be opened", row._meta.label_lower, row.pk)
        return Number(DOTS, None)
    return Number(masked(plain), plain)


def masked(number: str) -> str:
    """The last four signs, three of a short number, none of a very short one."""
    kept = min(SHOWN_OF_NUMBER, max(0, (len(number) - 1) // 2))
    return "" if not number else DOTS + (number[-kept:] if kept else "")


def file_context(row: TravelDocument) -> str:
    """The address that a row's file is sealed for."""
    return f"{row._meta.db_table}.{COLUMN}:{row.pk}"


def read_file(row: TravelDocument) -> bytes:
    """The kept file. Raises NotFound when there is none; one that can't be opened alarms staff by the log."""
    if not row.file_key:
        raise NotFound
    try:
        return private_files.read(row.file_key, context=file_context(row))
    except (private_files.Missing, crypto.CannotDecrypt) as problem:
        logger.error("the file of %s %s can't be opened: %s", row._meta.label_lower, row.pk, type(problem).__name__)
        raise Unreadable from problem


class Unreadable(NotFound):
    """The file is named by its row but is gone, damaged, or another's."""

    code = "file_unreadable"
    default_message = _("We can't read this file any more. Our staff has been told; you can upload it again.")
