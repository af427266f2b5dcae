"""Wallets: the message of EIP-4361, the spelling of EIP-55, signatures of real keys, nonces that count once, and nobody else's address."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.conf import settings as live
from django.test import Client
from django.urls import reverse
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts import eip4361
from accounts.actions import wallets
from accounts.models import User, Wallet, WalletNonce
from tests.cast import actor_for
from tests.statements import counted
from travelplanner.core import clock, periodic
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound, TooManyRequests
from travelplanner.core.models import AuditEntry

KEY, OTHER_KEY = "0x" + "11" * 32, "0x" + "22" * 32  # of nobody, for the tests alone
ADDRESS, OTHER = Account.from_key(KEY).address, Account.from_key(OTHER_KEY).address
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
# The example of the standard, its address in EIP-55.
EXAMPLE = """example.com wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json"""


def signed(text: str, key: str = KEY) -> str:
    return "0x" + Account.sign_message(encode_defunct(text=text), key).signature.hex().removeprefix("0x")


# --- addresses ---


@pytest.mark.parametrize(
    "address",
    [  # the standard's own
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_address_when_it_is_one_of_the_standards_then_spelled_so(address: str) -> None:
    assert eip4361.checksummed(address.lower()) == address
    assert eip4361.read_address(address) == eip4361.read_address(address.lower()) == address


@pytest.mark.parametrize("address", ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED", "0x" + "g" * 40, "0x" + "1" * 39, "1" * 40, "", "0x" + "\u0661" * 40])
def test_address_when_mistyped_then_refused(address: str) -> None:
    with pytest.raises(eip4361.Malformed):
        eip4361.read_address(address)


# --- the message ---

MOMENTS = st.builds(
    lambda day, time, zone: f"{day}T{time}{zone}",
    st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)),
    st.sampled_from(["00:00:00", "23:59:59.999", "12:30:00.123456789"]),
    st.sampled_from(["Z", "+05:30", "-08:00"]),
)
PLAIN = "ABCXYZabcxyz0189-._~"
URIS = st.builds("{}://{}{}".format, st.sampled_from(["https", "http", "ipfs", "did"]), st.text(PLAIN, min_size=1, max_size=12), st.text(PLAIN + "/?#=&%41"[:5], max_size=12))
MESSAGES = st.builds(
    eip4361.Message,
    domain=st.builds("{}{}".format, st.text(PLAIN, min_size=1, max_size=20), st.sampled_from(["", ":8000"])),
    address=st.binary(min_size=20, max_size=20).map(lambda raw: eip4361.checksummed("0x" + raw.hex())),
    uri=URIS,
    chain_id=st.integers(0, 10**19),
    nonce=st.text("abcXYZ019", min_size=8, max_size=40),
    issued_at=MOMENTS,
    scheme=st.sampled_from([None, "https", "http"]),
    statement=st.none() | st.text(PLAIN + " :/?#[]@!$&'()*+,;=", min_size=1, max_size=60),
    expiration_time=st.none() | MOMENTS,
    not_before=st.none() | MOMENTS,
    request_id=st.none() | st.text(PLAIN + "!$&'()*+,;=:@", max_size=12),
    resources=st.none() | st.lists(URIS, max_size=3).map(tuple),
)


def test_message_when_it_is_the_standards_example_then_read_and_written_alike() -> None:
    found = eip4361.parse(EXAMPLE)
    assert (found.domain, found.nonce, found.chain_id, len(found.resources or ())) == ("example.com", "32891756", 1, 2)
    assert eip4361.written(found) == EXAMPLE


@rules(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the message
@given(MESSAGES)
def test_message_when_written_then_read_as_itself(message: eip4361.Message) -> None:
    assert eip4361.parse(eip4361.written(message)) == message


@rules(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the message
@given(MESSAGES, st.data())
def test_message_when_one_character_is_other_then_never_read_as_the_same(message: eip4361.Message, data: st.DataObject) -> None:
    """What is read writes itself again: two texts are never one message."""
    text = eip4361.written(message)
    at = data.draw(st.integers(0, len(text) - 1))
    other = text[:at] + data.draw(st.sampled_from(["", " ", "\n", "\r", "\t", "x", "0", "\u00e9", "\x00", text[at] * 2])) + text[at + 1 :]
    try:
        found = eip4361.parse(other)
    except eip4361.Malformed:
        return
    assert eip4361.written(found) == other


@given(st.text(max_size=300))
def test_message_when_it_is_any_text_then_malformed_or_a_message_and_nothing_else(text: str) -> None:
    with contextlib.suppress(eip4361.Malformed):
        assert eip4361.written(eip4361.parse(text)) == text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("Version: 1", "Version: 2"),
        ("Nonce: 32891756", "Nonce: 3289175"),
        ("Nonce: 32891756", "Nonce: 3289-1756"),
        ("Chain ID: 1", "Chain ID: 01"),
        ("Chain ID: 1", "Chain ID: -1"),
        ("0xC02a", "0xc02a"),
        ("example.com wants", "exam ple.com wants"),
        ("example.com wants", "example.com/path wants"),
        ("\nURI", "\n\nURI"),
        ("URI: https://example.com/login\nVersion: 1", "Version: 1\nURI: https://example.com/login"),
        ("2021-09-30T16:25:24Z", "2021-09-30 16:25:24"),
        ("2021-09-30T16:25:24Z", "2021-02-30T16:25:24Z"),
        ("Issued At: 2021-09-30T16:25:24Z\n", ""),
        ("Resources:", "Resources: "),
        ("- https", "* https"),
        ("I accept", "Ich möchte"),
        ("URI: https", "URI: //"),
        ("sign in with your Ethereum account:", "sign in with your Ethereum account: "),
    ],
)
def test_message_when_a_part_is_off_then_malformed(old: str, new: str) -> None:
    assert old in EXAMPLE
    with pytest.raises(eip4361.Malformed):
        eip4361.parse(EXAMPLE.replace(old, new, 1) if old != "\n" else EXAMPLE.replace(old, new))


def test_message_when_followed_by_more_then_malformed() -> None:
    for more in ("\n", "\n\n", "\nx", " "):
        with pytest.raises(eip4361.Malformed):
            eip4361.parse(EXAMPLE + more)


def test_message_when_it_has_no_statement_then_two_empty_lines() -> None:
    text = EXAMPLE.replace("I accept the ExampleOrg Terms of Service: https://example.com/tos\n", "")
    assert eip4361.parse(text).statement is None
    assert eip4361.written(eip4361.parse(text)) == text


def test_signature_when_read_then_the_signer_or_nobody() -> None:
    assert eip4361.signer("hello", signed("hello")) == ADDRESS
    assert eip4361.signer("hello!", signed("hello")) != ADDRESS
    for broken in ("", "0x", "0x" + "0" * 130, "0x" + "f" * 130, signed("hello")[:-2], signed("hello") + "00", signed("hello").removeprefix("0x")):
        assert eip4361.signer("hello", broken) is None


# --- taking a wallet ---


def proposal(user: User, address: str = ADDRESS, now: dt.datetime = NOW) -> tuple[WalletNonce, str]:
    return wallets.create_message(actor=actor_for(user), address=address, now=now)


def take(user: User, text: str, signature: str | None = None, now: dt.datetime = NOW, key: str = KEY) -> Wallet:
    return wallets.verify_wallet(actor=actor_for(user), message=text, signature=signature or signed(text, key), now=now)


def refusal(user: User, text: str, **more: Any) -> dict[str, Any]:
    with pytest.raises(Invalid) as caught:
        take(user, text, **more)
    return caught.value.fields


@pytest.mark.django_db
def test_wallet_when_the_message_is_signed_then_taken_once_and_in_eip55(alice: User) -> None:
    _nonce, text = proposal(alice, ADDRESS.lower())
    wallet = take(alice, text)
    assert (wallet.address, wallet.user_id, wallet.chain_id, wallet.verified_at) == (ADDRESS, alice.pk, 1, NOW)
    with pytest.raises(Conflict) as caught:
        take(alice, text)
    assert caught.value.code == "nonce_used"
    entry = AuditEntry.objects.get(action="wallet.verified")
    assert ADDRESS[2:8].lower() not in f"{entry.before}{entry.after}".lower()


@pytest.mark.django_db
def test_wallet_when_proven_again_then_the_same_row(alice: User) -> None:
    first = take(alice, proposal(alice)[1])
    later = NOW + dt.timedelta(days=1)
    again = take(alice, proposal(alice, now=later)[1], now=later)
    assert (again.pk, again.verified_at, Wallet.objects.count()) == (first.pk, later, 1)


@pytest.mark.django_db
def test_wallet_when_another_user_has_it_then_a_conflict_that_names_nobody_and_the_nonce_is_used(alice: User, bob: User) -> None:
    take(bob, proposal(bob)[1])
    _nonce, text = proposal(alice)
    with pytest.raises(Conflict) as caught:
        take(alice, text)
    assert caught.value.code == "wallet_taken"
    assert bob.email not in f"{caught.value}{caught.value.extra}"
    with pytest.raises(Conflict) as caught:
        take(alice, text)
    assert caught.value.code == "nonce_used"
    assert Wallet.objects.get().user == bob


@pytest.mark.django_db
def test_nonce_when_anothers_or_none_then_the_same_refusal(alice: User, bob: User) -> None:
    """A message that Alice signed for herself is no good in Bob's hands."""
    _nonce, text = proposal(alice)
    invented = text.replace(re.search(r"Nonce: (\w+)", text)[1], "0" * 32)
    assert refusal(bob, text) == refusal(bob, invented)
    assert not Wallet.objects.exists()
    assert take(alice, text).user == alice, "and still is for her"


