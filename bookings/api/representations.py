"""From what queries return to the JSON of the contract: snake_case for the cart, camelCase for bookings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bookings.api.collection_shapes import part_json
from bookings.documents.files import page_url
from bookings.models import Booking, Payment, Refund
from bookings.pricing.quote import Use
from bookings.queries.bookings import BookingDetail
from bookings.queries.cart import Cart, CartLine, use_of
from bookings.queries.confirmations import ConfirmationView
from bookings.queries.payments import SharedPayment
from bookings.queries.plan_moves import FilledCart
from bookings.queries.planned import line_mark
from bookings.queries.rates import is_stale
from bookings.states import ENDED, OPEN
from travelplanner.core import clock, money
from travelplanner.core.money import Money

ZERO = Decimal(0)


def _moment(value: dt.datetime | None) -> str | None:
    return clock.iso(value) if value else None


def payable_json(amount: Decimal, currency: str) -> dict[str, str]:
    """A price as it will be charged: nothing is charged finer than a hundredth, see `money.payable`."""
    return Money(money.payable(amount, currency), currency).as_json()


def line_json(line: CartLine) -> dict[str, Any]:
    """A cart line; `price_now` and `terms` are null when the line can't be sold any more (`problem` says why)."""
    item, quote = line.item, line.quote
    service = item.service
    return {
        "id": str(item.pk),
        "trip_id": item.trip.reference if item.trip else None,
        "service_id": str(service.pk),
        "service": {
            "name": service.name,
            "type": service.type,
            "supplier": service.supplier.name,
            "destination": service.destination.name,
            "unit": service.unit,
        },
        "quantity": item.quantity,
        "participants": item.participants,
        "booking_date": item.booking_date.isoformat(),
        "time": item.time,
        "nights": item.nights,
        "special_requests": item.special_requests,
        "price_seen": payable_json(item.price_seen, item.currency),
        "price_now": payable_json(quote.charged, quote.currency) if quote else None,
        "price_in_trip_currency": Money(line.own.amount, line.trip_currency).as_json() if line.own else None,
        "rate_date": line.own.rate_date.isoformat() if line.own and line.own.rate_date else None,
        "rate_stale": line.rate_stale,
        "price_changed": line.price_changed,
        "places_left": line.places_left,
        "problem": line.problem or None,
        "terms": {
            "cancellable": quote.terms.cancellable,
            "free_until": _moment(quote.terms.deadline),
            "fee_afterwards": payable_json(quote.terms.fee, quote.currency),
        }
        if quote
        else None,
        "mark": line_mark(service.pk, use_of(item)),
        "row_version": item.row_version,
        "created_at": _moment(item.created_at),
        "updated_at": _moment(item.updated_at),
    }


def cart_json(cart: Cart) -> dict[str, Any]:
    return {
        "count": len(cart.lines),
        "next": None,
        "previous": None,
        "results": [line_json(line) for line in cart.lines],
        "totals": [total.as_json() for total in cart.totals],
    }


def filled_json(cart: FilledCart) -> dict[str, Any]:
    """The cart after the plan was put into it, with what that changed."""
    told = [
        {
            "outcome": one.outcome,
            "item_id": str(one.item_id),
            "service_id": str(one.service_id),
            "name": one.name,
            "before": _use_json(one.before),
            "after": _use_json(one.after),
        }
        for one in cart.changes
    ]
    return {**cart_json(cart), "changes": told}


def _use_json(use: Use | None) -> dict[str, Any] | None:
    if use is None:
        return None
    return {"booking_date": use.first.isoformat(), "time": use.time, "nights": use.nights, "quantity": use.quantity, "participants": use.participants}


def payment_status(gateway: str, state: str) -> str:
    """The word of seed 000 for the mock's success, else the state in capitals."""
    if state == "succeeded":
        return "MOCK_SUCCESS" if gateway == "mock" else "SUCCESS"
    return state.upper()


def _payment_json(payment: Payment | SharedPayment) -> dict[str, Any]:
    return {
        "status": payment_status(payment.gateway, payment.state),
        "method": "MOCK_PAYMENT_GATEWAY" if payment.gateway == "mock" else payment.method,
        "transactionId": payment.transaction_id,
        "amount": money.as_number(payment.amount, payment.currency),
        "currency": payment.currency,
        "timestamp": _moment(payment.settled_at or payment.updated_at),
        "failureCode": payment.failure_code or None,
    }


