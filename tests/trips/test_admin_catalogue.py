"""The catalogue in the staff admin: forms and imports that refuse nonsense, export, publishing, prices of many."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.cast import actor_for, page_for
from tests.factories.catalogue import DestinationFactory, PlaceFactory, ServiceFactory, SmallCatalogue, SourceFactory
from tests.factories.people import UserFactory
from tests.statements import counted
from travelplanner.core.errors import Invalid, NotAllowed
from travelplanner.core.models import AuditEntry
from trips.actions import catalogue_edits
from trips.models import Destination, Place, Service, Supplier


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:trips_{model}_{page}", args=args)


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def export(browser: Client, model: str) -> list[dict[str, str]]:
    fields = browser.get(url(model, "export")).context["form"].fields
    answer = browser.post(url(model, "export"), {"format": "0", "resource": "", **{name: "on" for name in fields if name not in ("format", "resource", "export_items")}})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv"), answer.content[:300]
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def preview(browser: Client, model: str, rows: list[dict[str, str]] | bytes) -> Any:
    if isinstance(rows, bytes):
        content = rows
    else:
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        content = text.getvalue().encode()
    return browser.post(url(model, "import"), {"import_file": SimpleUploadedFile("rows.csv", content), "format": "0", "resource": ""})


def confirm(browser: Client, model: str, shown: Any) -> Any:
    assert "confirm_form" in shown.context, [error.error for error in shown.context["result"].base_errors] + [
        (row.number, row.error) for row in shown.context["result"].invalid_rows
    ]
    return browser.post(url(model, "process_import"), shown.context["confirm_form"].initial, follow=True)


# --- import and export ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", ["destination", "place", "supplier", "service"])
def test_export_when_imported_again_then_nothing_changes(dana_page: Client, full_catalogue: None, model: str) -> None:
    rows = export(dana_page, model)
    assert len(rows) >= 10
    shown = preview(dana_page, model, rows)
    totals = shown.context["result"].totals
    assert (totals["new"], totals["update"], totals["error"], totals["invalid"], totals["skip"]) == (0, 0, 0, 0, len(rows))


def test_import_when_previewed_then_nothing_is_written_until_confirmed(dana_page: Client, dana: User, catalogue: SmallCatalogue) -> None:
    rows = export(dana_page, "place")[:2]
    rows[0]["visit_minutes"] = "77"
    rows[1]["slug"], rows[1]["name"] = "brand-new", "Brand new"
    shown = preview(dana_page, "place", rows)
    assert (shown.context["result"].totals["new"], shown.context["result"].totals["update"]) == (1, 1)
    assert not Place.objects.filter(slug="brand-new").exists()
    assert not AuditEntry.objects.filter(object_type="trips.place").exists()
    done = confirm(dana_page, "place", shown)
    assert "1 new, 1 updated" in done.content.decode()
    assert Place.objects.get(slug=rows[0]["slug"]).visit_minutes == 77
    assert Place.objects.get(slug="brand-new").destination == catalogue.destination
    entries = AuditEntry.objects.filter(object_type="trips.place").order_by("action")
    assert [(entry.action, entry.actor, entry.after) for entry in entries] == [("place.added", dana, {"import": "rows.csv"}), ("place.changed", dana, {"import": "rows.csv"})]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("hours", "whenever", "days are"),
        ("category", "volcano", "not one of"),
        ("interests", "temples|astrology", "astrology"),
        ("latitude", "48.85", "reaches"),
        ("latitude", "95", "km from"),
        ("fee_currency", "XXQ", "ISO 4217"),
        ("fee", "-5", "destination"),
        ("fee", "12.345", "decimals"),
        ("destination", "atlantis", ""),
        ("hours_source", "no/such", ""),
        ("effort", "9", ""),
        ("visit_minutes", "abc", ""),
    ],
)
def test_import_when_one_row_is_wrong_then_says_where_and_offers_no_confirmation(dana_page: Client, catalogue: SmallCatalogue, column: str, value: str, says: str) -> None:
    rows = export(dana_page, "place")[:3]
    rows[1][column] = value
    rows[0]["visit_minutes"] = "5"
    shown = preview(dana_page, "place", rows)
    assert shown.status_code == 200
    assert "confirm_form" not in shown.context
    result = shown.context["result"]
    assert result.has_errors() or result.has_validation_errors()
    assert not Place.objects.filter(visit_minutes=5).exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01", b"a,b\n1\n", b"slug\n\x00\n", b"name,visit_minutes\nx,5\n", b"\n\n\n"])
def test_import_when_the_file_is_garbage_then_refused_with_a_page(dana_page: Client, catalogue: SmallCatalogue, content: bytes) -> None:
    shown = preview(dana_page, "place", content)
    assert shown.status_code == 200
    assert "confirm_form" not in shown.context


def test_import_when_the_file_is_too_large_then_refused(dana_page: Client) -> None:
    shown = preview(dana_page, "place", b"slug\n" + b"x" * (5 * 1024 * 1024))
    assert "up to 5 MB" in shown.content.decode()


def test_import_when_confirmed_with_another_file_name_then_reads_no_other_file(dana_page: Client, catalogue: SmallCatalogue) -> None:
    shown = preview(dana_page, "place", export(dana_page, "place")[:1])
    data = {**shown.context["confirm_form"].initial, "import_file_name": "../../../../etc/hostname"}
    answer = dana_page.post(url("place", "process_import"), data, follow=True)
    assert "Choose it again" in answer.content.decode()


def test_import_when_confirmed_twice_then_the_second_says_so(dana_page: Client, catalogue: SmallCatalogue) -> None:
    rows = export(dana_page, "place")[:1]
    rows[0]["effort"] = "5"
    shown = preview(dana_page, "place", rows)
    assert "1 updated" in confirm(dana_page, "place", shown).content.decode()
    assert "Choose it again" in confirm(dana_page, "place", shown).content.decode()


def test_import_when_the_world_changed_since_the_preview_then_nothing_is_imported(dana_page: Client, catalogue: SmallCatalogue) -> None:
    rows = export(dana_page, "place")[:2]
    rows[0]["effort"] = rows[1]["effort"] = "5"
    shown = preview(dana_page, "place", rows)
    Destination.objects.filter(pk=catalogue.destination.pk).update(reach_km=0.1)
    answer = confirm(dana_page, "place", shown)
    assert "Nothing was imported" in answer.content.decode()
    assert not Place.objects.filter(effort=5).exists()
    assert not AuditEntry.objects.filter(object_type="trips.place").exists()


def test_export_when_a_name_is_a_formula_then_neutral_and_numbers_stay(dana_page: Client, catalogue: SmallCatalogue) -> None:
    PlaceFactory(destination=catalogue.destination, name='=HYPERLINK("http://evil","x")', slug="evil", summary="@SUM(1)")
    far = DestinationFactory(slug="lima", name="Lima", latitude=-12.05, longitude=-77.04)
    PlaceFactory(destination=far, slug="plaza", latitude=-12.05, longitude=-77.04)
    rows = {row["slug"]: row for row in export(dana_page, "place")}
    assert rows["evil"]["name"].startswith("'=")
    assert rows["evil"]["summary"] == "'@SUM(1)"
    assert rows["plaza"]["latitude"] == "-12.05"
    totals = preview(dana_page, "place", list(rows.values())).context["result"].totals
    assert totals["skip"] == len(rows)


def test_import_when_staff_may_only_change_then_refused(catalogue: SmallCatalogue) -> None:
    from django.contrib.auth.models import Permission

    staff: User = UserFactory(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_place", "change_place"]))
    browser = page_for(staff)
    assert browser.get(url("place", "import")).status_code == 403
    assert browser.get(url("place", "export")).status_code == 200
    assert browser.get(url("supplier", "export")).status_code == 403


def test_import_of_many_rows_when_previewed_then_statements_grow_only_with_what_is_written(dana_page: Client, full_catalogue: None) -> None:
    rows = export(dana_page, "place")
    with counted() as few:
        preview(dana_page, "place", rows[:10])
    with counted() as many:
        preview(dana_page, "place", rows[:110])
    assert len(many) - len(few) <= 100 * 6, "the lookup of the row, and what its checks ask"


# --- forms ------------------------------------------------------------------------------------------------------------
def form_data(browser: Client, address: str) -> dict[str, Any]:
    """What a browser would send of the page as it is."""
    context = browser.get(address).context
    data: dict[str, Any] = {}
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.field.prepare_value(bound.value()) if bound.value() is not None else ""
            if value is not False:
                data[bound.html_name] = value
    return data


def test_place_when_saved_unchanged_then_nothing_is_recorded(dana_page: Client, catalogue: SmallCatalogue) -> None:
    address = url("place", "change", catalogue.places[0].pk)
    assert dana_page.post(address, form_data(dana_page, address)).status_code == 302
    assert not AuditEntry.objects.filter(object_type="trips.place").exists()


def test_place_when_changed_then_audited_with_both_values(dana_page: Client, dana: User, catalogue: SmallCatalogue) -> None:
    address = url("place", "change", catalogue.places[0].pk)
    data = {**form_data(dana_page, address), "fee": "150", "interests": "temples, art", "hours": "Mo-Fr 08:00-12:00"}
    answer = dana_page.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]
    entry = AuditEntry.objects.get(object_type="trips.place")
    assert (entry.action, entry.actor) == ("place.changed", dana)
    assert entry.after == {"fee": "150", "interests": ["temples", "art"], "hours": "Mo-Fr 08:00-12:00"}
    assert entry.before["hours"] == "Mo-Su 06:00-21:00"


@pytest.mark.parametrize(("field", "value"), [("hours", "Mo-Xx 1-2"), ("interests", "astrology"), ("interests", ""), ("fee_currency", "ZZZ"), ("latitude", "10"), ("category", "volcano")])
def test_place_when_the_form_holds_nonsense_then_refused_at_the_field(dana_page: Client, catalogue: SmallCatalogue, field: str, value: str) -> None:
    address = url("place", "change", catalogue.places[0].pk)
    answer = dana_page.post(address, {**form_data(dana_page, address), field: value})
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors


def test_destination_when_climate_and_notes_are_edited_then_audited(dana_page: Client, catalogue: SmallCatalogue) -> None:
    SourceFactory(slug="varanasi/office")
    address = url("destination", "change", catalogue.destination.pk)
    data = {**form_data(dana_page, address), "climate-0-high_c": "31.5", "notes-TOTAL_FORMS": "1", "notes-0-kind": "money", "notes-0-text": "Cash.", "notes-0-position": "0", "best_months": ["1", "2"]}
    data["notes-0-source"] = str(SourceFactory(slug="varanasi/bank").pk)
    answer = dana_page.post(address, data)
    assert answer.status_code == 302, (answer.context["errors"], [formset.formset.errors for formset in answer.context["inline_admin_formsets"]])
    actions = set(AuditEntry.objects.values_list("action", "object_type"))
    assert {("destination.changed", "trips.destination"), ("climatemonth.changed", "trips.climatemonth"), ("destinationnote.added", "trips.destinationnote")} <= actions
    catalogue.destination.refresh_from_db()
    assert catalogue.destination.best_months == [1, 2]


def test_destination_when_added_then_found_by_name(dana_page: Client) -> None:
    data = {
        "name": "Agra", "slug": "agra", "kind": "city", "country": "IND", "latitude": "27.18", "longitude": "78.02", "reach_km": "20", "timezone": "Asia/Kolkata",
        "currency": "INR", "relief": "plain", "water": "river", "water_side": "", "climate_group": "humid", "aliases": "Akbarabad", "airports": "AGR", "published": "on",
    }  # fmt: skip
    for prefix in ("climate", "notes"):
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    answer = dana_page.post(url("destination", "add"), data)
    assert answer.status_code == 302, answer.context["errors"]
    assert Destination.objects.get(slug="agra").search_text == "agra|akbarabad"
    for field, wrong in (("timezone", "Mars/Olympus"), ("currency", "QQQ"), ("country", "in"), ("airports", "agra")):
        answer = dana_page.post(url("destination", "add"), {**data, "slug": "other", field: wrong})
        assert field in answer.context["adminform"].form.errors


def test_service_when_a_bed_is_sold_by_the_head_then_refused(dana_page: Client, catalogue: SmallCatalogue) -> None:
    address = url("service", "change", catalogue.hotels[0].pk)
    answer = dana_page.post(address, {**form_data(dana_page, address), "unit": "person", "times": "9:00"})
    assert {"unit", "times"} <= set(answer.context["adminform"].form.errors)


# --- publishing -------------------------------------------------------------------------------------------------------
def choose(browser: Client, model: str, action: str, rows: list[Any], **data: Any) -> Any:
    return browser.post(url(model, "changelist"), {"action": action, "_selected_action": [str(row.pk) for row in rows], **data}, follow=True)


def test_places_when_taken_out_of_sight_then_audited_once_each(dana_page: Client, catalogue: SmallCatalogue) -> None:
    chosen = list(catalogue.places[:3])
    assert "3 changed" in choose(dana_page, "place", "unpublish", chosen).content.decode()
    assert Place.objects.filter(published=False).count() == 3
    assert "0 changed" in choose(dana_page, "place", "unpublish", chosen).content.decode()
    assert AuditEntry.objects.filter(action="place.unpublished").count() == 3
    assert "3 changed" in choose(dana_page, "place", "publish", chosen).content.decode()


def test_destination_when_unpublished_then_travelers_find_it_no_more(dana_page: Client, page: Client, catalogue: SmallCatalogue) -> None:
    choose(dana_page, "destination", "unpublish", [catalogue.destination])
    assert not Destination.objects.filter(published=True).exists()


def test_publish_when_asked_by_a_traveler_then_not_allowed(alice: User, catalogue: SmallCatalogue) -> None:
    for call in (
        lambda: catalogue_edits.publish_places(actor=actor_for(alice), place_ids=[catalogue.places[0].pk], published=False),
        lambda: catalogue_edits.publish_destinations(actor=actor_for(alice), destination_ids=[catalogue.destination.pk], published=False),
        lambda: catalogue_edits.change_list_prices(actor=actor_for(alice), service_ids=[catalogue.car.pk], percent=Decimal(5)),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert not AuditEntry.objects.exists()


# --- prices -----------------------------------------------------------------------------------------------------------
def test_prices_when_raised_by_percent_then_each_in_its_currencys_unit(dana: User, catalogue: SmallCatalogue) -> None:
    yen = ServiceFactory(list_price=Decimal(1999), currency="JPY")
    dinar = ServiceFactory(list_price=Decimal("10.555"), currency="KWD")
    euro = ServiceFactory(list_price=Decimal("9.99"), currency="EUR")
    free = ServiceFactory(list_price=Decimal(0), currency="EUR")
    chosen = [yen.pk, dinar.pk, euro.pk, free.pk]
    assert catalogue_edits.change_list_prices(actor=actor_for(dana), service_ids=chosen, percent=Decimal("7.5")) == 3
    prices = {row.currency: row.list_price for row in Service.objects.filter(pk__in=chosen, list_price__gt=0)}
    assert prices == {"JPY": Decimal(2149), "KWD": Decimal("11.347"), "EUR": Decimal("10.74")}
    entry = AuditEntry.objects.get(object_id=str(euro.pk))
    assert (entry.action, entry.actor_id, Decimal(entry.before["list_price"]), entry.after["list_price"]) == ("service.repriced", dana.pk, Decimal("9.99"), "10.74")


@pytest.mark.parametrize("percent", ["0", "-95", "301", "NaN", "Infinity"])
def test_prices_when_the_percent_is_out_of_range_then_refused(dana: User, catalogue: SmallCatalogue, percent: str) -> None:
    with pytest.raises(Invalid):
        catalogue_edits.change_list_prices(actor=actor_for(dana), service_ids=[catalogue.car.pk], percent=Decimal(percent))
    assert Service.objects.get(pk=catalogue.car.pk).list_price == 2200


def test_prices_when_one_would_become_nothing_then_none_changes(dana: User, catalogue: SmallCatalogue) -> None:
    cheap = ServiceFactory(list_price=Decimal(1), currency="JPY")
    with pytest.raises(Invalid):
        catalogue_edits.change_list_prices(actor=actor_for(dana), service_ids=[catalogue.car.pk, cheap.pk], percent=Decimal(-80))
    assert Service.objects.get(pk=catalogue.car.pk).list_price == 2200


def test_prices_when_changed_in_the_admin_then_asked_first_and_then_done(dana_page: Client, catalogue: SmallCatalogue) -> None:
    chosen = [catalogue.hotels[0], catalogue.car]
    asked = choose(dana_page, "service", "change_prices", chosen)
    text = asked.content.decode()
    assert "2 services" in text
    assert "₹2,200" in text
    assert Service.objects.get(pk=catalogue.car.pk).list_price == 2200
    assert "Between" in choose(dana_page, "service", "change_prices", chosen, percent="500").content.decode()
    done = choose(dana_page, "service", "change_prices", chosen, percent="-10")
    assert "2 prices changed" in done.content.decode()
    assert Service.objects.get(pk=catalogue.car.pk).list_price == 1980


def test_prices_when_all_of_a_list_are_chosen_then_all_of_it_and_nothing_more(dana_page: Client, catalogue: SmallCatalogue) -> None:
    ServiceFactory.create_batch(60, destination=catalogue.destination)
    total = Service.objects.filter(type="activity").count()
    address = url("service", "changelist") + "?type__exact=activity"
    data = {"action": "change_prices", "_selected_action": [str(catalogue.activities[0].pk)], "select_across": "1"}
    asked = dana_page.post(address, data)
    assert f"{total} services" in asked.content.decode()
    dana_page.post(address, {**data, "percent": "10"})
    assert AuditEntry.objects.filter(action="service.repriced").count() == total
    assert Service.objects.get(pk=catalogue.car.pk).list_price == 2200


def test_supplier_when_deleted_by_anybody_then_refused(dana_page: Client, catalogue: SmallCatalogue) -> None:
    supplier = Supplier.objects.get()
    assert dana_page.post(url("supplier", "delete", supplier.pk), {"post": "yes"}).status_code == 403
