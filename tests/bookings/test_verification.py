"""Whether a confirmation is genuine, for whoever holds it: signed, readable offline, current, and silent about people."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from bookings.documents.verification import hash_of, read_token, token_of
from bookings.models import Booking, BookingItem, Confirmation
from tests.bookings.pages import words
from tests.statements import counted
from travelplanner.core import clock, signing_keys
from travelplanner.core.api.throttling import ScopedThrottle

pytestmark = pytest.mark.usefixtures("books_are_broken")  # states are set by hand here


def fresh_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def token(booking: Booking) -> str:
    return token_of(Confirmation.objects.get(booking=booking), Booking.objects.get(pk=booking.pk))


def snippet() -> Any:
    """The README's code, run as it stands."""
    readme = (Path(configured.BASE_DIR) / "README.md").read_text()
    code = re.search(r"```python\n(import base64, json\n.*?)```", readme, re.S)
    assert code is not None
    space: dict[str, Any] = {}
    exec(code[1], space)
    return space["genuine"]


def test_code_when_opened_by_a_stranger_then_says_what_the_booking_is_and_no_name(page: Client, booked: Booking) -> None:
    answer = page.get(f"/verify/{token(booked)}")
    said = words(answer)
    assert answer.status_code == 200
    for shown in ("This confirmation is genuine", booked.confirmation.number, "3 things are booked", "confirmed and paid"):
        assert shown in said
    html = answer.content.decode()
    for secret in ("Alice", "alice@example.org", "98765", booked.reference, "8,200", "Demo", *BookingItem.objects.values_list("confirmation_code", flat=True)):
        assert secret not in html, secret
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Cache-Control"] == "private, no-store"


def test_code_when_the_slip_has_run_out_then_genuine_and_the_booking_stands(page: Client, booked: Booking) -> None:
    Confirmation.objects.update(valid_until=clock.now() - dt.timedelta(seconds=1))
    assert "The slip itself has run out" in words(page.get(f"/verify/{token(booked)}"))


def test_code_when_cancelled_or_changed_since_then_the_old_code_says_so(page: Client, booked: Booking) -> None:
    old = token(booked)
    Booking.objects.update(row_version=9)
    said = words(page.get(f"/verify/{old}"))
    assert "has changed since this was printed" in said
    assert token(booked) != old
    assert "has changed since" not in words(page.get(f"/verify/{token(booked)}"))
    BookingItem.objects.filter(type="car_rental").update(state="cancelled")
    assert "2 things are booked" in words(page.get(f"/verify/{old}"))
    Booking.objects.update(state="CANCELLED")
    cancelled = page.get(f"/verify/{old}")
    assert cancelled.status_code == 200
    assert "Genuine, but cancelled" in words(cancelled)
    Booking.objects.update(state="COMPLETED")
    assert "The trip is over" in words(page.get(f"/verify/{old}"))


def test_code_when_forged_garbled_or_of_another_booking_then_the_same_friendly_404(page: Client, booked: Booking) -> None:
    genuine = token(booked)
    parts = genuine.split(".")
    signature = parts[-1]
    tampered = [
        ".".join([parts[0], parts[1], "99", *parts[3:]]),
        ".".join([*parts[:3], "0" * 16, *parts[4:]]),
        ".".join([parts[0].replace("CONF_2", "CONF_1"), *parts[1:]]),
        ".".join([*parts[:-1], ("A" if signature[0] != "A" else "B") + signature[1:]]),
        # The last sign holds two bits of nothing: another spelling of the same bytes is not what we signed.
        ".".join([*parts[:-1], signature[:-1] + chr(ord(signature[-1]) + 1)]) if signature[-1] not in "Zz9-_" else genuine + "A",
        genuine[:-1], genuine + "=", genuine.upper(), "x" * 400, "%00", "a.b.c.d.e.f", ".....", "नमस्ते",
    ]  # fmt: skip
    seen = set()
    for each in tampered:
        answer = page.get(f"/verify/{each}")
        assert answer.status_code == 404, each
        if each != "%00":  # refused before any view
            seen.add(words(answer))
    assert len(seen) == 1
    assert "not a genuine confirmation" in seen.pop()
    assert page.get(f"/verify/{genuine}").status_code == 200


