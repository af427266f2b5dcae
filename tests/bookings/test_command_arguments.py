"""What is typed after a command: a wrong number, or the wrong place to run it, is told in a sentence before anything is made."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bookings.management import scratch
from bookings.management.commands import bench_bookings, bench_search, chaos


@pytest.fixture(autouse=True)
def _no_scratch_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError("the arguments are looked at first")

    for module in (scratch, bench_bookings, bench_search, chaos):
        monkeypatch.setattr(module, "scratch_database", refuse)


@pytest.mark.parametrize(
    ("command", "option", "wrong"),
    [
        ("bench_search", "--services", "x"),
        ("bench_search", "--services", "0"),
        ("bench_search", "--services", "200,,2000"),
        ("bench_search", "--services", "200,-5"),
        ("bench_search", "--services", "٢"),
        ("bench_search", "--requests", "-1"),
        ("bench_bookings", "--clients", "a,b"),
        ("bench_bookings", "--clients", "0"),
        ("bench_bookings", "--bookings", "1e3"),
        ("bench_bookings", "--bookings", "9" * 5000),
        ("chaos", "--seeds", "a-b"),
        ("chaos", "--seeds", "9-3"),
        ("chaos", "--seeds", "1-2-3"),
        ("chaos", "--workers", "0"),
        ("chaos", "--checkouts", "-1"),
        ("chaos", "--seed", "one"),
        ("reconcile", "--older-than", "-5"),
    ],
)
def test_command_when_a_number_is_wrong_then_says_which(settings: Any, command: str, option: str, wrong: str) -> None:
    settings.LOCAL = True
    with pytest.raises(CommandError, match=f"argument {option}"):
        call_command(command, f"{option}={wrong}")


@pytest.mark.parametrize(("command", "options"), [("chaos", ["--seed=1"]), ("bench_search", []), ("bench_bookings", []), ("create_demo_users", []), ("setup_local", [])])
def test_command_when_it_is_not_local_then_refused(settings: Any, command: str, options: list[str]) -> None:
    settings.LOCAL = False
    with pytest.raises(CommandError, match="local mode"):
        call_command(command, *options)


def test_chaos_when_no_seed_is_said_then_asks_for_one(settings: Any) -> None:
    settings.LOCAL = True
    with pytest.raises(CommandError, match="--seed N or --seeds A-B"):
        call_command("chaos")
