"""Refresh tokens are good once; a second use ends the sign-in, whoever it was (promise 16). The forgeries are in test_sign_in."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from allauth.headless.tokens.strategies.jwt import internal
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session

from accounts.actions import users
from accounts.models import RefreshToken, User
from tests.accounts.headless import Program, refreshed, trips_with
from tests.cast import PASSWORD, actor_for
from travelplanner.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(alice: User) -> Program:
    found = Program()
    found.sign_in(alice.email)
    return found


def test_refresh_when_used_in_turn_then_each_gives_the_next(program: Program) -> None:
    token = program.refresh
    for _turn in range(3):
        data = refreshed(token).json()["data"]
        assert trips_with(data["access_token"]) == 200
        token = data["refresh_token"]
    assert RefreshToken.objects.filter(used_at=None).count() == 1


def test_refresh_when_a_used_one_comes_again_then_the_whole_sign_in_is_over(program: Program, alice: User) -> None:
    newer = refreshed(program.refresh).json()["data"]
    assert trips_with(newer["access_token"]) == 200
    assert refreshed(program.refresh).status_code == 401
    assert trips_with(program.access) == 401, "the first access token"
    assert trips_with(newer["access_token"]) == 401, "the newer one"
    assert refreshed(newer["refresh_token"]).status_code == 401, "and the newer refresh token"
    assert not RefreshToken.objects.exists()
    assert not UserSession.objects.filter(user=alice).exists()
    assert AuditEntry.objects.get(action="user.refresh_token_reused").object_id == str(alice.pk)


def test_refresh_when_reused_then_other_sign_ins_of_the_same_person_stay(program: Program, alice: User) -> None:
    other = Program()
    other.sign_in(alice.email)
    refreshed(program.refresh)
    refreshed(program.refresh)
    assert trips_with(program.access) == 401
    assert trips_with(other.access) == 200
    assert refreshed(other.refresh).status_code == 200


def test_refresh_when_a_saved_session_brings_the_past_back_then_used_stays_used(program: Program) -> None:
    """allauth keeps refresh tokens inside the session, where another request's save could bring a used one back. Here they are rows."""
    session = internal.get_token_session(jwt.decode(program.refresh, options={"verify_signature": False}))
    assert session is not None
    refreshed(program.refresh)
    session["noted"] = "while somebody refreshed"
    session.save()
    assert refreshed(program.refresh).status_code == 401
    assert trips_with(program.access) == 401


def signed(program: Program, *, key: str = settings.SECRET_KEY, algorithm: str = "HS256", **claims: Any) -> str:
    payload = jwt.decode(program.refresh, options={"verify_signature": False})
    return jwt.encode({**payload, **claims}, key if algorithm != "none" else "", algorithm=algorithm)


def test_refresh_when_made_by_hand_with_the_right_key_then_it_works(program: Program) -> None:
    """The control of the forgeries below."""
    assert refreshed(signed(program)).status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"algorithm": "none"},
        {"algorithm": "HS384", "key": settings.SECRET_KEY + "x" * 64},
        {"key": "another-key-of-more-than-thirty-two-bytes"},
        {"exp": 1_000_000_000},
        {"token_use": "access"},
        {"sub": "00000000-0000-0000-0000-000000000000"},
        {"sid": "AAAA"},
    ],
    ids=str,
)
def test_refresh_when_forged_then_refused_and_the_session_lives(program: Program, fault: dict[str, Any]) -> None:
    """Nobody without the key may end somebody's session."""
    assert refreshed(signed(program, **fault)).status_code == 401
    assert trips_with(program.access) == 200


@pytest.mark.parametrize("wrong", ["not-a-token", "a.b.c", "x" * 5000])
def test_refresh_when_garbage_then_401_in_allauths_shape(wrong: str) -> None:
    answer = refreshed(wrong)
    assert (answer.status_code, answer.json()) == (401, {"status": 401})


def test_refresh_when_no_token_is_sent_then_400() -> None:
    assert refreshed("").status_code == 400


def test_access_token_when_sent_as_refresh_token_then_refused(program: Program) -> None:
    assert refreshed(program.access).status_code == 401
    assert trips_with(program.refresh) == 401


@pytest.mark.parametrize("change", ["suspended", "deleted", "password", "session"])
def test_refresh_when_user_or_session_ended_then_refused(program: Program, alice: User, dana: User, change: str) -> None:
    if change == "suspended":
        users.suspend_user(actor=actor_for(dana), user_id=alice.pk, reason="test")
    elif change == "deleted":
        alice.emailaddress_set.all().delete()
        alice.delete()
    elif change == "password":
        alice.set_password("another-long-password")
        alice.save()
    else:
        Session.objects.all().delete()
    assert refreshed(program.refresh).status_code == 401
    assert trips_with(program.access) == 401


def test_refresh_token_when_stored_then_nothing_in_the_row_opens_anything(program: Program) -> None:
    row = RefreshToken.objects.get()
    key = UserSession.objects.get().session_key
    assert program.refresh not in str(row.__dict__)
    assert key not in str(row.__dict__)


def test_sign_out_when_by_program_then_its_tokens_are_over_at_once(program: Program) -> None:
    program.call("DELETE", "auth/session", expect=401)  # allauth's word for: nobody is signed in now
    assert trips_with(program.access) == 401
    assert refreshed(program.refresh).status_code == 401
    assert not RefreshToken.objects.exists()


def test_password_when_changed_by_program_then_the_old_tokens_are_over(program: Program, alice: User) -> None:
    other = Program()
    other.sign_in(alice.email)
    program.call("POST", "account/password/change", {"current_password": PASSWORD, "new_password": "another-long-password"}, expect=200)
    for token in (program.access, other.access):
        assert trips_with(token) == 401
    assert refreshed(other.refresh).status_code == 401
    assert program.call("GET", "auth/session", expect=200)["meta"]["is_authenticated"], "the session that changed it goes on, under a new key"
    again = Program()
    again.sign_in(alice.email, "another-long-password")
    assert trips_with(again.access) == 200


def test_session_token_when_sent_as_access_token_then_refused(program: Program) -> None:
    assert trips_with(program.session) == 401