CHANGES: dict[str, dict[str, Any]] = {
    "another domain": {"domain": "evil.example"},
    "our domain on another port": {"domain": "127.0.0.1:9"},
    "another scheme": {"scheme": "ftp"},
    "another site's URI": {"uri": "https://evil.example/login"},
    "our name with more behind it": {"uri": live.PUBLIC_URL + ".evil.example/"},
    "our name before an at sign": {"uri": live.PUBLIC_URL + "@evil.example/"},
    "an unknown chain": {"chain_id": 31337},
    "issued tomorrow": {"issued_at": "2026-11-22T12:00:00Z"},
    "issued yesterday": {"issued_at": "2026-11-20T12:00:00Z"},
    "not before tomorrow": {"not_before": "2026-11-22T12:00:00Z"},
    "expired": {"expiration_time": "2026-11-21T12:00:00Z"},
    "another address": {"address": OTHER},
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_message_when_it_is_not_ours_or_not_for_now_then_refused_though_well_signed(alice: User, change: str) -> None:
    _nonce, text = proposal(alice)
    changed = eip4361.written(replace(eip4361.parse(text), **CHANGES[change]))
    assert refusal(alice, changed)
    assert not Wallet.objects.exists()
    assert take(alice, text), "the control: unchanged it is good"


@pytest.mark.django_db
def test_message_when_it_says_less_or_more_but_is_ours_then_taken(alice: User) -> None:
    """Another program may write the message itself, with our nonce."""
    _nonce, text = proposal(alice)
    own = replace(eip4361.parse(text), statement=None, expiration_time=None, scheme="http", request_id="7", resources=("https://example.com/x",), uri=live.PUBLIC_URL + "/account/wallets")
    assert take(alice, eip4361.written(own)).address == ADDRESS


@pytest.mark.django_db
def test_nonce_when_its_minutes_are_over_then_refused(alice: User) -> None:
    _nonce, text = proposal(alice)
    without_end = eip4361.written(replace(eip4361.parse(text), expiration_time=None))
    late = NOW + wallets.NONCE_TIME
    assert refusal(alice, text, now=late)
    assert refusal(alice, without_end, now=late)
    assert take(alice, without_end, now=late - dt.timedelta(seconds=1))


@pytest.mark.django_db
def test_signature_when_anothers_or_for_other_words_then_refused_and_the_nonce_stays(alice: User) -> None:
    _nonce, text = proposal(alice)
    assert "signature" in refusal(alice, text, key=OTHER_KEY)
    assert "signature" in refusal(alice, text, signature=signed(text + "!"))
    assert "signature" in refusal(alice, text, signature="0x" + "00" * 65)
    assert take(alice, text)


@pytest.mark.django_db
def test_actions_when_there_is_no_user_then_refused(alice: User) -> None:
    wallet = take(alice, proposal(alice)[1])
    with pytest.raises(NotAllowed):
        wallets.create_nonce(actor=Actor(visitor="x"))
    with pytest.raises(NotAllowed):
        wallets.verify_wallet(actor=Actor(), message="", signature="")
    with pytest.raises(NotFound):
        wallets.remove_wallet(actor=Actor(), wallet_id=wallet.pk)


@pytest.mark.django_db
def test_nonces_when_asked_for_without_end_then_limited_and_old_ones_go(alice: User, bob: User) -> None:
    for _number in range(wallets.OPEN_NONCES):
        wallets.create_nonce(actor=actor_for(alice), now=NOW)
    with pytest.raises(TooManyRequests):
        wallets.create_nonce(actor=actor_for(alice), now=NOW)
    wallets.create_nonce(actor=actor_for(bob), now=NOW)
    later = NOW + wallets.NONCE_TIME + wallets.KEPT_FOR
    kept = wallets.create_nonce(actor=actor_for(alice), now=later)
    assert wallets.prune_nonces(now=later) == f"{wallets.OPEN_NONCES + 1} dropped"
    assert list(WalletNonce.objects.all()) == [kept]
    assert "prune_wallet_nonces" in periodic.registered()


@pytest.mark.django_db
def test_wallets_when_there_are_as_many_as_fit_then_a_conflict(alice: User) -> None:
    Wallet.objects.bulk_create(Wallet(user=alice, address=f"0x{number:040x}", verified_at=NOW) for number in range(wallets.MOST_WALLETS))
    with pytest.raises(Conflict) as caught:
        take(alice, proposal(alice)[1])
    assert caught.value.code == "too_many_wallets"


# --- by program ---


@pytest.mark.django_db
def test_program_when_it_proves_lists_and_removes_then_so(alice_api: APIClient, charlie_api: APIClient, alice: User) -> None:
    asked = alice_api.post("/api/me/wallets/nonce", {"address": ADDRESS.lower()})
    assert asked.status_code == 201
    body = asked.json()
    assert eip4361.parse(body["message"]).nonce == body["nonce"]
    proof = {"message": body["message"], "signature": signed(body["message"])}
    assert charlie_api.post("/api/me/wallets/verify", proof).status_code == 400
    done = alice_api.post("/api/me/wallets/verify", proof)
    assert (done.status_code, done.json()["address"], done.json()["chain_id"]) == (200, ADDRESS, 1)
    assert alice_api.post("/api/me/wallets/verify", proof).status_code == 409
    listed = alice_api.get("/api/me/wallets").json()
    assert (listed["count"], listed["results"]) == (1, [done.json()])
    path = f"/api/me/wallets/{done.json()['id']}"
    assert charlie_api.get("/api/me/wallets").json()["count"] == 0
    assert charlie_api.delete(path).status_code == 404
    assert alice_api.delete(path).status_code == 204
    assert alice_api.delete(path).status_code == 404
    assert not Wallet.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["0x123", ADDRESS[:-1] + ("A" if ADDRESS[-1] != "A" else "B"), "x" * 43, 7, None, ""])
