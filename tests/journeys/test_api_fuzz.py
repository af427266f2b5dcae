"""Promise 29: fuzzing the description finds no 5xx, no schema mismatch, no missing-auth finding. In this process, a bounded number of cases;
more of them: FUZZ_EXAMPLES=200 make test ARGS="-k fuzz"."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.checks import FailureGroup
from schemathesis.specs.openapi import checks as openapi_checks

from accounts.models import User
from tests.cast import token_for
from tests.contract import description
from tests.factories.catalogue import SmallCatalogue
from tests.trips.planned import chosen

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "15"))
OPERATIONS = [
    (method, path) for path, item in description()["paths"].items() for method in ("get", "post", "put", "patch", "delete") if method in item
]
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.ignored_auth,
]


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests through WSGI would close the connection of the test's transaction (Django's own client stops them likewise, around each request)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.fixture
def known(alice_api: Any, catalogue: SmallCatalogue, settings: Any, tmp_path: Any) -> dict[str, list[str]]:
    """Names that exist, by the parameter that takes them, so that not every case ends at 404."""
    settings.MOCK_GATEWAY_BOOK = str(tmp_path / "gateway.sqlite3")
    settings.PLANNING_EFFORT = 10
    reference = chosen(alice_api)
    other = chosen(alice_api)
    contact = {"name": "Alice Example", "email": "alice@example.org"}
    booked = alice_api.post("/api/bookings", {"tripId": other, "userContact": contact}, headers={"Idempotency-Key": "fuzz"})
    assert booked.status_code == 201
    return {"trips": [reference, other], "bookings": [booked.json()["bookingId"]], "destinations": ["varanasi"], "services": [str(catalogue.hotels[0].pk)]}


def fuzz(operation: Any, names: list[str], signed_in: dict[str, str]) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), real=st.sampled_from([True, True, False]), index=st.integers(0, 10))
    def once(case: Any, real: bool, index: int) -> None:
        if real and names:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = names[index % len(names)]
        response = case.call(headers=signed_in)
        case.validate_response(response, checks=CHECKS, headers=signed_in)

    once()


def test_operations_when_fuzzed_then_no_5xx_and_every_answer_is_as_described(alice: User, known: dict[str, list[str]]) -> None:
    schema = schemathesis.openapi.from_dict(description())
    schema.app = WSGIHandler()  # made here, under the tests' settings
    signed_in = {"Authorization": f"Bearer {token_for(alice)}"}
    found: list[str] = []
    with one_connection():
        for method, path in OPERATIONS:
            point = transaction.savepoint()
            try:
                fuzz(schema[path][method], known.get(path.split("/")[2], []), signed_in)
            except (FailureGroup, AssertionError) as problem:
                whole = problem.exceptions if isinstance(problem, FailureGroup) else [problem]
                found += [f"{method} {path}: {one}" for one in whole]
            transaction.savepoint_rollback(point)  # what this operation did is not there for the next
            transaction.savepoint_commit(point)  # released, or thousands would nest, each with a lock
    assert found == [], "\n\n".join(found)
