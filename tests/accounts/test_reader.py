"""The language and the clock of the profile follow their user to every browser that they sign in with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User, UserProfile
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    """A page's language stays active in its thread until the next request."""
    with translation.override("en"):
        yield


def sign_in(client: Client, user: User) -> dict[str, str]:
    """The cookies that the answer sets."""
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return {name: morsel.value for name, morsel in answer.cookies.items()}


def html(client: Client, path: str = "/account/security/devices") -> str:
    return client.get(path).content.decode()


def test_sign_in_when_the_profile_has_language_and_zone_then_a_new_browser_speaks_and_counts_so(page: Client, alice: User) -> None:
    UserProfile.objects.create(user=alice, preferred_language="hi", timezone="Asia/Kolkata")
    assert sign_in(page, alice)["django_language"] == "hi"
    assert '<html lang="hi" data-zone="Asia/Kolkata">' in html(page)


def test_sign_in_when_this_browser_was_told_a_language_then_that_stays(page: Client, alice: User) -> None:
    UserProfile.objects.create(user=alice, preferred_language="en")
    page.cookies["django_language"] = "hi"
    assert "django_language" not in sign_in(page, alice)
    assert '<html lang="hi">' in html(page)


def test_sign_in_when_the_last_user_of_this_browser_spoke_another_language_then_ones_own(page: Client, alice: User, charlie: User) -> None:
    UserProfile.objects.create(user=alice, preferred_language="hi")
    UserProfile.objects.create(user=charlie, preferred_language="en")
    sign_in(page, alice)
    page.post("/accounts/logout/")
    assert sign_in(page, charlie)["django_language"] == "en"
    assert '<html lang="en">' in html(page)


def test_sign_in_when_another_language_was_chosen_elsewhere_then_that_one(page: Client, alice: User) -> None:
    UserProfile.objects.create(user=alice, preferred_language="hi")
    sign_in(page, alice)
    page.post("/accounts/logout/")
    UserProfile.objects.update(preferred_language="en")
    assert sign_in(page, alice)["django_language"] == "en"


def test_sign_in_when_the_button_was_pressed_after_a_profile_spoke_then_the_button_counts(page: Client, alice: User) -> None:
    UserProfile.objects.create(user=alice, preferred_language="en")
    sign_in(page, alice)
    page.post("/accounts/logout/")
    page.post("/i18n/setlang/", {"language": "hi", "next": "/"})
    assert "django_language" not in sign_in(page, alice)
    assert '<html lang="hi">' in html(page)


def test_sign_in_when_nothing_was_chosen_then_the_device_decides(page: Client, alice: User) -> None:
    assert "django_language" not in sign_in(page, alice)
    assert '<html lang="en">' in html(page)


def test_profile_page_when_the_zone_is_changed_then_the_next_page_counts_by_it(alice: User, alice_page: Client) -> None:
    form = {"version": "0", "first_name": "Alice", "preferred_language": "en", "timezone": "America/New_York"}
    assert alice_page.post("/account/profile", form).status_code == 302
    assert 'data-zone="America/New_York"' in html(alice_page)
    assert alice_page.post("/account/profile", {**form, "version": "1", "timezone": "UTC"}).status_code == 302
    assert "data-zone" not in html(alice_page)


def test_sign_out_when_done_then_the_zone_is_forgotten(page: Client, alice: User) -> None:
    UserProfile.objects.create(user=alice, timezone="Asia/Kolkata")
    sign_in(page, alice)
    page.post("/accounts/logout/")
    assert "data-zone" not in html(page, "/")


def test_devices_when_listed_then_their_times_name_the_zone(page: Client, alice: User) -> None:
    """Without script it says UTC; with it, the reader's own clock takes its place."""
    sign_in(page, alice)
    text = html(page)
    assert 'data-local-time="moment">' in text
    assert " UTC</time>" in text
