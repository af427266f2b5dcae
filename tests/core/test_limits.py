"""Rate limits hold: other traffic doesn't push a counter out, and a client doesn't choose the address it is counted under."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.core.cache import cache, caches
from django.core.files import locks
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.throttling import ScopedRateThrottle

from accounts.models import User
from travelplanner.core.limits import LimitsCache


@pytest.fixture
def limits(tmp_path: Path) -> LimitsCache:
    return LimitsCache(str(tmp_path), {})


def test_counter_when_many_others_are_written_then_kept(limits: LimitsCache) -> None:
    limits.set("login:alice", [1], 300)
    for number in range(1000):
        limits.set(f"login:{number}", [1], 300)
    assert limits.get("login:alice") == [1]


def test_counter_when_another_process_looks_then_the_same(limits: LimitsCache, tmp_path: Path) -> None:
    limits.set("login:alice", [1], 300)
    assert LimitsCache(str(tmp_path), {}).get("login:alice") == [1]


def test_add_when_many_ask_at_once_then_one_wins(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda _number: LimitsCache(str(tmp_path), {}).add("lock", 1, 60), range(40)))
    assert won.count(True) == 1


def test_sweep_when_some_expired_then_only_those_go(limits: LimitsCache, tmp_path: Path) -> None:
    limits.set("live", 1, 300)
    for number in range(5):
        limits.set(f"old{number}", 1, -1)
    limits.sweep()
    assert limits.get("live") == 1
    assert len(list(tmp_path.glob("*.djcache"))) == 1


def test_moments_when_taken_then_no_more_than_the_limit_newest_first_and_again_when_time_has_passed(limits: LimitsCache) -> None:
    answers = [limits.take("open:1", now=1000.0 + number, within=60, most=2) for number in range(4)]
    assert answers == [(True, [1000.0]), (True, [1001.0, 1000.0]), (False, [1001.0, 1000.0]), (False, [1001.0, 1000.0])]
    assert limits.take("open:2", now=1003.0, within=60, most=2) == (True, [1003.0]), "a key each"
    assert limits.take("open:1", now=1060.5, within=60, most=2) == (True, [1060.5, 1001.0])


def _take(folder: str) -> int:
    """In a process of its own."""
    return sum(LimitsCache(folder, {}).take("open:1", now=time.time(), within=60, most=30)[0] for _time in range(20))


def test_moments_when_processes_take_at_once_then_no_more_than_the_limit(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("fork")) as pool:
        assert sum(pool.map(_take, [str(tmp_path)] * 4)) == 30


def test_moments_when_somebody_holds_them_too_long_then_refused(limits: LimitsCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("travelplanner.core.limits.PATIENCE", 0.02)
    limits.take("open:1", now=1000.0, within=60, most=2)
    (name,) = tmp_path.glob("*.moments")
    with open(name, "rb") as file:
        locks.lock(file, locks.LOCK_EX)
        assert limits.take("open:1", now=1001.0, within=60, most=2) == (False, [])
    assert limits.take("open:1", now=1001.0, within=60, most=2)[0]


def test_moments_when_swept_or_cleared_then_those_that_are_over_go(limits: LimitsCache, tmp_path: Path) -> None:
    limits.take("old", now=time.time() - 61, within=60, most=2)
    limits.take("live", now=time.time(), within=60, most=2)
    (tmp_path / "torn.moments").write_bytes(b"abc")
    limits.sweep()
    assert len(list(tmp_path.glob("*.moments"))) == 1
    limits.clear()
    assert not list(tmp_path.glob("*.moments"))


@pytest.mark.django_db
def test_failed_sign_ins_when_drawings_flood_their_cache_then_still_limited(page: Client, alice: User, settings: Any, tmp_path: Path) -> None:
    settings.CACHES = {**live.CACHES, "default": {**live.LIMITS_FOLDER, "LOCATION": str(tmp_path)}}
    body = {"login": alice.email, "password": "not-the-password"}

    def refused() -> bool:
        return "Too many failed" in page.post("/accounts/login/", body).content.decode()

    for _attempt in range(12):
        limited = refused()
    assert limited
    for number in range(2000):
        caches["drawings"].set(f"cover:{number}", "<svg/>", 60)
    assert refused()
    cache.clear()
    assert not refused()  # the control: it was the counter


def open_answers(count: int) -> list[int]:
    """Statuses of open reads, each with another first address in X-Forwarded-For and one proxy's word at its end."""
    return [APIClient().get("/api/destinations", headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.1"}).status_code for number in range(count)]


@pytest.mark.django_db
@pytest.mark.parametrize("proxies", [0, 1])
def test_open_reads_when_the_forwarded_address_is_made_up_then_counted_all_the_same(settings: Any, monkeypatch: pytest.MonkeyPatch, proxies: int) -> None:
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"open": "2/minute", "plan": "2/minute"})
    assert settings.REST_FRAMEWORK["NUM_PROXIES"] == settings.ALLAUTH_TRUSTED_PROXY_COUNT == settings.TRUSTED_PROXIES == 0
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    assert open_answers(4) == [200, 200, 429, 429]
