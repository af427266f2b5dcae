"""What costs another company's answer, a paper or a row that stays is limited: on pages as in the API, and for HEAD as for GET."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from bookings.documents import files
from bookings.models import Booking, CancellationQuote
from tests.bookings.steps import reserve
from travelplanner.core.actor import Actor
from trips.models import Trip

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The papers that were made."""
    papers: list[str] = []

    def typeset(template: str, *args: Any, **kwargs: Any) -> bytes:
        papers.append(template)
        return b"%PDF-"

    monkeypatch.setattr(files, "typeset", typeset)
    return papers


@pytest.mark.parametrize("face", ["page", "program"])
def test_papers_when_only_their_heads_are_asked_for_then_counted_like_the_whole(
    alice_page: Client, alice_api: APIClient, booked: Booking, made: list[str], monkeypatch: pytest.MonkeyPatch, face: str
) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "paper", "2/hour")
    path = f"/bookings/{booked.reference}/confirmation.pdf"
    ask = alice_page.head if face == "page" else alice_api.head
    statuses = [ask(path if face == "page" else f"/api{path}").status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert len(made) == 2


def test_offers_of_a_cancellation_when_asked_for_on_the_page_then_counted_with_the_apis(
    alice_page: Client, alice_api: APIClient, booked: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "book", "2/hour")
    assert alice_api.post(f"/api/bookings/{booked.reference}/cancellation-quotes").status_code == 201
    assert [alice_page.post(f"/bookings/{booked.reference}/cancel").status_code for _ in range(3)] == [302, 429, 429]
    assert CancellationQuote.objects.count() == 2
    assert alice_page.get(f"/bookings/{booked.reference}").status_code == 200


def test_payment_when_tried_again_and_again_then_429_on_both_faces_and_the_page_still_opens(
    alice_page: Client, alice_api: APIClient, actor: Actor, alices_trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "pay", "3/minute")
    reference = reserve(actor, alices_trip).reference
    slow = {"method": "mock", "token": "tok_processing"}
    said = [alice_api.post(f"/api/bookings/{reference}/payments", slow, headers={"Idempotency-Key": f"k{n}"}).status_code for n in range(2)]
    assert 429 not in said
    assert alice_page.post(f"/bookings/{reference}/progress").status_code == 200
    assert alice_page.post(f"/bookings/{reference}/pay", {"do": "look"}).status_code == 429
    assert alice_api.post(f"/api/bookings/{reference}/payments", slow, headers={"Idempotency-Key": "k9"}).status_code == 429
    assert alice_page.get(f"/bookings/{reference}/pay", follow=True).status_code == 200
