"""A kept connection ends when it failed, and when its file is not the one on the disk any more.

Opening a file for each request costs as much as a small answer, so connections are kept (`CONN_MAX_AGE`). But Django's wrapper calls every one
of them usable: after a backup was put in the file's place it would go on writing into the removed file, and one that was opened while the disk
was read-only would stay so.
"""

from __future__ import annotations

import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    _opened: tuple[int, int] | None = None

    def get_new_connection(self, conn_params: Any) -> Any:
        made = super().get_new_connection(conn_params)
        self._opened = self._on_disk()
        return made

    def is_usable(self) -> bool:
        """Asked once a request (`CONN_HEALTH_CHECKS`), and after an error."""
        return not self.errors_occurred and self._opened == self._on_disk()

    def _on_disk(self) -> tuple[int, int] | None:
        """Which file it is; None where there is none (a database in memory)."""
        try:
            found = os.stat(self.settings_dict["NAME"])
        except (OSError, ValueError):
            return None
        return found.st_dev, found.st_ino
