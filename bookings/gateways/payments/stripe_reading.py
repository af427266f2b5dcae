"""Stripe's objects read into our values. Pure: dicts in, frozen values out; whatever can't be read raises KeyError, TypeError or ValueError.

https://docs.stripe.com/api/payment_intents/object, /api/checkout/sessions/object, /api/refunds/object, /api/disputes/object, /api/events/object
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from .contract import ChargeResult, DisputeAnswer, DisputeState, Notice, Outcome
from .minor_units import STRIPE

Thing = Mapping[str, Any]
NEVER_PAID = "requires_payment_method"  # a try failed, or there was none yet: whoever holds the intent may try again
# https://docs.stripe.com/disputes/responding#dispute-statuses: `warning_*` are questions of the bank, no money is held back.
DISPUTES = {
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
REFUNDS = {
    "succeeded": Outcome.SUCCEEDED,
    "pending": Outcome.PROCESSING,
    "requires_action": Outcome.PROCESSING,
    "failed": Outcome.DECLINED,
    "canceled": Outcome.DECLINED,
}
CLAIMS = {
    "payment_intent.succeeded": "succeeded",
    "checkout.session.completed": "succeeded",
    "checkout.session.async_payment_succeeded": "succeeded",
    "payment_intent.payment_failed": "declined",
    "payment_intent.canceled": "declined",
    "checkout.session.expired": "declined",
    "checkout.session.async_payment_failed": "declined",
}


def belongs_to(thing: Thing, payment_id: UUID) -> bool:
    """Whether we made it for this payment; another payment's intent pays nothing here."""
    return bool(payment_id_of(thing) == payment_id)


def payment_id_of(thing: Thing) -> UUID | None:
    text = (thing.get("metadata") or {}).get("payment_id") or thing.get("client_reference_id") or ""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def id_of(value: Any) -> str:
    """A reference that may have been expanded to the thing itself."""
    return str(value.get("id", "")) if isinstance(value, Mapping) else str(value or "")


def read_intent(intent: Thing) -> ChargeResult:
    """An intent that was confirmed by us. NEVER_PAID reads as declined: the caller makes sure that it stays so."""
    status, reference = intent["status"], str(intent["id"])
    if status == "succeeded":
        currency = str(intent["currency"]).upper()
        return ChargeResult(Outcome.SUCCEEDED, reference=reference, amount=STRIPE.from_minor(int(intent["amount_received"]), currency), currency=currency)
    if status == "processing":
        return ChargeResult(Outcome.PROCESSING, reference=reference)
    if status == "requires_action":
        url = ((intent.get("next_action") or {}).get("redirect_to_url") or {}).get("url") or ""
        if not url:
            return ChargeResult(Outcome.UNKNOWN, "action_unreadable", reference)
        return ChargeResult(Outcome.REQUIRES_ACTION, reference=reference, next_action={"type": "redirect", "url": str(url)})
    if status in (NEVER_PAID, "canceled"):
        return ChargeResult(Outcome.DECLINED, _why(intent), reference)
    return ChargeResult(Outcome.UNKNOWN, f"status_{status}"[:60], reference)


def _why(intent: Thing) -> str:
    error = intent.get("last_payment_error") or {}
    return str(error.get("decline_code") or error.get("code") or intent.get("cancellation_reason") or "declined")[:60]


def read_session(session: Thing) -> ChargeResult:
    """A hosted page (its `payment_intent` expanded). While it is open no failed try is final: the payer may take another card."""
    status, reference = session["status"], str(session["id"])
    intent = session.get("payment_intent")
    if isinstance(intent, Mapping):
        found = read_intent(intent)
        if found.outcome in (Outcome.SUCCEEDED, Outcome.PROCESSING):
            return ChargeResult(found.outcome, found.code, found.reference if found.outcome is Outcome.SUCCEEDED else reference, found.amount, found.currency)
        if status != "open":  # complete, and still to be paid: a voucher or a transfer that is on its way
            return ChargeResult(Outcome.PROCESSING if found.outcome is Outcome.REQUIRES_ACTION else found.outcome, found.code, reference)
    if status == "open":
        return ChargeResult(Outcome.REQUIRES_ACTION, reference=reference, next_action={"type": "redirect", "url": str(session["url"])})
    if status == "expired":
        return ChargeResult(Outcome.DECLINED, "session_expired", reference)
    return ChargeResult(Outcome.UNKNOWN, "session_unreadable", reference)


def read_refund(refund: Thing) -> ChargeResult:
    code = str(refund.get("failure_reason") or ("" if refund["status"] in ("succeeded", "pending") else refund["status"]))
    return ChargeResult(REFUNDS.get(refund["status"], Outcome.UNKNOWN), code[:60], str(refund["id"]))


def read_dispute(dispute: Thing) -> DisputeAnswer:
    currency, due = str(dispute["currency"]).upper(), (dispute.get("evidence_details") or {}).get("due_by")
    return DisputeAnswer(
        DisputeState.NONE if str(dispute["status"]).startswith("warning_") else DISPUTES.get(dispute["status"], DisputeState.UNKNOWN),
        str(dispute["id"]),
        payment_id_of(dispute),
        id_of(dispute.get("payment_intent")),
        STRIPE.from_minor(int(dispute["amount"]), currency),
        currency,
        str(dispute.get("reason") or "")[:60],
        dt.datetime.fromtimestamp(int(due), dt.UTC) if due else None,
    )


def read_event(event: Thing) -> Notice:
    thing, type_ = event["data"]["object"], str(event["type"])
    kind = thing.get("object")
    about = {"payment_intent": "payment", "checkout.session": "payment", "charge": "payment", "refund": "refund", "dispute": "dispute"}.get(kind, "")
    intent = id_of(thing["id"] if kind == "payment_intent" else thing.get("payment_intent"))
    return Notice(
        event_id=_short(event["id"]),
        type=type_[:80],
        about=about,
        object_id=_short(thing.get("id") or ""),
        payment_id=payment_id_of(thing),
        charge_reference=intent[:100],
        claim=CLAIMS.get(type_, ""),
        happened_at=dt.datetime.fromtimestamp(int(event["created"]), dt.UTC),
    )


def _short(text: Any) -> str:
    if not isinstance(text, str) or len(text) > 120:
        raise ValueError("not an id")
    return text
