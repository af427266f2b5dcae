"""Razorpay's entities read into our values. Pure: dicts in, frozen values out; whatever can't be read raises KeyError, TypeError or ValueError.

https://razorpay.com/docs/api/payments/payment-links/entity.md, https://razorpay.com/docs/api/refunds/entity, https://razorpay.com/docs/api/disputes/entity,
https://razorpay.com/docs/webhooks/payloads/payment-links, .../refunds, .../disputes
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from .contract import ChargeResult, DisputeAnswer, DisputeState, Notice, Outcome
from .minor_units import RAZORPAY

Thing = Mapping[str, Any]
DISPUTES = {
    "open": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "action_required": DisputeState.OPEN,
    "won": DisputeState.WON,
    "closed": DisputeState.WON,  # the bank let it be
    "lost": DisputeState.LOST,
}
REFUNDS = {"processed": Outcome.SUCCEEDED, "pending": Outcome.PROCESSING, "failed": Outcome.DECLINED}
CLAIMS = {
    "payment_link.paid": "succeeded",
    "payment.captured": "succeeded",
    "order.paid": "succeeded",
    "payment.failed": "declined",
    "payment_link.expired": "declined",
    "payment_link.cancelled": "declined",
}


def as_uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def paid_with(link: Thing) -> str:
    """The payment that paid a link (`pay_...`); refunds are made on it. Tries that failed stand in the same list."""
    tries: Sequence[Thing] = link.get("payments") or ()
    for one in tries:
        if one.get("status") == "captured":
            return str(one.get("payment_id") or one.get("id") or "")
    return ""


def read_link(link: Thing) -> ChargeResult:
    """A payment link. While it can be paid no failed try is final: the payer may take another card."""
    status, reference, currency = link["status"], str(link["id"]), str(link["currency"]).upper()
    if int(link.get("amount_paid") or 0) > 0:
        amount = RAZORPAY.from_minor(int(link["amount_paid"]), currency)
        return ChargeResult(Outcome.SUCCEEDED, reference=paid_with(link) or reference, amount=amount, currency=currency)
    if status == "created":
        return ChargeResult(Outcome.REQUIRES_ACTION, reference=reference, next_action={"type": "redirect", "url": str(link["short_url"])})
    if status in ("expired", "cancelled"):
        return ChargeResult(Outcome.DECLINED, f"link_{status}", reference)
    return ChargeResult(Outcome.UNKNOWN, f"status_{status}"[:60], reference)


def read_refund(refund: Thing) -> ChargeResult:
    outcome = REFUNDS.get(refund["status"], Outcome.UNKNOWN)
    return ChargeResult(outcome, "refund_failed" if outcome is Outcome.DECLINED else "", str(refund["id"]))


def read_dispute(dispute: Thing) -> DisputeAnswer:
    currency, due = str(dispute["currency"]).upper(), dispute.get("respond_by")
    return DisputeAnswer(
        DISPUTES.get(dispute["status"], DisputeState.UNKNOWN),
        str(dispute["id"]),
        None,
        str(dispute["payment_id"]),
        RAZORPAY.from_minor(int(dispute["amount"]), currency),
        currency,
        str(dispute.get("reason_code") or "")[:60],
        dt.datetime.fromtimestamp(int(due), dt.UTC) if due else None,
    )


def read_event(event: Thing, body: bytes) -> Notice:
    """A webhook. Its id is the body's digest: Razorpay sends an id of its own beside the body, which its signature doesn't cover."""
    payload: dict[str, Thing] = {name: part["entity"] for name, part in event["payload"].items()}
    type_ = str(event["event"])
    link, payment = payload.get("payment_link", {}), payload.get("payment", {})
    about, thing = "payment", link or payment
    if type_.startswith("refund."):
        about, thing = "refund", payload["refund"]
    elif ".dispute." in type_:
        about, thing = "dispute", payload["dispute"]
    elif not thing:
        about = ""
    return Notice(
        event_id="sha256:" + hashlib.sha256(body).hexdigest(),
        type=type_[:80],
        about=about,
        object_id=str(thing.get("id") or "")[:120],
        payment_id=as_uuid(link.get("reference_id") or _noted(payment) or _noted(thing)),
        charge_reference=str(payment.get("id") or thing.get("payment_id") or "")[:100],
        claim=CLAIMS.get(type_, ""),
        happened_at=dt.datetime.fromtimestamp(int(event["created_at"]), dt.UTC),
    )


def _noted(thing: Thing) -> str:
    """Notes are an object, or an empty list when there are none."""
    notes = thing.get("notes")
    return str(notes.get("payment_id") or "") if isinstance(notes, Mapping) else ""
