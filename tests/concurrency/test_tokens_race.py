"""One refresh token, many hands: it is spent once, and then the sign-in is over. The twin reads before it writes, and loses."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from accounts.actions import devices
from accounts.models import RefreshToken, User
from tests.accounts.headless import Program, refreshed, trips_with
from tests.concurrency.crowd import Gate, run_together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
HANDS = 12


@pytest.fixture
def program(alice: User) -> Program:
    found = Program()
    found.sign_in(alice.email)
    return found


def test_refresh_when_twelve_come_at_once_then_one_is_answered_and_the_sign_in_is_over(program: Program) -> None:
    answers = run_together([lambda: refreshed(program.refresh)] * HANDS, workers=HANDS)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [401] * (HANDS - 1)
    (winner,) = [answer.json()["data"] for answer in answers if answer.status_code == 200]
    assert trips_with(winner["access_token"]) == 401
    assert refreshed(winner["refresh_token"]).status_code == 401
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
    assert not RefreshToken.objects.exists()


def test_refresh_when_it_reads_before_it_writes_then_it_is_spent_more_than_once(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the conditional UPDATE a stolen token would give two living sign-ins."""
    gate = Gate(HANDS)

    def careless(*, token_id: uuid.UUID, successor_id: uuid.UUID, actor: Any, session_key: str, expires_at: Any, now: Any = None) -> bool:
        unused = RefreshToken.objects.filter(pk=token_id, used_at=None).exists()
        gate.pass_through()
        if unused:
            RefreshToken.objects.filter(pk=token_id).update(used_at=expires_at)
        return unused

    monkeypatch.setattr(devices, "rotate_refresh_token", careless)
    answers = run_together([lambda: refreshed(program.refresh)] * HANDS, workers=HANDS)
    assert [answer.status_code for answer in answers].count(200) > 1