def test_program_when_the_address_is_none_then_400_with_the_field(alice_api: APIClient, address: Any) -> None:
    answer = alice_api.post("/api/me/wallets/nonce", {"address": address})
    assert answer.status_code == 400
    assert "address" in answer.json()["fields"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [{}, {"message": "x"}, {"message": EXAMPLE, "signature": "0x" + "1" * 130}, {"message": "x" * 5000, "signature": "0x" + "1" * 130}, {"message": [], "signature": {}}, [], {"message": "a", "signature": "0X" + "1" * 130}],
)
def test_program_when_the_proof_is_none_then_400(alice_api: APIClient, body: Any) -> None:
    assert alice_api.post("/api/me/wallets/verify", body).status_code == 400


@pytest.mark.django_db
def test_program_when_it_asks_for_a_bare_nonce_then_without_a_message(alice_api: APIClient) -> None:
    body = alice_api.post("/api/me/wallets/nonce", {}).json()
    assert body["message"] is None
    assert re.fullmatch(r"[0-9a-f]{32}", body["nonce"])
    assert clock.now() < dt.datetime.fromisoformat(body["expires_at"]) <= clock.now() + wallets.NONCE_TIME


@pytest.mark.django_db
def test_list_when_it_grows_then_as_many_statements(alice: User, alice_api: APIClient) -> None:
    Wallet.objects.create(user=alice, address=ADDRESS, verified_at=NOW)
    with counted() as one:
        alice_api.get("/api/me/wallets")
    Wallet.objects.bulk_create(Wallet(user=alice, address=f"0x{number:040x}", verified_at=NOW) for number in range(30))
    with counted() as many:
        assert len(alice_api.get("/api/me/wallets").json()["results"]) == 25
    assert len(many) == len(one)


