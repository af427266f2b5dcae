"""Every page of the staff admin, for every model: opens with data, for whom it is meant, with as many statements for 30 rows as for one."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.checkout import Contact
from bookings.models import Booking
from tests.cast import actor_for, page_for
from tests.factories.bookings import make_planned_trip, put_in_cart
from tests.factories.catalogue import DestinationFactory, ServiceFactory, SmallCatalogue, SourceFactory
from tests.factories.office import make_office_rows
from tests.factories.people import UserFactory
from tests.statements import counted
from travelplanner.core.models import AuditEntry
from trips.models import ClimateMonth, Destination, DestinationNote

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
EVERY_MODEL = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
# Whose right to look is one of its own: Django's view permission opens none of them.
RIGHTS = {"accounts.UserDocument": "accounts.check_documents", "accounts.TravelerDocument": "accounts.check_documents"}
MOST_ON_A_LIST = 14
MOST_ON_A_PAGE = 40  # the story of a booking asks every table of it once


@pytest.fixture
def office(catalogue: SmallCatalogue, settings: Any) -> None:
    settings.PLANNING_EFFORT = 20
    make_office_rows(catalogue)


def url(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def limited(*codes: str) -> User:
    """A staff member with these rights alone ("app.verb_model")."""
    user: User = UserFactory(is_staff=True)
    for code in codes:
        app, codename = code.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def newest(model: type[models.Model]) -> models.Model:
    return model._default_manager.order_by("pk").last()  # type: ignore[return-value]


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
            assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("admin:login"))  # type: ignore[attr-defined]
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


def test_lists_and_pages_when_rows_grow_from_one_to_thirty_then_statements_stay(dana_page: Client, catalogue: SmallCatalogue, settings: Any) -> None:
    settings.PLANNING_EFFORT = 20
    make_office_rows(catalogue)
    rows = {model: newest(model).pk for model in REGISTERED}
    few = {model._meta.label: _counts(dana_page, model, rows[model]) for model in REGISTERED}
    for _number in range(29):
        make_office_rows(catalogue, planned=False)
    many = {model._meta.label: _counts(dana_page, model, rows[model]) for model in REGISTERED}
    grown = {label: (few[label], counts) for label, counts in many.items() if counts[0] > few[label][0] or counts[1] > few[label][1]}
    assert not grown
    assert all(listed <= MOST_ON_A_LIST and shown <= MOST_ON_A_PAGE for listed, shown in many.values()), many


def _counts(browser: Client, model: type[models.Model], row: Any) -> tuple[int, int]:
    """(statements of the list, of the page of one row)"""
    with counted() as listing:
        assert browser.get(url(model, "changelist")).status_code == 200
    with counted() as showing:
        assert browser.get(url(model, "change", row)).status_code == 200
    return len(listing), len(showing)


def test_pages_when_a_parent_has_many_children_then_statements_stay(dana_page: Client, alice: User, catalogue: SmallCatalogue) -> None:
    """A destination with a source for each fact, a booking with many items."""
    town = DestinationFactory(slug="far", name="Far")
    DestinationNote.objects.create(destination=town, kind="safety", text="0", position=0, source=SourceFactory(slug="far/0"))
    with counted() as few:
        dana_page.get(url(Destination, "change", town.pk))
    for number in range(1, 13):
        ClimateMonth.objects.create(destination=town, month=number, low_c=1, high_c=2, rain_mm=3, source=SourceFactory(slug=f"far/c{number}"))
        DestinationNote.objects.create(destination=town, kind="safety", text="1", position=number, source=SourceFactory(slug=f"far/n{number}"))
    with counted() as many:
        text = dana_page.get(url(Destination, "change", town.pk)).content.decode()
    assert len(many) <= len(few)
    assert text.count("A page that was opened") > 24

    contact = Contact("Alice", "alice@example.org", "")
    sizes = []
    for items in (1, 20):
        trip = make_planned_trip(alice, catalogue)
        for _number in range(items):
            put_in_cart(trip, ServiceFactory(destination=catalogue.destination))
        booking = checkout.book_trip(actor=actor_for(alice), trip_reference=trip.reference, contact=contact)
        assert booking.items.count() == items
        with counted() as statements:
            assert dana_page.get(url(Booking, "change", booking.pk)).status_code == 200
        sizes.append(len(statements))
    assert sizes[0] == sizes[1] <= MOST_ON_A_PAGE


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


@pytest.mark.usefixtures("office")
def test_dashboard_when_staff_may_see_bookings_only_then_shows_no_money() -> None:
    text = page_for(limited("bookings.view_booking")).get(reverse("admin:index")).content.decode()
    assert "Bookings by state" in text
    assert "Revenue" not in text
    assert "/admin/bookings/payment/" not in text, "the sidebar names only what may be opened"


def test_dashboard_when_nothing_is_there_then_opens(dana_page: Client) -> None:
    assert dana_page.get(reverse("admin:index")).status_code == 200


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
