"""Bookings, read for who made them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from bookings import rules
from bookings.models import Booking, BookingItem, BookingTransition, BookingTraveler, Payment, Refund, SupplierChange
from bookings.queries.collections import CollectionView, view_of
from bookings.queries.payments import STATES, SharedPayment, shared_payment
from bookings.states import ENDED
from travelplanner.core import reads
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound

WITH_USE = ("service__destination", "service__place", "flight")  # what bookings.documents.use reads of an item


@dataclass(frozen=True, slots=True)
class BookingDetail:
    """A booking (trip loaded) with its payment, its items in order of use (service, destination and travelers loaded) and its history.

    `changes` are those that suppliers made since, by item; `refunds` all that was promised back, oldest first. `collection` is there when it is paid in shares; then `payment` is their sum.
    """

    booking: Booking
    payment: Payment | SharedPayment
    items: tuple[BookingItem, ...]
    transitions: tuple[BookingTransition, ...]
    collection: CollectionView | None = None
    changes: Mapping[uuid.UUID, Sequence[SupplierChange]] = field(default_factory=dict)
    refunds: Sequence[Refund] = ()

    @property
    def is_locked(self) -> bool:
        """Whether its money is held or spent under the trip's budget."""
        return self.booking.state not in ENDED

    def item(self, item_id: uuid.UUID) -> BookingItem:
        """The item of this id, or NotFound."""
        for item in self.items:
            if item.pk == item_id:
                return item
        raise NotFound


def list_bookings(actor: Actor, *, states: tuple[str, ...] = (), trip_reference: str = "") -> QuerySet[Booking]:
    """The actor's bookings, newest first, each with `trip`, `item_count` and `payment_state`. One statement (two when paged)."""
    return _with_payment(_mine(states, actor=actor, **_of_trip(trip_reference)))


def booking_rows(actor: Actor, *, states: tuple[str, ...] = (), trip_reference: str = "") -> reads.Listing:
    """`list_bookings` with its costs, for the API."""
    return reads.Listing(_listed, states, counted=_mine, actor=actor, **_of_trip(trip_reference))


def _of_trip(reference: str) -> dict[str, str]:
    return {"reference": reference[:32].replace("\x00", "")} if reference else {}


SHOWN = (
    "reference", "state", "total", "currency", "created_at", "booked_at", "hold_expires_at", "trip__reference", "trip__title", "trip__start_date", "trip__end_date",
)  # fmt: skip


def _listed(states: tuple[str, ...], **of: Any) -> QuerySet[Booking]:
    return with_costs(_with_payment(_mine(states, **of))).only(*SHOWN)


def _mine(states: tuple[str, ...], *, actor: Actor, reference: Any = None) -> QuerySet[Booking]:
    rows = Booking.objects.filter(rules.mine(actor))
    if states:
        rows = rows.filter(state__in=states)
    return rows.filter(trip__reference=reference) if reference is not None else rows


def _with_payment(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    newest = Payment.objects.filter(booking=OuterRef("pk")).order_by("-created_at").values("state")[:1]
    shared = [When(collection__state=state, then=Value(said)) for state, said in STATES.items()]
    paid = Case(*shared, default=Subquery(newest), output_field=CharField())
    return rows.select_related("trip").annotate(item_count=Count("items"), payment_state=paid).order_by("-created_at", "id")


def with_costs(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings with what became of their sum: `gone` how many items were cancelled, `stays` what the others cost (None: no other), `lost` what the
    cancelled ones cost; `back` what was promised back in the booking's currency, `came` what of it was given back (None: nothing). In the same statement."""
    cancelled = Q(items__state="cancelled")
    promised = Refund.objects.filter(payment__booking=OuterRef("pk"), currency=OuterRef("currency")).order_by().values("payment__booking")
    return rows.annotate(
        gone=Count("items", filter=cancelled),
        stays=Sum("items__total", filter=~cancelled),
        lost=Sum("items__total", filter=cancelled),
        back=Subquery(promised.annotate(sum=Sum("amount")).values("sum")),
        came=Subquery(promised.filter(state="succeeded").annotate(sum=Sum("amount")).values("sum")),
    )


def get_booking(actor: Actor, reference: str) -> BookingDetail:
    """The booking if the actor made it, else NotFound (the same for another's and for none). Four statements; four more when paid in shares, one more
    when something changed, one when something was given back."""
    booking, payment = find_booking(actor, reference)
    return detail_of(actor, booking, payment)


def find_booking(actor: Actor, reference: str, *also: str) -> tuple[Booking, Payment | None]:
    """The actor's booking (trip and `also` loaded) with its one payment; None for one that is paid in shares. Else NotFound."""
    reference = reference[:20].replace("\x00", "")
    payment: Payment | None = reads.first(_newest_payment, also, actor=actor, reference=reference)
    if payment is not None and payment.share_id is None:
        return payment.booking, payment
    booking = Booking.objects.select_related("trip", *also).filter(rules.mine(actor), reference=reference).first()
    if booking is None:
        raise NotFound
    return booking, None


def _newest_payment(also: tuple[str, ...], *, actor: Actor, reference: str) -> QuerySet[Payment]:
    rows = Payment.objects.select_related("booking__trip", *(f"booking__{name}" for name in also))
    return rows.filter(rules.mine(actor, "booking__"), booking__reference=reference).order_by("-created_at")


def detail_of(actor: Actor, booking: Booking, payment: Payment | None) -> BookingDetail:
    """The detail of a booking (trip loaded) by its one payment, or by its shares. Three statements; three more when paid in shares, one
    more when something changed, one when something was given back."""
    items = tuple(reads.rows(_items, booking_id=booking.pk))
    for item in items:
        item.booking = booking
    reads.attach(items, "travelers", reads.rows(_travelers, booking_id=booking.pk), by="item_id")
    transitions = tuple(reads.rows(_transitions, booking_id=booking.pk))
    if payment is not None:
        return BookingDetail(booking, payment, items, transitions, changes=_changes(items), refunds=_refunds(booking, [payment]))
    view = view_of(actor, booking)
    if view is None:
        raise NotFound
    payments = view.payments
    return BookingDetail(booking, shared_payment(booking, view.collection, payments), items, transitions, view, _changes(items), _refunds(booking, payments))


def _items(*, booking_id: uuid.UUID) -> QuerySet[BookingItem]:
    changed = Exists(SupplierChange.objects.filter(item=OuterRef("pk"), state="announced"))
    return BookingItem.objects.filter(booking=booking_id).annotate(changed=changed).select_related(*WITH_USE)  # their clock times are those of where they are


def _travelers(*, booking_id: uuid.UUID) -> QuerySet[BookingTraveler]:
    return BookingTraveler.objects.filter(item__booking=booking_id).order_by("position")


def _transitions(*, booking_id: uuid.UUID) -> QuerySet[BookingTransition]:
    return BookingTransition.objects.filter(subject=booking_id)


def _refunds(booking: Booking, payments: Iterable[Payment]) -> Sequence[Refund]:
    """One statement, none where nothing was given back."""
    return tuple(Refund.objects.filter(payment__booking=booking).order_by("created_at", "pk")) if any(one.refunded for one in payments) else ()


def _changes(items: Iterable[Any]) -> dict[uuid.UUID, list[SupplierChange]]:
    """What suppliers changed, newest first, by item. One statement, none where nothing changed."""
    changed = [item.pk for item in items if item.changed]
    found: dict[uuid.UUID, list[SupplierChange]] = {}
    for change in SupplierChange.objects.filter(item__in=changed, state="announced") if changed else ():
        found.setdefault(change.item_id, []).append(change)
    return found
