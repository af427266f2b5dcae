"""The cast of every test: Alice owns, Bob is her companion, Charlie is a stranger, Dana is staff.

Fixtures come in threes: the person (`alice`), her program (`alice_api`, with a real bearer token) and her browser (`alice_page`).
`api` and `page` are nobody's: signed out.
"""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.headless.tokens.strategies.jwt import internal
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client
from django.utils.module_loading import import_string
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories.people import PASSWORD, UserFactory
from travelplanner.core.actor import Actor

BACKEND = "django.contrib.auth.backends.ModelBackend"
__all__ = ["PASSWORD", "actor_for", "api_for", "page_for", "session_for", "token_for"]


def actor_for(user: User) -> Actor:
    """The actor that the views would make of this user."""
    return Actor(user_id=user.pk, is_staff=user.is_staff)


def session_for(user: User) -> SessionBase:
    """A signed-in server-side session, as sign-in leaves it."""
    session: SessionBase = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    session.save()
    return session


def token_for(user: User) -> str:
    """A real access token, bound to a session of its own, as sign-in through /api/auth/ makes it."""
    return internal.create_access_token(user, session_for(user), {})


def api_for(user: User | None, **kwargs: Any) -> APIClient:
    """A program that speaks JSON, signed in by bearer token (None: signed out)."""
    client = APIClient(**kwargs)
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_for(user)}")
    return client


def page_for(user: User | None, **kwargs: Any) -> Client:
    """A browser, signed in by session (None: signed out)."""
    client = Client(**kwargs)
    if user is not None:
        client.force_login(user, backend=BACKEND)
    return client


def _person(name: str, **fields: Any) -> User:
    user = UserFactory(email=f"{name}@example.org", first_name=name.title(), email_verified=True, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def alice(db: None) -> User:
    """Owns what the test is about."""
    return _person("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Alice's companion."""
    return _person("bob")


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger: what he sees of Alice's things is a leak."""
    return _person("charlie")


@pytest.fixture
def dana(db: None) -> User:
    """Staff, with every right in the admin."""
    return _person("dana", is_staff=True, is_superuser=True)


@pytest.fixture
def api(db: None) -> APIClient:
    return api_for(None)


@pytest.fixture
def alice_api(alice: User) -> APIClient:
    return api_for(alice)


@pytest.fixture
def bob_api(bob: User) -> APIClient:
    return api_for(bob)


@pytest.fixture
def charlie_api(charlie: User) -> APIClient:
    return api_for(charlie)


@pytest.fixture
def dana_api(dana: User) -> APIClient:
    return api_for(dana)


@pytest.fixture
def page(db: None) -> Client:
    return page_for(None)


@pytest.fixture
def alice_page(alice: User) -> Client:
    return page_for(alice)


@pytest.fixture
def bob_page(bob: User) -> Client:
    return page_for(bob)


@pytest.fixture
def charlie_page(charlie: User) -> Client:
    return page_for(charlie)


@pytest.fixture
def dana_page(dana: User) -> Client:
    return page_for(dana)
