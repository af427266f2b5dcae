"""Demo users: there in local mode, nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.actions import demo
from accounts.models import User
from tests.cast import actor_for
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid, NotAllowed

JOB = Actor.system("test")
PASSWORD = "a-good-long-one"
pytestmark = pytest.mark.django_db


def test_ensure_demo_users_when_none_are_there_then_three_verified_and_one_superuser() -> None:
    assert demo.ensure_demo_users(actor=JOB, password=PASSWORD) == 3
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == 3
    assert User.objects.filter(email_verified=True).count() == 3
    assert list(User.objects.filter(is_superuser=True).values_list("email", "is_staff")) == [("staff@example.org", True)]


def test_ensure_demo_users_when_repeated_then_sessions_survive() -> None:
    demo.ensure_demo_users(actor=JOB, password=PASSWORD)
    before = list(User.objects.order_by("email").values_list("password", flat=True))
    assert demo.ensure_demo_users(actor=JOB, password=PASSWORD) == 0
    assert list(User.objects.order_by("email").values_list("password", flat=True)) == before


def test_ensure_demo_users_when_password_changed_then_the_new_one_signs_in() -> None:
    demo.ensure_demo_users(actor=JOB, password=PASSWORD)
    demo.ensure_demo_users(actor=JOB, password="another-long-one")
    assert Client().login(username="traveler@example.org", password="another-long-one")
    assert not Client().login(username="traveler@example.org", password=PASSWORD)


def test_ensure_demo_users_outside_local_mode_then_refused_and_nobody_made(settings: Any) -> None:
    settings.LOCAL = False
    with pytest.raises(NotAllowed):
        demo.ensure_demo_users(actor=JOB, password=PASSWORD)
    with pytest.raises(CommandError, match="LOCAL=1"):
        call_command("create_demo_users")
    assert not User.objects.exists()


def test_ensure_demo_users_when_a_person_asks_then_refused(dana: User) -> None:
    with pytest.raises(NotAllowed):
        demo.ensure_demo_users(actor=actor_for(dana), password=PASSWORD)


def test_ensure_demo_users_when_password_is_short_then_refused() -> None:
    with pytest.raises(Invalid):
        demo.ensure_demo_users(actor=JOB, password="short")


def test_create_demo_users_when_no_password_is_set_then_prints_the_one_that_works(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DEMO_PASSWORD = ""
    call_command("create_demo_users", no_color=True)
    password = capsys.readouterr().out.splitlines()[0].split()[-1]
    assert Client().login(username="staff@example.org", password=password)
