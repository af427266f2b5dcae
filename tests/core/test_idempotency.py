"""One request, one effect, the same answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from travelplanner.core import clock
from travelplanner.core.api import idempotency
from travelplanner.core.api.idempotency import KEPT_FOR, LEASE, Claim, StoredAnswer
from travelplanner.core.errors import Conflict, IdempotencyMismatch, Invalid
from travelplanner.core.models import IdempotencyKey
from trips.api.trips import IntentCreate

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
ANSWER = StoredAnswer(201, b'{"id":"\xc3\xa4"}', "application/json")
pytestmark = pytest.mark.django_db


def claim(body: bytes = b"{}", now: dt.datetime = NOW, scope: str = "alice:POST:/api/bookings", key: str = "k-1") -> StoredAnswer | Claim:
    return idempotency.claim(scope=scope, key=key, body=body, now=now)


def hold(body: bytes = b"{}", now: dt.datetime = NOW) -> Claim:
    """A claim that is free to be had."""
    held = claim(body=body, now=now)
    assert isinstance(held, Claim)
    return held


def test_claim_when_first_then_free_and_second_while_running_conflicts() -> None:
    hold()
    with pytest.raises(Conflict) as refused:
        claim()
    assert refused.value.code == "idempotency_running"


def test_claim_when_answered_before_then_same_bytes_again() -> None:
    idempotency.store(hold(), answer=ANSWER)
    assert claim() == ANSWER
    assert claim(now=NOW + KEPT_FOR - dt.timedelta(seconds=1)) == ANSWER


def test_claim_when_body_differs_then_mismatch_running_or_answered() -> None:
    held = hold()
    with pytest.raises(IdempotencyMismatch):
        claim(body=b'{"other":1}')
    idempotency.store(held, answer=ANSWER)
    with pytest.raises(IdempotencyMismatch):
        claim(body=b'{"other":1}')


def test_claim_when_scope_differs_then_independent() -> None:
    claim()
    assert isinstance(claim(scope="bob:POST:/api/bookings"), Claim)
    assert isinstance(claim(scope="alice:POST:/api/trips/intent"), Claim)


def test_claim_when_the_first_process_died_then_taken_over_once() -> None:
    claim()
    later = NOW + LEASE
    hold(now=later)
    with pytest.raises(Conflict):
        claim(now=later)


def test_claim_when_kept_for_72_hours_then_free_again_with_any_body() -> None:
    idempotency.store(hold(), answer=ANSWER)
    hold(body=b'{"other":1}', now=NOW + KEPT_FOR)


def test_release_when_nothing_was_answered_then_forgotten_but_an_answer_stays() -> None:
    idempotency.release(hold())
    held = hold(body=b'{"other":1}')
    idempotency.store(held, answer=ANSWER)
    idempotency.release(held)
    assert IdempotencyKey.objects.count() == 1


def test_answer_when_the_lease_was_lost_then_the_successor_keeps_the_key() -> None:
    slow = hold()
    successor = hold(now=NOW + LEASE)
    idempotency.release(slow)
    idempotency.store(slow, answer=StoredAnswer(200, b"late", "text/plain"))
    with pytest.raises(Conflict):
        claim(now=NOW + LEASE)
    idempotency.store(successor, answer=ANSWER)
    idempotency.store(slow, answer=StoredAnswer(200, b"late", "text/plain"))
    assert claim(now=NOW + LEASE) == ANSWER


def test_post_when_the_view_breaks_then_the_key_is_free_again(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(IntentCreate, "post", broken)
    for _attempt in range(2):
        with pytest.raises(RuntimeError):
            alice_api.post("/api/trips/intent", {}, format="json", headers={"Idempotency-Key": "k-1"})
        assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 256, "line\nbreak", "nul\x00"])
def test_claim_when_key_is_malformed_then_invalid(key: str) -> None:
    with pytest.raises(Invalid):
        claim(key=key)
    assert not IdempotencyKey.objects.exists()


def test_store_when_kept_then_the_body_is_not_readable_in_the_table() -> None:
    idempotency.store(hold(), answer=ANSWER)
    assert ANSWER.body not in bytes(IdempotencyKey.objects.get().body)


def test_prune_when_expired_then_dropped() -> None:
    claim(now=clock.now() - KEPT_FOR)
    claim(now=clock.now(), key="k-2")
    assert idempotency.prune() == "1 dropped"
    assert [row.key for row in IdempotencyKey.objects.all()] == ["k-2"]
