"""Our own inventory as a supplier: places were taken in the booking's own transaction, so there is nothing left to ask."""

from __future__ import annotations

import datetime as dt

from .contract import Change, OfferSearch, SupplierAnswer, SupplierOffer, SupplierOutcome, SupplierRequest


class InternalAdapter:
    """Searching what we sell ourselves is a read of our rows and no talk with anyone: `bookings.queries.inventory`, which a gateway can't see.

    Slots are held, booked and given back by `bookings.actions.places`; what is on sale is `bookings.queries.inventory`'s to say."""

    name = ""
    settles_after = dt.timedelta(0)
    names_travelers = False

    def search(self, wish: OfferSearch) -> tuple[SupplierOffer, ...]:
        return ()

    def offer(self, reference: str) -> SupplierOffer | None:
        return None

    def hold(self, request: SupplierRequest) -> SupplierAnswer:
        return SupplierAnswer(SupplierOutcome.DONE)

    def book(self, request: SupplierRequest) -> SupplierAnswer:
        return SupplierAnswer(SupplierOutcome.DONE)

    def cancel(self, request: SupplierRequest) -> SupplierAnswer:
        return SupplierAnswer(SupplierOutcome.DONE)

    def status(self, request: SupplierRequest, *, booked: bool) -> SupplierAnswer:
        return SupplierAnswer(SupplierOutcome.DONE)

    def changes(self, since: dt.datetime) -> tuple[Change, ...]:
        return ()
