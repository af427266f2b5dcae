"""One signed message, brought many times at once: it counts once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.conf import settings as live
from eth_account import Account
from eth_account.messages import encode_defunct

from accounts.actions import wallets
from accounts.models import User, Wallet
from tests.cast import actor_for
from tests.concurrency.crowd import Gate, run_together, tally
from tests.factories.people import UserFactory

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
MANY = 8
KEY = "0x" + "11" * 32


def brought_at_once(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """All have read the nonce before any writes."""
    user: User = UserFactory(email="alice@example.org")
    _nonce, text = wallets.create_message(actor=actor_for(user), address=Account.from_key(KEY).address)
    signature = "0x" + Account.sign_message(encode_defunct(text=text), KEY).signature.hex().removeprefix("0x")
    gate, signer = Gate(MANY), wallets.eip4361.signer

    def signer_after_all_have_read(*arguments: Any) -> Any:
        gate.pass_through()
        return signer(*arguments)

    monkeypatch.setattr(wallets.eip4361, "signer", signer_after_all_have_read)
    return tally(run_together([lambda: wallets.verify_wallet(actor=actor_for(user), message=text, signature=signature)] * MANY, workers=MANY))


def test_message_when_brought_many_times_at_once_then_one_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert brought_at_once(monkeypatch) == {"Wallet": 1, "nonce_used": MANY - 1}
    assert Wallet.objects.count() == 1


def test_message_when_nonces_are_not_guarded_then_it_counts_more_than_once(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The control."""
    assert live.NONCES_ARE_GUARDED
    settings.NONCES_ARE_GUARDED = False
    assert brought_at_once(monkeypatch)["Wallet"] > 1


def test_wallet_when_two_users_bring_it_at_once_then_one_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    people: list[User] = [UserFactory(email=f"person{number}@example.org") for number in range(MANY)]
    proofs = []
    for user in people:
        _nonce, text = wallets.create_message(actor=actor_for(user), address=Account.from_key(KEY).address)
        proofs.append((user, text, "0x" + Account.sign_message(encode_defunct(text=text), KEY).signature.hex().removeprefix("0x")))
    gate, signer = Gate(MANY), wallets.eip4361.signer

    def signer_after_all_have_read(*arguments: Any) -> Any:
        gate.pass_through()
        return signer(*arguments)

    monkeypatch.setattr(wallets.eip4361, "signer", signer_after_all_have_read)
    calls = [lambda user=user, text=text, signature=signature: wallets.verify_wallet(actor=actor_for(user), message=text, signature=signature) for user, text, signature in proofs]
    assert tally(run_together(calls, workers=MANY)) == {"Wallet": 1, "wallet_taken": MANY - 1}
    assert Wallet.objects.count() == 1
