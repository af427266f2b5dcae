"""Second factors: no token and no page without them, secrets unreadable at rest, codes good once, passkeys of our origin alone (promise 16)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings

from accounts.models import User
from tests.accounts.headless import Program, trips_with
from tests.cast import PASSWORD, page_for
from tests.passkey import Device

pytestmark = pytest.mark.django_db
SECRET = generate_totp_secret()


def code_of(secret: str = SECRET, *, steps: int = 0) -> str:
    """What the app shows now, or some half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


@pytest.fixture
def app(alice: User) -> Authenticator:
    """Alice's authenticator app, with recovery codes."""
    RecoveryCodes.activate(alice)
    return TOTP.activate(alice, SECRET).instance


@pytest.fixture
def device() -> Device:
    return Device(settings.PASSKEY_ORIGIN)


def add_passkey(program: Program, device: Device, *, name: str = "phone") -> Any:
    program.reauthenticate()
    options = program.call("GET", "account/authenticators/webauthn?passwordless", expect=200)["data"]["creation_options"]
    return program.call("POST", "account/authenticators/webauthn", {"name": name, "credential": device.create(options)}, expect=200)


@pytest.fixture
def passkey(alice: User, device: Device) -> Device:
    """Alice's passkey, added by a program that was signed in by password."""
    program = Program()
    program.sign_in(alice.email)
    add_passkey(program, device)
    return device


def with_passkey(program: Program, device: Device, path: str = "auth/webauthn/login", *, expect: int = 200) -> Any:
    options = program.call("GET", path, expect=200)["data"]["request_options"]
    return program.call("POST", path, {"credential": device.get(options)}, expect=expect)


# --- nothing before the second factor ---------------------------------------------------------------------------------------------------


def half_way(program: Program, answer: Any) -> None:
    """Signed in by the first factor: a session token, and nothing that opens anything."""
    assert [flow["id"] for flow in answer["data"]["flows"] if flow.get("is_pending")] == ["mfa_authenticate"]
    assert "access_token" not in json.dumps(answer)
    assert "refresh_token" not in json.dumps(answer)
    assert program.session
    assert trips_with(program.session) == 401
    for path in ("account/authenticators", "auth/sessions", "account/email", "account/authenticators/recovery-codes"):
        program.call("GET", path, expect=401)
    program.call("POST", "account/password/change", {"current_password": PASSWORD, "new_password": "another-long-password"}, expect=401)
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = program.session
    assert browser.get("/account/security").status_code == 302, "the half session is no cookie either"


def test_password_when_there_is_a_second_factor_then_no_token_before_it(alice: User, app: Authenticator) -> None:
    program = Program()
    half_way(program, program.sign_in(alice.email, expect=401))
    program.call("POST", "auth/2fa/authenticate", {"code": "000000"}, expect=400)
    assert not program.access
    program.call("POST", "auth/2fa/authenticate", {"code": code_of()}, expect=200)
    assert trips_with(program.access) == 200


def test_mailed_code_when_there_is_a_second_factor_then_no_token_before_it(alice: User, app: Authenticator) -> None:
    program = Program()
    program.call("POST", "auth/code/request", {"email": alice.email}, expect=401)
    code = re.findall(r"^\s*([A-Z0-9-]{6,})\s*$", str(mail.outbox[-1].body), re.MULTILINE)[0]
    half_way(program, program.call("POST", "auth/code/confirm", {"code": code}, expect=401))
    program.call("POST", "auth/2fa/authenticate", {"code": code_of()}, expect=200)
    assert trips_with(program.access) == 200


def test_password_reset_when_there_is_a_second_factor_then_it_is_still_asked_for(alice: User, app: Authenticator) -> None:
    program = Program()
    program.call("POST", "auth/password/request", {"email": alice.email}, expect=200)
    key = re.findall(r"/password/reset/key/([^/\s]+)", str(mail.outbox[-1].body))[0]
    program.call("POST", "auth/password/reset", {"key": key, "password": "another-long-password"}, expect=401)
    assert not program.access
    half_way(program, program.sign_in(alice.email, "another-long-password", expect=401))


