"""What programs may send to sign-in: JSON, read as strictly as everywhere; what isn't is refused in words, and never breaks the server."""

from __future__ import annotations

import pytest
from django.core.signals import got_request_exception
from django.test import Client

from accounts.models import User
from tests.accounts.headless import LOGIN, REFRESH
from tests.trips.planned import assert_error

ODD = {
    "cut off": b'{"email":',
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "half a character": b'{"email":"alice@example.org","password":"\\ud800","refresh_token":"\\ud800"}',
    "not a number": b'{"email":"alice@example.org","password":NaN}',
    "nul": b'{"email":"alice@example.org","password":"a\\u0000b"}',
    "other encoding": '{"email":"ä"}'.encode("latin-1"),
    "list": b"[]",
    "word": b'"email"',
}


@pytest.mark.parametrize("path", [LOGIN, REFRESH])
@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_sign_in_when_the_body_cannot_be_read_then_told_in_allauths_shape(client: Client, alice: User, path: str, body: bytes) -> None:
    broken: list[object] = []

    def note(**kwargs: object) -> None:
        broken.append(kwargs)

    got_request_exception.connect(note)
    try:
        answer = client.post(path, body, content_type="application/json")
    finally:
        got_request_exception.disconnect(note)
    assert not broken
    assert answer.status_code == 400
    said = answer.json()
    assert said["status"] == 400
    assert said["errors"][0]["code"] == "invalid"
    assert said["errors"][0]["message"]


@pytest.mark.parametrize("path", [LOGIN, REFRESH, "/accounts/login/"])
def test_sign_in_when_the_body_is_too_large_then_413(client: Client, db: None, path: str) -> None:
    body = b'{"email":"' + b"a" * 11_000_000 + b'"}'
    answer = client.post(path, body, content_type="application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded")
    if path.startswith("/api/"):
        assert_error(answer, 413, "too_large")
    else:
        assert answer.status_code == 413


def test_sign_in_when_nothing_is_sent_then_says_what_is_missing(client: Client, db: None) -> None:
    answer = client.post(LOGIN, b"", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "required"
