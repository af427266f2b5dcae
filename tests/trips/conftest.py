"""Planning with a small effort: these tests are about what is done with plans, not about how good they are."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _small_effort(settings: Any) -> None:
    settings.PLANNING_EFFORT = 25
