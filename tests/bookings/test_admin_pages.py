"""Every page of the staff admin, for every model: opens with data, for whom it is meant."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import models
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.checkout import Contact, PaymentWish
from bookings.models import Booking, Payment
from tests.bookings.admin_models import REGISTERED, newest, url
from tests.cast import actor_for, page_for
from tests.factories.bookings import make_planned_trip
from tests.factories.catalogue import SmallCatalogue, make_catalogue
from tests.factories.office import make_office_rows
from tests.factories.people import UserFactory
from tests.kept import keep_rows, savepoint_per_test  # noqa: F401  (fixtures)
from tests.statements import counted
from travelplanner.core import clock
from travelplanner.core.models import AuditEntry, OutboxMessage

EVERY_MODEL = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
# Whose right to look is one of its own: Django's view permission opens none of them.
RIGHTS = {"accounts.UserDocument": "accounts.check_documents", "accounts.TravelerDocument": "accounts.check_documents"}


@pytest.fixture(scope="module")
def office(kept_transaction: None, tmp_path_factory: pytest.TempPathFactory) -> SmallCatalogue:
    """A row in every table: a second's work, for three hundred tests that look at them."""
    with override_settings(PLANNING_EFFORT=20, MOCK_GATEWAY_BOOK=str(tmp_path_factory.mktemp("gateway") / "book.sqlite3")):
        catalogue = make_catalogue()
        make_office_rows(catalogue)
    return catalogue


def limited(*codes: str) -> User:
    """A staff member with these rights alone ("app.verb_model")."""
    user: User = UserFactory(is_staff=True)
    for code in codes:
        app, codename = code.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


@pytest.mark.usefixtures("office")
@EVERY_MODEL
def test_admin_page_when_opened_by_a_superuser_then_answers(dana_page: Client, dana: User, model: type[models.Model]) -> None:
    options, row = admin.site._registry[model], newest(model)
    assert row is not None, "the office fixture makes none"
    listed = dana_page.get(url(model, "changelist"))
    assert listed.status_code == 200
    assert str(row.pk) in listed.content.decode() or listed.context["cl"].result_count > 50
    assert dana_page.get(url(model, "change", row.pk)).status_code == 200
    assert options.search_fields, "staff must find a row"
    assert dana_page.get(url(model, "changelist"), {"q": "zzz"}).status_code == 200
    request = listed.wsgi_request
    assert dana_page.get(url(model, "add")).status_code == (200 if options.has_add_permission(request) else 403)
    assert dana_page.get(url(model, "history", row.pk)).status_code == 200
    for name in options.list_filter:
        field = name[0] if isinstance(name, tuple) else name
        assert dana_page.get(url(model, "changelist"), {f"{field}__isnull": "1"}).status_code in (200, 302)
    for wrong in ("00000000-0000-0000-0000-000000000000", "no-such-row", "999999999"):
        assert dana_page.get(url(model, "change", wrong)).status_code == 302, "not there: back to the start with a message"


@pytest.mark.usefixtures("office")
@EVERY_MODEL
def test_admin_page_when_opened_by_others_then_refused(page: Client, alice_page: Client, model: type[models.Model]) -> None:
    row = newest(model)
    pages = [url(model, "changelist"), url(model, "change", row.pk), url(model, "add"), url(model, "delete", row.pk)]
    for address in pages:
        for browser in (page, alice_page):
            answer = browser.get(address)
            assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("admin:login"))
    nobody = page_for(limited())
    assert {nobody.get(address).status_code for address in pages} == {403}


@pytest.mark.usefixtures("office")
@EVERY_MODEL
def test_admin_page_when_staff_may_only_look_then_can_change_nothing(model: type[models.Model]) -> None:
    row, meta = newest(model), model._meta
    plain = f"{meta.app_label}.view_{meta.model_name}"
    looker = page_for(limited(RIGHTS.get(meta.label, plain)))
    if meta.label in RIGHTS:
        browser = page_for(limited(plain))
        assert {browser.get(url(model, "changelist")).status_code, browser.get(url(model, "change", row.pk)).status_code} == {403}
    assert looker.get(url(model, "changelist")).status_code == 200
    shown = looker.get(url(model, "change", row.pk))
    assert shown.status_code == 200
    assert "_save" not in shown.content.decode()
    assert looker.post(url(model, "change", row.pk), {}).status_code == 403
    assert looker.get(url(model, "add")).status_code == 403
    assert looker.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    options = admin.site._registry[model]
    presser = browser if meta.label in RIGHTS else looker  # whose right to look is one of its own may press with it, and nobody else
    for name in (*options.actions_detail,):
        if list(getattr(getattr(options, name), "allowed_permissions", ())) == ["view"]:  # a way to another page to look at
            continue
        assert presser.post(reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=[row.pk]), {"_form_submitted": "True"}).status_code == 403
    for way in ("import", "process_import"):
        if hasattr(options, "has_import_permission"):
            assert looker.post(url(model, way)).status_code == 403


