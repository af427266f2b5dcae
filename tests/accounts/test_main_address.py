"""Which proven address is the main one, on both faces; and what an account that somebody made with it tells (nothing) and loses (nothing)."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.actions import addresses
from accounts.models import User
from tests.accounts.headless import Program
from tests.cast import PASSWORD, actor_for
from tests.factories.people import UserFactory
from travelplanner.core.errors import Conflict, NotFound
from travelplanner.core.models import AuditEntry

pytestmark = pytest.mark.django_db
WORK = "work@example.org"
FACES = pytest.mark.parametrize("face", ["page", "program"])


@pytest.fixture
def owner(alice: User) -> User:
    EmailAddress.objects.get_or_create(user=alice, email=alice.email, defaults={"verified": True, "primary": True})
    return alice


def another(user: User, *, verified: bool) -> None:
    EmailAddress.objects.create(user=user, email=WORK, verified=verified, primary=False)


def squatter() -> User:
    """Somebody who signed up with the address and never proved it."""
    user: User = UserFactory(email=WORK)
    EmailAddress.objects.create(user=user, email=WORK, verified=False, primary=True)
    return user


def choose(user: User, face: str) -> tuple[int, str]:
    """Status, and what was said."""
    if face == "page":
        browser = Client()
        browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
        answer = browser.post("/accounts/email/", {"email": WORK, "action_primary": ""}, follow=True)
        return answer.status_code, " ".join(str(message) for message in answer.context["messages"])
    program = Program()
    program.sign_in(user.email)
    program.reauthenticate()
    answer = program.call("PATCH", "account/email", {"email": WORK, "primary": True})
    return answer["status"], " ".join(error["message"] for error in answer.get("errors", ()))


def main_of(user: User) -> tuple[str, list[str]]:
    user.refresh_from_db()
    return user.email, list(EmailAddress.objects.filter(user=user, primary=True).values_list("email", flat=True))


@FACES
def test_main_address_when_proven_then_changed_and_the_old_one_gets_a_mail(owner: User, face: str) -> None:
    before = owner.email
    another(owner, verified=True)
    status, _said = choose(owner, face)
    assert status == 200
    assert main_of(owner) == (WORK, [WORK])
    assert owner.email_verified
    assert [before] in [letter.to for letter in mail.outbox]
    assert WORK not in str(AuditEntry.objects.get(action="user.primary_address").__dict__)


@FACES
def test_main_address_when_an_unproven_account_has_it_then_refused_kindly_and_nothing_changed(owner: User, face: str) -> None:
    other, before = squatter(), owner.email
    another(owner, verified=True)
    status, said = choose(owner, face)
    assert status == (200 if face == "page" else 409)
    assert "another account was made with it" in said
    assert str(other.pk) not in said
    assert main_of(owner) == (before, [before])
    assert main_of(other) == (WORK, [WORK])
    assert not AuditEntry.objects.filter(action="user.primary_address").exists()


@FACES
@pytest.mark.parametrize("old_proven", [True, False])
def test_main_address_when_not_proven_then_the_same_answer_whether_anybody_has_it(owner: User, face: str, old_proven: bool) -> None:
    """Else whoever adds an address could ask whether it has an account."""
    EmailAddress.objects.filter(user=owner).update(verified=old_proven)
    before = owner.email
    another(owner, verified=False)
    free = choose(owner, face)
    squatter()
    taken = choose(owner, face)
    assert free == taken
    assert "Confirm the address first" in free[1]
    assert main_of(owner) == (before, [before])


def test_main_address_when_it_is_not_ones_own_then_as_if_it_were_not_there(owner: User, bob: User) -> None:
    EmailAddress.objects.create(user=bob, email=WORK, verified=True)
    for email in (WORK, "nobody@example.org"):
        with pytest.raises(NotFound):
            addresses.make_primary(actor=actor_for(owner), email=email)


def test_main_address_when_taken_at_the_same_moment_then_the_database_decides(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other account appears between the look and the write: there is no look."""
    another(owner, verified=True)
    real = EmailAddress.set_as_primary

    def late(self: EmailAddress, *args: Any, **kwargs: Any) -> bool:
        UserFactory(email=WORK)
        return bool(real(self, *args, **kwargs))

    monkeypatch.setattr(EmailAddress, "set_as_primary", late)
    before = owner.email
    with pytest.raises(Conflict, match="another account"):
        addresses.make_primary(actor=actor_for(owner), email=WORK)
    assert main_of(owner) == (before, [before])
