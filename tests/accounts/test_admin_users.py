"""Users in the staff admin: suspended and reinstated with a reason; rights are superusers' to give."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.cast import PASSWORD, page_for
from tests.factories.people import UserFactory
from travelplanner.core.models import AuditEntry


def address(user: User, page: str = "change") -> str:
    return reverse(f"admin:accounts_user_{page}", args=[user.pk])


def press(browser: Client, user: User, name: str, **data: Any) -> Any:
    return browser.post(reverse(f"admin:accounts_user_{name}", args=[user.pk]), {"_form_submitted": "True", **data}, follow=True)


@pytest.fixture
def desk(db: None) -> User:
    """Staff who may look at and change users, and nothing else."""
    user: User = UserFactory(email="desk@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "add_user"]))
    return user


@pytest.fixture
def desk_page(desk: User) -> Client:
    return page_for(desk)


def test_suspend_when_pressed_with_a_reason_then_the_user_is_out(desk_page: Client, desk: User, alice: User, alice_page: Client) -> None:
    answer = press(desk_page, alice, "suspend", reason="chargebacks")
    assert "Suspended." in answer.content.decode()
    alice.refresh_from_db()
    assert alice.status == "suspended"
    entry = AuditEntry.objects.get(action="user.suspended")
    assert (entry.actor, entry.object_id, entry.after["reason"]) == (desk, str(alice.pk), "chargebacks")
    assert alice_page.get("/trips/").status_code != 200
    press(desk_page, alice, "reinstate", reason="settled")
    alice.refresh_from_db()
    assert alice.status == "active"


def test_suspend_when_only_looked_at_then_nothing_happens(desk_page: Client, alice: User) -> None:
    shown = desk_page.get(reverse("admin:accounts_user_suspend", args=[alice.pk]))
    assert "Reason" in shown.content.decode()
    press(desk_page, alice, "suspend")  # no reason
    alice.refresh_from_db()
    assert alice.status == "active"


def test_button_when_the_state_forbids_then_says_so(desk_page: Client, alice: User) -> None:
    answer = press(desk_page, alice, "reinstate", reason="why not")
    assert answer.status_code == 200
    assert "can&#x27;t become active" in answer.content.decode()


def test_button_when_htmx_asks_then_the_whole_page_moves(desk_page: Client, alice: User) -> None:
    url = reverse("admin:accounts_user_suspend", args=[alice.pk])
    answer = desk_page.post(url, {"_form_submitted": "True", "reason": "x"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == address(alice)


@pytest.mark.parametrize("wrong", ["no-such-id", "00000000-0000-0000-0000-000000000000"])
def test_button_when_the_row_is_gone_then_goes_back_to_the_list(dana_page: Client, wrong: str) -> None:
    answer = dana_page.post(reverse("admin:accounts_user_suspend", args=[wrong]), {"_form_submitted": "True", "reason": "x"}, follow=True)
    assert "not there any more" in answer.content.decode()


def test_post_when_it_comes_from_elsewhere_then_refused(dana: User, alice: User) -> None:
    browser = page_for(dana, enforce_csrf_checks=True)
    assert press(browser, alice, "suspend", reason="x").status_code == 403


def test_rights_when_sent_by_staff_then_unchanged(desk_page: Client, alice: User) -> None:
    group = Group.objects.create(name="Chiefs")
    every = list(Permission.objects.values_list("pk", flat=True))
    data = {"first_name": "Alicia", "is_staff": "on", "is_superuser": "on", "groups": [group.pk], "user_permissions": every, "status": "deleted", "email": "x@example.org"}
    answer = desk_page.post(address(alice), data)
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    alice.refresh_from_db()
    assert (alice.first_name, alice.is_staff, alice.is_superuser, alice.status, alice.email) == ("Alicia", False, False, "active", "alice@example.org")
    assert not alice.groups.exists()
    assert not alice.user_permissions.exists()
    entry = AuditEntry.objects.get(action="user.changed")
    assert entry.after == {"fields": ["first_name"]}, "no personal data in the audit"


@pytest.mark.parametrize("page", ["change", "suspend", "reinstate"])
def test_colleague_when_staff_touches_them_then_refused(desk: User, desk_page: Client, dana: User, page: str) -> None:
    for target in (dana, desk):
        answer = desk_page.post(address(target, page), {"_form_submitted": "True", "reason": "x", "first_name": "y", "is_superuser": "on"})
        assert answer.status_code == 403
        target.refresh_from_db()
        assert (target.status, target.first_name != "y") == ("active", True)
    desk.refresh_from_db()
    assert not desk.is_superuser


def test_password_when_staff_wants_to_set_it_then_superusers_only(desk_page: Client, dana_page: Client, alice: User) -> None:
    url = reverse("admin:auth_user_password_change", args=[alice.pk])
    new = {"password1": "another long sentence", "password2": "another long sentence", "usable_password": "true"}
    assert desk_page.post(url, new).status_code == 403
    assert alice.password not in desk_page.get(address(alice)).content.decode()
    assert dana_page.post(url, new).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another long sentence")
    assert AuditEntry.objects.filter(action="user.password_set", object_id=str(alice.pk)).exists()


def test_password_hash_when_staff_may_only_look_then_not_shown(alice: User) -> None:
    looker: User = UserFactory(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_user"))
    text = page_for(looker).get(address(alice)).content.decode()
    assert alice.email in text
    assert alice.password not in text
    assert alice.password.split("$")[-1][:12] not in text


def test_new_user_when_added_then_may_sign_in_and_is_no_staff(desk_page: Client) -> None:
    data = {"email": "New.Colleague@Example.org", "first_name": "New", "last_name": "", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "is_staff": "on"}
    answer = desk_page.post(reverse("admin:accounts_user_add"), data)
    assert answer.status_code == 302, answer.context["errors"]
    user = User.objects.get(email="new.colleague@example.org")
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert Client().login(email=user.email, password=PASSWORD)
    again = desk_page.post(reverse("admin:accounts_user_add"), {**data, "email": "NEW.colleague@example.org"})
    assert again.status_code == 200, "the same address in other letters"
    assert AuditEntry.objects.filter(action="user.added").count() == 1


def test_user_when_deleted_by_anybody_then_refused(dana_page: Client, alice: User) -> None:
    assert dana_page.post(address(alice, "delete"), {"post": "yes"}).status_code == 403
    many = {"action": "delete_selected", "_selected_action": [str(alice.pk)], "post": "yes"}
    dana_page.post(reverse("admin:accounts_user_changelist"), many)
    assert User.objects.filter(pk=alice.pk).exists()


def test_group_when_staff_edits_it_then_superusers_only(desk: User, desk_page: Client) -> None:
    group = Group.objects.create(name="Desk")
    desk.user_permissions.add(*Permission.objects.filter(content_type__model="group"))
    assert page_for(desk).post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "Chiefs"}).status_code == 403