def _refund_json(refund: Refund) -> dict[str, Any]:
    """`settledAt` is when the gateway had given it back; null before, and when it said no."""
    return {
        "amount": money.as_number(refund.amount, refund.currency),
        "currency": refund.currency,
        "status": refund.state,
        "cause": refund.cause,
        "dueBy": refund.due_by.isoformat() if refund.due_by else None,
        "settledAt": _moment(refund.settled_at) if refund.state == "succeeded" else None,
    }


def _sums_json(booking: Booking, *, stays: Decimal | None, back: Decimal | None, came: Decimal | None) -> dict[str, Any]:
    """What became of `total`: `stays` is the sum of the items that aren't cancelled, `back` what was promised back, `came` what of it is there."""
    stands = ZERO if booking.state in ENDED else stays or ZERO
    return {
        "standingTotal": money.as_number(stands, booking.currency),
        "refunded": money.as_number(came or ZERO, booking.currency),
        "refundPending": money.as_number((back or ZERO) - (came or ZERO), booking.currency),
    }


def next_action_of(booking: Booking, payment: Payment | SharedPayment) -> dict[str, Any] | None:
    """What the client has to do for the booking to go on; null when nothing is left to do."""
    if booking.state != "PAYMENT_PENDING":
        return None
    where = f"/api/bookings/{booking.reference}/payments"
    if isinstance(payment, SharedPayment):
        if payment.state != "collecting":
            return {"type": "wait", "url": f"/api/bookings/{booking.reference}", "message": _("All shares are paid. We are booking it.")}
        return {"type": "pay_shares", "url": f"/api/bookings/{booking.reference}/collection", "message": _("Each pays their share before the hold ends.")}
    if payment.state == "created":
        return {"type": "pay", "url": where, "message": _("Pay before the hold ends.")}
    if payment.next_action.get("type") == "redirect":
        return {"type": "redirect", "url": payment.next_action["url"], "message": _("Pay on the payment company's page; then ask us here, with an empty body.")}
    if payment.next_action:
        return {"type": payment.next_action.get("type", "confirm"), "url": where, "message": _("Approve the payment with your bank, then tell us with {\"approved\": true}.")}
    return {"type": "wait", "url": where, "message": _("We are asking the payment gateway. You are not charged twice.")}


def booking_json(detail: BookingDetail) -> dict[str, Any]:
    """`booking_v1`."""
    booking, payment = detail.booking, detail.payment
    total = money.as_number(booking.total, booking.currency)
    return {
        "bookingId": booking.reference,
        "tripId": booking.trip.reference,
        "version": "booking_v1",
        "revision": booking.row_version,
        "source": "checkout",
        "createdAt": _moment(booking.created_at),
        "itineraryRevision": booking.itinerary_revision,
        "lockedBudget": {
            **({"totalINR": total} if booking.currency == "INR" else {}),
            "total": total,
            "currency": booking.currency,
            "locked": detail.is_locked,
            "lockedAt": _moment(booking.locked_at),
        },
        **_sums_json(
            booking,
            stays=sum((item.total for item in detail.items if item.state != "cancelled"), ZERO),
            back=sum((one.amount for one in detail.refunds if one.currency == booking.currency), ZERO),
            came=sum((one.amount for one in detail.refunds if one.currency == booking.currency and one.state == "succeeded"), ZERO),
        ),
        "paymentDetails": _payment_json(payment),
        "refunds": [_refund_json(one) for one in detail.refunds],
        "bookingState": {
            "current": booking.state,
            "transitions": [
                {"from": step.from_state, "to": step.to_state, "timestamp": _moment(step.created_at), "reason": step.reason} for step in detail.transitions
            ],
        },
        "items": [_item_json(item, detail.changes.get(item.pk, ())) for item in detail.items],
        "userContact": _contact_json(booking),
        "holdExpiresAt": _moment(booking.hold_expires_at) if booking.state in OPEN else None,
        "nextAction": next_action_of(booking, payment),
        "failure": {"code": booking.failure_code, "reason": booking.failure_reason} if booking.failure_code else None,
        "bookedAt": _moment(booking.booked_at),
        "collection": part_json(detail.collection) if detail.collection else None,
    }


def _contact_json(booking: Booking) -> dict[str, str]:
    return {"name": booking.contact_name, "email": booking.contact_email, "phone": booking.contact_phone}