def test_code_when_signed_but_unknown_here_then_not_genuine(page: Client, booked: Booking) -> None:
    """A restored backup from before the booking, or another installation with the same key."""
    signed = token(booked)
    Confirmation.objects.update(number="CONF_20200101000000_ABCDEF")
    assert page.get(f"/verify/{signed}").status_code == 404
    Confirmation.objects.update(number=booked.confirmation.number)
    Booking.objects.update(reference="BK_20200101_00000000")
    assert page.get(f"/verify/{signed}").status_code == 404


def test_forged_code_when_opened_then_no_table_is_read(page: Client, booked: Booking) -> None:
    forged = token(booked)[:-3] + "AAA"
    with counted() as statements:
        assert page.get(f"/verify/{forged}").status_code == 404
    assert not statements


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=260))
def test_reader_when_given_anything_then_none_and_no_error(text: str) -> None:
    assert read_token(text) is None


def test_keys_when_rotated_then_the_old_paper_stays_genuine_until_its_key_is_dropped(booked: Booking, settings: Any, page: Client) -> None:
    first, second = fresh_key(), fresh_key()
    settings.CONFIRMATION_KEYS = [first]
    old = token(booked)
    settings.CONFIRMATION_KEYS = [second, first]
    new = token(booked)
    assert old != new
    assert page.get(f"/verify/{old}").status_code == page.get(f"/verify/{new}").status_code == 200
    published = page.get("/.well-known/confirmation-keys.json")
    keys = published.json()["keys"]
    assert [key["kid"] for key in keys] == [new.split(".")[4], old.split(".")[4]]
    assert {key["kty"] for key in keys} == {"OKP"}
    assert all(set(key) == {"kty", "crv", "use", "alg", "kid", "x"} for key in keys)  # d, the private part, is not among them
    for secret in (first, second):
        assert secret.rstrip("=") not in published.content.decode()
    settings.CONFIRMATION_KEYS = [second]
    assert page.get(f"/verify/{old}").status_code == 404
    assert page.get(f"/verify/{new}").status_code == 200


def test_keys_when_unset_then_derived_and_never_the_field_keys_themselves(settings: Any) -> None:
    settings.CONFIRMATION_KEYS = []
    settings.FIELD_KEYS = [fresh_key(), *settings.FIELD_KEYS]
    ring = signing_keys.ring()
    assert len(ring) == len(settings.FIELD_KEYS)
    seeds = {key.private.private_bytes_raw() for key in ring}
    assert not seeds & {base64.urlsafe_b64decode(key) for key in settings.FIELD_KEYS}


def test_readme_when_its_code_is_run_then_tells_genuine_from_forged_offline(booked: Booking, page: Client) -> None:
    genuine = snippet()
    keys = page.get("/.well-known/confirmation-keys.json").content.decode()
    signed = token(booked)
    assert genuine(signed, keys)
    assert not genuine(signed.replace(".", ".0", 1), keys)
    assert not genuine(signed, json.dumps({"keys": []}))


def test_confirmation_when_read_then_its_json_links_the_code_and_keeps_seed_000(alice_api: APIClient, alice_page: Client, booked: Booking) -> None:
    body = alice_api.get(f"/api/bookings/{booked.reference}/confirmation").json()
    seed = ["confirmationNumber", "tripId", "bookingId", "destination", "itinerary", "pricing", "payment", "userContact", "bookedAt", "validUntil", "status", "nextSteps"]
    assert set(seed) <= set(body)
    assert body["verifyUrl"] == f"{configured.PUBLIC_URL}/verify/{token(booked)}"
    for name in ("self", "booking", "pdf", "calendar", "documents"):
        assert alice_api.get(body["links"][name]).status_code == 200, name
    html = alice_page.get(f"/bookings/{booked.reference}").content.decode()
    assert body["verifyUrl"] in html
    assert hash_of(booked.reference) in body["verifyUrl"]


@pytest.mark.parametrize(("state", "status"), [("CONFIRMED", "ACTIVE"), ("COMPLETED", "ACTIVE"), ("CANCELLED", "CANCELLED")])
def test_status_when_read_then_computed_from_the_booking(alice_api: APIClient, booked: Booking, state: str, status: str) -> None:
    Booking.objects.update(state=state)
    assert alice_api.get(f"/api/bookings/{booked.reference}/confirmation").json()["status"] == status


def test_verification_when_asked_too_often_then_429(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ScopedThrottle.THROTTLE_RATES, "verify", "2/minute")
    codes = [page.get("/verify/x").status_code for _each in range(3)]
    assert codes == [404, 404, 429]
