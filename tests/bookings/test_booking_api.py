"""POST and GET /api/bookings: the main way, second steps, refusals."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.cancellations import confirm_cancellation, quote_cancellation
from bookings.gateways.payments.book import Book
from bookings.models import (
    Booking,
    BookingItem,
    BudgetLock,
    CartItem,
    Hold,
    LedgerEntry,
    Payment,
    PriceRule,
    Refund,
    ServiceSlot,
)
from bookings.queries.confirmations import get_confirmation
from bookings.queries.inventory import overbooked
from tests.cast import actor_for, api_for
from tests.factories.bookings import make_planned_trip, put_in_cart
from tests.factories.catalogue import SmallCatalogue
from tests.statements import counted
from travelplanner.core import clock, outbox
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

CONTACT = {"name": "Alice Example", "email": "alice@example.org", "phone": "+91 98765 43210"}


def book(client: APIClient, trip: Trip, *, key: str | None = None, **body: Any) -> Any:
    whole = {"tripId": trip.reference, "userContact": CONTACT, **body}
    return client.post("/api/bookings", whole, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def test_booking_when_everything_is_free_then_confirmed(alice_api: APIClient, alices_trip: Trip, gateway_book: Book) -> None:
    answer = book(alice_api, alices_trip)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert re.fullmatch(r"BK_\d{8}_[0-9A-F]{8}", body["bookingId"])
    assert body["bookingState"]["current"] == "CONFIRMED"
    assert [(step["from"], step["to"]) for step in body["bookingState"]["transitions"]] == [("INITIATED", "PAYMENT_PENDING"), ("PAYMENT_PENDING", "CONFIRMED")]
    assert body["lockedBudget"] == {"totalINR": 8200, "total": 8200, "currency": "INR", "locked": True, "lockedAt": body["lockedBudget"]["lockedAt"]}
    assert body["paymentDetails"]["status"] == "MOCK_SUCCESS"
    assert body["paymentDetails"]["method"] == "MOCK_PAYMENT_GATEWAY"
    assert body["paymentDetails"]["amount"] == 8200
    assert sum(item["total"] for item in body["items"]) == 8200
    assert {item["state"] for item in body["items"]} == {"confirmed"}
    assert [(line.status, line.amount) for line in gateway_book.all_charges()] == [("succeeded", "8200.00")]
    alices_trip.refresh_from_db()
    assert (alices_trip.state, alices_trip.locked_revision, alices_trip.actual_spent) == ("booked", 1, 8200)
    lock = BudgetLock.objects.get()
    assert (lock.held, lock.spent) == (0, 8200)
    assert {hold.state for hold in Hold.objects.all()} == {"consumed"}
    assert sum(entry.amount for entry in LedgerEntry.objects.all()) == 0
    assert sum(entry.amount for entry in LedgerEntry.objects.filter(account="gateway")) == 8200
    assert OutboxMessage.objects.get().template == "booking_confirmed"
    assert overbooked() == []
    assert sum(slot.taken for slot in ServiceSlot.objects.all()) == 1 + 1 + 2 + 1
    assert not CartItem.objects.exists()
    shown = alice_api.get(f"/api/bookings/{body['bookingId']}").json()
    assert shown == body


def test_confirmation_when_booked_then_it_is_seed_000s(alice_api: APIClient, alices_trip: Trip) -> None:
    booking = book(alice_api, alices_trip).json()
    body = alice_api.get(f"/api/bookings/{booking['bookingId']}/confirmation").json()
    assert re.fullmatch(r"CONF_\d{14}_[0-9A-F]{6}", body["confirmationNumber"])
    assert body["destination"] == "Varanasi"
    assert body["itinerary"] == {"dailyActivityHours": 5.5, "restDays": 0, "travelFatigueScore": 3.2}
    assert body["pricing"] == {"lockedBudget": 8200, "currency": "INR", "perDay": 2733.33, "status": "LOCKED"}
    assert body["payment"]["status"] == "MOCK_SUCCESS"
    assert body["userContact"] == CONTACT
    assert body["status"] == "ACTIVE"
    assert body["nextSteps"]
    assert Booking.objects.get().reference == body["bookingId"]


def test_booking_when_key_is_missing_then_400_and_nothing_held(alice_api: APIClient, alices_trip: Trip) -> None:
    answer = alice_api.post("/api/bookings", {"tripId": alices_trip.reference, "userContact": CONTACT})
    assert (answer.status_code, answer.json()["error"]) == (400, "idempotency_key_missing")
    assert not Booking.objects.exists()


def test_booking_when_same_key_again_then_same_bytes_and_one_charge(alice_api: APIClient, alices_trip: Trip, gateway_book: Book) -> None:
    first, again = book(alice_api, alices_trip, key="k" * 20), book(alice_api, alices_trip, key="k" * 20)
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert book(alice_api, alices_trip, key="k" * 20, acceptedTotal="1").status_code == 422
    assert Booking.objects.count() == len(gateway_book.all_charges()) == 1


@pytest.mark.parametrize(
    ("card", "state", "payment", "failure"),
    [
        ("4242 4242 4242 4242", "CONFIRMED", "MOCK_SUCCESS", None),
        ("4000000000000002", "FAILED", "FAILED", "card_declined"),
        ("4000000000009995", "FAILED", "FAILED", "insufficient_funds"),
        ("4000002500003155", "PAYMENT_PENDING", "PENDING", None),
        ("4000000000000119", "PAYMENT_PENDING", "UNKNOWN", None),
    ],
)
def test_booking_when_paid_by_test_card_then_as_the_card_says(
    alice_api: APIClient, alices_trip: Trip, card: str, state: str, payment: str, failure: str | None
) -> None:
    answer = book(alice_api, alices_trip, payment={"method": "card", "cardNumber": card})
    body = answer.json()
    assert (answer.status_code, body["bookingState"]["current"], body["paymentDetails"]["status"]) == (201, state, payment)
    assert (body["failure"] or {}).get("code") == failure
    assert (body["nextAction"] is not None) == (state == "PAYMENT_PENDING")
    assert body["lockedBudget"]["locked"] == (state != "FAILED")


def test_booking_when_3ds_then_next_action_leads_to_confirmed(alice_api: APIClient, alices_trip: Trip) -> None:
    pending = book(alice_api, alices_trip, payment={"method": "card", "token": "tok_three_d_secure"}).json()
    assert pending["nextAction"]["type"] == "three_d_secure"
    assert alice_api.get(f"/api/bookings/{pending['bookingId']}/confirmation").status_code == 404
    step = alice_api.post(pending["nextAction"]["url"], {"approved": True}, headers={"Idempotency-Key": "step-1"})
    assert (step.status_code, step.json()["bookingState"]["current"]) == (200, "CONFIRMED")
    assert alice_api.post(pending["nextAction"]["url"], {}, headers={"Idempotency-Key": "step-2"}).status_code == 409


def test_card_number_when_sent_then_nowhere_in_the_database(alice_api: APIClient, alices_trip: Trip, caplog: pytest.LogCaptureFixture) -> None:
    book(alice_api, alices_trip, payment={"method": "card", "cardNumber": "4000002500003155"})
    refused = book(alice_api, alices_trip, payment={"method": "card", "cardNumber": "5555555555554444"})
    assert refused.status_code == 400
    assert b"5555555555554444" not in refused.content
    assert "5555555555554444" not in caplog.text
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not any("4000002500003155" in str(value) or "5555555555554444" in str(value) for row in cursor.fetchall() for value in row), table
    assert Payment.objects.get().method == "card 3155"


def test_booking_when_sold_out_or_over_budget_then_409_with_what_is_needed(alice_api: APIClient, alices_trip: Trip) -> None:
    Trip.objects.update(budget_amount=Decimal(8000))
    over = book(alice_api, alices_trip)
    assert (over.status_code, over.json()["error"], over.json()["details"]["over"]) == (409, "over_budget", "200.00")
    Trip.objects.update(budget_amount=None)
    ServiceSlot.objects.update(taken=F("capacity"))
    gone = book(alice_api, alices_trip)
    assert (gone.status_code, gone.json()["error"]) == (409, "no_places")
    assert gone.json()["details"]["lines"]
    ServiceSlot.objects.update(taken=0)


def test_booking_when_price_moved_then_409_and_201_with_consent(alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    alice_api.post("/api/cart/from-itinerary", {"tripId": alices_trip.reference})
    PriceRule.objects.create(service=catalogue.car, name="more", percent=Decimal(10))
    asked = book(alice_api, alices_trip, key="price-key")
    assert (asked.status_code, asked.json()["error"]) == (409, "price_changed")
    total = asked.json()["details"]["total"]["amount"]
    assert total == "8420.00"
    agreed = book(alice_api, alices_trip, key="price-key", acceptedTotal=total)
    assert (agreed.status_code, agreed.json()["lockedBudget"]["total"]) == (201, 8420)


def same(one: Any, other: Any) -> bool:
    pair = [answer.json() for answer in (one, other)]
    for answer in pair:
        answer.pop("timestamp"), answer.pop("request_id")
    return pair[0] == pair[1]


def test_booking_when_anothers_then_like_a_missing_one(alice_api: APIClient, charlie_api: APIClient, dana_api: APIClient, alices_trip: Trip) -> None:
    reference = book(alice_api, alices_trip).json()["bookingId"]
    for stranger in (charlie_api, dana_api):
        for path in ("", "/confirmation"):
            theirs = stranger.get(f"/api/bookings/{reference}{path}")
            assert theirs.status_code == 404
            assert same(theirs, stranger.get(f"/api/bookings/BK_20200101_00000000{path}"))
        key = {"Idempotency-Key": uuid.uuid4().hex}
        assert stranger.post(f"/api/bookings/{reference}/payments", {}, headers=key).status_code == 404
        assert stranger.get("/api/bookings").json()["results"] == []
    assert same(book(charlie_api, alices_trip), charlie_api.post("/api/bookings", {"tripId": "TRIP_000000000000", "userContact": CONTACT}, headers={"Idempotency-Key": "x1"}))


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("post", ""), ("get", "/BK_1"), ("get", "/BK_1/confirmation"), ("post", "/BK_1/payments")])
def test_bookings_when_signed_out_then_401(api: APIClient, method: str, path: str) -> None:
    assert getattr(api, method)(f"/api/bookings{path}", headers={"Idempotency-Key": "a"}).status_code == 401


@pytest.mark.parametrize("reference", ["x" * 500, "%00", "%F0%9F%A7%AD", "..%2F..", "BK_'; DROP TABLE"])
def test_booking_when_reference_is_garbage_then_404(alice_api: APIClient, reference: str) -> None:
    for path in ("", "/confirmation"):
        assert alice_api.get(f"/api/bookings/{reference}{path}").status_code == 404
    assert alice_api.post(f"/api/bookings/{reference}/payments", {}, headers={"Idempotency-Key": "k"}).status_code == 404


GARBAGE: list[dict[str, Any]] = [
    {"tripId": None},
    {"tripId": 7},
    {"tripId": "TRIP_000000000000"},
    {"tripId": "🧭"},
    {"tripId": "x" * 1000},
    {"tripId": {"a": 1}},
    {"userContact": None},
    {"userContact": "me"},
    {"userContact": {"name": "A", "email": "no"}},
    {"userContact": {"name": "", "email": "a@example.org"}},
    {"userContact": {"name": "A" * 201, "email": "a@example.org"}},
    {"userContact": {"name": "A\nBcc: x@example.org", "email": "a@example.org"}},
    {"userContact": {"name": "A", "email": "a@example.org\nBcc: x@example.org"}},
    {"userContact": {"name": "A", "email": "a@example.org", "phone": "1" * 40}},
    {"userContact": {"name": "A\u0000", "email": "a@example.org"}},
    {"payment": "cash"},
    {"payment": {"method": "cash"}},
    {"payment": {"method": ["card"]}},
    {"payment": {"token": "tok_real"}},
    {"payment": {"cardNumber": "4111111111111111"}},
    {"payment": {"cardNumber": "x" * 500}},
    {"acceptedTotal": "NaN"},
    {"acceptedTotal": -1},
    {"acceptedTotal": "1e400"},
    {"acceptedTotal": 10**40},
    {"acceptedTotal": {}},
]


@pytest.mark.parametrize("fields", GARBAGE, ids=lambda fields: str(fields)[:50])
def test_booking_when_garbage_then_4xx_and_nothing_held(alice_api: APIClient, alices_trip: Trip, fields: dict[str, Any]) -> None:
    answer = book(alice_api, alices_trip, **fields)
    assert answer.status_code in (400, 404), answer.content
    assert not Booking.objects.exists()
    assert not Hold.objects.exists()


def test_booking_when_status_and_price_are_sent_then_ignored(alice_api: APIClient, alices_trip: Trip) -> None:
    body = book(alice_api, alices_trip, total=1, state="CONFIRMED", lockedBudget={"total": 1}, currency="USD", payment={"method": "card", "token": "tok_declined", "status": "paid"}).json()
    assert (body["lockedBudget"]["total"], body["lockedBudget"]["currency"], body["bookingState"]["current"]) == (8200, "INR", "FAILED")


@pytest.mark.parametrize("kind", ["list", "detail", "confirmation"])
@pytest.mark.parametrize("rows", [1, 30])
def test_bookings_when_read_then_five_statements_for_any_number(alice: User, catalogue: SmallCatalogue, rows: int, kind: str) -> None:
    trip = make_planned_trip(alice, catalogue, budget_amount=None)
    client = api_for(alice)
    if kind == "list":
        for n in range(rows):
            put_in_cart(trip, catalogue.car, day=trip.start_date + dt.timedelta(days=n))
            assert book(client, trip).status_code == 201
        path = "/api/bookings?page_size=100"
    else:
        for n in range(rows):
            put_in_cart(trip, catalogue.car, day=trip.start_date + dt.timedelta(days=n))
        path = f"/api/bookings/{book(client, trip).json()['bookingId']}{'/confirmation' if kind == 'confirmation' else ''}"
    with counted() as statements:
        body = client.get(path).json()
    if kind == "list":
        assert body["count"] == len(body["results"]) == rows
    elif kind == "detail":
        assert len(body["items"]) == rows
    assert len(statements) <= 5, statements


def test_booking_when_part_of_it_went_back_then_says_so_for_one_more_statement(alice: User, alices_trip: Trip) -> None:
    api, actor = api_for(alice), actor_for(alice)
    reference = book(api, alices_trip).json()["bookingId"]
    car = BookingItem.objects.get(type="car_rental")
    quote = quote_cancellation(actor=actor, reference=reference, item_ids=[car.pk]).quote
    with counted() as before:
        assert api.get(f"/api/bookings/{reference}").json()["refunds"] == []
    confirm_cancellation(actor=actor, reference=reference, quote_id=quote.pk)
    with counted() as after:
        (said,) = api.get(f"/api/bookings/{reference}").json()["refunds"]
    refund = Refund.objects.get()
    assert said["settledAt"] is not None
    assert said == {
        "amount": 2200, "currency": "INR", "status": "succeeded", "cause": "cancellation", "dueBy": str(refund.due_by), "settledAt": said["settledAt"],
    }  # fmt: skip
    assert len(after) == len(before) + 1


def sums_of(api: APIClient, reference: str) -> tuple[float, float, float, float]:
    """(booked, standing, given back, promised), as the list and the booking say alike."""
    names = ("standingTotal", "refunded", "refundPending")
    detail, row = api.get(f"/api/bookings/{reference}").json(), api.get("/api/bookings").json()["results"][0]
    assert [row[name] for name in names] == [detail[name] for name in names]
    assert row["total"] == detail["lockedBudget"]["total"]
    return (row["total"], *(row[name] for name in names))


def test_bookings_when_parts_were_cancelled_then_list_and_booking_say_what_stands_and_what_came_back(alice: User, alices_trip: Trip) -> None:
    api, actor = api_for(alice), actor_for(alice)
    reference = book(api, alices_trip).json()["bookingId"]
    assert sums_of(api, reference) == (8200, 8200, 0, 0)
    ticket = BookingItem.objects.get(type="activity")
    BookingItem.objects.filter(pk=ticket.pk).update(cancellation_deadline=clock.now(), cancellation_fee=Decimal("100.50"))
    confirm_cancellation(actor=actor, reference=reference, quote_id=quote_cancellation(actor=actor, reference=reference, item_ids=[ticket.pk]).quote.pk)
    assert sums_of(api, reference) == (8200, 7800, 299.5, 0)
    Refund.objects.update(state="pending")
    assert sums_of(api, reference) == (8200, 7800, 0, 299.5)
    Refund.objects.update(state="succeeded")
    confirm_cancellation(actor=actor, reference=reference, quote_id=quote_cancellation(actor=actor, reference=reference).quote.pk)
    assert sums_of(api, reference) == (8200, 0, 8099.5, 0)


def test_bookings_when_nothing_was_bought_then_nothing_stands(alice_api: APIClient, alices_trip: Trip) -> None:
    reference = book(alice_api, alices_trip, payment={"method": "card", "token": "tok_declined"}).json()["bookingId"]
    assert sums_of(alice_api, reference) == (8200, 0, 0, 0)


@pytest.mark.parametrize("rows", [1, 30])
def test_booking_when_made_then_statements_do_not_grow_with_its_lines(alice: User, catalogue: SmallCatalogue, rows: int) -> None:
    """Reserve and pay: a fixed number of statements, and one more per slot, which is locked by an UPDATE of its own."""
    trip = make_planned_trip(alice, catalogue, budget_amount=None)
    for n in range(rows):
        put_in_cart(trip, catalogue.car, day=trip.start_date + dt.timedelta(days=n))
    actor = actor_for(alice)
    with counted() as statements:
        checkout.book_trip(actor=actor, trip_reference=trip.reference, contact=checkout.Contact("A", "a@example.org"))
    assert len(statements) <= 60 + rows, len(statements)


def test_list_when_filtered_then_by_state_and_trip(alice_api: APIClient, alices_trip: Trip) -> None:
    book(alice_api, alices_trip)
    assert alice_api.get("/api/bookings?state=CONFIRMED").json()["count"] == 1
    assert alice_api.get("/api/bookings?state=FAILED").json()["count"] == 0
    assert alice_api.get(f"/api/bookings?tripId={alices_trip.reference}").json()["count"] == 1
    assert alice_api.get("/api/bookings?tripId=%00").json()["count"] in (0, 1)
    assert alice_api.get("/api/bookings?state=nonsense").status_code == 400
    assert alice_api.get("/api/bookings?page=999999999999999999999").status_code == 404


def test_confirmation_when_a_day_has_passed_then_expired_but_the_booking_stays(alice: User, alice_api: APIClient, alices_trip: Trip) -> None:
    reference = book(alice_api, alices_trip).json()["bookingId"]
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=24, minutes=1)
    assert get_confirmation(actor_for(alice), reference).status == "ACTIVE"
    assert get_confirmation(actor_for(alice), reference, now=later).status == "EXPIRED"
    assert Booking.objects.get().state == "CONFIRMED"


def test_mail_when_booked_then_says_it_all_in_plain_and_html(alice_api: APIClient, alices_trip: Trip, mailoutbox: list[Any]) -> None:
    booking = book(alice_api, alices_trip, userContact={**CONTACT, "name": "Alice <b>& Co</b>"}).json()
    assert mailoutbox == []  # decided in the transaction, sent after it
    outbox.deliver_due()
    outbox.deliver_due()
    (mail,) = mailoutbox
    html = mail.alternatives[0][0]
    confirmation = alice_api.get(f"/api/bookings/{booking['bookingId']}/confirmation").json()
    assert mail.to == [CONTACT["email"]]
    assert mail.subject == f"Varanasi is booked: {confirmation['confirmationNumber']}"
    for item in booking["items"]:
        assert item["confirmationCode"] in mail.body
        assert item["confirmationCode"] in html
    assert "₹8,200" in mail.body
    assert "Alice <b>& Co</b>" in mail.body
    assert "Alice &lt;b&gt;&amp; Co&lt;/b&gt;" in html
    assert "{{" not in mail.body + html


def test_description_when_made_then_components_have_the_contracts_names() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert {"Booking", "BookingConfirmation"} <= set(schema["components"]["schemas"])
    booking = schema["components"]["schemas"]["Booking"]["properties"]
    assert {"bookingId", "lockedBudget", "paymentDetails", "bookingState", "userContact"} <= set(booking)


def test_booking_when_too_many_in_an_hour_then_429_and_reading_goes_on(alice_api: APIClient, alices_trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "book", "1/hour")
    assert book(alice_api, alices_trip).status_code == 201
    assert book(alice_api, alices_trip).status_code == 429
    assert alice_api.get("/api/bookings").status_code == 200
    assert Booking.objects.count() == 1


def test_booking_when_a_rate_is_round_then_written_in_full(alice_api: APIClient, alices_trip: Trip) -> None:
    made = book(alice_api, alices_trip).json()
    BookingItem.objects.update(rate=Decimal(100), supplier_currency="EUR")
    assert {item["rate"] for item in alice_api.get(f"/api/bookings/{made['bookingId']}").json()["items"]} == {"100"}


def test_payment_when_approved_before_it_was_begun_then_409_and_nothing_charged(
    alice_api: APIClient, alice: User, alices_trip: Trip, gateway_book: Book
) -> None:
    held = checkout.reserve_booking(actor=actor_for(alice), trip_reference=alices_trip.reference, contact=checkout.Contact(**CONTACT))
    answer = alice_api.post(f"/api/bookings/{held.reference}/payments", {"approved": False}, headers={"Idempotency-Key": "no-1"})
    assert (answer.status_code, answer.json()["error"]) == (409, "nothing_to_approve")
    assert gateway_book.all_charges() == []
