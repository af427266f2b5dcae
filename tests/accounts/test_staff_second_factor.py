"""Staff need a second factor where it counts: settings.STAFF_SECOND_FACTOR, which production has."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.checks import run_checks
from django.test import Client

from accounts.models import User
from tests.cast import PASSWORD, page_for
from tests.statements import counted

pytestmark = pytest.mark.django_db
SECRET = generate_totp_secret()
LISTS = ("/admin/", "/admin/accounts/user/", "/admin/bookings/booking/", "/admin/password_change/")


@pytest.fixture(autouse=True)
def _production(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True


def code() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def sign_in(browser: Client, user: User, **data: str) -> Any:
    return browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD, **data})


@pytest.mark.parametrize("path", LISTS)
def test_admin_when_staff_has_no_second_factor_then_led_to_set_one_up(dana_page: Client, path: str) -> None:
    answer = dana_page.get(path, follow=True)
    said = answer.content.decode()
    assert answer.status_code == 200
    assert "One thing before the staff pages" in said
    assert "/accounts/2fa/webauthn/add/" in said
    assert "/accounts/2fa/totp/activate/" in said
    assert "Dashboard" not in said


@pytest.mark.parametrize("method", ["get", "post"])
def test_admin_when_staff_has_no_second_factor_then_nothing_is_done(dana_page: Client, alice: User, method: str) -> None:
    data = {"_form_submitted": "True", "reason": "x"} if method == "post" else {}
    answer = getattr(dana_page, method)(f"/admin/accounts/user/{alice.pk}/suspend", data)
    assert answer.status_code in (302, 404)
    alice.refresh_from_db()
    assert alice.status == "active"


def test_admin_when_the_second_factor_was_proven_then_open(page: Client, dana: User) -> None:
    TOTP.activate(dana, SECRET)
    answer = page.get("/admin/accounts/user/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=%2Fadmin%2Faccounts%2Fuser%2F")
    assert sign_in(page, dana, next="/admin/accounts/user/")["Location"].startswith("/accounts/2fa/authenticate/")
    assert page.get("/admin/").status_code == 302, "half signed in"
    done = page.post("/accounts/2fa/authenticate/", {"code": code()})
    assert done["Location"] == "/admin/accounts/user/"
    assert page.get("/admin/accounts/user/").status_code == 200


def test_admin_when_the_session_is_older_than_the_factor_then_it_is_asked_for(dana: User) -> None:
    """A session that somebody took over before the factor came opens nothing afterwards."""
    browser = page_for(dana)
    TOTP.activate(dana, SECRET)
    asked = browser.get("/admin/", follow=True)
    where = asked.redirect_chain[-1][0]
    assert where.startswith("/accounts/2fa/reauthenticate/?next=%2Fadmin%2F")
    assert b"Is it still you?" in asked.content
    assert browser.post(where, {"code": "000000", "next": "/admin/"}).status_code == 200
    assert browser.get("/admin/").status_code == 302
    assert browser.post(where, {"code": code(), "next": "/admin/"})["Location"] == "/admin/"
    assert browser.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)  # allauth tells of a new factor when the transaction is over
def test_admin_when_the_factor_was_set_up_in_this_session_then_open_and_closed_again_without_it(dana: User) -> None:
    browser = page_for(dana)
    browser.get("/admin/bookings/booking/", follow=True)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.get("/accounts/2fa/totp/activate/")
    secret = browser.session["mfa.totp.secret"]
    browser.post("/accounts/2fa/totp/activate/", {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))})
    assert 'href="/admin/bookings/booking/"' in browser.get("/accounts/2fa/recovery-codes/").content.decode(), "and then to the admin"
    assert browser.get("/admin/bookings/booking/").status_code == 200
    Authenticator.objects.filter(user=dana).delete()
    assert browser.get("/admin/bookings/booking/").status_code == 302


def test_admin_when_only_recovery_codes_are_there_then_closed(dana: User, dana_page: Client) -> None:
    Authenticator.objects.create(user=dana, type="recovery_codes", data={"seed": "", "used_mask": 0})
    assert "One thing before the staff pages" in dana_page.get("/admin/", follow=True).content.decode()


def test_admin_when_the_visitor_is_no_staff_then_refused(alice: User, page: Client) -> None:
    TOTP.activate(alice, SECRET)
    sign_in(page, alice)
    page.post("/accounts/2fa/authenticate/", {"code": code()})
    assert page.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "/admin/login/?next=/admin/login/"])
def test_sign_in_when_next_leads_elsewhere_then_the_admin(dana_page: Client, settings: Any, where: str) -> None:
    settings.STAFF_SECOND_FACTOR = False
    assert dana_page.get("/admin/login/", {"next": where})["Location"] == "/admin/"


def test_sign_in_when_a_password_is_sent_to_the_admin_itself_then_nobody_is_signed_in(page: Client, dana: User, settings: Any) -> None:
    """The site's sign-in alone counts guesses and asks for the second factor; the admin's own form is gone."""
    settings.STAFF_SECOND_FACTOR = False
    page.post("/admin/login/", {"username": dana.email, "password": PASSWORD})
    assert "_auth_user_id" not in page.session


def test_admin_when_the_setting_is_off_then_a_password_is_enough(dana_page: Client, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    assert dana_page.get("/admin/").status_code == 200


def test_admin_when_a_factor_is_asked_for_then_one_statement_more(dana: User, settings: Any) -> None:
    browser = Client()
    TOTP.activate(dana, SECRET)
    sign_in(browser, dana)
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    browser.get("/admin/auth/group/")
    settings.STAFF_SECOND_FACTOR = False
    with counted() as without:
        browser.get("/admin/auth/group/")
    settings.STAFF_SECOND_FACTOR = True
    with counted() as with_it:
        browser.get("/admin/auth/group/")
    assert len(with_it) - len(without) <= 3


def test_deployment_check_when_production_has_it_off_then_warned(settings: Any) -> None:
    settings.LOCAL = False
    assert "travelplanner.W010" not in {found.id for found in run_checks(include_deployment_checks=True)}
    settings.STAFF_SECOND_FACTOR = False
    assert "travelplanner.W010" in {found.id for found in run_checks(include_deployment_checks=True)}