def _item_json(item: Any, changes: Sequence[Any]) -> dict[str, Any]:
    foreign = item.supplier_currency != item.currency
    return {
        "itemId": str(item.pk),
        "type": item.type,
        "state": item.state,
        "paymentStatus": item.payment_status,
        "name": item.name,
        "supplier": item.supplier_name,
        "confirmationCode": item.confirmation_code if item.state in ("confirmed", "completed") else None,
        "quantity": item.quantity,
        "participants": item.participants,
        "startsOn": item.starts_on.isoformat(),
        "endsOn": item.ends_on.isoformat(),
        "time": item.time or None,
        "details": item.details,
        "specialRequests": item.special_requests,
        "total": money.as_number(item.total, item.currency),
        "currency": item.currency,
        "supplierAmount": money.as_number(item.supplier_amount, item.supplier_currency),
        "supplierCurrency": item.supplier_currency,
        "rate": format(item.rate.normalize(), "f") if foreign else None,
        "rateDate": item.rate_date.isoformat() if item.rate_date else None,
        "rateSource": item.rate_source or None,
        "rateStale": is_stale(item.rate_date, item.created_at),
        "cancellation": {
            "cancellable": item.cancellable,
            "freeUntil": _moment(item.cancellation_deadline),
            "feeAfterwards": money.as_number(item.cancellation_fee, item.currency),
        },
        "travelers": [
            {"travelerId": str(who.traveler_id) if who.traveler_id else None, "firstName": who.first_name, "lastName": who.last_name, "type": who.traveler_type}
            for who in item.travelers.all()
        ],
        "changes": [_change_json(change) for change in changes],
    }


def _change_json(change: Any) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "from": change.facts.get("from", {}),
        "to": change.facts.get("to", {}),
        "saidAt": _moment(change.happened_at or change.created_at),
    }


def booking_summary_json(booking: Any) -> dict[str, Any]:
    """One row of the list; `item_count`, `payment_state` and the sums of `with_costs` are annotated by the query."""
    return {
        "bookingId": booking.reference,
        "tripId": booking.trip.reference,
        "title": booking.trip.title,
        "state": booking.state,
        "paymentState": booking.payment_state,
        "items": booking.item_count,
        "total": money.as_number(booking.total, booking.currency),
        **_sums_json(booking, stays=booking.stays, back=booking.back, came=booking.came),
        "currency": booking.currency,
        "startDate": booking.trip.start_date.isoformat(),
        "endDate": booking.trip.end_date.isoformat(),
        "createdAt": _moment(booking.created_at),
        "bookedAt": _moment(booking.booked_at),
        "holdExpiresAt": _moment(booking.hold_expires_at) if booking.state in OPEN else None,
    }


def confirmation_json(view: ConfirmationView) -> dict[str, Any]:
    """Seed 000's confirmation, with the documents' common fields."""
    booking, payment, body = view.booking, view.payment, view.confirmation.body
    pricing = body["pricing"]
    base = f"/api/bookings/{booking.reference}"
    return {
        "confirmationNumber": view.confirmation.number,
        "tripId": booking.trip.reference,
        "bookingId": booking.reference,
        "version": "booking_v1",
        "revision": 1,
        "source": "checkout",
        "createdAt": _moment(view.confirmation.created_at),
        "destination": body["destination"],
        "itinerary": body["itinerary"],
        "pricing": {
            "lockedBudget": money.as_number(pricing["lockedBudget"], pricing["currency"]),
            "currency": pricing["currency"],
            "perDay": money.as_number(pricing["perDay"], pricing["currency"]),
            "status": "LOCKED" if view.status != "CANCELLED" else "RELEASED",
        },
        "payment": {
            "status": payment_status(payment.gateway, payment.state),
            "transactionId": payment.transaction_id,
            "timestamp": _moment(payment.settled_at),
        },
        "userContact": _contact_json(booking),
        "bookedAt": _moment(booking.booked_at),
        "validUntil": _moment(view.confirmation.valid_until),
        "status": view.status,
        "nextSteps": view.next_steps,
        "verifyUrl": view.verify_url,
        "links": {
            "self": f"{base}/confirmation",
            "booking": base,
            "pdf": f"{base}/confirmation.pdf",
            "calendar": f"{base}/calendar.ics",
            "documents": f"{base}/documents",
            "page": page_url(booking),
        },
    }
