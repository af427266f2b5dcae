"""Flights through Duffel (https://duffel.com/docs/api/v2): the adapter. What is said over the line is `duffel_http`, what it means `duffel_words`.

Why Duffel and not Amadeus Self-Service: an order there can be held and paid later, cancelling is a quote and then a confirm, and an order
carries our own id; Self-Service books without ticketing (a consolidator issues the tickets) and can't be paid through the API.

Duffel has no idempotency keys that could be relied on. What counts once here counts by three things: an order carries the item's id in its
metadata and is looked for by its offer before anything is made again; an offer request can be booked once (`offer_request_already_booked`);
and the saga asks before it calls again, never while a call may be under way.
"""

from __future__ import annotations

import datetime as dt
import logging
from decimal import Decimal
from typing import Any

from travelplanner.core import clock

from . import duffel_words as words
from .contract import (
    Change,
    OfferSearch,
    SupplierAnswer,
    SupplierOffer,
    SupplierOutcome,
    SupplierRequest,
    SupplierUnavailable,
)
from .duffel_http import Duffel, Refused, Unsure

logger = logging.getLogger(__name__)
MOST_OFFERS = 40
DONE, REFUSED, UNKNOWN, ABSENT = SupplierOutcome.DONE, SupplierOutcome.REFUSED, SupplierOutcome.UNKNOWN, SupplierOutcome.ABSENT
NOT_OURS_TO_CANCEL = "order_not_cancellable"


