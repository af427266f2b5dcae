"""Links in account mails lead to the public address, whatever the request claimed its host to be."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User

pytestmark = pytest.mark.django_db
ELSEWHERE = "127.0.0.1:6666"


def links() -> list[str]:
    """Of the one mail sent; the test fails when it names the other host anywhere."""
    (letter,) = mail.outbox
    text = str(letter.body) + letter.subject + "".join(str(body) for body, _kind in letter.alternatives)
    assert ELSEWHERE not in text
    found = re.findall(r"https?://\S+", text)
    assert found
    assert all(link.startswith(f"{settings.PUBLIC_URL}/") for link in found)
    return found


@pytest.mark.parametrize("address", ["alice@example.org", "nobody@example.org"])
def test_reset_mail_when_the_host_header_is_another_then_public_link_that_works(page: Client, alice: User, address: str) -> None:
    page.post("/accounts/password/reset/", {"email": address}, headers={"host": ELSEWHERE})
    assert page.get(urlsplit(links()[0]).path, follow=True).status_code == 200


def test_reset_mail_when_asked_by_program_then_public_link(api: APIClient, alice: User) -> None:
    api.post("/api/auth/app/v1/auth/password/request", {"email": alice.email}, format="json", headers={"host": ELSEWHERE})
    links()


def test_verification_mail_when_the_host_header_is_another_then_public_link_that_works(page: Client) -> None:
    page.post("/accounts/signup/", {"email": "nina@example.org", "password1": "a-long-new-password"}, headers={"host": ELSEWHERE})
    assert mail.outbox[0].subject == "Confirm your address for the travel planner"  # a link, and no code
    assert page.get(urlsplit(links()[0]).path, follow=True).status_code == 200


def test_taken_address_when_signing_up_again_then_public_links(page: Client, alice: User, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    page.post("/accounts/signup/", {"email": alice.email, "password1": "a-long-new-password"}, headers={"host": ELSEWHERE})
    links()
