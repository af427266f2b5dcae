"""Sign-up and sign-in, pages and headless; what a token is good for and when it ends (promise 16)."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from allauth.headless.tokens.strategies.jwt import internal
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from rest_framework.test import APIClient

from accounts.actions import users
from accounts.models import User
from tests.cast import PASSWORD, actor_for, session_for, token_for
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed

pytestmark = pytest.mark.django_db
SIGNUP, LOGIN, REFRESH = "/api/auth/app/v1/auth/signup", "/api/auth/app/v1/auth/login", "/api/auth/app/v1/tokens/refresh"
NEW = {"email": "Nina@Example.org", "password": "a-long-new-password"}


def post(api: APIClient, path: str, body: dict[str, Any]) -> Any:
    return api.post(path, body, format="json")


def get_trips(token: str) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client.get("/api/trips").status_code


def test_sign_up_when_headless_then_the_token_opens_the_api(api: APIClient) -> None:
    answer = post(api, SIGNUP, NEW)
    assert answer.status_code == 200, answer.content
    assert get_trips(answer.json()["meta"]["access_token"]) == 200
    assert User.objects.get().email == "nina@example.org"


def test_sign_up_when_the_address_is_taken_then_no_second_user_and_no_token(api: APIClient, alice: User) -> None:
    taken = post(api, SIGNUP, {"email": "ALICE@example.org", "password": "a-long-new-password"})
    assert User.objects.count() == 1
    assert taken.status_code == 400
    assert "access_token" not in taken.content.decode()


def test_sign_in_when_password_is_wrong_or_user_unknown_then_the_same_answer(api: APIClient, alice: User) -> None:
    wrong = post(api, LOGIN, {"email": alice.email, "password": "not-the-password"})
    unknown = post(APIClient(), LOGIN, {"email": "nobody@example.org", "password": "not-the-password"})
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()


def test_sign_in_when_right_then_access_and_refresh_tokens(api: APIClient, alice: User) -> None:
    meta = post(api, LOGIN, {"email": alice.email, "password": PASSWORD}).json()["meta"]
    assert get_trips(meta["access_token"]) == 200
    assert get_trips(meta["refresh_token"]) == 401  # a refresh token is no access token


def test_refresh_when_used_then_it_rotates_and_the_old_one_is_refused(api: APIClient, alice: User) -> None:
    meta = post(api, LOGIN, {"email": alice.email, "password": PASSWORD}).json()["meta"]
    first = post(APIClient(), REFRESH, {"refresh_token": meta["refresh_token"]})
    assert first.status_code == 200
    assert get_trips(first.json()["data"]["access_token"]) == 200
    assert post(APIClient(), REFRESH, {"refresh_token": meta["refresh_token"]}).status_code == 401


@pytest.mark.parametrize("change", ["suspended", "deleted row", "password", "signed out"])
def test_token_when_its_user_or_session_ends_then_401_at_once(alice: User, dana: User, change: str) -> None:
    token = token_for(alice)
    assert get_trips(token) == 200
    if change == "suspended":
        users.suspend_user(actor=actor_for(dana), user_id=alice.pk, reason="test")
    elif change == "deleted row":
        alice.emailaddress_set.all().delete()
        User.objects.filter(pk=alice.pk).delete()
    elif change == "password":
        alice.set_password("another-long-password")
        alice.save()
    else:
        Session.objects.all().delete()
    assert get_trips(token) == 401


def forged(alice: User, *, algorithm: str = "HS256", key: str | None = None, **claims: Any) -> str:
    session = session_for(alice)
    now = int(time.time())
    payload = {
        "iat": now,
        "exp": now + 600,
        "sid": internal.session_key_to_sid(str(session.session_key)),
        "jti": "1",
        "token_use": "access",
        "sub": str(alice.pk),
        **claims,
    }
    return jwt.encode(payload, key if key is not None else settings.SECRET_KEY, algorithm=algorithm)


def test_token_when_made_by_hand_with_the_right_key_then_it_would_work(alice: User) -> None:
    """The control: what the forgeries below differ from."""
    assert get_trips(forged(alice)) == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"algorithm": "none", "key": ""},
        {"algorithm": "HS384", "key": settings.SECRET_KEY + "x" * 64},
        {"key": "another-key-of-more-than-thirty-two-bytes"},
        {"exp": 1},
        {"token_use": "refresh"},
        {"sub": "00000000-0000-0000-0000-000000000000"},
        {"sid": "AAAA"},
        {"sid": "not base64 at all"},
        {"sid": 7},
    ],
)
def test_token_when_forged_then_401(alice: User, fault: dict[str, Any]) -> None:
    assert get_trips(forged(alice, **fault)) == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer " + "x" * 5000, "Basic abc", "Bearer \u00e9"])
def test_authorization_when_garbage_then_401_in_the_contract_shape(api: APIClient, header: str) -> None:
    answer = api.get("/api/trips", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer.json()["error"] == "not_authenticated"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_pages_when_signing_up_then_signed_in_and_back_where_one_was(page: Client) -> None:
    answer = page.post("/accounts/signup/?next=/trips", {"email": "nina@example.org", "password1": "a-long-new-password", "next": "/trips"})
    assert answer.status_code == 302
    assert answer["Location"] == "/trips"
    assert page.get("/trips").status_code == 200


def test_pages_when_next_leads_elsewhere_then_it_is_ignored(page: Client, alice: User) -> None:
    answer = page.post("/accounts/login/?next=https://evil.example/", {"login": alice.email, "password": PASSWORD, "next": "https://evil.example/"})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]


def test_suspended_user_when_signing_in_by_page_then_refused(page: Client, alice: User, dana: User) -> None:
    users.suspend_user(actor=actor_for(dana), user_id=alice.pk, reason="test")
    page.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert "_auth_user_id" not in page.session


def test_suspend_when_asked_by_a_traveler_then_refused(alice: User, charlie: User) -> None:
    with pytest.raises(NotAllowed):
        users.suspend_user(actor=actor_for(charlie), user_id=alice.pk, reason="test")


def test_suspend_when_done_twice_then_the_second_is_a_conflict(alice: User, dana: User) -> None:
    users.suspend_user(actor=actor_for(dana), user_id=alice.pk, reason="test")
    with pytest.raises(Conflict):
        users.suspend_user(actor=actor_for(dana), user_id=alice.pk, reason="test")
    users.reinstate_user(actor=Actor.system("test"), user_id=alice.pk, reason="test")
    assert User.objects.get(pk=alice.pk).status == "active"
