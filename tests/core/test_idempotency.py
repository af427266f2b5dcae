"""One request, one effect, the same answer."""

from __future__ import annotations

import datetime as dt

import pytest

from travelplanner.core import clock
from travelplanner.core.api import idempotency
from travelplanner.core.api.idempotency import KEPT_FOR, LEASE, StoredAnswer
from travelplanner.core.errors import Conflict, IdempotencyMismatch, Invalid
from travelplanner.core.models import IdempotencyKey

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
ANSWER = StoredAnswer(201, b'{"id":"\xc3\xa4"}', "application/json")
pytestmark = pytest.mark.django_db


def claim(body: bytes = b"{}", now: dt.datetime = NOW, scope: str = "alice:POST:/api/bookings", key: str = "k-1") -> StoredAnswer | None:
    return idempotency.claim(scope=scope, key=key, body=body, now=now)


def store() -> None:
    idempotency.store(scope="alice:POST:/api/bookings", key="k-1", answer=ANSWER)


def test_claim_when_first_then_free_and_second_while_running_conflicts() -> None:
    assert claim() is None
    with pytest.raises(Conflict) as refused:
        claim()
    assert refused.value.code == "idempotency_running"


def test_claim_when_answered_before_then_same_bytes_again() -> None:
    claim()
    store()
    assert claim() == ANSWER
    assert claim(now=NOW + KEPT_FOR - dt.timedelta(seconds=1)) == ANSWER


def test_claim_when_body_differs_then_mismatch_running_or_answered() -> None:
    claim()
    with pytest.raises(IdempotencyMismatch):
        claim(body=b'{"other":1}')
    store()
    with pytest.raises(IdempotencyMismatch):
        claim(body=b'{"other":1}')


def test_claim_when_scope_differs_then_independent() -> None:
    claim()
    assert claim(scope="bob:POST:/api/bookings") is None
    assert claim(scope="alice:POST:/api/trips/intent") is None


def test_claim_when_the_first_process_died_then_taken_over_once() -> None:
    claim()
    later = NOW + LEASE
    assert claim(now=later) is None
    with pytest.raises(Conflict):
        claim(now=later)


def test_claim_when_kept_for_72_hours_then_free_again_with_any_body() -> None:
    claim()
    store()
    assert claim(body=b'{"other":1}', now=NOW + KEPT_FOR) is None


def test_release_when_nothing_was_answered_then_forgotten_but_an_answer_stays() -> None:
    claim()
    idempotency.release(scope="alice:POST:/api/bookings", key="k-1")
    assert claim(body=b'{"other":1}') is None
    store()
    idempotency.release(scope="alice:POST:/api/bookings", key="k-1")
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "line\nbreak", "nul\x00"])
def test_claim_when_key_is_malformed_then_invalid(key: str) -> None:
    with pytest.raises(Invalid):
        claim(key=key)
    assert not IdempotencyKey.objects.exists()


def test_store_when_kept_then_the_body_is_not_readable_in_the_table() -> None:
    claim()
    store()
    assert ANSWER.body not in bytes(IdempotencyKey.objects.get().body)


def test_prune_when_expired_then_dropped() -> None:
    claim(now=clock.now() - KEPT_FOR)
    claim(now=clock.now(), key="k-2")
    assert idempotency.prune() == "1 dropped"
    assert [row.key for row in IdempotencyKey.objects.all()] == ["k-2"]
