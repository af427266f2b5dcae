"""Proving a phone number: what is a number, how the gateway may fail, how often a code may be tried, and whose the number is."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts import phone_numbers
from accounts.actions import phones
from accounts.gateways import sms
from accounts.models import User
from tests.accounts.companies import SmsCompany, open_for_business
from tests.cast import PASSWORD, actor_for
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from travelplanner.core.models import AuditEntry

NUMBER, SPACED = "+919876543210", "+91 98765-43210"
CHANGE, VERIFY = "/accounts/phone/change/", "/accounts/phone/verify/"
PHONE, CODE, LOGIN, AGAIN = ("/api/auth/app/v1/" + path for path in ("account/phone", "auth/phone/verify", "auth/login", "auth/reauthenticate"))


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where local mode's messages land."""
    settings.SMS_GATEWAY, settings.SMS_FILE_PATH = "file", str(tmp_path / "sms")
    return tmp_path / "sms"


@pytest.fixture
def company(settings: Any) -> Iterator[SmsCompany]:
    found = SmsCompany()
    with open_for_business(found.handler()) as settings.SMS_URL:
        settings.SMS_GATEWAY, settings.SMS_ACCOUNT, settings.SMS_TOKEN, settings.SMS_SENDER = "twilio", "AC1", "secret", "+15005550006"
        yield found


def messages(folder: Path) -> list[str]:
    return [path.read_text() for path in sorted(folder.glob("*.txt"))] if folder.exists() else []


def code_in(text: str) -> str:
    found = re.search(r"^(\S+) is your code", text, re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
def browser(alice: User) -> Client:
    """Alice, who just typed her password again."""
    found = Client()
    found.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    found.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return found


# --- what is a number ---


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+919876543210", NUMBER),
        (SPACED, NUMBER),
        ("0091 98765 43210", NUMBER),
        (" +1 (415) 555-2671 ", "+14155552671"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+7.495.123.45.67", "+74951234567"),
        ("+91\u00a098765\u201143210", NUMBER),
        ("98765 43210", None),
        ("+0123456789", None),
        ("+12345", None),
        ("+1234567890123456", None),
        ("+99912345678", None),
        ("+88212345678", None),
        ("+91 98765 4321x", None),
        ("+\u0969\u0967 98765 43210", None),
        ("", None),
        ("+", None),
        ("tel:+919876543210", None),
        ("+919876543210\nBcc: x@example.org", None),
    ],
)
def test_number_when_read_then_e164_or_nothing(text: str, number: str | None) -> None:
    assert phone_numbers.normalized(text) == number


@given(st.text(max_size=30))
def test_number_when_anything_is_read_then_what_comes_out_is_e164_and_reads_as_itself(text: str) -> None:
    number = phone_numbers.normalized(text)
    if number is not None:
        assert re.fullmatch(r"\+[1-9][0-9]{7,14}", number, re.ASCII)
        assert phone_numbers.normalized(number) == number


@given(st.sampled_from(sorted(phone_numbers.CALLING_CODES)), st.text("0123456789", min_size=8, max_size=11), st.sampled_from([" ", "-", "", " (", ")"]))
def test_number_when_spaced_then_the_same(code: str, digits: str, gap: str) -> None:
    plain = phone_numbers.normalized(f"+{code}{digits}")
    assert plain == f"+{code}{digits}"
    assert phone_numbers.normalized(f"+{code}{gap}{digits[:3]}{gap}{digits[3:]}") == plain


def test_calling_codes_when_compared_then_none_begins_another() -> None:
    codes = phone_numbers.CALLING_CODES
    assert len(codes) > 200
    assert not [code for code in codes if any(code != other and code.startswith(other) for other in codes)]


# --- the pages ---


