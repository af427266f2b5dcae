"""What a payment gateway does for us, whoever it is. Frozen values in and out; nothing here touches our database.

A gateway is called outside of any transaction. It never raises for what a card or a network does: what isn't known is `UNKNOWN`.
"""

from __future__ import annotations

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
    """`payment_id` is the key under which the gateway counts this charge once, however often it is asked."""

    payment_id: UUID
    amount: Decimal
    currency: str
    method: PaymentMethod
    description: str


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """`code` is the gateway's word for a decline or a fault; `reference` its own name for the charge."""

    outcome: Outcome
    code: str = ""
    reference: str = ""
    next_action: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """`refund_id` is the key of this attempt and counts once, like a charge."""

    refund_id: UUID
    payment_id: UUID
    amount: Decimal
    currency: str


class MethodRefused(ValueError):
    """The gateway can't charge this kind of method; `code` says why. The message never holds what was sent."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class PaymentGateway(Protocol):
    """`name` is stored with the payment."""

    name: str

    def method_from(self, *, kind: str, token: str, card_number: str) -> PaymentMethod:
        """Check what the payer typed, before anything is held. Raises MethodRefused."""

    def charge(self, request: ChargeRequest) -> ChargeResult:
        """Take the money, once per payment id."""

    def resume(self, payment_id: UUID, *, approved: bool) -> ChargeResult:
        """Go on after the payer's second step."""

    def ask(self, payment_id: UUID) -> ChargeResult:
        """What became of a charge."""

    def cancel(self, payment_id: UUID) -> ChargeResult:
        """Make sure that an undecided charge never happens: DECLINED when that worked, SUCCEEDED when it was too late."""

    def refund(self, request: RefundRequest) -> ChargeResult:
        """Give money back, once per refund id."""
