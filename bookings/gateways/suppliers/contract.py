"""What a supplier does for us, whoever it is: search, hold, book, cancel, status, changes. Frozen values in and out; no database.

An adapter is called outside of any transaction. It never raises for what a supplier or a network does: what isn't known is `UNKNOWN`.
Every call that moves something carries the item's id; an adapter makes sure that the same id twice is one hold, one booking, one
cancellation there (by the supplier's idempotency, or by asking before it does it again).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID


class SupplierOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"  # sold out, another price, too late; `code` says which
    PENDING = "pending"  # decided later, ask again
    UNKNOWN = "unknown"  # no answer, or one that can't be read: it may have happened
    ABSENT = "absent"  # only when asking: the supplier has never heard of it

    @property
    def is_final(self) -> bool:
        return self in (SupplierOutcome.DONE, SupplierOutcome.REFUSED)


@dataclass(frozen=True, slots=True)
class OfferSearch:
    """`origin` and `destination` as the adapter's kind wants them (IATA codes for flights); `last` is the day of return or departure."""

    type: str
    destination: str
    first: dt.date
    origin: str = ""
    last: dt.date | None = None
    adults: int = 1
    child_ages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SupplierOffer:
    """One thing the party can have until `expires_at`. `total` is the whole party's price; `details` follow the kind's schema (bookings.kinds)."""

    reference: str
    type: str
    name: str
    supplier_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    total: Decimal
    currency: str
    people: int
    details: Mapping[str, Any]
    cancellable: bool = False
    penalty: Decimal = Decimal(0)  # kept of `total` when it is given back, if it can be
    expires_at: dt.datetime | None = None
    return_at: dt.datetime | None = None  # when the way back leaves, for both ways in one
    flight_numbers: tuple[str, ...] = ()
    stops: int = 0


@dataclass(frozen=True, slots=True)
class SupplierTraveler:
    """Who uses it, as the supplier must know them; what isn't known is empty."""

    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    type: str = "adult"
    born_on: dt.date | None = field(default=None, repr=False)
    gender: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SupplierRequest:
    """An item to hold or to book. `reference` is what the supplier called our hold (or the offer, before there is one); `total` what we expect to pay."""

    item_id: UUID
    offer: str
    reference: str
    quantity: int
    participants: int
    total: Decimal
    currency: str
    travelers: tuple[SupplierTraveler, ...] = ()
    contact_email: str = field(default="", repr=False)
    contact_phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SupplierDocument:
    """A ticket's number, by kind (ticket, voucher, invoice)."""

    kind: str
    title: str
    number: str


@dataclass(frozen=True, slots=True)
class SupplierAnswer:
    """`reference` is the supplier's name of the hold or booking; `total` its price as held, what it cost, or what comes back; `record` is kept
    as the item's provider response (schema `supplier_v1`, no personal data)."""

    outcome: SupplierOutcome
    code: str = ""
    reference: str = ""
    total: Decimal | None = None
    currency: str = ""
    expires_at: dt.datetime | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[SupplierDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed after we booked. `kind` is one of SupplierChange.KINDS, `facts` say from what to what."""

    external_id: str
    reference: str
    kind: str
    facts: Mapping[str, Any]
    happened_at: dt.datetime | None = None


class SupplierAdapter(Protocol):
    """`name` is stored with supplier and item; empty is our own inventory. `settles_after`: so long a call that wasn't answered may still be under
    way there; before that, "never heard of it" proves nothing."""

    name: str
    settles_after: dt.timedelta
    names_travelers: bool  # wants everybody's name, birth date and sex before it holds anything

    def search(self, wish: OfferSearch) -> tuple[SupplierOffer, ...]:
        """What could be had now. Raises SupplierUnavailable."""

    def offer(self, reference: str) -> SupplierOffer | None:
        """An offer as it stands now, None when it doesn't any more. Raises SupplierUnavailable."""

    def hold(self, request: SupplierRequest) -> SupplierAnswer:
        """Keep it for us, unpaid, once per item id. An adapter whose supplier can't hold checks price and places and answers DONE."""

    def book(self, request: SupplierRequest) -> SupplierAnswer:
        """Make it ours, once per item id."""

    def cancel(self, request: SupplierRequest) -> SupplierAnswer:
        """Give back a hold or a booking, once; what was never there is DONE with the code `absent`. `total` is what the supplier gives back."""

    def status(self, request: SupplierRequest, *, booked: bool) -> SupplierAnswer:
        """What became of a hold or, with `booked`, of a booking: something that is only held is ABSENT as a booking."""

    def changes(self, since: dt.datetime) -> tuple[Change, ...]:
        """What changed since then, oldest first. Raises SupplierUnavailable."""


class SupplierUnavailable(Exception):
    """Nothing could be asked; `code` says why (timeout, unauthorized, bad_answer, ...)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