@EVERY_MODEL
@pytest.mark.usefixtures("office")
def test_rows_when_append_only_or_moved_by_actions_then_even_superusers_only_look(dana_page: Client, model: type[models.Model]) -> None:
    """What may be added, changed or deleted by a form is a short list; a new model is not on it by accident."""
    request = dana_page.get(url(model, "changelist")).wsgi_request
    options = admin.site._registry[model]
    rights = "".join(letter for letter, may in zip("acd", (options.has_add_permission, options.has_change_permission, options.has_delete_permission), strict=True) if may(request))
    expected = {
        "trips.Source": "ac",
        "trips.Destination": "ac",
        "trips.Place": "ac",
        "trips.Supplier": "ac",
        "trips.Service": "ac",
        "bookings.PriceRule": "acd",
        "bookings.CapacityRule": "acd",
        "accounts.User": "ac",
        "auth.Group": "acd",
        "core.PeriodicJob": "c",
    }
    assert rights == expected.get(model._meta.label, "")


@pytest.mark.usefixtures("office")
def test_every_foreign_key_of_a_form_when_edited_then_is_searched_not_listed() -> None:
    """A select with every row of a table grows with it."""
    for model, options in admin.site._registry.items():
        if options.has_change_permission.__qualname__.startswith("ReadOnly"):
            continue
        keys = {field.name for field in model._meta.concrete_fields if field.many_to_one}
        assert keys <= set(options.autocomplete_fields) | set(options.readonly_fields), model


@pytest.mark.usefixtures("office")
def test_dashboard_when_opened_then_tells_of_everything_in_few_statements(dana_page: Client) -> None:
    with counted() as statements:
        answer = dana_page.get(reverse("admin:index"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert len(statements) <= 24, list(statements)
    for title in ("Bookings by state", "Revenue by currency and day", "Occupancy of the next 14 days", "Failed payments", "Planning runs", "Outbox", "Worker and schedule"):
        assert title in text
    assert "₹0" in text, "the late booking's money came and went, the other's is held back by a dispute"
    assert "₹8,200" not in text
    assert "No worker has ever run" in text


def test_dashboard_when_a_count_is_pressed_then_leads_to_as_many_rows(dana_page: Client, alice: User, office: SmallCatalogue) -> None:
    declined = [
        checkout.book_trip(
            actor=actor_for(alice), trip_reference=make_planned_trip(alice, office).reference, contact=Contact("Alice", "alice@example.org", ""), wish=PaymentWish(token="tok_declined")
        )
        for _number in range(2)
    ]
    Payment.objects.filter(booking=declined[0]).update(updated_at=clock.now() - dt.timedelta(days=8))
    old = Booking.objects.filter(state="CONFIRMED").order_by("created_at").first()
    assert old is not None
    Booking.objects.filter(pk=old.pk).update(created_at=clock.now() - dt.timedelta(days=31), saga_open=True)
    OutboxMessage.objects.filter(kind="mail").update(state="dead")
    links = re.findall(r'<a href="([^"]+\?[^"]+)"[^>]*>(\d+)</a>', dana_page.get(reverse("admin:index")).content.decode())
    assert len(links) > 20
    assert any(count != "0" and "created_at__gte" in address for address, count in links)
    for address, count in links:
        answer = dana_page.get(html.unescape(address))
        assert answer.status_code == 200, address
        assert answer.context["cl"].result_count == int(count), address


@pytest.mark.usefixtures("office")
def test_dashboard_when_a_list_may_not_be_seen_then_its_counts_lead_nowhere() -> None:
    text = page_for(limited("bookings.view_payment", "core.view_outboxmessage")).get(reverse("admin:index")).content.decode()
    assert "messages of gateways" in text
    assert "/admin/bookings/payment/" in text
    for hidden in ("refund", "gatewayevent", "webhookdelivery"):
        assert f"/admin/bookings/{hidden}/" not in text


@pytest.mark.usefixtures("office")
def test_dashboard_when_staff_may_see_bookings_only_then_shows_no_money() -> None:
    text = page_for(limited("bookings.view_booking")).get(reverse("admin:index")).content.decode()
    assert "Bookings by state" in text
    assert "Revenue" not in text
    assert "/admin/bookings/payment/" not in text, "the sidebar names only what may be opened"


@pytest.mark.usefixtures("office")
def test_pages_when_opened_then_keep_secrets(dana_page: Client) -> None:
    from allauth.usersessions.models import UserSession

    from travelplanner.core.models import IdempotencyKey, OutboxMessage

    session = UserSession.objects.order_by("pk").last()
    assert session.session_key not in dana_page.get(url(UserSession, "change", session.pk)).content.decode()
    message = OutboxMessage.objects.get(dedupe_key__startswith="office:")
    assert "example.org/secret" not in dana_page.get(url(OutboxMessage, "change", message.pk)).content.decode()
    key = IdempotencyKey.objects.get()
    assert "sealed" not in dana_page.get(url(IdempotencyKey, "change", key.pk)).content.decode()


@pytest.mark.usefixtures("office")
def test_looking_around_when_staff_opens_pages_then_writes_nothing(dana_page: Client) -> None:
    before = AuditEntry.objects.count()
    with counted() as statements:
        for model in REGISTERED:
            dana_page.get(url(model, "changelist"))
            dana_page.get(url(model, "change", newest(model).pk))
    assert AuditEntry.objects.count() == before
    assert not [sql for sql in statements if sql.split()[0] in ("INSERT", "UPDATE", "DELETE")]
