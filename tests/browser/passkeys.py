"""Steps with a passkey, for any journey: a device that keeps passkeys, signing up and in with one.

    with passkeys_at(site):                  # the site's address takes passkeys, and sign-up by passkey is on
        keep_passkeys(visitor)               # before the first page that asks for one
        sign_up_with_passkey(visitor, "nina@example.org")
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core import mail
from django.test.utils import override_settings
from playwright.sync_api import CDPSession

from tests.browser.site import Site
from tests.browser.visitor import Visitor

CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", re.MULTILINE)


@contextmanager
def passkeys_at(site: Site) -> Iterator[None]:
    """The running site, as one whose settings say: verified by code, sign-up by passkey, its own address."""
    with override_settings(
        PASSKEY_ORIGIN=site.url,
        MFA_PASSKEY_SIGNUP_ENABLED=True,
        ACCOUNT_EMAIL_VERIFICATION="mandatory",
        ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=True,
        ROOT_URLCONF="tests.passkey_sign_up_urls",
    ):
        yield


@dataclass(frozen=True)
class Keeper:
    """A visitor's device: its passkeys can be counted, and it can refuse."""

    cdp: CDPSession
    id: str

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]
        return found

    def recognise(self, yes: bool) -> None:
        """Whether the finger fits."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})


def keep_passkeys(visitor: Visitor) -> Keeper:
    """Give the visitor's tab a virtual authenticator, as a phone or laptop has one: it keeps passkeys and knows its owner's finger."""
    cdp = visitor.context.new_cdp_session(visitor.page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return Keeper(cdp, cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


def mailed_code(address: str) -> str:
    """The code in the newest letter to this address; waits for it a little."""
    patience = time.monotonic() + 10
    while True:
        letters = [letter for letter in mail.outbox if letter.to == [address]]
        found = CODE.findall(str(letters[-1].body)) if letters else []
        if found or time.monotonic() > patience:
            assert found, [str(letter.body) for letter in letters]
            return str(found[-1])
        time.sleep(0.1)


def sign_up_with_passkey(visitor: Visitor, address: str, *, start: str = "/accounts/signup/", lands: str = "**/trips") -> None:
    """From the sign-up page to a signed-in account that has no password: address, mailed code, passkey."""
    page = visitor.go(start)
    page.get_by_role("link", name="Use a passkey instead").click()
    page.get_by_label("Email").or_(page.get_by_label("E-mail")).fill(address)
    page.get_by_role("button", name="Send me the code").click()
    page.wait_for_url("**/confirm-email/**")
    page.get_by_label("Code").fill(mailed_code(address))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/webauthn/signup/**")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url(lands)


def sign_in_with_passkey(visitor: Visitor, *, start: str = "/accounts/login/", lands: str = "**/trips") -> None:
    page = visitor.go(start)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lands)


def sign_out(visitor: Visitor) -> None:
    page = visitor.go("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"/$"))
