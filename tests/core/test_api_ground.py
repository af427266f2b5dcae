"""What every API view stands on: error bodies, parsing, ETags, encryption, paging."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError
from rest_framework.test import APIClient

from travelplanner.core import crypto, errors
from travelplanner.core.api import errors as api_errors
from travelplanner.core.api import etags, parsers, renderers

rf = RequestFactory()


@pytest.mark.django_db
def test_unknown_address_under_api_then_error_body(page: Client) -> None:
    answer = page.get("/api/no-such-thing")
    body = answer.json()
    assert answer.status_code == body["status"] == 404
    assert set(body) == {"status", "error", "message", "timestamp", "request_id"}
    assert body["error"] == "not_found"
    assert body["request_id"] == answer["X-Request-ID"]


@pytest.mark.django_db
def test_unknown_address_of_pages_then_a_page_with_security_headers(page: Client) -> None:
    answer = page.get("/no-such-page")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")
    for header in ("Content-Security-Policy", "X-Frame-Options", "Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options", "Cross-Origin-Opener-Policy"):
        assert header in answer


@pytest.mark.django_db
@pytest.mark.parametrize(("sent", "kept"), [("client-4711", True), ("x", False), ("a b c d e f g h", False), ("<script>alert(1)</script>", False)])
def test_request_id_when_sent_then_kept_only_if_well_formed(page: Client, sent: str, kept: bool) -> None:
    assert (page.get("/health/live", headers={"X-Request-ID": sent})["X-Request-ID"] == sent) is kept


ALL_ERRORS = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.AppError)]


@pytest.mark.parametrize("error", ALL_ERRORS, ids=lambda error: error.__name__)
def test_every_error_when_handled_then_the_contracts_body(error: type[errors.AppError]) -> None:
    answer = api_errors.handle_exception(error(fields={"name": ["too long"]}, extra={"left": 0}), {})
    assert answer is not None
    assert answer.status_code == answer.data["status"] == error.status
    assert answer.data["error"] == error.code
    assert answer.data["fields"] == {"name": ["too long"]}
    assert answer.data["details"] == {"left": 0}
    assert ("Retry-After" in answer) is (error.status in (429, 503))


BUSY = [
    (OperationalError("database is locked"), None),
    (OperationalError("database or disk is full"), None),
    (OperationalError("attempt to write a readonly database"), None),
    (OperationalError("connection refused"), psycopg.OperationalError("connection refused")),
    (OperationalError("canceling statement due to lock timeout"), psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")),
    (InternalError("cannot execute INSERT in a read-only transaction"), psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT")),
    (InterfaceError("connection already closed"), None),
]


@pytest.mark.parametrize(("error", "cause"), BUSY, ids=lambda value: str(value) if value else "")
def test_busy_database_when_handled_then_503_with_retry_after(error: Exception, cause: Exception | None, quiet_logs: None) -> None:
    error.__cause__ = cause
    answer = api_errors.handle_exception(error, {})
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


def test_faulty_statement_when_handled_then_it_is_no_outage() -> None:
    assert api_errors.handle_exception(OperationalError("no such table: trips_trip"), {}) is None
    wrong = ProgrammingError("syntax error")
    wrong.__cause__ = psycopg.errors.SyntaxError("syntax error")
    assert api_errors.handle_exception(wrong, {}) is None


def test_unknown_exception_when_handled_then_left_to_django() -> None:
    assert api_errors.handle_exception(KeyError("x"), {}) is None


@pytest.mark.parametrize("raw", [b"{", b'{"a": NaN}', b"\xff\xfe", b'{"a": "\\ud800"}', b'{"a": "\\u0000"}', b'{"a":1}{"b":2}'])
def test_parser_when_given_garbage_then_parse_error(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parsers.loads(raw)


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="abc"), inner), max_leaves=10))
def test_json_when_written_and_read_then_the_same(data: Any) -> None:
    assert parsers.loads(renderers.dumps(data)) == data


def test_renderer_when_given_stored_text_then_leaves_it_as_it_is() -> None:
    stored = b'{"b" : 1,   "a": 2}'
    assert renderers.OrjsonRenderer().render(stored) is stored
    assert renderers.dumps({"big": 2**80}) == b'{"big": 1208925819614629174706176}'


def request_with(header: str, value: str) -> Any:
    return rf.put("/", headers={header: value}) if value else rf.put("/")


def test_if_match_when_missing_then_428_unless_optional() -> None:
    with pytest.raises(errors.PreconditionRequired):
        etags.require_match(request_with("If-Match", ""), '"a-1"')
    etags.require_match(request_with("If-Match", ""), '"a-1"', required=False)


@pytest.mark.parametrize("sent", ['"a-2"', 'W/"a-1"', "a-1", '"b-1"'])
def test_if_match_when_another_version_then_412(sent: str) -> None:
    with pytest.raises(errors.Stale):
        etags.require_match(request_with("If-Match", sent), '"a-1"')


@pytest.mark.parametrize("sent", ['"a-1"', '"x", "a-1"', "*"])
def test_if_match_when_the_current_version_then_passes(sent: str) -> None:
    etags.require_match(request_with("If-Match", sent), etags.etag("a", 1))


def test_if_none_match_when_current_then_not_modified() -> None:
    assert etags.not_modified(request_with("If-None-Match", 'W/"a-1"'), '"a-1"')
    assert not etags.not_modified(request_with("If-None-Match", '"a-2"'), '"a-1"')
    assert not etags.not_modified(request_with("If-None-Match", ""), '"a-1"')


def test_encryption_when_keys_rotate_then_old_text_stays_readable(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    sealed = crypto.encrypt(b"P1234567")
    assert b"P1234567" not in sealed
    settings.FIELD_KEYS = [new, old]
    assert crypto.decrypt(sealed) == b"P1234567"
    fresh = crypto.encrypt(b"P1234567")
    settings.FIELD_KEYS = [new]
    assert crypto.decrypt(fresh) == b"P1234567"
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(sealed)


def test_encryption_when_tampered_then_refused() -> None:
    sealed = bytearray(crypto.encrypt(b"secret"))
    sealed[-5] ^= 1
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(bytes(sealed))


@pytest.mark.django_db
def test_sign_in_when_address_is_unknown_then_same_answer_as_wrong_password(api: APIClient, alice: Any) -> None:
    wrong = api.post("/api/auth/app/v1/auth/login", {"email": alice.email, "password": "not the password"})
    unknown = api.post("/api/auth/app/v1/auth/login", {"email": "nobody@example.org", "password": "not the password"})
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()