@pytest.mark.django_db
def test_pages_when_the_code_is_typed_then_the_number_is_proven(browser: Client, alice: User, folder: Path) -> None:
    assert browser.post(CHANGE, {"phone": SPACED})["Location"] == VERIFY
    (text,) = messages(folder)
    assert text.startswith(f"To: {NUMBER}\n")
    shown = browser.get(VERIFY).content.decode()
    assert NUMBER in shown
    assert code_in(text) not in shown
    alice.refresh_from_db()
    assert alice.phone == "", "not before"
    assert browser.post(VERIFY, {"code": code_in(text)})["Location"] == CHANGE
    alice.refresh_from_db()
    assert (alice.phone, alice.phone_verified) == (NUMBER, True)
    assert NUMBER in browser.get(CHANGE).content.decode()
    entry = AuditEntry.objects.get(action="user.phone_verified")
    assert NUMBER not in f"{entry.before}{entry.after}"


@pytest.mark.django_db
def test_pages_when_the_number_is_removed_then_gone(browser: Client, alice: User) -> None:
    phones.confirm_phone(actor=actor_for(alice), number=NUMBER)
    browser.post(CHANGE, {"action": "remove"})
    alice.refresh_from_db()
    assert (alice.phone, alice.phone_verified) == ("", False)
    assert browser.post(CHANGE, {"action": "remove"}).status_code == 404


@pytest.mark.django_db
def test_pages_when_it_is_no_number_then_says_how_to_write_one(browser: Client, folder: Path) -> None:
    answer = browser.post(CHANGE, {"phone": "98765 43210"})
    assert "with its country code" in answer.content.decode()
    assert messages(folder) == []


@pytest.mark.django_db
def test_pages_when_not_signed_in_or_not_asked_again_then_no_code(page: Client, alice_page: Client, folder: Path) -> None:
    assert page.post(CHANGE, {"phone": NUMBER})["Location"].startswith("/accounts/login/")
    assert page.get(VERIFY)["Location"].startswith("/accounts/login/")
    assert alice_page.post(CHANGE, {"phone": NUMBER})["Location"].startswith("/accounts/reauthenticate/")
    assert alice_page.get(VERIFY)["Location"] == CHANGE
    assert messages(folder) == []


@pytest.mark.django_db
def test_code_when_typed_wrong_three_times_then_it_is_no_good_any_more(browser: Client, alice: User, folder: Path) -> None:
    browser.post(CHANGE, {"phone": NUMBER})
    code = code_in(messages(folder)[0])
    for _try in range(3):
        browser.post(VERIFY, {"code": "WRONG1"})
    browser.post(VERIFY, {"code": code})
    alice.refresh_from_db()
    assert alice.phone == ""


@pytest.mark.django_db
def test_code_when_too_old_then_it_is_no_good_any_more(browser: Client, alice: User, folder: Path, settings: Any) -> None:
    browser.post(CHANGE, {"phone": NUMBER})
    settings.ACCOUNT_PHONE_VERIFICATION_TIMEOUT = -1
    browser.post(VERIFY, {"code": code_in(messages(folder)[0])})
    alice.refresh_from_db()
    assert alice.phone == ""


@pytest.mark.django_db
def test_code_when_another_browser_types_it_then_nothing(browser: Client, folder: Path, alice: User) -> None:
    browser.post(CHANGE, {"phone": NUMBER})
    other = Client()
    other.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    other.post(VERIFY, {"code": code_in(messages(folder)[0])})
    alice.refresh_from_db()
    assert alice.phone == ""


@pytest.mark.django_db
def test_codes_when_asked_for_one_number_again_at_once_then_429_with_retry_after(browser: Client, folder: Path) -> None:
    assert browser.post(CHANGE, {"phone": NUMBER}).status_code == 302
    answer = browser.post(CHANGE, {"phone": SPACED})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "A little too fast" in answer.content.decode()
    assert len(messages(folder)) == 1


