"""Shares over the API: open, look, pay, close; what each role gets to see."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.gateways.payments.book import Book
from bookings.models import Booking, PaymentShare
from tests.bookings.shares import join, key
from tests.cast import actor_for
from tests.factories.bookings import CONTACT as CONTACT_OF_ALICE
from trips.actions.doors import end_membership
from trips.models import Trip, TripMember

CONTACT = {"name": CONTACT_OF_ALICE.name, "email": CONTACT_OF_ALICE.email, "phone": CONTACT_OF_ALICE.phone}
pytestmark = pytest.mark.usefixtures("books_balance")


@pytest.fixture
def shared(alices_trip: Trip, bob: User) -> Trip:
    join(alices_trip, bob)
    return alices_trip


def book(client: APIClient, trip: Trip, collect: Any = True, **body: Any) -> Any:
    return client.post("/api/bookings", {"tripId": trip.reference, "userContact": CONTACT, "collect": collect, **body}, headers=key())


def share_url(share: dict[str, Any], booking: str) -> str:
    return f"/api/bookings/{booking}/shares/{share['shareId']}/payments"


def pay(client: APIClient, booking: str, share: dict[str, Any], **body: Any) -> Any:
    return client.post(share_url(share, booking), {"method": "card", "token": "tok_success", **body}, headers=key())


def test_booking_when_shared_then_paid_by_both_and_confirmed(alice_api: APIClient, bob_api: APIClient, shared: Trip, gateway_book: Book) -> None:
    answer = book(alice_api, shared)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    reference = body["bookingId"]
    assert body["paymentDetails"] | {"timestamp": ""} == {"status": "COLLECTING", "method": "MOCK_PAYMENT_GATEWAY", "transactionId": "", "amount": 8200, "currency": "INR", "timestamp": "", "failureCode": None}
    assert body["nextAction"]["type"] == "pay_shares"
    assert (body["collection"]["state"], body["collection"]["missing"], body["collection"]["mayClose"]) == ("collecting", 8200, True)
    mine, his = body["collection"]["shares"]
    assert (mine["amount"], mine["you"], mine["mayPay"]) == (4100, True, True)
    assert (his["amount"], his["you"], his["mayPay"]) == (4100, False, True)
    assert pay(alice_api, reference, mine).json()["collected"] == 4100
    seen = bob_api.get(f"/api/bookings/{reference}/collection").json()
    assert [(share["name"], share["state"], share["you"], share["mayPay"]) for share in seen["shares"]] == [("Alice", "paid", False, False), ("Bob", "due", True, True)]
    assert [share["paymentState"] for share in seen["shares"]] == [None, None]
    assert seen["shares"][1]["nextAction"]["url"] == share_url(his, reference)
    assert len(seen["items"]) == 3
    done = pay(bob_api, reference, his)
    assert (done.status_code, done.json()["bookingState"], done.json()["state"], done.json()["missing"]) == (200, "CONFIRMED", "complete", 0)
    whole = alice_api.get(f"/api/bookings/{reference}").json()
    assert (whole["paymentDetails"]["status"], whole["paymentDetails"]["amount"]) == ("MOCK_SUCCESS", 8200)
    assert whole["paymentDetails"]["transactionId"]
    assert whole["collection"]["state"] == "complete"
    confirmation = alice_api.get(f"/api/bookings/{reference}/confirmation").json()
    assert confirmation["payment"]["status"] == "MOCK_SUCCESS"
    assert confirmation["userContact"]["email"] == CONTACT["email"]
    listed = alice_api.get("/api/bookings").json()["results"]
    assert [(row["paymentState"], row["items"]) for row in listed] == [("succeeded", 3)]
    assert sorted(Decimal(line.amount) for line in gateway_book.all_charges()) == [4100, 4100]


def test_booking_when_amounts_are_wished_then_as_wished(alice_api: APIClient, shared: Trip, bob: User) -> None:
    bobs = str(TripMember.objects.get(user=bob).pk)
    body = book(alice_api, shared, {"shares": [{"memberId": "me", "amount": "8199.99"}, {"memberId": bobs}]}).json()
    assert [share["amount"] for share in body["collection"]["shares"]] == [8199.99, 0.01]
    assert sum(PaymentShare.objects.values_list("amount", flat=True)) == Booking.objects.get().total


@pytest.mark.parametrize("collect", ["yes", {}, {"shares": []}, {"shares": [{"memberId": "me", "amount": "1"}]}, {"shares": [{"memberId": "me", "amount": "-1"}]}, {"shares": [{"memberId": "x"}]}, [1]])
def test_booking_when_the_shares_make_no_sense_then_400_and_nothing_held(alice_api: APIClient, shared: Trip, collect: Any) -> None:
    answer = book(alice_api, shared, collect)
    assert answer.status_code == 400, answer.content
    assert "collect" in answer.json()["fields"]
    assert not Booking.objects.exists()


def test_booking_when_shared_and_paid_at_once_then_400(alice_api: APIClient, shared: Trip) -> None:
    answer = book(alice_api, shared, payment={"method": "mock"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["payment"])


def test_booking_when_collect_is_false_then_paid_at_once(alice_api: APIClient, shared: Trip) -> None:
    body = book(alice_api, shared, False).json()
    assert (body["bookingState"]["current"], body["collection"]) == ("CONFIRMED", None)
    assert alice_api.get(f"/api/bookings/{body['bookingId']}/collection").status_code == 404


def test_booking_when_paid_in_shares_then_its_own_payment_is_refused(alice_api: APIClient, shared: Trip) -> None:
    reference = book(alice_api, shared).json()["bookingId"]
    answer = alice_api.post(f"/api/bookings/{reference}/payments", {"method": "mock"}, headers=key())
    assert (answer.status_code, answer.json()["error"]) == (409, "paid_in_shares")


def test_collection_when_looked_at_then_by_each_role_what_is_theirs(
    alice_api: APIClient, bob_api: APIClient, charlie_api: APIClient, dana_api: APIClient, api: APIClient, shared: Trip, bob: User, charlie: User
) -> None:
    join(shared, charlie, "Charlie", "editor")
    bobs = str(TripMember.objects.get(user=bob).pk)
    body = book(alice_api, shared, {"shares": [{"memberId": "me"}, {"memberId": bobs}]}).json()
    reference, (mine, his) = body["bookingId"], body["collection"]["shares"]
    address = f"/api/bookings/{reference}/collection"
    assert alice_api.get(address).status_code == 200
    companion = bob_api.get(address)
    assert companion.status_code == 200
    said = json.dumps(companion.json())
    assert not [mark for mark in (CONTACT["email"], CONTACT["phone"], "Alice Example", "40000") if mark in said]
    assert bob_api.get(f"/api/bookings/{reference}").status_code == 404  # the booking itself is the owner's
    assert charlie_api.get(address).status_code == 404  # in the trip, without a share
    assert dana_api.get(address).status_code == 404
    assert api.get(address).status_code == 401
    assert pay(bob_api, reference, mine).status_code == 403
    assert pay(charlie_api, reference, his).status_code == 404
    assert bob_api.post(f"{address}/close", headers=key()).status_code == 403
    assert charlie_api.post(f"{address}/close", headers=key()).status_code == 404
    end_membership(actor=actor_for(bob), reference=shared.reference)
    assert bob_api.get(address).status_code == 404
    assert pay(bob_api, reference, his).status_code == 404
    seen = alice_api.get(address).json()["shares"][1]
    assert (seen["left"], seen["mayPay"]) == (True, True)


def test_share_when_the_bank_asks_then_approved_in_a_second_step(alice_api: APIClient, bob_api: APIClient, shared: Trip) -> None:
    body = book(alice_api, shared).json()
    his = body["collection"]["shares"][1]
    asked = pay(bob_api, body["bookingId"], his, token="tok_three_d_secure").json()["shares"][1]
    assert (asked["paymentState"], asked["nextAction"]["type"]) == ("pending", "three_d_secure")
    done = bob_api.post(share_url(his, body["bookingId"]), {"approved": True}, headers=key()).json()["shares"][1]
    assert (done["state"], done["nextAction"], done["mayPay"]) == ("paid", None, False)
    again = pay(bob_api, body["bookingId"], his)
    assert (again.status_code, again.json()["error"]) == (409, "share_paid")


def test_share_when_the_key_is_missing_or_repeated_then_as_for_every_payment(alice_api: APIClient, bob_api: APIClient, shared: Trip, gateway_book: Book) -> None:
    body = book(alice_api, shared).json()
    address = share_url(body["collection"]["shares"][1], body["bookingId"])
    assert bob_api.post(address, {"method": "mock"}).json()["error"] == "idempotency_key_missing"
    headers = key()
    first, second = (bob_api.post(address, {"method": "card", "token": "tok_success"}, headers=headers) for _ in range(2))
    assert first.content == second.content
    assert len(gateway_book.all_charges()) == 1


def test_answer_when_its_payer_left_the_trip_then_not_repeated(alice_api: APIClient, bob_api: APIClient, shared: Trip, bob: User) -> None:
    body = book(alice_api, shared).json()
    address, headers = share_url(body["collection"]["shares"][1], body["bookingId"]), key()
    assert bob_api.post(address, {"method": "card", "token": "tok_success"}, headers=headers).status_code == 200
    end_membership(actor=actor_for(bob), reference=shared.reference)
    assert bob_api.post(address, {"method": "card", "token": "tok_success"}, headers=headers).status_code == 404


def test_collection_when_closed_then_everything_is_back(alice_api: APIClient, bob_api: APIClient, shared: Trip, gateway_book: Book) -> None:
    body = book(alice_api, shared).json()
    pay(bob_api, body["bookingId"], body["collection"]["shares"][1])
    address = f"/api/bookings/{body['bookingId']}/collection"
    closed = alice_api.post(f"{address}/close", headers=key())
    assert (closed.status_code, closed.json()["state"], closed.json()["bookingState"]) == (200, "given_back", "FAILED")
    assert bob_api.get(address).json()["shares"][1]["state"] == "given_back"
    whole = alice_api.get(f"/api/bookings/{body['bookingId']}").json()
    assert (whole["paymentDetails"]["status"], whole["nextAction"], whole["failure"]["code"]) == ("GIVEN_BACK", None, "collection_closed")
    assert [amount for _key, _charge, amount in gateway_book.all_refunds()] == ["4100.00"]
    assert alice_api.post(f"{address}/close", headers=key()).status_code == 409
