"""The fixture `world`: the people and Alice's things, for a whole module of tests. Import both names where it is used."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from tests.architecture.routes.tables import THINGS
from tests.architecture.routes.world import World, build
from trips.actions import run_queue


@pytest.fixture(name="world", scope="module")
def stage_world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Made once, inside a transaction that is taken back after the last test; every request is taken back too."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "PLANNING_EFFORT", 15)
        patch.setattr(settings, "MOCK_GATEWAY_BOOK", str(tmp_path_factory.mktemp("gateway") / "book.sqlite3"))
        patch.setattr(settings, "MEDIA_ROOT", str(tmp_path_factory.mktemp("media")))
        patch.setattr(run_queue.secrets, "randbits", lambda bits: 20_000 + bits)  # the same plans each time
        logging.disable(logging.CRITICAL)  # thousands of refusals; what goes wrong is told by the walk
        try:
            with transaction.atomic():
                yield build(THINGS)
                transaction.set_rollback(True)
        finally:
            logging.disable(logging.NOTSET)


@pytest.fixture(name="_django_db_helper")
def stage_transaction(world: World) -> None:
    """In the place of pytest-django's: no transaction per test, which would close the connection that holds the world's."""
