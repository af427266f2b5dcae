"""Collections, read for who takes part: what is booked, who paid what, one's own share, until when. Never the owner's contact."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings import rules
from bookings.models import Booking, BookingItem, Collection, Payment, PaymentShare
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed, NotFound
from travelplanner.core.templatetags.money import format_amount
from trips.models import TripMember
from trips.registries import CompanyPart


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One share with its newest payment. `left`: whose it is isn't in the trip any more; `by_owner`: paid by the booking's own user for them."""

    share: PaymentShare
    payment: Payment | None
    you: bool
    left: bool
    by_owner: bool
    may_pay: bool

    @property
    def under_way(self) -> bool:
        """A charge was begun and isn't decided."""
        return self.share.state == "due" and self.payment is not None and self.payment.state in ("pending", "unknown")


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A collection with its booking (trip loaded), its shares in order and all payments, newest first; `mine`: the actor opened it."""

    booking: Booking
    collection: Collection
    lines: tuple[ShareLine, ...]
    payments: tuple[Payment, ...]
    mine: bool

    @property
    def collected(self) -> Decimal:
        """What is paid of the shares; what was given back counts no more."""
        return sum((line.share.amount for line in self.lines if line.share.state == "paid"), Decimal(0))

    @property
    def missing(self) -> Decimal:
        return self.booking.total - self.collected

    @property
    def open(self) -> bool:
        """Whether a share can still be paid, but for the clock."""
        return self.booking.state == "PAYMENT_PENDING" and self.collection.state == "collecting"

    def is_held(self, now: dt.datetime) -> bool:
        return self.open and self.booking.hold_expires_at is not None and self.booking.hold_expires_at > now

    @property
    def own(self) -> ShareLine | None:
        return next((line for line in self.lines if line.you), None)


def view_of(actor: Actor, booking: Booking, payments: Sequence[Payment] | None = None) -> CollectionView | None:
    """The collection of a booking that the actor may see (its trip loaded); None when it is paid at once. Three statements, two with `payments`."""
    collection = Collection.objects.filter(booking=booking).first()
    if collection is None:
        return None
    present = TripMember.objects.filter(trip=booking.trip_id, left_at=None, user=OuterRef("user"))
    shares = list(collection.shares.annotate(stays=Exists(present)).select_related("member").order_by("position"))
    if payments is None:
        payments = list(Payment.objects.filter(booking=booking).order_by("-created_at"))
    newest: dict[uuid.UUID, Payment] = {}
    for payment in payments:
        if payment.share_id is not None:
            newest.setdefault(payment.share_id, payment)
    return CollectionView(
        booking,
        collection,
        tuple(_line(actor, booking, share, newest.get(share.pk)) for share in shares),
        tuple(payments),
        rules.collects(actor, booking),
    )


def _line(actor: Actor, booking: Booking, share: PaymentShare, payment: Payment | None) -> ShareLine:
    gone = share.member is not None and share.member.left_at is not None
    stays = share.user_id == booking.user_id or (share.stays if share.user_id else not gone)  # type: ignore[attr-defined]  # annotated
    paid = share.state in ("paid", "given_back") and payment is not None
    return ShareLine(
        share,
        payment,
        you=actor.is_user and share.user_id == actor.user_id,
        left=not stays,
        by_owner=bool(paid and payment and payment.payer_id == booking.user_id and share.user_id != booking.user_id),
        may_pay=rules.may_pay(actor, booking, share) and share.state == "due",
    )


def get_collection(actor: Actor, reference: str) -> CollectionView:
    """The collection if the actor opened it or has a share and is in the trip, else NotFound. Four statements."""
    rows = Booking.objects.filter(rules.shares_in(actor), reference=reference[:20].replace("\x00", ""))
    booking = rows.select_related("trip").first()
    view = view_of(actor, booking) if booking is not None else None
    if view is None:
        raise NotFound
    return view


def get_share(actor: Actor, reference: str, share_id: uuid.UUID) -> tuple[CollectionView, ShareLine]:
    """One share to be paid by the actor, with its collection. Raises NotFound; NotAllowed for someone else's share that they see."""
    view = get_collection(actor, reference)
    line = next((line for line in view.lines if line.share.pk == share_id), None)
    if line is None:
        raise NotFound
    if not rules.may_pay(actor, view.booking, line.share):
        raise NotAllowed
    return view, line


def items_of(booking: Booking) -> list[BookingItem]:
    """What is booked, in order of use."""
    return list(booking.items.order_by("starts_on", "time", "id"))


def owed_shares(actor: Actor, *, trip_id: uuid.UUID | None = None) -> QuerySet[PaymentShare]:
    """Shares that the actor owes (of open collections, in trips they are in), the most urgent first, each with collection, booking and trip."""
    if not actor.is_user:
        return PaymentShare.objects.none()
    waiting = Booking.objects.filter(rules.shares_in(actor), state="PAYMENT_PENDING")
    if trip_id is not None:
        waiting = waiting.filter(trip=trip_id)
    rows = PaymentShare.objects.filter(user=actor.user_id, state="due", collection__booking__in=waiting)
    return rows.select_related("collection__booking__trip").order_by("collection__closes_at", "position")


def company_parts(actor: Actor, trip_id: uuid.UUID) -> list[CompanyPart]:
    """The way from a trip to its open collection, for who takes part in it. One statement; none for who isn't signed in."""
    if not actor.is_user:
        return []
    due = PaymentShare.objects.filter(collection__booking=OuterRef("pk"), user=actor.user_id, state="due").values("amount")[:1]
    rows = Booking.objects.filter(rules.shares_in(actor), trip=trip_id, state="PAYMENT_PENDING", collection__state="collecting")
    found = rows.annotate(owed=Subquery(due)).values_list("reference", "currency", "owed").first()
    if found is None:
        return []
    reference, currency, owed = found
    label = _("Your share: %(amount)s") % {"amount": format_amount(owed, currency)} if owed else _("Shared cost")
    return [CompanyPart(reverse("bookings:shares", args=[reference]), "lock", label)]


def company_answers(trip_id: uuid.UUID) -> list[str]:
    """Where companions pay shares of the trip's bookings. One statement."""
    references = Booking.objects.filter(trip=trip_id, collection__isnull=False).values_list("reference", flat=True)
    return [f"/api/bookings/{reference}/shares/" for reference in references]
