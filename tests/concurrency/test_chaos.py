"""What `manage.py chaos` does, on a small scale: checkouts under fire, then all sums must be equal. And its control."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bookings.actions import settlement
from bookings.gateways.payments.book import Book
from bookings.management.chaos import hands
from bookings.management.chaos.verdict import Verdict, judge
from bookings.management.chaos.world import make_world, title_of
from bookings.management.commands import chaos

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def under_fire(settings: Any, gateway_book: Book, *, seed: int, checkouts: int, monkeypatch: pytest.MonkeyPatch, hold: float) -> tuple[Verdict, int, int]:
    folder = Path(gateway_book.path).parent
    settings.LOCAL = True
    settings.MOCK_SUPPLIER_BOOK = str(folder / "supplier.sqlite3")
    settings.EMAIL_FILE_PATH = str(folder / "mail")
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.HOLD_TIME = dt.timedelta(seconds=hold)
    monkeypatch.setattr(hands, "KILLS", 0.04)
    monkeypatch.setattr(hands, "TRIES", 6)
    rng = random.Random(seed)
    errands = make_world(rng, seed=seed, checkouts=checkouts)
    kills, breaks = chaos.storm(seed, errands, 4, rng)
    chaos.calm()
    return judge(title_of(seed), Path(gateway_book.path), folder / "supplier.sqlite3"), kills, breaks


@pytest.mark.usefixtures("quiet_logs")
def test_chaos_when_hands_die_and_the_database_breaks_then_all_sums_are_equal(settings: Any, gateway_book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    found, kills, breaks = under_fire(settings, gateway_book, seed=1, checkouts=40, monkeypatch=monkeypatch, hold=3)
    assert found.faults == []
    assert found.captured - found.refunded == found.confirmed > 0
    assert found.held == found.places > 0
    assert kills > 0
    assert breaks > 0


@pytest.mark.usefixtures("quiet_logs", "books_are_broken")
def test_chaos_when_places_are_not_given_back_then_it_says_so(settings: Any, gateway_book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: some cards of this seed are always declined; without the compensation their places stay taken, and the sums show it."""
    monkeypatch.setattr(settlement, "give_back_places", lambda **kwargs: None)
    found, _kills, _breaks = under_fire(settings, gateway_book, seed=2, checkouts=30, monkeypatch=monkeypatch, hold=1)
    assert any("places taken" in fault for fault in found.faults), found.faults


def test_chaos_when_not_in_local_mode_then_refused(settings: Any) -> None:
    settings.LOCAL = False
    with pytest.raises(CommandError):
        call_command("chaos", seed=1)
