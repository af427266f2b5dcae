"""Fixtures that every test may use. People and their clients are in `tests.cast`, rows in `tests.factories`."""

from __future__ import annotations

import gc
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import override_settings

from bookings.queries.rates import forget_rates
from tests.cast import (  # noqa: F401  (pytest finds fixtures by name here)
    alice,
    alice_api,
    alice_page,
    api,
    bob,
    bob_api,
    bob_page,
    charlie,
    charlie_api,
    charlie_page,
    dana,
    dana_api,
    dana_page,
    page,
)
from tests.emptying import emptied_quickly
from tests.factories.catalogue import SmallCatalogue, make_catalogue
from travelplanner.core import guards

_flush = TransactionTestCase._fixture_teardown


def _flush_with_guards_lifted(self: TransactionTestCase) -> None:
    """A transactional test ends with a flush, which the guards of the append-only tables would refuse."""
    with guards.lifted():
        if not emptied_quickly():
            _flush(self)


TransactionTestCase._fixture_teardown = _flush_with_guards_lifted


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """`tests/run.py` migrates once (see there); each process of the run starts from a copy of that database. Alone, pytest migrates."""
    migrated, test = os.environ.get("MIGRATED_DATABASE"), connection.settings_dict["TEST"]
    if not migrated:
        return
    if connection.vendor == "sqlite":
        for left in ("", "-wal", "-shm"):  # of an earlier process
            Path(f"{test['NAME']}{left}").unlink(missing_ok=True)
        shutil.copy(migrated, test["NAME"])
    else:
        test["TEMPLATE"] = migrated


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """The copied file is taken as it is; whoever made it clears it away."""
    return bool(request.config.getvalue("reuse_db") or (os.environ.get("MIGRATED_DATABASE") and connection.vendor == "sqlite"))


@pytest.fixture(scope="session", autouse=True)
def _settings_for_speed() -> Iterator[None]:
    """Argon2 takes its time on purpose (tests about passwords say `real_password_hashing`); static files are looked up when asked for,
    not listed anew by every test client."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"], WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def _private_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sealed files of tests don't land among those of the machine."""
    with override_settings(PRIVATE_FILES_ROOT=tmp_path_factory.mktemp("private") / "files"):
        yield


@pytest.fixture
def real_password_hashing(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Rate limits and cached rows of one test must not reach the next."""
    for cache in caches.all(initialized_only=True):
        cache.clear()
    forget_rates()
    yield
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture
def catalogue(db: None) -> SmallCatalogue:
    """A small invented Varanasi: 20 places, three hotels, two activities, a car."""
    return make_catalogue()


@pytest.fixture
def full_catalogue(db: None) -> None:
    """The ten real destinations of `trips/data/`. Takes seconds: for tests about them."""
    call_command("load_catalogue", verbosity=0)


@pytest.fixture
def run_tasks() -> Callable[[], int]:
    """Works off the background queue in this process, as the worker would, until it is empty; returns how many tasks ran."""
    from django_tasks_db.management.commands.db_worker import Worker

    def run() -> int:
        worker = Worker(
            queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None, worker_id="test", excluded_queue_names=[]
        )
        worker.run()
        return worker._run_tasks

    return run


@pytest.fixture
def quiet_logs(caplog: pytest.LogCaptureFixture) -> None:
    """For tests that provoke errors which are logged on purpose."""
    caplog.set_level(logging.CRITICAL)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported and collected stays until the end: looking through it for garbage, again and again, would be a sixth of the whole time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadgroup`: a process that is free takes the next browser test; the races keep to one, one after the other, and come first.

    xdist's own needs marks that it writes into the tests' names, which pytest 9.2 doesn't let it.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class RacesInOneProcess(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if nodeid.startswith("tests/browser/") else "races"

    return RacesInOneProcess(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second database `tests/run.py` asks for what touches a database: the rest has run and can't differ there, nor can looks."""
    if not os.environ.get("DATABASE_TESTS_ALONE"):
        return
    touching = {"db", "transactional_db", "django_db_setup", "live_server"}
    kept = [item for item in items if item.get_closest_marker("django_db") or touching & set(getattr(item, "fixturenames", ()))]
    kept = [item for item in kept if not item.get_closest_marker("looks")]
    known = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in known])
    items[:] = kept
