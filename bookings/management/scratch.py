"""A migrated database of its own beside the configured one, for benches and chaos."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def scratch_database() -> Iterator[str]:
    """Make it, use it in this process, drop it; yields its DATABASE_URL for other processes."""
    old = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        name = connection.settings_dict["NAME"]
        if connection.vendor == "sqlite":
            yield f"sqlite:///{name}"
        else:
            conf = connection.settings_dict
            login = conf["USER"] + (f":{conf['PASSWORD']}" if conf["PASSWORD"] else "")
            yield f"postgres://{login}@{conf['HOST']}:{conf['PORT'] or 5432}/{name}"
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)
