"""Where one is signed in: readable, one's own alone, and revoked at once."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions import devices
from accounts.models import RefreshToken, User
from accounts.queries.devices import devices_of
from accounts.queries.user_agents import describe
from accounts.web.devices import SEEN
from tests.accounts.headless import Program, refreshed, trips_with
from tests.cast import PASSWORD, actor_for, page_for, session_for
from tests.statements import HEADER, counted
from travelplanner.core import clock, periodic
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed, NotFound
from travelplanner.core.models import AuditEntry

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = "/account/security/devices"


def sign_in(user: User, agent: str = FIREFOX) -> Client:
    browser = Client(headers={"user-agent": agent})
    assert browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return browser


def row_of(browser: Client) -> UserSession:
    return UserSession.objects.get(session_key=browser.session.session_key)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15", "Safari on Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        ("Mozilla/5.0 (compatible)", "A browser"),
        ("python-requests/2.32.3", "A program: python-requests"),
        ("<script>alert(1)</script>", "A program"),
        ("", "A program"),
    ],
)
def test_agent_when_described_then_words_that_people_know(agent: str, words: str) -> None:
    assert describe(agent) == words


@given(st.text(max_size=300))
def test_agent_when_anything_then_some_words(agent: str) -> None:
    assert 0 < len(describe(agent)) < 80


def test_list_when_opened_then_each_device_in_words_and_this_one_marked(alice: User, bob: User) -> None:
    here = sign_in(alice)
    sign_in(alice, "python-requests/2.32.3")
    sign_in(bob, "Mozilla/5.0 (iPhone) FxiOS/1")
    shown = here.get(PAGE).content.decode()
    assert "Firefox on Linux" in shown
    assert "A program: python-requests" in shown
    assert "iPhone" not in shown, "Bob's"
    assert shown.count("this device") == 1
    assert shown.index("Firefox on Linux") < shown.index("python-requests"), "this one first"
    assert here.session.session_key not in shown


def test_device_when_revoked_by_page_then_it_is_out_at_once(alice: User) -> None:
    here, lost, program = sign_in(alice), sign_in(alice, "Mozilla/5.0 (iPhone) FxiOS/1"), Program()
    program.sign_in(alice.email)
    assert lost.get(PAGE).status_code == 200
    for session in (row_of(lost), UserSession.objects.latest("pk")):
        assert here.post(f"{PAGE}/{session.pk}/end").status_code == 302
    assert lost.get(PAGE)["Location"].startswith("/accounts/login/")
    assert trips_with(program.access) == 401
    assert refreshed(program.refresh).status_code == 401
    assert here.get(PAGE).status_code == 200
    assert not RefreshToken.objects.exists()
    assert AuditEntry.objects.filter(action="session.ended", actor=alice).count() == 2


def test_device_when_it_is_this_one_then_signed_out(alice: User) -> None:
    here = sign_in(alice)
    assert here.post(f"{PAGE}/{row_of(here).pk}/end")["Location"] == "/"
    assert here.get(PAGE).status_code == 302


def test_device_when_anothers_or_missing_then_the_same_404_and_it_stays(alice: User, bob: User) -> None:
    hers, his = sign_in(alice), sign_in(bob)
    anothers = his.post(f"{PAGE}/{row_of(hers).pk}/end")
    missing = his.post(f"{PAGE}/999999999/end")
    assert anothers.status_code == missing.status_code == 404
    assert hers.get(PAGE).status_code == 200
    with pytest.raises(NotFound):
        devices.end_session(actor=Actor(), session_id=row_of(hers).pk)
    with pytest.raises(NotAllowed):
        devices.end_other_sessions(actor=actor_for(bob), user_id=alice.pk, keep="")


def test_others_when_signed_out_then_this_one_stays(alice: User, bob: User) -> None:
    here, other, program, his = sign_in(alice), sign_in(alice), Program(), sign_in(bob)
    program.sign_in(alice.email)
    answer = here.post(f"{PAGE}/end-others", follow=True)
    assert "2 other devices are signed out." in answer.content.decode()
    assert other.get(PAGE).status_code == 302
    assert trips_with(program.access) == 401
    assert his.get(PAGE).status_code == 200


def test_button_when_pressed_from_another_site_then_refused(alice: User) -> None:
    browser = page_for(alice, enforce_csrf_checks=True)
    assert browser.post(f"{PAGE}/end-others").status_code == 403


def test_list_when_by_program_then_hers_alone_with_times(alice: User, bob: User) -> None:
    program, his = Program(), Program()
    program.sign_in(alice.email)
    his.sign_in(bob.email)
    found = program.call("GET", "auth/sessions", expect=200)["data"]
    assert [(one["is_current"], "last_seen_at" in one) for one in found] == [(True, True)]
    his.call("DELETE", "auth/sessions", {"sessions": [found[0]["id"]]}, expect=400)
    assert trips_with(program.access) == 200


def test_device_when_revoked_by_program_then_tokens_and_cookies_are_over(alice: User) -> None:
    program, other, browser = Program(), Program(), sign_in(alice)
    program.sign_in(alice.email)
    other.sign_in(alice.email)
    ids = [one["id"] for one in program.call("GET", "auth/sessions")["data"] if not one["is_current"]]
    program.call("DELETE", "auth/sessions", {"sessions": ids}, expect=200)
    assert trips_with(other.access) == 401
    assert refreshed(other.refresh).status_code == 401
    assert browser.get(PAGE).status_code == 302
    assert trips_with(program.access) == 200
    program.call("DELETE", "auth/sessions", {"sessions": [one["id"] for one in program.call("GET", "auth/sessions")["data"]]}, expect=401)
    assert trips_with(program.access) == 401


def test_list_when_there_are_many_then_no_more_statements_and_pages(alice: User) -> None:
    here = sign_in(alice)
    here.get(PAGE)
    with counted() as one:
        here.get(PAGE)
    for _number in range(30):
        UserSession.objects.create(user=alice, session_key=session_for(alice).session_key, ip="192.0.2.1", user_agent=FIREFOX)
    with counted() as many:
        shown = here.get(PAGE).content.decode()
    assert len(devices_of(alice, current_key="")) == 31
    assert len(many) == len(one) <= 3 + HEADER
    assert "Page 1 of 2" in shown


@pytest.mark.parametrize("way", ["change", "reset"])
def test_password_when_changed_then_other_devices_are_out(alice: User, way: str) -> None:
    here, other, program = sign_in(alice), sign_in(alice), Program()
    program.sign_in(alice.email)
    if way == "change":
        here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "another-long-password", "password2": "another-long-password"})
    else:
        helper = Program()
        helper.call("POST", "auth/password/request", {"email": alice.email}, expect=200)
        key = str(mail.outbox[-1].body).split("/password/reset/key/")[1].split("/")[0]
        helper.call("POST", "auth/password/reset", {"key": key, "password": "another-long-password"})
    alice.refresh_from_db()
    assert alice.check_password("another-long-password")
    assert other.get(PAGE).status_code == 302
    assert here.get(PAGE).status_code == (200 if way == "change" else 302)
    assert trips_with(program.access) == 401
    assert refreshed(program.refresh).status_code == 401
    assert not RefreshToken.objects.exists()
    assert UserSession.objects.filter(user=alice).count() == (1 if way == "change" else 0)


def test_last_seen_when_pages_are_opened_then_noted_every_few_minutes(alice: User, settings: Any) -> None:
    here = sign_in(alice)
    long_ago = clock.now() - dt.timedelta(days=1)
    UserSession.objects.update(last_seen_at=long_ago)
    here.get(PAGE)
    assert row_of(here).last_seen_at == long_ago, "within five minutes of signing in nothing is written"
    session = here.session
    session[SEEN] = int(time.time()) - 301
    session.save()
    here.get(PAGE)
    assert clock.now() - row_of(here).last_seen_at < dt.timedelta(minutes=1)
    with counted() as quiet:
        here.get(PAGE)
    assert not [text for text in quiet if text.startswith("UPDATE")]


def test_last_seen_when_a_token_is_refreshed_then_noted(alice: User) -> None:
    program = Program()
    program.sign_in(alice.email)
    UserSession.objects.update(last_seen_at=clock.now() - dt.timedelta(days=1))
    refreshed(program.refresh)
    assert clock.now() - UserSession.objects.get().last_seen_at < dt.timedelta(minutes=1)


def test_prune_when_sessions_are_over_then_what_is_left_of_them_goes(alice: User) -> None:
    here, gone, expired, program = sign_in(alice), sign_in(alice), sign_in(alice), Program()
    program.sign_in(alice.email)
    Session.objects.filter(pk=gone.session.session_key).delete()
    Session.objects.filter(pk=expired.session.session_key).update(expire_date=clock.now() - dt.timedelta(seconds=1))
    RefreshToken.objects.create(user=alice, session_hash="0" * 64, expires_at=clock.now() - dt.timedelta(seconds=1))
    assert periodic.registered()["prune_devices"].run() == "2 sessions, 1 refresh tokens dropped"
    assert here.get(PAGE).status_code == 200
    assert trips_with(program.access) == 200
    assert refreshed(program.refresh).status_code == 200


def test_old_address_of_the_list_when_opened_then_leads_to_the_new_one(alice_page: Client) -> None:
    assert alice_page.get("/accounts/sessions/")["Location"] == PAGE
