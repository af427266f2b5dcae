"""Signing in with another company's account, against a provider of our own over real HTTP: what it says is checked, and no account is found by an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings as live
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.actions import users
from accounts.models import User
from accounts.web.social import GithubAdapter
from tests.accounts.companies import CLIENT_ID, CLIENT_SECRET, Company, Provider, open_for_business
from tests.cast import PASSWORD, actor_for, page_for
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
LOGIN, BACK, TOKEN = "/accounts/oidc/google/login/", "/accounts/oidc/google/login/callback/", "/api/auth/app/v1/auth/provider/token"


def app(url: str, name: str = "google", **more: Any) -> dict[str, Any]:
    return {"provider_id": name, "name": name.title(), "client_id": CLIENT_ID, "secret": CLIENT_SECRET, "settings": {"server_url": url, "trust_email": True, **more}}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """Google as the settings know it, at another address; sign-up asks for a code, as in production."""
    found = Provider()
    with open_for_business(found.handler()) as found.url:
        apps = [app(found.url), app(found.url, "microsoft", trust_email=False), app(found.url, "oidc")]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**live.SOCIALACCOUNT_PROVIDERS["openid_connect"], "APPS": apps}, "github": {"APPS": []}}
        settings.ACCOUNT_EMAIL_VERIFICATION, settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = "mandatory", True
        yield found


def sign_in(browser: Client, provider: Provider, *, login: str = LOGIN, **changes: str) -> Any:
    """Press the button, say yes over there, come back."""
    away = browser.post(login)
    assert away.status_code == 302, away.content
    assert away["Location"].startswith(f"{provider.url}/authorize?")
    return browser.get(urlsplit(login).path + "callback/", {**provider.authorize(away["Location"]), **changes})


def is_in(browser: Client) -> str:
    return str(browser.session.get("_auth_user_id", ""))


def test_first_sign_in_when_the_provider_vouches_then_an_account_and_one_is_in(page: Client, provider: Provider) -> None:
    answer = sign_in(page, provider, login=LOGIN + "?next=/trips")
    assert (answer.status_code, answer["Location"]) == (302, "/trips")
    user = User.objects.get()
    assert (user.email, user.email_verified, user.auth_provider, user.first_name) == ("nina@example.org", True, "google", "Nina")
    assert is_in(page) == str(user.pk)
    assert not user.has_usable_password()
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.extra_data) == ("google", "248289761001", {"name": "Nina New", "email": "nina@example.org"})
    assert mail.outbox == []


def test_request_when_sent_to_the_provider_then_with_state_nonce_and_pkce_and_back_to_the_public_address(page: Client, provider: Provider) -> None:
    sign_in(page, provider)
    (asked,) = provider.asked
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{live.PUBLIC_URL}{BACK}"
    assert len(asked["nonce"]) >= 20
    assert len(asked["state"]) >= 16
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    again = Client()
    sign_in(again, provider)
    assert provider.asked[1]["nonce"] != asked["nonce"]


def test_request_when_a_link_or_the_host_header_asks_for_more_then_it_is_ignored(page: Client, provider: Provider) -> None:
    away = page.post(f"{LOGIN}?scope=admin&auth_params=prompt%3Dnone%26redirect_uri%3Dhttps://evil.example", headers={"host": "localhost"})
    query = parse_qs(urlsplit(away["Location"]).query)
    assert query["redirect_uri"] == [f"{live.PUBLIC_URL}{BACK}"]
    assert "admin" not in query["scope"][0]
    assert "prompt" not in query


def test_link_when_followed_then_asks_first(page: Client, provider: Provider) -> None:
    answer = page.get(LOGIN)
    assert answer.status_code == 200
    assert "Continue with Google?" in answer.content.decode()
    assert provider.asked == []


def test_second_sign_in_when_known_then_the_same_account_though_the_address_changed(page: Client, provider: Provider) -> None:
    sign_in(page, provider)
    provider.person = {**provider.person, "email": "nina.married@example.org"}
    again = Client()
    sign_in(again, provider)
    assert is_in(again) == str(User.objects.get().pk)
    assert User.objects.get().email == "nina@example.org"


def test_tokens_when_signed_in_then_stored_nowhere(page: Client, provider: Provider) -> None:
    sign_in(page, provider)
    assert not SocialToken.objects.exists()
    assert not SocialApp.objects.exists()
    assert "the-access-token" not in str(dict(page.session))
    assert all("the-access-token" not in str(row.get_decoded()) for row in Session.objects.all())


def code_in_mail() -> str:
    found = re.search(r"^ {4}(\S+)$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("said", [False, None, "true", 1])
def test_unverified_address_when_new_then_a_code_must_be_typed_first(page: Client, provider: Provider, said: Any) -> None:
    """Whatever isn't a plain `true` is no proof."""
    provider.person["email_verified"] = said
    answer = sign_in(page, provider, login=LOGIN + "?next=/trips")
    assert answer["Location"] == "/accounts/confirm-email/"
    assert is_in(page) == ""
    assert not User.objects.get().email_verified
    done = page.post("/accounts/confirm-email/", {"code": code_in_mail()})
    assert done["Location"] == "/trips"
    user = User.objects.get()
    assert (is_in(page), user.email_verified) == (str(user.pk), True)
    assert SocialAccount.objects.filter(user=user).exists(), "whoever came by it keeps it"


