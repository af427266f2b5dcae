"""What we sign is checked by the example of the README, which is run here as it stands there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.actions.webhook_endpoints import new_secret
from bookings.gateways.webhooks import sign
from travelplanner.core import clock

README = Path(__file__).parents[2] / "README.md"
bodies = st.binary(max_size=2000)
secrets = st.text(min_size=1, max_size=60)


def example() -> Callable[..., bool]:
    """The function of the README's section for receivers."""
    section = README.read_text().split("## Webhooks", 1)[1]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert code
    names: dict[str, Any] = {}
    exec(code[1], names)  # our own documentation
    return names["is_from_the_planner"]


is_ours = example()


@given(body=bodies, secret=secrets)
def test_signature_when_checked_by_the_example_then_ours(body: bytes, secret: str) -> None:
    assert is_ours(body, sign(body, at=clock.now(), secrets=[secret]), secret)


@given(body=bodies, other=bodies, secret=secrets)
def test_signature_when_the_body_is_another_then_not_ours(body: bytes, other: bytes, secret: str) -> None:
    assert is_ours(other, sign(body, at=clock.now(), secrets=[secret]), secret) is (other == body)


@given(body=bodies, secret=secrets, other=secrets)
def test_signature_when_the_secret_is_another_then_not_ours(body: bytes, secret: str, other: str) -> None:
    # HMAC fills a short key up with zero bytes: keys that differ in those alone are one key.
    same = secret.encode().rstrip(b"\0") == other.encode().rstrip(b"\0")
    assert is_ours(body, sign(body, at=clock.now(), secrets=[secret]), other) is same


@given(body=bodies, moved=st.integers(min_value=-299, max_value=299).filter(bool))
def test_signature_when_its_time_is_changed_then_not_ours(body: bytes, moved: int) -> None:
    now = clock.now()
    header = sign(body, at=now, secrets=["key"])
    moment = int(now.timestamp())
    assert not is_ours(body, header.replace(f"t={moment}", f"t={moment + moved}"), "key")


@pytest.mark.parametrize("ago", [301, -301, 86400])
def test_signature_when_it_is_old_then_not_ours(ago: int) -> None:
    assert not is_ours(b"{}", sign(b"{}", at=clock.now() - dt.timedelta(seconds=ago), secrets=["key"]), "key")


@given(header=st.text(max_size=200))
def test_signature_when_it_is_nonsense_then_not_ours(header: str) -> None:
    assert not is_ours(b"{}", header, "key")


def test_signature_when_two_secrets_sign_then_either_fits() -> None:
    old, new = new_secret(), new_secret()
    header = sign(b"{}", at=clock.now(), secrets=[new, old])
    assert header.count("v1=") == 2
    assert is_ours(b"{}", header, old)
    assert is_ours(b"{}", header, new)
    assert not is_ours(b"{}", header, new_secret())


def test_secret_when_made_then_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"whsec_[A-Za-z0-9_-]{43}", secret) for secret in made)