class DuffelAdapter:
    """One token, one currency of account: all prices are in it."""

    name = "duffel"
    settles_after = dt.timedelta(minutes=3)  # https://duffel.com/docs/api/overview/response-handling: booking may take two minutes and more
    names_travelers = True

    def __init__(self, line: Duffel | None = None) -> None:
        self.line = line or Duffel()

    def search(self, wish: OfferSearch) -> tuple[SupplierOffer, ...]:
        """https://duffel.com/docs/api/v2/offer-requests/create-offer-request, cheapest first, at most MOST_OFFERS."""
        slices = [{"origin": wish.origin, "destination": wish.destination, "departure_date": wish.first.isoformat()}]
        if wish.last is not None:
            slices.append({"origin": wish.destination, "destination": wish.origin, "departure_date": wish.last.isoformat()})
        people: list[dict[str, Any]] = [{"type": "adult"} for _ in range(wish.adults)] + [{"age": age} for age in wish.child_ages]
        try:
            found = self.line.post("/air/offer_requests", {"slices": slices, "passengers": people, "max_connections": 1}, params={"return_offers": "true"})
        except (Refused, Unsure) as error:
            raise SupplierUnavailable(error.code) from error
        offers = [offer for one in found.get("offers", ()) if (offer := words.offer_of(one, people=len(people))) is not None]
        return tuple(sorted(offers, key=lambda offer: (offer.total, offer.starts_at))[:MOST_OFFERS])

    def offer(self, reference: str) -> SupplierOffer | None:
        """The offer as it stands now, None when it doesn't stand any more. Raises SupplierUnavailable."""
        try:
            found = self.line.get(f"/air/offers/{reference}")
        except Refused as error:
            if error.code in words.GONE or error.status == 404:
                return None
            raise SupplierUnavailable(error.code) from error
        except Unsure as error:
            raise SupplierUnavailable(error.code) from error
        return words.offer_of(found, people=len(found.get("passengers", ())))

    def hold(self, request: SupplierRequest) -> SupplierAnswer:
        """An order of type hold where the airline lets us pay later (https://duffel.com/docs/guides/holding-orders-and-paying-later), else the
        price is checked and nothing is made: then what was offered stands until the offer expires."""
        try:
            offer = self.line.get(f"/air/offers/{request.offer}")
            if no := _price_no(offer, request):
                return no
            if (offer.get("payment_requirements") or {}).get("requires_instant_payment", True):
                until = words.moment(offer.get("expires_at"))
                return SupplierAnswer(DONE, total=request.total, currency=request.currency, expires_at=until, record=words.price_record(offer))
            return self._make(request, offer, paid=False)
        except Refused as error:
            return _no(error)
        except Unsure as error:
            return SupplierAnswer(UNKNOWN, error.code)

    def book(self, request: SupplierRequest) -> SupplierAnswer:
        """Pay the held order (https://duffel.com/docs/api/v2/payments), or make one that is paid at once, from our balance at Duffel."""
        try:
            order = self._find(request)
            if order is None:
                offer = self.line.get(f"/air/offers/{request.offer}")
                return _price_no(offer, request) or self._make(request, offer, paid=True)
            if order.get("cancelled_at"):
                return SupplierAnswer(REFUSED, "cancelled", order["id"])
            if words.awaits_payment(order):
                money = {"type": "balance", "amount": str(request.total), "currency": request.currency}
                try:
                    self.line.post("/air/payments", {"order_id": order["id"], "payment": money})
                except Refused as error:
                    if error.code not in words.ALREADY_PAID:
                        return _no(error)
                order = self.line.get(f"/air/orders/{order['id']}")
                if words.awaits_payment(order):
                    return SupplierAnswer(UNKNOWN, "not_paid_yet", order["id"])
            return words.booked(order)
        except Refused as error:
            return _no(error)
        except Unsure as error:
            return SupplierAnswer(UNKNOWN, error.code)

    def cancel(self, request: SupplierRequest) -> SupplierAnswer:
        """https://duffel.com/docs/api/v2/order-cancellations: a quote, then its confirmation. `total` is what comes back to our balance."""
        try:
            order = self._find(request)
            if order is None:
                return SupplierAnswer(DONE, "absent")
            if order.get("cancelled_at"):
                return words.cancelled(order.get("cancellation") or {}, order)
            if "cancel" not in order.get("available_actions", ["cancel"]):
                return SupplierAnswer(REFUSED, NOT_OURS_TO_CANCEL, order["id"])
            quote = self.line.post("/air/order_cancellations", {"order_id": order["id"]})
            return words.cancelled(self.line.post(f"/air/order_cancellations/{quote['id']}/actions/confirm", None), order)
        except Refused as error:
            if error.code in words.ALREADY_CANCELLED:
                return SupplierAnswer(DONE, reference=request.reference)
            return SupplierAnswer(REFUSED, error.code)
        except Unsure as error:
            return SupplierAnswer(UNKNOWN, error.code)

    def status(self, request: SupplierRequest, *, booked: bool) -> SupplierAnswer:
        """By our name for it, whatever we were told: an order that was made while we stopped listening is found too."""
        try:
            order = self._find(request)
        except Refused as error:
            return SupplierAnswer(UNKNOWN, error.code)
        except Unsure as error:
            return SupplierAnswer(UNKNOWN, error.code)
        if order is None or (booked and words.awaits_payment(order) and not order.get("cancelled_at")):
            return SupplierAnswer(ABSENT)
        if order.get("cancelled_at"):
            return SupplierAnswer(REFUSED, "cancelled", order["id"])
        return words.booked(order) if booked else words.held(order)

    def changes(self, since: dt.datetime) -> tuple[Change, ...]:
        """https://duffel.com/docs/api/v2/airline-initiated-changes, those that were detected or updated after `since`."""
        try:
            found = list(self.line.pages("/air/airline_initiated_changes"))
        except (Refused, Unsure) as error:
            raise SupplierUnavailable(error.code) from error
        told = [change for one in found if (change := words.change_of(one)) is not None]
        return tuple(
            sorted((change for change in told if change.happened_at is None or change.happened_at > since), key=lambda one: (one.happened_at or since, one.external_id))
        )

    def _find(self, request: SupplierRequest) -> dict[str, Any] | None:
        """The order of this item: by Duffel's name when we know it, else among the orders of the offer by the id we gave it."""
        if request.reference:
            try:
                return self.line.get(f"/air/orders/{request.reference}")
            except Refused as error:
                if error.status != 404:
                    raise
        for order in self.line.pages("/air/orders", {"offer_id": request.offer}):
            if (order.get("metadata") or {}).get("item_id") == str(request.item_id):
                return order
        return None

    def _make(self, request: SupplierRequest, offer: dict[str, Any], *, paid: bool) -> SupplierAnswer:
        """https://duffel.com/docs/api/v2/orders/create-order"""
        passengers = words.passengers_of(request, offer)
        if passengers is None:
            return SupplierAnswer(REFUSED, "travelers_do_not_fit")
        body: dict[str, Any] = {
            "type": "instant" if paid else "hold",
            "selected_offers": [request.offer],
            "passengers": passengers,
            "metadata": {"item_id": str(request.item_id)},
        }
        if paid:
            body["payments"] = [{"type": "balance", "amount": str(request.total), "currency": request.currency}]
        try:
            order = self.line.post("/air/orders", body)
        except Refused as error:
            if error.code in words.ALREADY_BOOKED:  # perhaps by us, in a call whose answer was lost
                order = self._find(request) or {}
                if not order:
                    return SupplierAnswer(REFUSED, "offer_expired")
                if order.get("cancelled_at"):
                    return SupplierAnswer(REFUSED, "cancelled", order["id"])
                if paid and words.awaits_payment(order):
                    return SupplierAnswer(UNKNOWN, "not_paid_yet", order["id"])
                return words.booked(order) if paid else words.held(order)
            raise
        return words.booked(order) if paid else words.held(order)


def _price_no(offer: dict[str, Any], request: SupplierRequest) -> SupplierAnswer | None:
    """A no when the offer has ended or costs something else than we sold it for."""
    until = words.moment(offer.get("expires_at"))
    if until is not None and until <= clock.now():
        return SupplierAnswer(REFUSED, "offer_expired")
    total, currency = words.price_of(offer)
    if total is None:
        return SupplierAnswer(UNKNOWN, "bad_answer")
    if (total, currency) != (Decimal(request.total), request.currency):
        return SupplierAnswer(REFUSED, "price_changed", total=total, currency=currency)
    return None


def _no(error: Refused) -> SupplierAnswer:
    if error.code == "insufficient_balance":
        logger.error("the balance at Duffel doesn't cover an order")
    if error.code in words.GONE or error.status == 404:
        return SupplierAnswer(REFUSED, "offer_expired")
    return SupplierAnswer(REFUSED, words.REFUSALS.get(error.code, error.code or "refused"))