def test_pages_when_there_is_a_second_factor_then_nothing_of_hers_before_it(page: Client, alice: User, app: Authenticator) -> None:
    answer = page.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    for path in ("/account/security", "/account", "/bookings", "/accounts/2fa/", "/accounts/password/change/", "/accounts/2fa/recovery-codes/"):
        assert page.get(path)["Location"].startswith("/accounts/login/"), path
    assert b"did not fit" in page.post("/accounts/2fa/authenticate/", {"code": "000000"}).content
    assert page.post("/accounts/2fa/authenticate/", {"code": code_of()}).status_code == 302
    assert page.get("/account/security").status_code == 200


def test_guesses_when_there_are_many_then_the_right_code_is_refused_too(alice: User, app: Authenticator) -> None:
    program = Program()
    program.sign_in(alice.email, expect=401)
    wrong = next(code for code in ("123456", "654321") if code not in {code_of(steps=step) for step in (-1, 0, 1)})
    for _guess in range(12):
        program.call("POST", "auth/2fa/authenticate", {"code": wrong})
    program.call("POST", "auth/2fa/authenticate", {"code": code_of()})
    assert not program.access


# --- codes --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_when_early_or_late_then_half_a_minute_is_forgiven(alice: User, app: Authenticator, steps: int, good: bool) -> None:
    assert app.wrap().validate_code(code_of(steps=steps)) is good


def test_code_when_used_then_not_again_for_as_long_as_it_would_be_good(alice: User, app: Authenticator, monkeypatch: pytest.MonkeyPatch) -> None:
    code, now = code_of(steps=1), time.time()  # good from now until 90 seconds from now
    assert app.wrap().validate_code(code)
    for later in (0, 31, 59):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        assert not app.wrap().validate_code(code)


def test_code_when_it_turned_the_app_on_then_it_opens_no_sign_in(alice: User) -> None:
    program, thief = Program(), Program()
    program.sign_in(alice.email)
    program.reauthenticate()
    secret = program.call("GET", "account/authenticators/totp", expect=404)["meta"]["secret"]
    code = code_of(secret)
    program.call("POST", "account/authenticators/totp", {"code": code}, expect=200)
    thief.sign_in(alice.email, expect=401)
    thief.call("POST", "auth/2fa/authenticate", {"code": code}, expect=400)
    thief.call("POST", "auth/2fa/authenticate", {"code": code_of(secret, steps=1)}, expect=200)


