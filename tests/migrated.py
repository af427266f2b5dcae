"""A migrated SQLite file for the tests that need one beside the test database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent


def make_migrated_file(path: Path) -> None:
    """A copy of the one that `tests/run.py` made for this run; alone, or on another database, migrated here."""
    kept = os.environ.get("MIGRATED_DATABASE", "")
    if kept.endswith(".sqlite3"):
        shutil.copy(kept, path)
        return
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{path}"}
    run = subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=FOLDER, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