@pytest.mark.django_db
def test_codes_when_asked_for_many_numbers_then_limited_by_user(browser: Client, folder: Path) -> None:
    statuses = [browser.post(CHANGE, {"phone": f"+9198765432{number:02d}"}).status_code for number in range(6)]
    assert 429 in statuses
    assert len(messages(folder)) <= 3


# --- whose number ---


@pytest.mark.django_db
def test_number_when_another_proved_it_then_the_same_answer_until_the_code_is_right(browser: Client, alice: User, bob: User, folder: Path) -> None:
    phones.confirm_phone(actor=actor_for(bob), number=NUMBER)
    taken = browser.post(CHANGE, {"phone": NUMBER})
    free = browser.post(CHANGE, {"phone": "+919876543211"})
    assert (taken.status_code, taken["Location"], taken.content) == (free.status_code, free["Location"], free.content)
    assert [code_in(text) != "" for text in messages(folder)] == [True, True]


@pytest.mark.django_db
def test_number_when_another_proved_it_then_the_holder_of_the_phone_is_told_and_nothing_changes(browser: Client, alice: User, bob: User, folder: Path) -> None:
    phones.confirm_phone(actor=actor_for(bob), number=NUMBER)
    browser.post(CHANGE, {"phone": NUMBER})
    answer = browser.post(VERIFY, {"code": code_in(messages(folder)[0])})
    assert answer.status_code == 200
    assert bob.email not in answer.content.decode()
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.phone, bob.phone) == ("", NUMBER)


@pytest.mark.django_db
def test_number_when_confirmed_for_two_then_a_conflict_and_the_constraint_holds(alice: User, bob: User) -> None:
    phones.confirm_phone(actor=actor_for(alice), number=NUMBER)
    with pytest.raises(Conflict) as caught:
        phones.confirm_phone(actor=actor_for(bob), number=SPACED)
    assert caught.value.code == "phone_taken"
    assert alice.email not in str(caught.value)
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=bob.pk).update(phone=NUMBER, phone_verified=True)


