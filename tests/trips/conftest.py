"""Planning with a small effort and a known seed: these tests are about what is done with plans, not about how good they are."""

from __future__ import annotations

from typing import Any

import pytest

from trips.actions import run_queue


@pytest.fixture(autouse=True)
def _small_effort(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PLANNING_EFFORT = 25
    monkeypatch.setattr(run_queue.secrets, "randbits", lambda bits: 20_000 + bits)
