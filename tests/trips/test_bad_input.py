"""Bad input of every kind at every address: always the error body, never a 500, nothing half saved. Promise: "Bad input" of the issue."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver
from rest_framework.exceptions import ParseError
from rest_framework.test import APIClient

from tests.trips.planned import assert_error, chosen, counts
from travelplanner.core.api.parsers import loads
from travelplanner.core.models import IdempotencyKey
from trips.models import Trip

pytestmark = pytest.mark.usefixtures("catalogue")
MEGABYTES = 1024 * 1024
RAW = {
    "nothing at all": b"",
    "half an object": b'{"destination": "Varanasi"',
    "words": b"take me to Goa",
    "two objects": b"{}{}",
    "a list": b"[]",
    "a list of lists": b"[[[[]]]]",
    "a string": b'"Varanasi"',
    "a number": b"42",
    "null": b"null",
    "true": b"true",
    "NaN": b'{"budgetRange": {"max": NaN}}',
    "infinity": b'{"budgetRange": {"max": Infinity}}',
    "a NUL in a string": b'{"destination": "Vara\\u0000nasi", "title": "\\u0000", "tripId": "\\u0000"}',
    "a raw NUL": b'{"destination": "Vara\x00nasi"}',
    "half a surrogate": b'{"destination": "\\ud800"}',
    "no UTF-8": b'{"destination": "\xff\xfe"}',
    "another encoding": '{"destination": "Varanasi"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"destination": "Varanasi"}',
    "nested a thousand deep": b'{"destination":' * 1000 + b"1" + b"}" * 1000,
    "nested a hundred thousand deep": b"[" * 100_000 + b"]" * 100_000,
    "nested in the needs": b'{"destination": "Varanasi", "constraints": {"mustSee": ' + b"[" * 400 + b"]" * 400 + b"}}",
    "a huge number": b'{"destination": "Varanasi", "tripDuration": {"days": ' + b"9" * 5000 + b"}}",
    "a huge exponent": b'{"destination": "Varanasi", "budgetRange": {"max": 1e999999}}',
    "emoji for keys": '{"🛕": "🙏", "destination": "🛕"}'.encode(),
    "keys twice": b'{"destination": "Varanasi", "destination": 5}',
    "ten thousand keys": b"{" + b",".join(b'"k%d": 1' % n for n in range(10_000)) + b"}",
    "a prototype": b'{"__proto__": {"is_staff": true}, "constructor": {}, "destination": []}',
    "a long string": b'{"destination": "' + b"x" * 1_000_000 + b'"}',
}
WRITES = (
    ("post", "/api/trips/intent"),
    ("patch", "/api/trips/{trip}"),
    ("post", "/api/trips/{trip}/itineraries/final"),
    ("post", "/api/cart"),
    ("post", "/api/cart/from-itinerary"),
    ("post", "/api/bookings"),
)


def send(client: APIClient, method: str, path: str, body: bytes, **headers: str) -> Any:
    return client.generic(method.upper(), path, body, content_type=headers.pop("type", "application/json"), headers={"If-Match": "*", "Idempotency-Key": "bad", **headers})


@pytest.fixture
def trip(alice_api: APIClient) -> str:
    return chosen(alice_api)


@pytest.mark.parametrize("raw", list(RAW.values()), ids=list(RAW))
def test_body_when_it_is_garbage_then_400_everywhere_and_nothing_changes(alice_api: APIClient, trip: str, raw: bytes) -> None:
    before, row = counts(), Trip.objects.values().get()
    for method, path in WRITES:
        answer = send(alice_api, method, path.format(trip=trip), raw)
        if method == "patch" and answer.status_code == 200:  # an object without a known field changes nothing
            assert raw in (b"", RAW["emoji for keys"], RAW["keys twice"], RAW["ten thousand keys"], RAW["a prototype"]) or b"destination" in raw
            continue
        assert_error(answer, 400)
    assert counts() == before
    assert Trip.objects.values().get() == row


@pytest.mark.parametrize("raw", [b'"a\\u0000"', b'{"a\\u0000": 1}', b'[["\\u0000"]]', b'"\x00"'])
def test_parser_when_text_holds_nul_then_refused_before_anyone_reads_it(raw: bytes) -> None:
    """Fields refuse it again, but free JSON has no fields."""
    with pytest.raises(ParseError):
        loads(raw)


@pytest.mark.parametrize("size", [3 * MEGABYTES, 10 * MEGABYTES])
def test_body_when_it_is_too_large_then_413_and_the_key_may_be_used_again(alice_api: APIClient, trip: str, size: int) -> None:
    before = counts()
    for method, path in WRITES:
        for headers in ({}, {"Idempotency-Key": "large"}):
            body = b'{"destination": "' + b"x" * size + b'"}'
            answer = alice_api.generic(method.upper(), path.format(trip=trip), body, content_type="application/json", headers={"If-Match": "*", **headers})
            if path == "/api/bookings" and not headers:
                assert_error(answer, 400, "idempotency_key_missing")
            else:
                assert_error(answer, 413, "too_large")
    assert counts() == before
    assert not IdempotencyKey.objects.filter(key="large").exists()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/json5", "nonsense"])
def test_body_when_it_is_another_kind_then_415(alice_api: APIClient, trip: str, kind: str) -> None:
    for method, path in WRITES:
        assert_error(send(alice_api, method, path.format(trip=trip), b'{"destination": "Varanasi"}', type=kind), 415, "unsupported_media_type")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json; version=2.0", "application/json; version=0", "application/json; version=1.0.0", "image/*"])
def test_answer_when_another_kind_or_version_is_wanted_then_406(alice_api: APIClient, trip: str, accept: str) -> None:
    for path in ("/api/trips", f"/api/trips/{trip}/budget", "/api/destinations", "/api/cart", "/api/bookings"):
        assert_error(alice_api.get(path, headers={"Accept": accept}), 406, "not_acceptable")
    assert_error(alice_api.post("/api/trips/intent", {"destination": "Varanasi"}, headers={"Accept": accept}), 406)
    assert Trip.objects.count() == 1


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/*", "application/json; version=1.0", "text/html, */*;q=0.1"])
def test_answer_when_json_will_do_then_200(alice_api: APIClient, accept: str) -> None:
    assert alice_api.get("/api/trips", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/trips/", "/api/trips/x/y/z", "/api/trips//budget", "/api/v2/trips", "/api/destinations/varanasi/", "/api/%00", "/api/🛕", "/api/bookings/x/y"])
def test_address_when_unknown_then_the_error_body(alice_api: APIClient, path: str) -> None:
    for method in ("get", "post", "put", "patch", "delete"):
        assert_error(getattr(alice_api, method)(path), 404, "not_found")


def test_method_when_not_known_there_then_405_with_the_error_body(alice_api: APIClient, trip: str) -> None:
    for method, path in (
        ("put", "/api/trips"), ("delete", "/api/trips"), ("get", "/api/trips/intent"), ("put", f"/api/trips/{trip}"), ("post", f"/api/trips/{trip}/budget"),
        ("delete", f"/api/trips/{trip}/itineraries/final"), ("patch", "/api/cart"), ("post", "/health"), ("delete", "/health/live"),
    ):  # fmt: skip
        answer = getattr(alice_api, method)(path)
        assert_error(answer, 405, "method_not_allowed")
        assert answer["Allow"]


ODD = ("%00", "TRIP_%00", "%F0%9F%9B%95", "..%2F..%2Fetc", "x" * 500, "'%20OR%201=1", "%25s", "%7B%7D", "-1", "%E2%80%AE", "null")


def test_reference_when_odd_then_404_at_every_address_that_takes_one(alice_api: APIClient) -> None:
    """Every API pattern with a free text in it, found in the URL map, so that a new one is tried too."""
    tried = set()
    for pattern in _patterns():
        if "<str:" not in pattern:
            continue
        for odd in ODD:
            path = "/" + re.sub(r"<str:\w+>", odd, pattern)
            path = re.sub(r"<uuid:\w+>", "f1696de9-8cb3-5519-bc5d-15e4d2c6db57", path)
            for method in ("get", "delete", "post", "patch", "put"):
                answer = alice_api.generic(
                    method.upper(), path, b"{}" if method != "get" else b"", content_type="application/json", headers={"Idempotency-Key": "odd", "If-Match": "*"}
                )
                assert answer.status_code in (400, 404, 405, 422), (method, path, answer.status_code)
                assert_error(answer, answer.status_code)
                if method == "get" and answer.status_code != 405:
                    assert answer.status_code == 404 or "diff" in path, path
        tried.add(pattern)
    assert len(tried) >= 12


def _patterns(resolver: Any = None, prefix: str = "") -> list[str]:
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            found.append(prefix + str(entry.pattern))
        elif not str(entry.pattern).startswith(("admin", "accounts")):
            found += _patterns(entry, prefix + str(entry.pattern))
    return [pattern for pattern in found if pattern.startswith("api/") and not pattern.startswith("api/auth")]


@pytest.mark.parametrize("query", ["search=%00", "search=%F0%9F%9B%95", "search=" + "x" * 5000, "search=%25%25", "page=%00", "page=1e3", "page_size=-5", "status=%00", "search=a&search=b", "%00=1", "ordering=password"])
def test_query_when_odd_then_an_answer_or_the_error_body(alice_api: APIClient, query: str) -> None:
    for path in ("/api/trips", "/api/destinations", "/api/destinations/varanasi/places", "/api/services", "/api/bookings"):
        answer = alice_api.get(f"{path}?{query}")
        assert answer.status_code in (200, 400, 404), (path, answer.status_code)
        if answer.status_code != 200:
            assert_error(answer, answer.status_code)


@pytest.mark.parametrize("token", ["", "x", "Bearer", "Bearer ", "Bearer x y", "Bearer \u00e9", "Basic YTpi", "Token x", "Bearer " + "a." * 3000, "bearer null"])
def test_token_when_odd_then_401_with_the_error_body(api: APIClient, token: str) -> None:
    assert_error(api.get("/api/trips", headers={"Authorization": token}), 401)


@pytest.mark.parametrize("key", ["", "k" * 256, "\x07", "tab\tkey"])
def test_idempotency_key_when_odd_then_400(alice_api: APIClient, key: str) -> None:
    assert_error(alice_api.post("/api/trips/intent", {"destination": "Varanasi"}, headers={"Idempotency-Key": key}), 400, "idempotency_key_invalid")
    assert not Trip.objects.exists()


def test_intent_when_repeated_with_a_key_then_one_trip_and_the_same_bytes(alice_api: APIClient) -> None:
    first, second = (alice_api.post("/api/trips/intent", {"destination": "Varanasi"}, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert Trip.objects.count() == 1
    assert_error(alice_api.post("/api/trips/intent", {"destination": "Kashi"}, headers={"Idempotency-Key": "once"}), 422, "idempotency_mismatch")
    assert Trip.objects.count() == 1
