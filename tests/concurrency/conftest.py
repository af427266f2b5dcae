"""Races need committed rows, real connections and a gateway that counts for itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bookings.gateways.payments.book import Book


@pytest.fixture(autouse=True)
def gateway_book(settings: Any, tmp_path: Path) -> Book:
    """What the pretended company counted in this test."""
    settings.MOCK_GATEWAY_BOOK = str(tmp_path / "gateway.sqlite3")
    return Book(Path(settings.MOCK_GATEWAY_BOOK))