# --- the page ---


def shown_message(answer: Any) -> str:
    found = re.search(r"<textarea[^>]*name=\"message\"[^>]*>\r?\n?(.*?)</textarea>", answer.content.decode(), re.DOTALL)
    assert found
    return unescape(found[1])


@pytest.mark.django_db
def test_page_when_used_without_a_wallet_in_the_browser_then_the_two_steps_do(alice_page: Client, charlie_page: Client, alice: User) -> None:
    page = reverse("accounts:wallets")
    assert "No wallet yet" in alice_page.get(page).content.decode()
    text = shown_message(alice_page.post(page, {"address": ADDRESS.lower(), "chain_id": "1"}))
    # A browser sends the text box with line ends of its own.
    proof = {"message": text.replace("\n", "\r\n"), "signature": f" {signed(text)} "}
    done = alice_page.post(reverse("accounts:wallet_verify"), proof, follow=True)
    assert ADDRESS in done.content.decode()
    wallet = Wallet.objects.get(user=alice)
    assert ADDRESS not in charlie_page.get(page).content.decode()
    remove = reverse("accounts:wallet_remove", args=[wallet.pk])
    assert charlie_page.get(remove).status_code == charlie_page.post(remove).status_code == 404
    assert "Remove the wallet?" in alice_page.get(remove).content.decode()
    assert Wallet.objects.exists()
    alice_page.post(remove)
    assert not Wallet.objects.exists()


