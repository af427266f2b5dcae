"""SQLite connections that are kept from request to request end when their file was exchanged, and when they failed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError

from travelplanner.core.sqlite3.base import DatabaseWrapper

pytestmark = pytest.mark.django_db  # opens connections of its own


def make_file(path: Path, word: str) -> Path:
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE said (word TEXT)")
        made.execute("INSERT INTO said VALUES (?)", [word])
    made.close()
    return path


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[DatabaseWrapper]:
    settings = {
        "NAME": str(make_file(tmp_path / "db.sqlite3", "old")), "OPTIONS": {}, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "AUTOCOMMIT": True,
        "TIME_ZONE": None, "USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "TEST": {}, "ATOMIC_REQUESTS": False,
    }  # fmt: skip
    connection = DatabaseWrapper(settings, alias="kept")
    yield connection
    connection.close()


def read(connection: DatabaseWrapper) -> str:
    """As a request does: the old connection is looked at first."""
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        return str(cursor.execute("SELECT word FROM said").fetchone()[0])


def test_connection_when_all_is_well_then_kept(kept: DatabaseWrapper) -> None:
    assert read(kept) == "old"
    first = kept.connection
    assert read(kept) == "old"
    assert kept.connection is first


def test_connection_when_a_backup_took_the_files_place_then_that_one_is_read(kept: DatabaseWrapper, tmp_path: Path) -> None:
    assert read(kept) == "old"
    make_file(tmp_path / "backup.sqlite3", "restored").replace(tmp_path / "db.sqlite3")
    assert read(kept) == "restored"


def test_connection_when_it_failed_then_the_next_request_has_a_new_one(kept: DatabaseWrapper) -> None:
    read(kept)
    first = kept.connection
    with pytest.raises(OperationalError), kept.cursor() as cursor:
        cursor.execute("SELECT word FROM nowhere")
    assert read(kept) == "old"
    assert kept.connection is not first
