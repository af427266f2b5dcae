"""Promise 19: whoever asks learns nothing of who has an account: the same answer, after the same work, for an address that has one and one that has none.

Work is counted, not timed: what takes long is hashing a password and sending a mail. Also here: one sitting from a stranger's plan to the booking with a
proven address, open redirects, and the Host header.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as live
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from accounts.actions import users
from accounts.models import User
from tests.architecture.test_settings import PRODUCTION, check
from tests.bookings.pages import book_url, hold, pay
from tests.cast import PASSWORD, actor_for
from tests.factories.catalogue import SmallCatalogue
from tests.factories.people import UserFactory
from tests.trips.planned import plan
from trips.models import Trip

pytestmark = pytest.mark.django_db
API = "/api/auth/app/v1/"
KNOWN, UNKNOWN = "alice@example.org", "nobody@example.org"


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION, settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = "mandatory", True


@dataclass(frozen=True)
class Seen:
    """An answer and the work behind it, without what may differ."""

    status: int
    where: str
    text: str
    hashes: int
    mails: int


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each password that was hashed."""
    counted: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: MD5PasswordHasher, password: str, salt: str) -> str:
        counted.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    return counted


VARIES = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"|nonce-[^\']+|"(session_token|timestamp|request_id)": ?"[^"]*"')


def looked_at(answer: Any, address: str, hashes: list[str]) -> Seen:
    text = VARIES.sub("", answer.content.decode()).replace(address, "THE ADDRESS")
    return Seen(answer.status_code, answer.get("Location", "").replace(address, "THE ADDRESS"), text, len(hashes), len(mail.outbox))


def observed(ask: Callable[[str], Any], address: str, hashes: list[str]) -> Seen:
    """One request from a clean slate."""
    cache.clear()
    hashes.clear()
    mail.outbox.clear()
    return looked_at(ask(address), address, hashes)


def page_post(path: str, field: str, **more: str) -> Callable[[str], Any]:
    return lambda address: Client().post(path, {field: address, **more})


def page_shown(path: str, field: str, **more: str) -> Callable[[str], Any]:
    """The page that one lands on."""
    return lambda address: Client().post(path, {field: address, **more}, follow=True)


def program(path: str, **more: str) -> Callable[[str], Any]:
    return lambda address: APIClient().post(API + path, {"email": address, **more}, format="json")


WAYS: dict[str, Callable[[str], Any]] = {
    "sign-in, page": page_post("/accounts/login/", "login", password="not-the-password"),
    "sign-in, program": program("auth/login", password="not-the-password"),
    "sign-up, page": page_post("/accounts/signup/", "email", password1="a-long-new-password"),
    "sign-up, page, where one lands": page_shown("/accounts/signup/", "email", password1="a-long-new-password"),
    "sign-up, page, a bad password": page_post("/accounts/signup/", "email", password1="short"),
    "sign-up, program": program("auth/signup", password="a-long-new-password"),
    "sign-up, program, a bad password": program("auth/signup", password="short"),
    "reset, page": page_shown("/accounts/password/reset/", "email"),
    "reset, program": program("auth/password/request"),
    "code, page": page_shown("/accounts/login/code/", "email"),
    "code, program": program("auth/code/request"),
}


@pytest.mark.parametrize("way", WAYS)
def test_answer_when_there_is_an_account_or_none_then_the_same_after_the_same_work(way: str, alice: User, hashes: list[str]) -> None:
    known, unknown = observed(WAYS[way], KNOWN, hashes), observed(WAYS[way], UNKNOWN, hashes)
    assert known == unknown
    assert known.hashes + known.mails > 0 or "bad password" in way


@pytest.mark.parametrize("way", WAYS)
def test_answer_when_the_account_is_suspended_then_as_if_there_were_none(way: str, alice: User, dana: User, hashes: list[str]) -> None:
    users.suspend_user(actor=actor_for(dana), user_id=alice.pk, reason="test")
    assert observed(WAYS[way], KNOWN, hashes) == observed(WAYS[way], UNKNOWN, hashes)


@pytest.mark.parametrize("way", WAYS)
def test_answer_when_the_address_was_never_proven_then_as_if_there_were_none(way: str, db: None, hashes: list[str]) -> None:
    user = UserFactory(email=KNOWN)
    EmailAddress.objects.create(user=user, email=KNOWN, primary=True, verified=False)
    assert observed(WAYS[way], KNOWN, hashes) == observed(WAYS[way], UNKNOWN, hashes)


@pytest.mark.parametrize("way", WAYS)
def test_answer_when_the_account_has_no_password_then_as_if_there_were_none(way: str, alice: User, hashes: list[str]) -> None:
    alice.set_unusable_password()
    alice.save()
    assert observed(WAYS[way], KNOWN, hashes) == observed(WAYS[way], UNKNOWN, hashes)


def test_comparison_when_verification_is_optional_then_it_finds_the_difference(alice: User, hashes: list[str], settings: Any) -> None:
    """The control: this is what mandatory closes."""
    settings.ACCOUNT_EMAIL_VERIFICATION, settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = "optional", False
    way = WAYS["sign-up, page"]
    assert observed(way, KNOWN, hashes) != observed(way, UNKNOWN, hashes)


@pytest.mark.parametrize("path", ["/accounts/confirm-email/", "/accounts/login/code/confirm/"])
def test_wrong_code_when_typed_then_the_same_for_both_until_the_tries_are_used_up(path: str, alice: User, hashes: list[str]) -> None:
    begin = ("/accounts/signup/", {"password1": "a-long-new-password"}) if "confirm-email" in path else ("/accounts/login/code/", {})

    def tried(address: str) -> list[Seen]:
        cache.clear()
        browser, seen = Client(), []
        browser.post(begin[0], {"email": address, **begin[1]})
        for _try in range(4):
            hashes.clear()
            mail.outbox.clear()
            seen.append(looked_at(browser.post(path, {"code": "WRONG1"}), address, hashes))
        return seen

    assert tried(KNOWN) == tried(UNKNOWN)


def test_another_code_when_asked_for_then_the_same_for_both(alice: User, hashes: list[str]) -> None:
    def again(address: str) -> Seen:
        browser = Client()
        browser.post("/accounts/signup/", {"email": address, "password1": "a-long-new-password"})
        return observed(lambda _address: browser.post("/accounts/confirm-email/", {"action": "resend"}, follow=True), address, hashes)

    known, unknown = again(KNOWN), again(UNKNOWN)
    assert (known.status, known.where, known.text) == (unknown.status, unknown.where, unknown.text)


@pytest.mark.parametrize("face", ["page", "program"])
def test_change_of_address_when_another_has_it_then_the_same_answer(face: str, alice: User, bob: User, hashes: list[str]) -> None:
    """Both get a message there; only whoever reads it learns anything."""

    def change(address: str) -> Any:
        if face == "page":
            browser = Client()
            browser.post("/accounts/login/", {"login": bob.email, "password": PASSWORD})
            browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
            hashes.clear()
            return browser.post("/accounts/email/", {"email": address, "action_add": ""}, follow=True)
        client = APIClient()
        meta = client.post(API + "auth/login", {"email": bob.email, "password": PASSWORD}, format="json").json()["meta"]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {meta['access_token']}")
        client.post(API + "auth/reauthenticate", {"password": PASSWORD}, format="json")
        hashes.clear()
        return client.post(API + "account/email", {"email": address}, format="json")

    known, unknown = observed(change, KNOWN, hashes), observed(change, UNKNOWN, hashes)
    assert known == unknown
    assert known.mails == 1


def test_suspended_user_when_the_password_is_right_then_told_and_not_let_in(page: Client, alice: User, dana: User, api: APIClient) -> None:
    """Whoever knows the password knows that there is an account."""
    users.suspend_user(actor=actor_for(dana), user_id=alice.pk, reason="test")
    answer = page.post("/accounts/login/", {"login": KNOWN, "password": PASSWORD}, follow=True)
    assert "This account is locked" in answer.content.decode()
    assert "_auth_user_id" not in page.session
    assert "access_token" not in api.post(API + "auth/login", {"email": KNOWN, "password": PASSWORD}, format="json").content.decode()


# --- the mails ---


@pytest.mark.parametrize("way", ["sign-up, page", "reset, program", "code, page"])
@pytest.mark.parametrize("address", [KNOWN, UNKNOWN])
def test_mail_when_sent_to_whoever_was_named_then_kind_plain_and_with_our_links_alone(way: str, address: str, alice: User) -> None:
    WAYS[way](address)
    (letter,) = mail.outbox
    text = str(letter.body)
    assert letter.to == [address]
    assert "do nothing" in text
    assert all(link.startswith(f"{live.PUBLIC_URL}/") for link in re.findall(r"https?://\S+", text))
    assert not re.search(r"[{}]|None", text + letter.subject)
    assert "\n" not in letter.subject


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:6666", "localhost@evil.example"])
@pytest.mark.parametrize("path", ["/accounts/password/reset/", API + "auth/password/request"])
def test_reset_mail_when_the_host_is_forged_then_our_link_or_no_answer(host: str, path: str, alice: User, quiet_logs: None) -> None:
    client = APIClient() if path.startswith("/api") else Client()
    kind = {"format": "json"} if path.startswith("/api") else {}
    client.post(path, {"email": alice.email}, headers={"host": host, "x-forwarded-host": "evil.example"}, **kind)
    for letter in mail.outbox:
        assert "evil" not in str(letter.body)
        assert "6666" not in str(letter.body)
    assert len(mail.outbox) == (1 if host.startswith("127") else 0)


# --- one sitting: plan, sign up, prove, book ---


def code_in_mail() -> str:
    found = re.search(r"^ {4}(\S+)$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[1]


def test_stranger_when_they_plan_sign_up_type_the_code_and_book_then_all_in_one_sitting(page: Client, catalogue: SmallCatalogue, settings: Any, tmp_path: Path) -> None:
    settings.PLANNING_EFFORT, settings.MOCK_GATEWAY_BOOK = 15, str(tmp_path / "gateway.sqlite3")
    page.post("/new/from-sentence", {"sentence": "3 days in Varanasi for 2 under 40000"})
    trip = Trip.objects.get()
    assert plan(trip.reference) == "done"
    page.post(f"/trips/{trip.reference}/choose", {"candidate": "A"})
    assert trip.owner_id is None
    checkout = book_url(trip)
    sign_up = re.search(r'href="(/accounts/signup/[^"]*)"', page.get(checkout).content.decode())
    assert sign_up, "the checkout offers to sign up"
    hidden = re.findall(r'name="next" value="([^"]*)"', page.get(unescape(sign_up[1])).content.decode())
    assert checkout in hidden, "the form keeps where one was"
    waits = page.post("/accounts/signup/", {"email": "nina@example.org", "password1": "a-long-new-password", "next": checkout})
    assert waits["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in page.session
    assert page.get(checkout).status_code == 200, "still theirs while they look into their mail"
    shown = page.get("/accounts/confirm-email/").content.decode()
    assert "nina@example.org" in shown
    assert code_in_mail() not in shown
    assert page.post("/accounts/confirm-email/", {"code": "WRONG1"}).status_code == 200, "a slip costs nothing"
    done = page.post("/accounts/confirm-email/", {"code": code_in_mail()})
    assert done["Location"] == checkout
    trip.refresh_from_db()
    user = User.objects.get()
    assert (trip.owner_id, user.email_verified) == (user.pk, True)
    booking = hold(page, trip, email=user.email)
    pay(page, booking)
    booking.refresh_from_db()
    assert (booking.state, booking.user_id) == ("CONFIRMED", user.pk)


def test_program_when_it_signs_up_then_the_code_brings_the_tokens(api: APIClient) -> None:
    answer = api.post(API + "auth/signup", {"email": "nina@example.org", "password": "a-long-new-password"}, format="json")
    assert answer.status_code == 401
    assert {"id": "verify_email", "is_pending": True} in answer.json()["data"]["flows"]
    token = {"X-Session-Token": answer.json()["meta"]["session_token"]}
    wrong = api.post(API + "auth/email/verify", {"key": "WRONG1"}, format="json", headers=token)
    assert wrong.status_code == 400
    right = api.post(API + "auth/email/verify", {"key": code_in_mail()}, format="json", headers=token)
    assert right.status_code == 200, right.content
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {right.json()['meta']['access_token']}")
    assert client.get("/api/trips").status_code == 200


def test_unproven_user_when_signing_in_then_asked_for_a_code_first(page: Client) -> None:
    page.post("/accounts/signup/", {"email": "nina@example.org", "password1": "a-long-new-password"})
    cache.clear()
    other = Client()
    answer = other.post("/accounts/login/?next=/trips", {"login": "nina@example.org", "password": "a-long-new-password", "next": "/trips"})
    assert answer["Location"] == "/accounts/confirm-email/"
    assert other.post("/accounts/confirm-email/", {"code": code_in_mail()})["Location"] == "/trips"
    assert User.objects.get().has_usable_password(), "whoever came by the password keeps it"


# --- where one lands ---

ELSEWHERE = [
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "///evil.example",
    "http:///evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/%09/evil.example",
    "\t//evil.example",
    "https://127.0.0.1@evil.example/",
    "/trips\r\nLocation: https://evil.example/",
]


def leads_away(answer: Any) -> bool:
    where = answer.get("Location", "")
    return "\n" in where or where.startswith(("//", "/\\", "\\")) or urlsplit(where).netloc not in ("", "testserver") or urlsplit(where).scheme not in ("", "http")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_when_it_leads_elsewhere_then_one_stays(target: str, alice: User, dana: User) -> None:
    doors = [
        ("/accounts/login/", {"login": alice.email, "password": PASSWORD}),
        ("/accounts/signup/", {"email": UNKNOWN, "password1": "a-long-new-password"}),
        ("/accounts/logout/", {}),
        ("/i18n/setlang/", {"language": "hi"}),
        ("/accounts/login/code/", {"email": alice.email}),
    ]
    for path, form in doors:
        browser = Client()
        answer = browser.post(path, {**form, "next": target}, query_params={"next": target})
        assert answer.status_code == 302, path
        assert not leads_away(answer), (path, answer["Location"])
        if "_auth_user_id" in browser.session:
            assert not leads_away(browser.get("/accounts/login/", {"next": target})), "someone signed in"


def test_next_when_it_leads_elsewhere_after_the_code_then_one_stays(page: Client) -> None:
    page.post("/accounts/signup/?next=//evil.example", {"email": UNKNOWN, "password1": "a-long-new-password", "next": "//evil.example"})
    assert not leads_away(page.post("/accounts/confirm-email/?next=//evil.example", {"code": code_in_mail(), "next": "//evil.example"}))


# --- what production is told ---


def test_deploy_check_when_verification_is_optional_then_warns() -> None:
    run = check("--deploy", "--fail-level", "WARNING", **PRODUCTION, ACCOUNT_EMAIL_VERIFICATION="optional")
    assert run.returncode != 0
    assert "travelplanner.W007" in run.stderr


def test_settings_when_verification_is_neither_then_the_start_stops() -> None:
    run = check(**PRODUCTION, ACCOUNT_EMAIL_VERIFICATION="none")
    assert run.returncode != 0
    assert "ACCOUNT_EMAIL_VERIFICATION" in run.stderr