@pytest.mark.django_db
def test_page_when_something_is_wrong_then_the_words_beside_the_field_and_nothing_lost(alice_page: Client) -> None:
    page, verify = reverse("accounts:wallets"), reverse("accounts:wallet_verify")
    answer = alice_page.post(page, {"address": "0x12", "chain_id": "1"})
    assert (answer.status_code, "copied whole" in answer.content.decode()) == (400, True)
    text = shown_message(alice_page.post(page, {"address": ADDRESS, "chain_id": "1"}))
    answer = alice_page.post(verify, {"message": text, "signature": signed(text, OTHER_KEY)})
    assert answer.status_code == 400
    assert shown_message(answer).replace("\r\n", "\n") == text
    assert "not made by that wallet" in answer.content.decode()
    assert alice_page.post(verify, {}).status_code == 400
    assert alice_page.post(page, {"address": ADDRESS, "chain_id": "x"}).status_code == 400


@pytest.mark.django_db
def test_page_when_not_signed_in_then_led_to_it(page: Client) -> None:
    for name in ("accounts:wallets", "accounts:wallet_verify"):
        assert page.post(reverse(name))["Location"].startswith("/accounts/login")


@pytest.mark.django_db
def test_address_when_others_look_then_in_none_of_their_pages(alice: User, charlie_page: Client, charlie_api: APIClient, dana_api: APIClient) -> None:
    Wallet.objects.create(user=alice, address=ADDRESS, verified_at=NOW)
    for client in (charlie_page, charlie_api, dana_api):
        for path in ("/account", "/account/wallets", "/api/me/wallets", "/trips"):
            assert ADDRESS not in client.get(path).content.decode()
