"""Guesses and mails are limited, per account and per address, with 429 and Retry-After on both faces; and nobody locks another out from afar."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from allauth.account import app_settings
from allauth.core.internal.ratelimit import parse_rates
from django.core import mail
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.throttling import ScopedRateThrottle, SimpleRateThrottle

from accounts.models import User
from tests.cast import PASSWORD
from travelplanner.core import limits
from travelplanner.core.api.throttling import ScopedThrottle

API = "/api/auth/app/v1/"
HERE, THERE, PROXY = "198.51.100.1", "203.0.113.9", "192.0.2.1"


def sign_in(password: str, *, email: str = "alice@example.org", address: str = HERE, **more: Any) -> Any:
    return Client(REMOTE_ADDR=address).post("/accounts/login/", {"login": email, "password": password}, **more)


def by_program(path: str, address: str = HERE, **body: str) -> Any:
    return APIClient(REMOTE_ADDR=address).post(API + path, body, format="json")


def until_refused(ask: Callable[[], Any], most: int = 40) -> tuple[int, Any]:
    """How many times it was let through, and the refusal."""
    for number in range(most):
        answer = ask()
        if answer.status_code == 429:
            return number, answer
    raise AssertionError(f"never refused in {most} times")


def assert_refusal(answer: Any, face: str) -> None:
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    if face == "program":
        assert answer["Content-Type"].startswith("application/json")
        assert answer.json()["status"] == 429
    else:
        text = answer.content.decode()
        assert "A little too fast" in text
        assert "css/components.css" in text, "our look"


def test_rates_when_set_then_readable_and_each_door_has_one() -> None:
    rates = app_settings.RATE_LIMITS
    for action in ("signup", "login", "login_failed", "login_failed_account", "reset_password", "request_login_code", "confirm_email", "change_phone", "verify_phone"):
        assert parse_rates(rates[action]), action
    kinds = {rate.per for rate in parse_rates(rates["reset_password"])}
    assert kinds == {"ip", "key"}, "per address and per account"


@pytest.mark.django_db
@pytest.mark.parametrize("face", ["page", "program"])
def test_wrong_passwords_when_many_then_429_and_the_right_one_is_refused_too(alice: User, face: str) -> None:
    ask = (lambda: sign_in("wrong-password")) if face == "page" else (lambda: by_program("auth/login", email=alice.email, password="wrong-password"))
    let_through, refusal = until_refused(ask)
    assert let_through == 5
    assert_refusal(refusal, face)
    assert sign_in(PASSWORD).status_code == 429


@pytest.mark.django_db
def test_wrong_passwords_when_from_one_address_then_the_owner_gets_in_from_another(alice: User) -> None:
    for _try in range(60):
        sign_in("wrong-password", address=THERE)
    assert sign_in(PASSWORD, address=THERE).status_code == 429
    assert sign_in(PASSWORD).status_code == 302


@pytest.mark.django_db
def test_wrong_passwords_when_one_address_never_stops_then_it_can_not_use_up_the_accounts_own_limit(alice: User) -> None:
    """What one address may try in an hour is less than what the account bears."""
    per_address = max(rate.amount * 3600 / rate.duration for rate in parse_rates(app_settings.RATE_LIMITS["login_failed"]) if rate.per == "key")
    (account,) = parse_rates(app_settings.RATE_LIMITS["login_failed_account"])
    assert per_address < account.amount * 3600 / account.duration


@pytest.mark.django_db
def test_wrong_passwords_when_from_everywhere_then_the_account_is_limited(alice: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed_account": "8/h/key"}
    statuses = [sign_in("wrong-password", address=f"203.0.113.{number}").status_code for number in range(10)]
    assert statuses == [200] * 8 + [429] * 2
    assert sign_in(PASSWORD, email="bob@example.org").status_code == 200, "another account's is another count"


@pytest.mark.django_db
def test_right_password_when_typed_often_then_never_counted(alice: User) -> None:
    assert {sign_in(PASSWORD, address=f"198.51.100.{number}").status_code for number in range(20)} == {302}
    assert [sign_in(PASSWORD).status_code for _try in range(12)] == [302] * 12


@pytest.mark.django_db
def test_wrong_passwords_when_many_accounts_are_tried_from_one_address_then_limited(db: None) -> None:
    statuses = [sign_in("wrong-password", email=f"person{number}@example.org").status_code for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert sign_in("wrong-password", email="person1@example.org", address=THERE).status_code == 200


@pytest.mark.django_db
def test_wrong_passwords_when_the_host_header_changes_then_counted_together(alice: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    statuses = [sign_in("wrong-password", headers={"host": f"host{number}.example"}).status_code for number in range(7)]
    assert statuses == [200] * 5 + [429] * 2


@pytest.mark.django_db
def test_address_when_no_proxy_is_trusted_then_the_header_is_ignored(alice: User) -> None:
    statuses = [sign_in("wrong-password", headers={"x-forwarded-for": f"203.0.113.{number}"}).status_code for number in range(7)]
    assert statuses == [200] * 5 + [429] * 2


@pytest.mark.django_db
def test_address_when_a_proxy_is_trusted_then_it_is_what_that_proxy_saw(alice: User, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    invented = [sign_in("wrong-password", address=PROXY, headers={"x-forwarded-for": f"203.0.113.{number}, {THERE}"}).status_code for number in range(7)]
    assert invented == [200] * 5 + [429] * 2
    assert sign_in(PASSWORD, address=PROXY, headers={"x-forwarded-for": HERE}).status_code == 302, "behind the same proxy, another person"


@pytest.mark.django_db
def test_address_when_it_is_of_one_ipv6_network_then_counted_together(alice: User) -> None:
    statuses = [sign_in("wrong-password", address=f"2001:db8:1:2::{number:x}").status_code for number in range(1, 8)]
    assert statuses == [200] * 5 + [429] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("face", ["page", "program"])
@pytest.mark.parametrize(("page", "program", "most"), [("/accounts/password/reset/", "auth/password/request", 5)])
def test_mails_when_asked_for_one_account_then_limited_whatever_the_address(alice: User, face: str, page: str, program: str, most: int) -> None:
    numbers = iter(range(1, 100))
    ask = {
        "page": lambda: Client(REMOTE_ADDR=f"203.0.113.{next(numbers)}").post(page, {"email": alice.email}),
        "program": lambda: by_program(program, address=f"203.0.113.{next(numbers)}", email=alice.email),
    }[face]
    let_through, refusal = until_refused(ask)
    assert let_through == len(mail.outbox) == most
    assert_refusal(refusal, face)


@pytest.mark.django_db
def test_codes_when_asked_for_one_account_then_limited_whatever_the_address(alice: User) -> None:
    """allauth says so in the form, or as a wrong field; the mails stop."""
    for number in range(8):
        Client(REMOTE_ADDR=f"203.0.113.{number}").post("/accounts/login/code/", {"email": alice.email})
        by_program("auth/code/request", address=f"203.0.114.{number}", email=alice.email)
    assert len(mail.outbox) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("face", ["page", "program"])
def test_accounts_when_made_by_the_dozen_from_one_address_then_limited(db: None, face: str) -> None:
    numbers = iter(range(100))
    ask = {
        "page": lambda: Client(REMOTE_ADDR=HERE).post("/accounts/signup/", {"email": f"p{next(numbers)}@example.org", "password1": "a-long-new-password"}),
        "program": lambda: by_program("auth/signup", email=f"p{next(numbers)}@example.org", password="a-long-new-password"),
    }[face]
    let_through, refusal = until_refused(ask)
    assert let_through == User.objects.count() == 20
    assert_refusal(refusal, face)


@pytest.mark.django_db
def test_code_when_another_is_asked_for_at_once_then_not_sent(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION, settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = "mandatory", True
    browser = Client()
    browser.post("/accounts/signup/", {"email": "nina@example.org", "password1": "a-long-new-password"})
    for _press in range(5):
        browser.post("/accounts/confirm-email/", {"action": "resend"})
    assert len(mail.outbox) == 1
    cache.clear()  # as if the seconds had passed
    for _press in range(5):
        browser.post("/accounts/confirm-email/", {"action": "resend"})
        cache.clear()
    assert len(mail.outbox) == 3, "twice more for one sign-up, then one begins again"


@pytest.mark.django_db
def test_code_when_guessed_then_three_tries(alice: User) -> None:
    browser = Client()
    browser.post("/accounts/login/code/", {"email": alice.email})
    answers = [browser.post("/accounts/login/code/confirm/", {"code": f"WRONG{number}"}) for number in range(4)]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    assert answers[3]["Location"].startswith("/accounts/login/")
    code = str(mail.outbox[0].body).split("    ")[1].split()[0]
    browser.post("/accounts/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in browser.session


@pytest.mark.django_db
def test_new_password_when_chosen_by_mail_then_wrong_ones_of_before_are_forgotten(alice: User) -> None:
    for _try in range(6):
        sign_in("wrong-password")
    assert sign_in(PASSWORD).status_code == 429
    browser = Client(REMOTE_ADDR=HERE)
    browser.post("/accounts/password/reset/", {"email": alice.email})
    link = next(word for word in str(mail.outbox[-1].body).split() if "/reset/key/" in word)
    form = browser.get("/accounts/" + link.split("/accounts/")[1], follow=True)
    browser.post(form.redirect_chain[-1][0], {"password1": "another-long-password", "password2": "another-long-password"})
    assert sign_in("another-long-password").status_code == 302


@pytest.mark.django_db
def test_wallet_when_asked_too_often_then_429_on_both_faces(alice_page: Client, alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"wallet": "2/minute"})
    assert [alice_api.post("/api/me/wallets/nonce", {}).status_code for _time in range(2)] == [201, 201]
    assert_refusal(alice_api.post("/api/me/wallets/nonce", {}), "program")
    assert_refusal(alice_page.post("/account/wallets", {"address": "0x"}), "page")


# --- requests at the same moment all count ---


def many_at_once(kind: type[SimpleRateThrottle], folder: Path, monkeypatch: pytest.MonkeyPatch, many: int = 16, *, own: bool = False) -> int:
    """How many of `many` are let through where two may; all are about to count, or have read the counter, before one writes it. `own`: by the files'
    own way of counting, else by what every cache can."""
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"open": "2/minute"})
    monkeypatch.setattr(limits, "PATIENCE", 20)  # the machine may be busy
    barrier = Barrier(many)

    class Together(limits.LimitsCache):
        waited = False

        def wait(self) -> None:
            if not self.waited:
                self.waited = True
                barrier.wait(timeout=20)

        def get(self, key: str, *more: Any, **options: Any) -> Any:
            found = super().get(key, *more, **options)
            self.wait()
            return found

        def add(self, *more: Any, **options: Any) -> bool:
            self.wait()
            return super().add(*more, **options)

        def take(self, key: str, **options: Any) -> tuple[bool, list[float]]:
            self.wait()
            return super().take(key, **options)

    class Other(Together):
        take: Any = None  # as any other cache that settings may name

    class View:
        throttle_scope = "open"

    def ask(_number: int) -> bool:
        throttle = kind()
        throttle.cache = (Together if own else Other)(str(folder), {})
        request = APIRequestFactory().get("/", REMOTE_ADDR=HERE)
        request.user = None
        return throttle.allow_request(request, View())

    with ThreadPoolExecutor(many) as pool:
        return sum(pool.map(ask, range(many)))


@pytest.mark.parametrize("own", [True, False])
def test_requests_when_at_the_same_moment_then_no_more_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: bool) -> None:
    assert many_at_once(ScopedThrottle, tmp_path, monkeypatch, own=own) == 2


def test_requests_when_counted_by_drfs_own_throttle_then_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    assert many_at_once(ScopedRateThrottle, tmp_path, monkeypatch) > 2


def test_turn_when_the_holder_never_ends_then_given_up_and_taken_over_when_it_expires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = limits.LimitsCache(str(tmp_path), {})
    monkeypatch.setattr(limits, "PATIENCE", 0.05)
    with limits.alone(store, "x") as first, limits.alone(store, "x") as second:
        assert (first, second) == (True, False)
    with limits.alone(store, "x") as again:
        assert again
    store.set("y:lock", 1, -1)
    with limits.alone(store, "y") as freed:
        assert freed
