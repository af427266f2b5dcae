"""The adapter for Duffel against a small Duffel over real HTTP: what it sends, what it makes of answers, and of none."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from bookings.gateways.suppliers import (
    OfferSearch,
    SupplierOffer,
    SupplierOutcome,
    SupplierRequest,
    SupplierTraveler,
    SupplierUnavailable,
)
from bookings.gateways.suppliers.duffel import DuffelAdapter
from bookings.gateways.suppliers.duffel_http import Duffel
from bookings.kinds import problems_of_service
from tests.fakes.duffel_server import TOKEN, Company, duffel

LEAVES = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
DONE, REFUSED, UNKNOWN, ABSENT = SupplierOutcome.DONE, SupplierOutcome.REFUSED, SupplierOutcome.UNKNOWN, SupplierOutcome.ABSENT
ALICE = SupplierTraveler("Alice", "Example", "adult", dt.date(1990, 5, 1), "female")
BOB = SupplierTraveler("Bob", "Example", "adult", dt.date(1988, 2, 3), "male")
CHILD = SupplierTraveler("Mia", "Example", "child", LEAVES.replace(year=LEAVES.year - 7, day=1), "female")
SILENCES = ["error", "timeout", "reset"]


@pytest.fixture
def company() -> Iterator[Company]:
    with duffel() as running:
        yield running


@pytest.fixture
def adapter(company: Company) -> DuffelAdapter:
    return DuffelAdapter(Duffel(company.url, TOKEN))


def search(adapter: DuffelAdapter, **more: Any) -> SupplierOffer:
    return adapter.search(OfferSearch("flight", "VNS", LEAVES, **{"origin": "DEL", "adults": 2, **more}))[0]


def wish(offer: SupplierOffer, **more: Any) -> SupplierRequest:
    asked = {"item_id": uuid.uuid4(), "offer": offer.reference, "reference": "", "quantity": 1, "participants": offer.people, "total": offer.total}
    people = {"travelers": (ALICE, BOB), "contact_email": "alice@example.org", "contact_phone": "+91 98765 43210"}
    return SupplierRequest(**{**asked, "currency": offer.currency, **people, **more})


def test_searching_finds_offers_with_local_times_and_the_partys_price(adapter: DuffelAdapter, company: Company) -> None:
    found = adapter.search(OfferSearch("flight", "VNS", LEAVES, origin="DEL", last=LEAVES + dt.timedelta(days=4), adults=2, child_ages=(7,)))

    assert [offer.total for offer in found] == [Decimal("4000.00"), Decimal("5200.50")]
    first = found[0]
    assert (first.currency, first.people, first.supplier_name) == ("INR", 3, "Duffel Airways")
    assert first.starts_at.isoformat() == f"{LEAVES}T06:15:00+05:30"
    assert first.return_at is not None
    assert (first.cancellable, first.penalty) == (True, Decimal("500.00"))
    assert first.flight_numbers == ("ZZ 4321", "ZZ 4321")
    assert problems_of_service("flight", dict(first.details)) == []
    assert company.bodies[0]["passengers"] == [{"type": "adult"}, {"type": "adult"}, {"age": 7}]


@pytest.mark.parametrize("fault", [*SILENCES, "hang_up", "invalid_airport"])
def test_searching_when_nothing_can_be_asked_says_so(fault: str, adapter: DuffelAdapter, company: Company) -> None:
    company.fail("POST /air/offer_requests", fault)

    with pytest.raises(SupplierUnavailable) as unavailable:
        search(adapter)

    assert unavailable.value.code in {"unavailable", "timeout", "unreachable", "invalid_airport"}


def test_a_wrong_token_is_never_taken_for_a_no(company: Company) -> None:
    offer = search(DuffelAdapter(Duffel(company.url, TOKEN)))
    locked_out = DuffelAdapter(Duffel(company.url, "another"))

    assert locked_out.hold(wish(offer)).outcome is UNKNOWN
    assert locked_out.cancel(wish(offer)).outcome is UNKNOWN


def test_holding_an_offer_that_may_be_paid_later_makes_an_unpaid_order_with_our_name_on_it(adapter: DuffelAdapter, company: Company) -> None:
    asked = wish(search(adapter))

    held = adapter.hold(asked)

    order = company.orders[held.reference]
    assert held.outcome is DONE
    assert held.expires_at is not None
    assert (held.total, held.currency) == (Decimal("4000.00"), "INR")
    assert order["metadata"] == {"item_id": str(asked.item_id)}
    assert order["payment_status"]["awaiting_payment"]
    assert order["passengers"][0]["phone_number"] == "+919876543210"


def test_holding_an_offer_that_must_be_paid_at_once_checks_it_and_makes_nothing(adapter: DuffelAdapter, company: Company) -> None:
    company.instant_only = True

    held = adapter.hold(wish(search(adapter)))

    assert (held.outcome, held.reference, company.orders) == (DONE, "", {})
    assert held.expires_at is not None


@pytest.mark.parametrize("instant", [False, True])
def test_booking_pays_once_and_brings_tickets_and_no_names(instant: bool, adapter: DuffelAdapter, company: Company) -> None:
    company.instant_only = instant
    asked = wish(search(adapter))
    held = adapter.hold(asked)
    asked = wish(search_again(asked), item_id=asked.item_id, reference=held.reference)

    first, again = adapter.book(asked), adapter.book(asked)

    assert (first.outcome, again.outcome) == (DONE, DONE)
    assert first.reference == again.reference
    assert len(company.paid_orders()) == len(company.orders) == 1
    assert company.balance == 1_000_000 - 4000
    assert {paper.kind for paper in first.documents} == {"other", "ticket"}
    kept = json.dumps(first.record)
    assert not any(word in kept for word in ("Alice", "Bob", "Example", "alice@example.org", "98765"))


def search_again(asked: SupplierRequest) -> SupplierOffer:
    """The same offer as a value, for building the next request."""
    moment = dt.datetime.now(dt.UTC)
    return SupplierOffer(asked.offer, "flight", "", "", moment, moment, asked.total, asked.currency, asked.participants, {})


@pytest.mark.parametrize("instant", [False, True])
@pytest.mark.parametrize("fault", [*SILENCES, "hang_up"])
def test_an_order_whose_answer_is_lost_is_found_by_our_name_or_never_was(fault: str, instant: bool, adapter: DuffelAdapter, company: Company) -> None:
    company.instant_only = instant
    asked = wish(search(adapter))
    if instant:
        adapter.hold(asked)
    company.fail("POST /air/orders", fault)

    answer = adapter.book(asked) if instant else adapter.hold(asked)
    asked_about = adapter.status(asked, booked=instant)

    assert answer.outcome is UNKNOWN
    assert asked_about.outcome is (DONE if fault == "hang_up" else ABSENT)
    assert (adapter.book(asked) if instant else adapter.hold(asked)).outcome is DONE
    assert len(company.orders) == 1


@pytest.mark.parametrize("fault", [*SILENCES, "hang_up"])
def test_a_payment_whose_answer_is_lost_is_asked_about_and_paid_once(fault: str, adapter: DuffelAdapter, company: Company) -> None:
    asked = wish(search(adapter))
    held = adapter.hold(asked)
    asked = wish(search_again(asked), item_id=asked.item_id, reference=held.reference)
    company.fail("POST /air/payments", fault)

    assert adapter.book(asked).outcome is UNKNOWN
    assert adapter.status(asked, booked=True).outcome is (DONE if fault == "hang_up" else ABSENT)
    assert adapter.status(asked, booked=False).outcome is DONE
    assert adapter.book(asked).outcome is DONE
    assert company.balance == 1_000_000 - 4000


def test_an_offer_at_another_price_is_refused_with_the_new_one(adapter: DuffelAdapter, company: Company) -> None:
    offer = search(adapter)
    company.offers[offer.reference]["total_amount"] = "4150.00"

    answer = adapter.hold(wish(offer))

    assert (answer.outcome, answer.code, answer.total) == (REFUSED, "price_changed", Decimal("4150.00"))
    assert company.orders == {}


def test_an_offer_that_has_ended_is_refused(adapter: DuffelAdapter, company: Company) -> None:
    offer = search(adapter)
    company.offers[offer.reference]["expires_at"] = "2020-01-01T00:00:00Z"

    assert adapter.hold(wish(offer)).code == "offer_expired"
    assert adapter.offer(offer.reference) is None


@pytest.mark.parametrize(
    ("said", "code"), [("offer_no_longer_available", "offer_expired"), ("seat_no_longer_available", "sold_out"), ("price_changed", "price_changed")]
)
def test_a_no_while_ordering_is_told_in_our_words(said: str, code: str, adapter: DuffelAdapter, company: Company) -> None:
    asked = wish(search(adapter))
    company.fail("POST /air/orders", said)

    answer = adapter.hold(asked)

    assert (answer.outcome, answer.code) == (REFUSED, code)


def test_a_balance_that_is_too_small_is_a_no_and_leaves_the_hold(adapter: DuffelAdapter, company: Company, quiet_logs: None) -> None:
    company.balance = 10
    asked = wish(search(adapter))
    held = adapter.hold(asked)
    asked = wish(search_again(asked), item_id=asked.item_id, reference=held.reference)

    assert adapter.book(asked).code == "insufficient_balance"
    assert adapter.cancel(asked).outcome is DONE
    assert company.open_orders() == []


@pytest.mark.parametrize("party", [(ALICE,), (ALICE, CHILD), (ALICE, SupplierTraveler("Kim", "Example", "adult", dt.date(1990, 1, 1), "other"))])
def test_travelers_who_do_not_fit_the_offer_are_refused_unsent(party: tuple[SupplierTraveler, ...], adapter: DuffelAdapter, company: Company) -> None:
    answer = adapter.hold(wish(search(adapter), travelers=party))

    assert (answer.outcome, answer.code) == (REFUSED, "travelers_do_not_fit")
    assert company.counts["POST /air/orders"] == 0


def test_a_child_travels_under_the_passenger_of_its_age(adapter: DuffelAdapter, company: Company) -> None:
    offer = search(adapter, adults=1, child_ages=(7,))

    held = adapter.hold(wish(offer, travelers=(ALICE, CHILD)))

    ages = {one["id"]: one["age"] for one in company.offers[offer.reference]["passengers"]}
    assert {one["given_name"]: ages[one["id"]] for one in company.orders[held.reference]["passengers"]} == {"Alice": None, "Mia": 7}


def test_cancelling_is_a_quote_and_a_confirmation_and_says_what_comes_back(adapter: DuffelAdapter, company: Company) -> None:
    asked = wish(search(adapter))
    held = adapter.hold(asked)
    asked = wish(search_again(asked), item_id=asked.item_id, reference=held.reference)
    adapter.book(asked)

    first, again = adapter.cancel(asked), adapter.cancel(asked)

    assert (first.outcome, first.total) == (DONE, Decimal("3500.00"))
    assert (again.outcome, again.total) == (DONE, Decimal("3500.00"))
    assert company.open_orders() == []
    assert company.counts["POST /air/order_cancellations/{id}/actions/confirm"] == 1
    assert adapter.status(asked, booked=True).outcome is REFUSED
    assert adapter.book(asked).outcome is REFUSED


def test_cancelling_what_was_never_there_is_done_and_says_so(adapter: DuffelAdapter) -> None:
    answer = adapter.cancel(wish(search(adapter)))

    assert (answer.outcome, answer.code) == (DONE, "absent")


@pytest.mark.parametrize("route", ["POST /air/order_cancellations", "POST /air/order_cancellations/{id}/actions/confirm"])
@pytest.mark.parametrize("fault", [*SILENCES, "hang_up"])
def test_a_cancellation_whose_answer_is_lost_is_done_once_when_asked_again(fault: str, route: str, adapter: DuffelAdapter, company: Company) -> None:
    asked = wish(search(adapter))
    adapter.hold(asked)
    company.fail(route, fault)

    assert adapter.cancel(asked).outcome is UNKNOWN
    assert adapter.cancel(asked).outcome is DONE
    assert company.open_orders() == []


def test_a_cancellation_that_the_airline_refuses_is_a_no(adapter: DuffelAdapter, company: Company) -> None:
    asked = wish(search(adapter))
    adapter.hold(asked)
    company.fail("POST /air/order_cancellations", "order_not_cancellable")

    assert adapter.cancel(asked).outcome is REFUSED


def test_changes_of_airlines_are_told_by_kind_and_once_by_their_name(adapter: DuffelAdapter, company: Company) -> None:
    offer = search(adapter)
    slices = company.offers[offer.reference]["slices"]
    later, gone, elsewhere = json.loads(json.dumps([slices, slices, slices]))
    later[0]["segments"][0]["departing_at"] = f"{LEAVES}T08:00:00"
    later[0]["segments"][0]["arriving_at"] = f"{LEAVES}T09:50:00"
    elsewhere[0]["segments"][0]["origin_terminal"] = "3"
    seen = "2026-11-01T10:00:00Z"
    company.changes = [
        {"id": "aic_1", "order_id": "ord_1", "created_at": seen, "removed": slices, "added": later},
        {"id": "aic_2", "order_id": "ord_2", "created_at": seen, "removed": gone, "added": []},
        {"id": "aic_3", "order_id": "ord_3", "created_at": seen, "removed": slices, "added": elsewhere},
        {"id": "aic_4", "order_id": "ord_4", "created_at": "2026-01-01T10:00:00Z", "removed": slices, "added": later},
        {"id": "aic_5", "order_id": "ord_5", "created_at": seen, "removed": None, "added": "nonsense"},
    ]

    told = adapter.changes(dt.datetime(2026, 10, 1, tzinfo=dt.UTC))

    assert [(one.external_id, one.kind) for one in told] == [("aic_1", "flight_delay"), ("aic_2", "cancelled"), ("aic_3", "gate_change")]
    assert told[0].facts["to"]["departureTime"] == f"{LEAVES}T08:00:00+05:30"