def test_recovery_code_when_used_then_not_again(alice: User, app: Authenticator) -> None:
    codes = Authenticator.objects.get(user=alice, type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    program = Program()
    program.sign_in(alice.email, expect=401)
    program.call("POST", "auth/2fa/authenticate", {"code": codes[0]}, expect=200)
    assert trips_with(program.access) == 200
    again = Program()
    again.sign_in(alice.email, expect=401)
    again.call("POST", "auth/2fa/authenticate", {"code": codes[0]}, expect=400)
    again.call("POST", "auth/2fa/authenticate", {"code": codes[1]}, expect=200)


def test_secrets_when_stored_then_unreadable_and_still_good(alice: User, app: Authenticator) -> None:
    rows = {row.type: row for row in Authenticator.objects.filter(user=alice)}
    assert SECRET not in json.dumps(rows["totp"].data)
    seed = rows["recovery_codes"].data["seed"]
    assert seed.startswith("gAAAA"), "a Fernet token"
    assert not any(code in json.dumps(rows["recovery_codes"].data) for code in rows["recovery_codes"].wrap().get_unused_codes())


def test_secrets_when_keys_rotate_then_they_come_along(alice: User, app: Authenticator) -> None:
    codes = Authenticator.objects.get(user=alice, type="recovery_codes").wrap().get_unused_codes()
    new = "bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS4="
    with override_settings(FIELD_KEYS=[new, *settings.FIELD_KEYS]):
        call_command("rotate_keys", verbosity=0)
    with override_settings(FIELD_KEYS=[new]):
        assert Authenticator.objects.get(user=alice, type="recovery_codes").wrap().get_unused_codes() == codes
        assert Authenticator.objects.get(user=alice, type="totp").wrap().validate_code(code_of())


# --- setting up and taking away: only after showing again that it is you --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "account/authenticators/totp", {"code": "123456"}),
        ("DELETE", "account/authenticators/totp", None),
        ("POST", "account/authenticators/recovery-codes", None),
        ("GET", "account/authenticators/recovery-codes", None),
        ("GET", "account/authenticators/webauthn", None),
        ("POST", "account/email", {"email": "new@example.org"}),
        ("DELETE", "account/email", {"email": "second@example.org"}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_change_of_factors_when_by_program_then_asks_again_who_it_is(alice: User, method: str, path: str, body: Any) -> None:
    alice.emailaddress_set.create(email="second@example.org", verified=True)
    program = Program()
    program.sign_in(alice.email)
    if (path.endswith("totp") and method == "DELETE") or "recovery" in path:
        RecoveryCodes.activate(alice)
        TOTP.activate(alice, SECRET)
    if path.endswith("totp") and method == "POST":
        secret = program.call("GET", path)["meta"]["secret"]
        body = {"code": code_of(secret)}
    before = (Authenticator.objects.count(), alice.emailaddress_set.count())
    answer = program.call(method, path, body, expect=401)
    assert {flow["id"] for flow in answer["data"]["flows"]} >= {"reauthenticate"}
    assert (Authenticator.objects.count(), alice.emailaddress_set.count()) == before


@pytest.mark.parametrize("path", ["totp/activate/", "webauthn/add/", "recovery-codes/generate/", "recovery-codes/"])
def test_change_of_factors_when_by_page_then_asks_again_who_it_is(alice: User, path: str) -> None:
    browser = page_for(alice)
    RecoveryCodes.activate(alice)
    if "totp" not in path:
        TOTP.activate(alice, SECRET)
    asked = browser.get(f"/accounts/2fa/{path}")
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert b"Is it still you?" in browser.get(asked["Location"]).content
    done = browser.post(asked["Location"], {"password": PASSWORD, "next": f"/accounts/2fa/{path}"})
    assert done["Location"] == f"/accounts/2fa/{path}"
    assert browser.get(f"/accounts/2fa/{path}").status_code == 200


def test_address_when_changed_by_page_then_asks_again_who_it_is(alice: User, alice_page: Client) -> None:
    answer = alice_page.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert alice.emailaddress_set.count() == 1


def reauthenticated(user: User) -> Client:
    browser = page_for(user)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


@pytest.mark.django_db(transaction=True)  # allauth tells of it when the transaction is over
def test_app_when_turned_on_by_page_then_picture_key_codes_and_mail(alice: User) -> None:
    browser = reauthenticated(alice)
    shown = browser.get("/accounts/2fa/totp/activate/").content.decode()
    assert '<svg class="qr"' in shown
    assert "style=" not in shown
    secret = re.search(r'<textarea[^>]* id="authenticator_secret"[^>]*>([A-Z2-7]+)</textarea>', shown)
    assert secret
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret[1])})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    shown = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", shown)) == 10
    saved = browser.get("/accounts/2fa/recovery-codes/download/")
    assert saved["Content-Disposition"].startswith("attachment")
    assert len(re.findall(r"^\d{8}$", saved.content.decode(), re.MULTILINE)) == 10
    assert [letter.to for letter in mail.outbox] == [[alice.email]], "the owner is told"
    assert browser.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=alice).exists(), "recovery codes go with the last factor"


def test_factor_when_the_address_is_not_proven_then_refused(alice: User) -> None:
    alice.emailaddress_set.update(verified=False)
    browser = reauthenticated(alice)
    assert b"Confirm your e-mail address first" in browser.get("/accounts/2fa/totp/activate/", follow=True).content
    assert not Authenticator.objects.exists()


def test_codes_when_another_person_asks_then_404(alice: User, app: Authenticator, bob: User) -> None:
    browser = reauthenticated(bob)
    assert browser.get("/accounts/2fa/recovery-codes/").status_code == 404
    passkey = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "hers", "credential": {}})
    for path in ("remove", "edit"):
        assert browser.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/{path}/", {"name": "mine"}).status_code == 404
    assert Authenticator.objects.get(pk=passkey.pk).data["name"] == "hers"


# --- passkeys -----------------------------------------------------------------------------------------------------------------------------