@pytest.mark.django_db
def test_number_when_unproven_elsewhere_then_nobodys(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(phone=NUMBER)
    assert phones.confirm_phone(actor=actor_for(alice), number=NUMBER).phone_verified


@pytest.mark.django_db
def test_actions_when_there_is_no_user_then_refused(db: None) -> None:
    for call in (lambda: phones.confirm_phone(actor=Actor(), number=NUMBER), lambda: phones.remove_phone(actor=Actor())):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(NotAllowed):
        phones.send_code(actor=Actor(visitor="x"), number=NUMBER, code="ABC")


# --- programs ---


@pytest.fixture
def program(alice: User) -> APIClient:
    """Alice's program, which just sent her password again."""
    client = APIClient()
    meta = client.post(LOGIN, {"email": alice.email, "password": PASSWORD}, format="json").json()["meta"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {meta['access_token']}")
    assert client.post(AGAIN, {"password": PASSWORD}, format="json").status_code == 200
    return client


@pytest.mark.django_db
def test_program_when_it_sends_the_code_then_the_number_is_proven(program: APIClient, alice: User, folder: Path) -> None:
    assert program.get(PHONE).json()["data"] == []
    answer = program.post(PHONE, {"phone": SPACED}, format="json")
    assert (answer.status_code, answer.json()["data"]) == (202, [{"phone": NUMBER, "verified": False}])
    done = program.post(CODE, {"code": code_in(messages(folder)[0])}, format="json")
    assert done.status_code == 200, done.content
    assert program.get(PHONE).json()["data"] == [{"phone": NUMBER, "verified": True}]
    assert program.delete(PHONE).json()["data"] == []
    assert program.delete(PHONE).status_code == 404
    alice.refresh_from_db()
    assert alice.phone == ""


@pytest.mark.django_db
def test_program_when_anything_is_wrong_then_allauths_shape_and_no_5xx(program: APIClient, api: APIClient, folder: Path) -> None:
    assert program.post(PHONE, {"phone": "12"}, format="json").status_code == 400
    assert program.post(PHONE, {}, format="json").status_code == 400
    assert program.post(CODE, {"code": "ABC"}, format="json").status_code == 409
    for method in ("get", "post", "delete", "put"):
        assert getattr(api, method)(PHONE, {"phone": NUMBER}, format="json").status_code in (401, 405, 409)


@pytest.mark.django_db
def test_program_when_too_often_then_429_with_retry_after(program: APIClient, folder: Path) -> None:
    program.post(PHONE, {"phone": NUMBER}, format="json")
    answer = program.post(PHONE, {"phone": NUMBER}, format="json")
    assert (answer.status_code, answer.json()["status"]) == (429, 429)
    assert int(answer["Retry-After"]) > 0


# --- the gateway ---


@pytest.mark.django_db
def test_gateway_when_it_takes_the_message_then_number_text_sender_and_keys_are_right(company: SmsCompany, browser: Client) -> None:
    assert browser.post(CHANGE, {"phone": NUMBER}).status_code == 302
    (message,) = company.messages
    assert (message["To"], message["From"], company.paths) == (NUMBER, "+15005550006", ["/2010-04-01/Accounts/AC1/Messages.json"])
    assert len(message["Body"]) <= 160
    assert company.keys == ["Basic " + base64.b64encode(b"AC1:secret").decode()]
    browser.post(VERIFY, {"code": code_in(message["Body"])})
    assert User.objects.get(phone=NUMBER).phone_verified


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "words", "code"), [(400, "send a message to this number", 400), (500, "be sent right now", 503), (401, "be sent right now", 503), (302, "be sent right now", 503)])
def test_gateway_when_it_refuses_or_fails_then_both_faces_say_so(
    company: SmsCompany, browser: Client, program: APIClient, alice: User, status: int, words: str, code: int
) -> None:
    company.status = status
    answer = browser.post(CHANGE, {"phone": NUMBER})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    answer = program.post(PHONE, {"phone": "+919876543299"}, format="json")
    assert answer.status_code == code, answer.content
    assert ("Retry-After" in answer) is (code == 503)
    alice.refresh_from_db()
    assert alice.phone == ""
    assert "secret" not in answer.content.decode()


def test_gateway_when_it_is_slow_or_gone_then_unavailable(company: SmsCompany, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms, "TIMEOUT", 0.2)
    company.wait = 1
    with pytest.raises(sms.SmsUnavailable):
        sms.default_gateway().send(number=NUMBER, text="x")
    settings.SMS_URL = "http://127.0.0.1:1"
    with pytest.raises(sms.SmsUnavailable):
        sms.default_gateway().send(number=NUMBER, text="x")


def test_gateway_when_off_then_unavailable_and_said(alice: User, settings: Any) -> None:
    settings.SMS_GATEWAY = "off"
    with pytest.raises(Unavailable):
        phones.send_code(actor=actor_for(alice), number=NUMBER, code="ABC")
    with pytest.raises(Invalid):
        phones.send_code(actor=actor_for(alice), number="12", code="ABC")


@pytest.mark.django_db(transaction=True)
def test_gateway_when_called_then_no_transaction_is_open(alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the whole request, not in the action alone."""
    inside: list[bool] = []
    send = sms.FileGateway.send
    monkeypatch.setattr(sms.FileGateway, "send", lambda self, **message: (inside.append(connection.in_atomic_block), send(self, **message)))
    browser = Client()
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.post(CHANGE, {"phone": NUMBER})
    assert inside == [False]


def test_settings_when_the_gateway_has_no_keys_then_the_start_stops() -> None:
    from tests.architecture.test_settings import PRODUCTION, check

    run = check(**PRODUCTION, SMS_GATEWAY="twilio")
    assert run.returncode != 0
    assert ImproperlyConfigured.__name__ in run.stderr
    assert "SMS_ACCOUNT" in run.stderr
