"""What a payment gateway does for us, whoever it is. Frozen values in and out; nothing here touches our database.

A gateway is called outside of any transaction. It never raises for what a card or a network does: what isn't known is `UNKNOWN`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    REQUIRES_ACTION = "requires_action"  # the payer must do something, see `next_action`
    PROCESSING = "processing"  # will be decided later, ask again
    UNKNOWN = "unknown"  # no answer, or one that can't be read: the money may have moved
    ABSENT = "absent"  # only when asking: the gateway has never heard of this payment

    @property
    def is_final(self) -> bool:
        return self in (Outcome.SUCCEEDED, Outcome.DECLINED)


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """What the payer pays with. `token` is the gateway's name for it and never a card number that could be charged elsewhere."""

    kind: str
    token: str = field(repr=False)
    last4: str = ""

    @property
    def label(self) -> str:
        """What may be stored and shown."""
        return f"{self.kind} {self.last4}".strip()


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """`payment_id` is the key under which the gateway counts this charge once, however often it is asked. `return_url` is our page to which
    the payer comes back from the gateway's own; being there proves nothing."""

    payment_id: UUID
    amount: Decimal
    currency: str
    method: PaymentMethod
    description: str
    return_url: str = ""
    ends_at: dt.datetime | None = None  # when our hold ends: nobody need be able to pay much later


@dataclass(frozen=True, slots=True)
class ChargeRef:
    """A charge that was begun: our id, the gateway's own name for it as far as it told us one, and since when it is begun."""

    payment_id: UUID
    reference: str = ""
    amount: Decimal | None = None
    currency: str = ""
    begun_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """`code` is the gateway's word for a decline or a fault; `reference` its own name for the charge. `amount` and `currency` are what it says
    it took: always there with SUCCEEDED, so that what was paid is compared with what was asked."""

    outcome: Outcome
    code: str = ""
    reference: str = ""
    amount: Decimal | None = None
    currency: str = ""
    next_action: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """`refund_id` is the key of this attempt and counts once, like a charge."""

    refund_id: UUID
    payment_id: UUID
    amount: Decimal
    currency: str
    charge_reference: str = ""
    reference: str = ""  # the gateway's own name for this refund, once it told us one


class DisputeState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    NONE = "none"  # a question of the bank that holds no money back (yet), or nothing at all
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DisputeAnswer:
    """What a gateway says about a dispute. `charge_reference` is its name for the charge; `evidence_due` the last moment for an answer to the bank."""

    state: DisputeState
    reference: str = ""
    payment_id: UUID | None = None
    charge_reference: str = ""
    amount: Decimal | None = None
    currency: str = ""
    reason: str = ""
    evidence_due: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A message of the gateway whose signature was checked. `about` is payment, refund, dispute or empty; `object_id` the gateway's name of the
    thing, `charge_reference` of the charge behind it. `claim` is the outcome it speaks of: a hint, never a fact."""

    event_id: str
    type: str
    about: str = ""
    object_id: str = ""
    payment_id: UUID | None = None
    charge_reference: str = ""
    claim: str = ""
    happened_at: dt.datetime | None = None


class NoticeRefused(ValueError):
    """A message that isn't the gateway's, or is too old; `code` is bad_signature, stale or unreadable."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class MethodRefused(ValueError):
    """The gateway can't charge this kind of method; `code` says why. The message never holds what was sent."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class PaymentGateway(Protocol):
    """`name` is stored with the payment, `label` is shown. `hosted`: payers pay on the gateway's own page, REQUIRES_ACTION says where
    (`next_action`: type redirect, url); otherwise our page asks what `method_from` wants."""

    name: str
    label: str
    hosted: bool

    def method_from(self, *, kind: str, token: str, card_number: str) -> PaymentMethod:
        """Check what the payer typed, before anything is held. Raises MethodRefused."""

    def charge(self, request: ChargeRequest) -> ChargeResult:
        """Take the money, once per payment id."""

    def resume(self, charge: ChargeRef, *, approved: bool) -> ChargeResult:
        """Go on after the payer's second step."""

    def ask(self, charge: ChargeRef) -> ChargeResult:
        """What became of a charge."""

    def cancel(self, charge: ChargeRef) -> ChargeResult:
        """Make sure that an undecided charge never happens: DECLINED when that worked, SUCCEEDED when it was too late."""

    def refund(self, request: RefundRequest) -> ChargeResult:
        """Give money back, once per refund id."""

    def ask_dispute(self, reference: str) -> DisputeAnswer:
        """Where a dispute stands, by the gateway's name for it."""

    def hears(self) -> bool:
        """Whether there is a secret to check messages with; without one its door is closed."""

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], now: dt.datetime) -> Notice:
        """Check a message's signature over its raw bytes and read it. `headers` by lower-case name. Raises NoticeRefused."""