def test_microsofts_word_when_it_vouches_then_a_code_all_the_same(page: Client, provider: Provider) -> None:
    """Whoever runs a directory there writes any address into it."""
    assert sign_in(page, provider, login="/accounts/oidc/microsoft/login/")["Location"] == "/accounts/confirm-email/"
    assert is_in(page) == ""
    assert User.objects.get().auth_provider == "microsoft"


@pytest.mark.parametrize("vouched", [True, False])
@pytest.mark.parametrize("proven", [True, False])
def test_address_when_an_account_has_it_then_never_linked(page: Client, provider: Provider, alice: User, vouched: bool, proven: bool) -> None:
    """Both attacks: Alice's account was made by somebody else before; or the provider's account was made with Alice's address."""
    if not proven:
        EmailAddress.objects.filter(user=alice).update(verified=False)
        User.objects.filter(pk=alice.pk).update(email_verified=False)
    provider.person = {**provider.person, "email": "Alice@Example.org", "email_verified": vouched}
    answer = sign_in(page, provider)
    assert answer["Location"] == "/accounts/confirm-email/"
    assert is_in(page) == ""
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.org"]
    assert "You have one already" in str(letter.body)


def test_address_when_taken_then_the_answer_is_that_to_a_new_unverified_one(page: Client, provider: Provider, alice: User) -> None:
    def seen(browser: Client) -> tuple[int, str, str]:
        answer = sign_in(browser, provider)
        shown = browser.get(answer["Location"])
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"|nonce-[^\']+', "", shown.content.decode())
        return answer.status_code, answer["Location"], text.replace(provider.person["email"], "THE ADDRESS")

    provider.person = {**provider.person, "sub": "1", "email": alice.email, "email_verified": False}
    taken = seen(page)
    provider.person = {**provider.person, "sub": "2", "email": "nobody@example.org"}
    assert seen(Client()) == taken


def test_address_when_taken_and_verification_is_optional_then_asked_to_sign_in_first(page: Client, provider: Provider, alice: User, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION, settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = "optional", False
    provider.person["email"] = alice.email
    assert sign_in(page, provider)["Location"] == "/accounts/3rdparty/signup/"
    assert "sign in to it first" in page.get("/accounts/3rdparty/signup/").content.decode()
    assert "the-access-token" not in str(dict(page.session)), "not even while somebody thinks about it"
    page.post("/accounts/3rdparty/signup/", {"email": alice.email})
    assert (User.objects.count(), SocialAccount.objects.count(), is_in(page)) == (1, 0, "")


def sign_in_by_password(user: User) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert is_in(browser) == str(user.pk)
    return browser


def connect(browser: Client, provider: Provider) -> Any:
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return sign_in(browser, provider, login=LOGIN + "?process=connect")


def test_connection_when_signed_in_first_then_made_and_good_for_signing_in(provider: Provider, alice: User) -> None:
    provider.person["email"] = alice.email
    browser = sign_in_by_password(alice)
    assert connect(browser, provider)["Location"] == "/accounts/3rdparty/"
    shown = browser.get("/accounts/3rdparty/").content.decode()
    assert "Google" in shown
    assert "The other account is connected" in shown
    other = Client()
    sign_in(other, provider)
    assert is_in(other) == str(alice.pk)
    assert User.objects.get().auth_provider == "local"


def test_connection_when_it_opens_another_account_then_refused(page: Client, provider: Provider, alice: User) -> None:
    sign_in(page, provider)
    nina = User.objects.get(email="nina@example.org")
    connect(sign_in_by_password(alice), provider)
    assert SocialAccount.objects.get().user == nina


def test_connection_when_taken_away_then_it_opens_nothing_any_more(provider: Provider, alice: User) -> None:
    provider.person["email"] = "elsewhere@example.org"
    browser = sign_in_by_password(alice)
    connect(browser, provider)
    browser.post("/accounts/3rdparty/", {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()
    other = Client()
    sign_in(other, provider)
    assert is_in(other) != str(alice.pk)


def test_last_way_in_when_taken_away_then_refused(page: Client, provider: Provider) -> None:
    sign_in(page, provider)
    page.post("/accounts/3rdparty/", {"account": SocialAccount.objects.get().pk})
    assert SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "spoil",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"iss": "https://accounts.evil.example"},
        {"aud": "another-program"},
        {"aud": [CLIENT_ID, "another-program"], "azp": "another-program"},
        {"aud": [CLIENT_ID, "another-program"]},
        {"azp": "another-program"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 300},
    ],
    ids=str,
)
def test_id_token_when_a_claim_is_wrong_then_nobody_is_in(page: Client, provider: Provider, spoil: dict[str, Any]) -> None:
    provider.spoil = spoil
    answer = sign_in(page, provider)
    assert answer.status_code == 401
    assert "That did not work" in answer.content.decode()
    assert (is_in(page), User.objects.count()) == ("", 0)


