"""The page "Sign-in and security" says what is there, in plain words, with as many statements whatever there is."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.cast import PASSWORD, page_for, session_for
from tests.statements import HEADER, counted

pytestmark = pytest.mark.django_db
PAGE = "/account/security"


def shown(browser: Client) -> str:
    return " ".join(browser.get(PAGE).content.decode().split())


def test_page_when_the_account_is_plain_then_says_what_is_missing(alice_page: Client) -> None:
    text = shown(alice_page)
    for words in ("A passkey makes you safer.", "alice@example.org", "confirmed", "None yet. Sign in with your finger", "Off. An app on your phone", "They come with the first passkey"):
        assert words in text
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/activate/", "/account/security/devices"):
        assert f'href="{path}"' in text


def test_page_when_the_address_is_not_proven_then_says_so_first(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email_verified=False)
    text = shown(page_for(alice))
    assert "Your e-mail address is not confirmed yet." in text
    assert "not confirmed" in text


def test_page_when_well_protected_then_says_so_with_what_is_left(alice: User) -> None:
    TOTP.activate(alice, generate_totp_secret())
    codes = RecoveryCodes.activate(alice)
    for number in (1, 2):
        Authenticator.objects.create(user=alice, type="webauthn", data={"name": f"key {number}", "credential": {}})
    text = shown(page_for(alice))
    for words in ("Well protected.", "2 passkeys.", "On. Signing in asks for a code", "10 codes left."):
        assert words in text
    assert "make new ones" not in text
    assert not any(code in text for code in codes.get_unused_codes())
    for code in codes.get_unused_codes()[:8]:
        codes.validate_code(code)
    text = shown(page_for(alice))
    assert "2 codes left." in text
    assert "make new ones" in text


def test_page_when_there_is_no_password_then_offers_one(alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    text = shown(page_for(alice))
    assert "None. You sign in without one." in text
    assert 'href="/accounts/password/set/"' in text


def test_page_when_staff_has_no_second_factor_then_told(dana_page: Client, alice_page: Client) -> None:
    assert "You are staff." in shown(dana_page)
    assert "You are staff." not in shown(alice_page)


def test_page_when_there_is_much_then_no_more_statements(alice: User) -> None:
    browser = page_for(alice)
    shown(browser)
    with counted() as little:
        shown(browser)
    for number in range(30):
        Authenticator.objects.create(user=alice, type="webauthn", data={"name": f"key {number}", "credential": {}})
        UserSession.objects.create(user=alice, session_key=session_for(alice).session_key, ip="192.0.2.1", user_agent="x")
    with counted() as much:
        text = shown(browser)
    assert "30 passkeys." in text
    assert len(much) == len(little) <= 5 + HEADER


def test_page_when_another_opens_it_then_nothing_of_hers(alice: User, charlie_page: Client) -> None:
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "hers", "credential": {}})
    assert "alice@example.org" not in shown(charlie_page)
    assert "None yet." in shown(charlie_page)


def test_page_when_nobody_is_signed_in_then_the_sign_in_page(page: Client) -> None:
    assert page.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_addresses_when_there_is_one_and_it_is_confirmed_then_no_button_without_a_use(alice: User, alice_page: Client) -> None:
    assert 'name="action_' not in alice_page.get("/accounts/email/").content.decode().replace('name="action_add"', "")
    alice.emailaddress_set.update(verified=False)
    assert 'name="action_send"' in alice_page.get("/accounts/email/").content.decode()


def test_notice_when_the_password_changed_then_program_and_moment_in_words(alice: User, alice_page: Client) -> None:
    """A clock with its zone and "Firefox on Windows": nobody recognises their own sign-in by a line of version numbers."""
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
    form = {"oldpassword": PASSWORD, "password1": "another-long-password", "password2": "another-long-password"}
    answer = alice_page.post("/accounts/password/change/", form, headers={"User-Agent": agent})
    assert answer.status_code == 302, answer.content.decode()
    body = str(mail.outbox[-1].body)
    assert re.search(r"at \d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d UTC, by Firefox on Windows\.", body), body
