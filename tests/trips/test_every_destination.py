"""Every destination of the catalogue, at comforts and paces in turn: what is saved passed the independent checker, and its plans differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from tests.cast import actor_for
from trips.actions import intents, runs
from trips.planning.candidates import DIFFERENT, distance
from trips.planning.checker import check
from trips.planning.wish import Wish

PACES = ("relaxed", "balanced", "full")
COMFORTS = ("budget", "standard", "luxury")
TOWNS = ("Delhi", "Goa", "Hampta Pass", "Istanbul", "Manali", "New York", "Paris", "Rome", "Tokyo", "Varanasi")


@pytest.fixture(scope="module")
def all_towns(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The real catalogue, loaded once for this module and taken back at its end."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        call_command("load_catalogue", verbosity=0)
        yield
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.mark.parametrize("town", TOWNS)
def test_candidates_when_planned_for_any_destination_then_the_checker_passes_three_that_differ(
    all_towns: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch, town: str
) -> None:
    """Each destination at two of the nine comforts and paces, so that every one of the nine is met; the checker judges what is saved."""
    judged: list[int] = []

    def judge(problem: Any, plan: Any) -> tuple[Any, ...]:
        found = check(problem, plan)
        judged.append(len(found))
        assert found == (), (town, plan.profile, found[:3])
        return found

    monkeypatch.setattr(runs, "check", judge)
    number = TOWNS.index(town)
    with django_db_blocker.unblock(), transaction.atomic():
        user = User.objects.create_user(f"{number}@example.org", "a long enough password")
        for turn in (number, number + 5):
            comfort, pace = COMFORTS[turn % 3], PACES[(turn // 3) % 3]
            wish = Wish(
                destinations=(town,), days=3 + turn % 3, people=1 + turn % 4, comfort=comfort, pace=pace, interests={"food": 1.0, "history": 2.0}, budget_maximum=None
            )
            trip = intents.create_trip(actor=actor_for(user), wish=wish)
            judged.clear()
            assert runs.work_on(run_id=trip.runs.get().pk) == "done"
            assert judged == [0] * len(judged)
            assert len(judged) >= 3
            candidates = trip.documents.get(kind="candidates").body["candidates"]
            assert len(candidates) >= 3
            assert [c["candidateId"] for c in candidates] == list("ABCDEF")[: len(candidates)]
            assert all(0 <= c["score"] <= 100 and c["checks"]["feasible"] for c in candidates)
            assert len({c["profile"] for c in candidates}) == len(candidates)
            plans = [
                frozenset((day["day"], stop["placeId"]) for day in c["days"] for stop in day["stops"] if stop["placeId"]) for c in candidates
            ]
            assert all(plans), "a plan without a stop is no plan"
            apart = [distance(a, b) for index, a in enumerate(plans) for b in plans[:index]]
            assert min(apart) >= DIFFERENT, (town, comfort, pace, apart)
        transaction.set_rollback(True)