@pytest.mark.parametrize("how", ["another key", "none", "HS256 with the client's secret", "HS256 with the public key", "not a token"])
def test_id_token_when_not_signed_by_the_provider_then_nobody_is_in(page: Client, provider: Provider, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "another key":
        provider.signer = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    elif how == "none":
        provider.signer, provider.algorithm = "", "none"
    elif how == "not a token":
        monkeypatch.setattr(provider, "id_token", lambda nonce=None: "abc.def.ghi")
    else:
        provider.algorithm = "HS256"
        provider.signer = CLIENT_SECRET.ljust(32, "!") if "secret" in how else jwt.algorithms.RSAAlgorithm.to_jwk(provider.key.public_key())
    assert sign_in(page, provider).status_code == 401
    assert (is_in(page), User.objects.count()) == ("", 0)


@pytest.mark.parametrize("state", ["", "made-up-by-somebody"])
def test_state_when_wrong_then_nobody_is_in(page: Client, provider: Provider, state: str) -> None:
    assert sign_in(page, provider, state=state).status_code == 401
    assert (is_in(page), User.objects.count()) == ("", 0)


def test_answer_when_brought_by_another_browser_then_nobody_is_in(page: Client, provider: Provider) -> None:
    """Somebody sends you their own answer, so that you travel in their account."""
    answer = provider.authorize(page.post(LOGIN)["Location"])
    victim = Client()
    assert victim.get(BACK, answer).status_code == 401
    assert is_in(victim) == ""
    assert page.get(BACK, answer).status_code == 302, "the control"
    assert page.get(BACK, answer).status_code == 401, "a state counts once"


def test_user_info_when_it_is_another_persons_then_nobody_is_in(page: Client, provider: Provider) -> None:
    provider.spoil, provider.tell = {"email": None}, {"sub": "somebody-else"}
    assert sign_in(page, provider).status_code == 401
    provider.tell = {}
    assert sign_in(page, provider).status_code == 302, "the control: the address comes from there"
    assert User.objects.get().email == "nina@example.org"


def test_provider_when_it_is_down_then_a_kind_page(page: Client, provider: Provider) -> None:
    provider.status = 500
    answer = page.post(LOGIN)
    assert answer.status_code == 401
    assert "try again, or sign in another way" in answer.content.decode()


def test_provider_when_it_says_that_it_lives_elsewhere_then_refused(page: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    address, provider.url = provider.url, "https://accounts.evil.example"
    assert page.post(LOGIN).status_code == 401
    provider.url = address


def test_person_when_they_say_no_then_a_page_that_says_so(page: Client, provider: Provider) -> None:
    state = provider.authorize(page.post(LOGIN)["Location"])["state"]
    answer = page.get(BACK, {"error": "access_denied", "state": state}, follow=True)
    assert "You are not signed in" in answer.content.decode()


@pytest.mark.parametrize("answer", [{"code": "x"}, {}, {"state": "x"}, {"error": "server_error"}])
def test_callback_when_called_out_of_the_blue_then_no_5xx(page: Client, provider: Provider, answer: dict[str, str]) -> None:
    assert page.get(BACK, answer).status_code == 401


def test_suspended_user_when_the_company_says_yes_then_refused(page: Client, provider: Provider, dana: User) -> None:
    sign_in(page, provider)
    user = User.objects.get(email="nina@example.org")
    users.suspend_user(actor=actor_for(dana), user_id=user.pk, reason="test")
    other = Client()
    answer = sign_in(other, provider)
    assert answer["Location"] == "/accounts/inactive/"
    assert is_in(other) == ""
    assert "This account is locked" in other.get(answer["Location"]).content.decode()


def test_second_factor_when_there_is_one_then_asked_for_all_the_same(page: Client, provider: Provider) -> None:
    sign_in(page, provider)
    TOTP.activate(User.objects.get(), generate_totp_secret())
    other = Client()
    answer = sign_in(other, provider)
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert is_in(other) == ""


def test_next_when_it_leads_elsewhere_then_ignored(page: Client, provider: Provider) -> None:
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        assert "evil" not in sign_in(Client(), provider, login=f"{LOGIN}?next={target}")["Location"]


# --- the attack in full, and the account taken back ---


def test_account_made_before_by_somebody_else_when_its_owner_resets_the_password_then_the_other_is_out(provider: Provider) -> None:
    """An attacker gives a company the victim's address, signs in here with it (unproven), and waits."""
    provider.person["email_verified"] = False
    sign_in(Client(), provider)
    victim = Client()
    mail.outbox.clear()
    victim.post("/accounts/password/reset/", {"email": "nina@example.org"})
    link = re.search(r"https?://\S+/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert link
    form = victim.get(urlsplit(link[0]).path, follow=True)
    victim.post(form.redirect_chain[-1][0], {"password1": "a-long-new-password", "password2": "a-long-new-password"})
    user = User.objects.get()
    assert user.check_password("a-long-new-password")
    assert not SocialAccount.objects.filter(user=user).exists(), "the attacker's way in is gone"


def test_account_made_before_by_somebody_else_when_its_owner_comes_by_code_then_the_others_password_is_no_good(page: Client, provider: Provider) -> None:
    page.post("/accounts/signup/", {"email": "nina@example.org", "password1": "the-attackers-password"})
    mail.outbox.clear()
    victim = Client()
    victim.post("/accounts/login/code/", {"email": "nina@example.org"})
    victim.post("/accounts/login/code/confirm/", {"code": code_in_mail()})
    user = User.objects.get()
    assert (is_in(victim), user.email_verified) == (str(user.pk), True)
    assert not user.has_usable_password()
    attacker = Client()
    attacker.post("/accounts/login/", {"login": "nina@example.org", "password": "the-attackers-password"})
    assert is_in(attacker) == ""


def test_proven_account_when_its_owner_comes_by_code_then_keeps_the_password(alice: User, settings: Any) -> None:
    browser = Client()
    browser.post("/accounts/login/code/", {"email": alice.email})
    browser.post("/accounts/login/code/confirm/", {"code": code_in_mail()})
    assert is_in(browser) == str(alice.pk)
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


# --- programs ---


def by_program(provider: Provider, token: str, **more: str) -> Any:
    body = {"provider": "google", "process": "login", "token": {"client_id": CLIENT_ID, "id_token": token}, **more}
    return APIClient().post(TOKEN, body, format="json")


def test_program_when_it_brings_an_id_token_then_in_and_each_counts_once(db: None, provider: Provider) -> None:
    token = provider.id_token()
    answer = by_program(provider, token)
    assert answer.status_code == 200, answer.content
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['meta']['access_token']}")
    assert client.get("/api/trips").status_code == 200
    assert by_program(provider, token).status_code == 400


@pytest.mark.parametrize("spoil", [{"aud": "another-program"}, {"iss": "https://evil.example"}, {"exp": 1}])
def test_program_when_the_id_token_is_not_for_us_then_refused(db: None, provider: Provider, spoil: dict[str, Any]) -> None:
    provider.spoil = spoil
    assert by_program(provider, provider.id_token()).status_code == 400
    provider.spoil, provider.algorithm, provider.signer = {}, "HS256", "x" * 40
    assert by_program(provider, provider.id_token()).status_code == 400
    assert not User.objects.exists()


def test_program_when_the_address_is_taken_then_not_linked_and_no_token(provider: Provider, alice: User) -> None:
    provider.person["email"] = alice.email
    answer = by_program(provider, provider.id_token())
    assert answer.status_code == 401
    assert "access_token" not in answer.json().get("meta", {})
    assert not SocialAccount.objects.exists()


def test_program_when_it_asks_for_the_redirect_then_sent_to_the_provider_and_never_elsewhere_afterwards(page: Client, provider: Provider) -> None:
    path = "/api/auth/app/v1/auth/provider/redirect"
    bad = page.post(path, {"provider": "google", "process": "login", "callback_url": "https://evil.example/"})
    assert "evil" not in bad.get("Location", "")
    assert bad.status_code != 302 or not bad["Location"].startswith(provider.url)


# --- GitHub, and what is switched on ---


def test_github_when_configured_then_the_main_address_alone_counts(page: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    emails = [{"email": "side@example.org", "primary": False, "verified": True}, {"email": "nina@example.org", "primary": True, "verified": True}]

    class GitHub(Company):
        def do_POST(self) -> None:
            asked = self.form()
            self.say(200, {"access_token": "gh"} if asked.get("code_verifier") and asked["code"] == "yes" else {"error": "no"})

        def do_GET(self) -> None:
            self.say(200, emails if self.path == "/user/emails" else {"id": 7, "login": "nina", "name": "Nina", "email": "alice@example.org"})

    with open_for_business(GitHub) as url:
        for name, path in {"access_token_url": "token", "authorize_url": "authorize", "profile_url": "user", "emails_url": "user/emails"}.items():
            monkeypatch.setattr(GithubAdapter, name, f"{url}/{path}")
        known = {"name": "GitHub", "client_id": CLIENT_ID, "secret": CLIENT_SECRET, "settings": {}}
        settings.SOCIALACCOUNT_PROVIDERS = {"github": {**live.SOCIALACCOUNT_PROVIDERS["github"], "APPS": [known]}}
        away = page.post("/accounts/github/login/")
        query = parse_qs(urlsplit(away["Location"]).query)
        assert query["redirect_uri"] == [f"{live.PUBLIC_URL}/accounts/github/login/callback/"]
        assert query["code_challenge_method"] == ["S256"]
        page.get("/accounts/github/login/callback/", {"code": "yes", "state": query["state"][0]})
    user = User.objects.get()
    assert (user.email, user.auth_provider, is_in(page)) == ("nina@example.org", "github", str(user.pk))
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["nina@example.org"]


@pytest.mark.parametrize("path", ["/accounts/github/login/", LOGIN, "/accounts/oidc/nobody/login/", "/accounts/github/login/callback/", BACK])
def test_provider_when_not_configured_then_404_and_no_button(page: Client, path: str) -> None:
    assert page.post(path).status_code == 404
    assert page.get(path).status_code == 404
    assert "Continue with" not in page.get("/accounts/login/").content.decode()


def test_provider_when_only_a_row_in_a_table_then_it_is_none(page: Client) -> None:
    SocialApp.objects.create(provider="openid_connect", provider_id="evil", name="Evil", client_id="x", secret="y", settings={"server_url": "http://127.0.0.1:1"})
    assert page.post("/accounts/oidc/evil/login/").status_code == 404
    assert "Evil" not in page.get("/accounts/login/").content.decode()


def test_buttons_when_configured_then_on_both_pages_and_next_travels_along(page: Client, provider: Provider) -> None:
    for path in ("/accounts/login/", "/accounts/signup/"):
        text = page.get(f"{path}?next=/trips").content.decode()
        assert "Continue with Google" in text
        assert re.search(r'action="/accounts/oidc/google/login/\?[^"]*next=%2Ftrips', text)


def test_person_when_the_company_tells_no_address_then_asked_for_one_and_it_must_be_proven(page: Client, provider: Provider) -> None:
    provider.person = {"sub": "9", "name": "Nameless"}
    assert sign_in(page, provider)["Location"] == "/accounts/3rdparty/signup/"
    assert page.post("/accounts/3rdparty/signup/", {"email": "nina@example.org"})["Location"] == "/accounts/confirm-email/"
    assert is_in(page) == ""
    page.post("/accounts/confirm-email/", {"code": code_in_mail()})
    assert is_in(page) == str(User.objects.get().pk)


def test_someone_signed_in_when_another_signs_in_there_then_sessions_dont_mix(provider: Provider) -> None:
    charlie: User = UserFactory(email="charlie2@example.org")
    browser = page_for(charlie)
    sign_in(browser, provider)
    assert is_in(browser) == str(User.objects.get(email="nina@example.org").pk)
    assert not SocialAccount.objects.filter(user=charlie).exists()