def test_passkey_when_used_then_it_signs_in_alone(alice: User, passkey: Device) -> None:
    program = Program()
    with_passkey(program, passkey)
    assert trips_with(program.access) == 200


def test_passkey_when_the_password_came_first_then_it_is_the_second_factor(alice: User, passkey: Device) -> None:
    program = Program()
    half_way(program, program.sign_in(alice.email, expect=401))
    with_passkey(program, passkey, "auth/webauthn/authenticate")
    assert trips_with(program.access) == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://evil.localhost:8000"},
        {"origin": "http://localhost:6666"},
        {"origin": "https://localhost"},
        {"verifies": False},
        {"key": None},
        {"user": b"0" * 32},
    ],
    ids=str,
)
def test_passkey_when_the_proof_is_not_hers_at_our_site_then_refused(alice: User, passkey: Device, fault: dict[str, Any]) -> None:
    for name, value in fault.items():
        setattr(passkey, name, Device("").key if name == "key" else value)
    program = Program()
    with_passkey(program, passkey, expect=400)
    assert not program.access


def test_passkey_when_a_proof_comes_again_then_refused(alice: User, passkey: Device) -> None:
    program = Program()
    options = program.call("GET", "auth/webauthn/login")["data"]["request_options"]
    proof = {"credential": passkey.get(options)}
    thief = Program()
    thief.call("GET", "auth/webauthn/login")
    thief.call("POST", "auth/webauthn/login", proof, expect=400)
    program.call("POST", "auth/webauthn/login", proof, expect=200)
    Program().call("POST", "auth/webauthn/login", proof, expect=400)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:6666"])
def test_passkey_when_the_host_header_is_another_then_the_site_stays_ours(page: Client, host: str) -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        options = page.get("/accounts/2fa/webauthn/login/", headers={"host": host, "accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["rpId"] == "localhost"
    assert settings.PASSKEY_ORIGIN.startswith("http://localhost")


def test_passkey_when_of_a_suspended_user_then_refused(alice: User, passkey: Device) -> None:
    User.objects.filter(pk=alice.pk).update(status="suspended")
    program = Program()
    options = program.call("GET", "auth/webauthn/login")["data"]["request_options"]
    program.call("POST", "auth/webauthn/login", {"credential": passkey.get(options)})
    assert not program.access


@pytest.fixture
def passkey_sign_up() -> Iterator[None]:
    with override_settings(
        MFA_PASSKEY_SIGNUP_ENABLED=True,
        ACCOUNT_EMAIL_VERIFICATION="mandatory",
        ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=True,
        ROOT_URLCONF="tests.passkey_sign_up_urls",
    ):
        yield


@pytest.mark.usefixtures("passkey_sign_up")
def test_sign_up_when_by_passkey_then_no_token_before_code_and_passkey(device: Device) -> None:
    program = Program()
    program.call("POST", "auth/webauthn/signup", {"email": "nina@example.org"}, expect=401)
    program.call("GET", "auth/webauthn/signup", expect=409)
    code = re.findall(r"^\s*([A-Z0-9-]{6,})\s*$", str(mail.outbox[-1].body), re.MULTILINE)[0]
    program.call("POST", "auth/email/verify", {"key": code}, expect=401)
    assert not program.access
    options = program.call("GET", "auth/webauthn/signup", expect=200)["data"]["creation_options"]
    program.call("PUT", "auth/webauthn/signup", {"name": "phone", "credential": device.create(options)}, expect=200)
    assert trips_with(program.access) == 200
    user = User.objects.get()
    assert not user.has_usable_password()
    again = Program()
    with_passkey(again, device)
    assert trips_with(again.access) == 200


@pytest.mark.usefixtures("passkey_sign_up")
def test_sign_up_when_by_passkey_with_a_taken_address_then_the_same_answer_and_no_way_in(alice: User) -> None:
    new, taken = Program(), Program()
    said, of_taken = (one.call("POST", "auth/webauthn/signup", {"email": email}, expect=401)["data"] for one, email in ((new, "nina@example.org"), (taken, alice.email)))
    assert said == of_taken
    taken.call("GET", "auth/webauthn/signup", expect=409)

