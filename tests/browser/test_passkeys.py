"""Passkeys in a real browser with a virtual authenticator: added, used to sign in, as second factor, for signing up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import User
from tests.browser.passkeys import (
    Keeper,
    keep_passkeys,
    passkeys_at,
    sign_in_with_passkey,
    sign_out,
    sign_up_with_passkey,
)
from tests.browser.scenes import make_person
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _origin(site: Site) -> Iterator[None]:
    with passkeys_at(site):
        yield


@pytest.fixture
def keeper(visitor: Visitor) -> Keeper:
    return keep_passkeys(visitor)


def sign_in_with_password(visitor: Visitor, user: User) -> None:
    page = visitor.go("/accounts/login/")
    page.locator("#id_login").fill(user.email)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()


def add_passkey(visitor: Visitor, name: str) -> None:
    page = visitor.go("/account/security")
    page.locator("main").get_by_role("link", name="Add a passkey").first.click()
    if "reauthenticate" in page.url:
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="It is me").click()
    page.wait_for_url("**/webauthn/add/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/recovery-codes/")


def test_passkey_when_added_then_it_signs_in_without_password(visitor: Visitor, keeper: Keeper) -> None:
    user = make_person("pia")
    sign_in_with_password(visitor, user)
    add_passkey(visitor, "Pia's phone")
    assert len(keeper.credentials()) == 1
    assert keeper.credentials()[0]["isResidentCredential"]
    sign_out(visitor)
    sign_in_with_passkey(visitor)
    row = Authenticator.objects.get(user=user, type="webauthn")
    assert row.last_used_at is not None
    page = visitor.go("/accounts/2fa/webauthn/")
    assert page.get_by_text("Pia's phone").first.is_visible()


def test_password_when_there_is_a_passkey_then_it_is_asked_for_too(visitor: Visitor, keeper: Keeper) -> None:
    user = make_person("quinn")
    sign_in_with_password(visitor, user)
    add_passkey(visitor, "key")
    sign_out(visitor)
    sign_in_with_password(visitor, user)
    page = visitor.page
    page.wait_for_url("**/2fa/authenticate/")
    visitor.go("/account/security")
    assert "/accounts/" in page.url, "half signed in is not signed in"
    visitor.go("/accounts/2fa/authenticate/")
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/trips")


def test_passkey_when_the_finger_does_not_fit_then_a_kind_sentence_and_no_sign_in(visitor: Visitor, keeper: Keeper) -> None:
    user = make_person("rosa")
    sign_in_with_password(visitor, user)
    add_passkey(visitor, "key")
    sign_out(visitor)
    keeper.recognise(False)
    page = visitor.go("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("No passkey came.").wait_for()
    keeper.recognise(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/trips")


def test_sign_up_when_by_passkey_then_an_account_without_password(visitor: Visitor, keeper: Keeper) -> None:
    sign_up_with_passkey(visitor, "sol@example.org")
    user = User.objects.get(email="sol@example.org")
    assert not user.has_usable_password()
    assert user.email_verified
    assert keeper.credentials()[0]["rpId"] == "localhost"
    sign_out(visitor)
    sign_in_with_passkey(visitor)


def test_passkey_when_the_page_is_at_another_address_then_says_where_they_work(visitor: Visitor, settings: Any) -> None:
    settings.PASSKEY_ORIGIN = "https://trips.example.com"
    page = visitor.go("/accounts/login/")
    page.get_by_text("Passkeys work at https://trips.example.com only.").wait_for()
    assert page.get_by_role("button", name="Sign in with a passkey").is_disabled()
