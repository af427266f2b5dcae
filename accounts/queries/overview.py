"""What the first page of the account says of each part, in counts."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, DateField, Min, OuterRef, Q, Subquery

from accounts.models import Traveler, TravelerDocument, TravelPreferences, User, UserDocument, UserProfile, Wallet


@dataclass(frozen=True, slots=True)
class Overview:
    """`first_expiry` is the earliest of the documents that are still good or being looked at."""

    email_verified: bool
    has_profile: bool
    has_preferences: bool
    travelers: int
    documents: int
    wallets: int
    first_expiry: dt.date | None


def read_overview(user_id: uuid.UUID, *, today: dt.date) -> Overview:
    """Counts of one's own rows; two statements."""
    mine = UserDocument.objects.filter(user=OuterRef("pk")).order_by().values("user")
    person = (
        User.objects.filter(pk=user_id)
        .annotate(
            traveler_count=_count(Traveler.objects.filter(user=OuterRef("pk")).exclude(state="archived")),
            wallet_count=_count(Wallet.objects.filter(user=OuterRef("pk"))),
            profile_id=Subquery(UserProfile.objects.filter(user=OuterRef("pk")).values("pk")[:1]),
            preferences_id=Subquery(TravelPreferences.objects.filter(user=OuterRef("pk")).values("pk")[:1]),
            own_documents=Subquery(mine.annotate(n=Count("pk")).values("n")),
            own_expiry=Subquery(mine.annotate(first=Min("expires_on", filter=_good(today))).values("first"), output_field=DateField()),
        )
        .values("email_verified", "traveler_count", "wallet_count", "profile_id", "preferences_id", "own_documents", "own_expiry")
        .get()
    )
    theirs = TravelerDocument.objects.filter(traveler__user=user_id).exclude(traveler__state="archived")
    others = theirs.aggregate(number=Count("pk"), first=Min("expires_on", filter=_good(today)))
    ends = [day for day in (person["own_expiry"], others["first"]) if day is not None]
    return Overview(
        email_verified=person["email_verified"],
        has_profile=person["profile_id"] is not None,
        has_preferences=person["preferences_id"] is not None,
        travelers=person["traveler_count"] or 0,
        documents=(person["own_documents"] or 0) + others["number"],
        wallets=person["wallet_count"] or 0,
        first_expiry=min(ends, default=None),
    )


def _good(today: dt.date) -> Q:
    return Q(expires_on__gte=today, state__in=["pending", "verified"])


def _count(rows: object) -> Subquery:
    return Subquery(rows.order_by().values("user").annotate(n=Count("pk")).values("n"))  # type: ignore[attr-defined]  # of the concrete models; the abstract base has none
