"""Tickets, vouchers and invoices beside booked items: staff puts them there, the owner alone gets them."""

from __future__ import annotations

import io
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions.item_documents import MOST, add_document, remove_document
from bookings.models import Booking, BookingItem, BookingTraveler, ItemDocument
from bookings.queries.item_documents import OWNER
from tests.bookings.pages import words
from tests.cast import actor_for
from tests.factories.papers import SECRET, jpeg, pdf
from tests.factories.travelers import make_traveler
from tests.trips.companions import joined
from travelplanner.core import clock, private_files
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound
from travelplanner.core.models import AuditEntry
from trips.models import Trip, TripMember


@pytest.fixture
def staff(dana: User) -> Actor:
    return actor_for(dana)


@pytest.fixture
def item(booked: Booking) -> BookingItem:
    return booked.items.get(type="activity")


@pytest.fixture
def ticket(staff: Actor, item: BookingItem) -> ItemDocument:
    return add_document(actor=staff, item_id=item.pk, kind="ticket", title="Museum\r\nticket", number="E-1", data=jpeg())


def stored() -> list[Path]:
    return [path for path in Path(settings.PRIVATE_FILES_ROOT).glob("??/*") if path.is_file()]


def test_document_when_staff_adds_a_file_then_cleaned_sealed_and_the_owners_to_download(alice_api: APIClient, alice_page: Client, booked: Booking, item: BookingItem, ticket: ItemDocument) -> None:
    (row,) = alice_api.get(f"/api/bookings/{booked.reference}/documents").json()["results"]
    assert (row["kind"], row["title"], row["number"], row["itemId"], row["file"]["type"]) == ("ticket", "Museum ticket", "E-1", str(item.pk), "image/jpeg")
    for answer in (alice_api.get(row["file"]["href"]), alice_page.get(f"/bookings/{booked.reference}/documents/{ticket.pk}")):
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["Content-Disposition"] == f'attachment; filename="ticket-{item.confirmation_code}.jpg"'
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
        assert SECRET not in answer.content
    raw = next(path for path in stored() if path.name == ticket.file_key).read_bytes()
    assert b"\xff\xd8\xff" not in raw
    said = words(alice_page.get(f"/bookings/{booked.reference}"))
    assert "Ticket: Museum ticket" in said
    assert AuditEntry.objects.filter(action="item_document.added").count() == 1


def test_document_when_anyone_else_asks_then_404_like_none(alice_api: APIClient, bob: User, bob_api: APIClient, bob_page: Client, charlie_api: APIClient, dana_api: APIClient, page: Client, booked: Booking, ticket: ItemDocument, alices_trip: Trip) -> None:
    joined(alice_api, alices_trip.reference, bob, "editor")
    paths = [f"/api/bookings/{booked.reference}/documents", f"/api/bookings/{booked.reference}/documents/{ticket.pk}"]
    for client in (bob_api, charlie_api, dana_api):
        assert [client.get(path).status_code for path in paths] == [404, 404]
    assert bob_page.get(f"/bookings/{booked.reference}/documents/{ticket.pk}").status_code == 404
    assert page.get(f"/bookings/{booked.reference}/documents/{ticket.pk}").status_code == 302
    assert alice_api.get(f"/api/bookings/BK_20200101_00000000/documents/{ticket.pk}").status_code == 404
    assert alice_api.get(f"/api/bookings/{booked.reference}/documents/{uuid.uuid4()}").status_code == 404


@pytest.mark.parametrize("role", ["viewer", "editor"])
@pytest.mark.parametrize("travels", [True, False], ids=["travels on it", "looks on"])
def test_document_when_a_companion_asks_then_404_whatever_the_role_while_in_the_trip_and_after(
    alice_api: APIClient, bob: User, bob_api: APIClient, bob_page: Client, booked: Booking, item: BookingItem, ticket: ItemDocument, alices_trip: Trip, role: str, travels: bool
) -> None:
    member = joined(alice_api, alices_trip.reference, bob, role)
    if travels:
        BookingTraveler.objects.create(item=item, traveler=make_traveler(bob, "Bob"), position=90, first_name="Bob")
    listed, one = f"/api/bookings/{booked.reference}/documents", f"/bookings/{booked.reference}/documents/{ticket.pk}"
    for _ in ("companion", "ex-member"):
        for answer in (bob_api.get(listed), bob_api.get(f"/api{one}"), bob_page.get(one), bob_page.get(f"/bookings/{booked.reference}")):
            assert answer.status_code == 404
            assert SECRET not in answer.content
            assert ticket.title not in answer.content.decode()
        TripMember.objects.filter(pk=member.pk).update(left_at=clock.now())
    assert alice_api.get(f"/api{one}").status_code == 200


def test_document_when_staff_asks_then_by_the_recorded_look_alone(dana_api: APIClient, dana_page: Client, booked: Booking, ticket: ItemDocument) -> None:
    one = f"/bookings/{booked.reference}/documents/{ticket.pk}"
    assert [dana_page.get(one).status_code, dana_api.get(f"/api{one}").status_code] == [404, 404]
    assert not AuditEntry.objects.filter(action="item_document.opened").exists()
    assert dana_page.get(f"/admin/bookings/itemdocument/{ticket.pk}/file/").status_code == 200
    assert AuditEntry.objects.filter(action="item_document.opened").count() == 1


def test_document_when_it_is_a_number_alone_then_listed_without_a_file(alice_api: APIClient, booked: Booking, staff: Actor, item: BookingItem) -> None:
    row = add_document(actor=staff, item_id=item.pk, kind="ticket", title="E-ticket", number="098-123")
    assert alice_api.get(f"/api/bookings/{booked.reference}/documents").json()["results"][0]["file"] is None
    assert alice_api.get(f"/api/bookings/{booked.reference}/documents/{row.pk}").status_code == 404


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "file_empty"), (b"<html><script>alert(1)</script>", "file_type"), (b"MZ\x90\x00" * 50, "file_type"), (b"%PDF-1.7 broken", "file_damaged")],
)
def test_document_when_the_content_is_not_what_we_take_then_refused_and_nothing_is_left(staff: Actor, item: BookingItem, data: bytes, code: str) -> None:
    before = set(stored())
    with pytest.raises(Invalid) as refusal:
        add_document(actor=staff, item_id=item.pk, kind="invoice", title="Invoice.pdf", data=data)
    assert str(refusal.value.code).startswith("file_")
    assert not ItemDocument.objects.exists()
    assert set(stored()) == before


def test_document_when_a_pdf_holds_scripts_then_they_are_left_behind(staff: Actor, item: BookingItem) -> None:
    row = add_document(actor=staff, item_id=item.pk, kind="invoice", title="Invoice", data=pdf(evil=True))
    kept = private_files.read(row.file_key, context=OWNER.context(row.pk))
    assert kept.startswith(b"%PDF-")
    assert b"/JavaScript" not in kept
    assert b"/EmbeddedFile" not in kept


def test_document_when_refused_after_the_file_was_written_then_the_file_goes_too(staff: Actor, item: BookingItem) -> None:
    before = set(stored())
    for wrong in ({"kind": "passport"}, {"title": " \n"}):
        with pytest.raises(Invalid):
            add_document(actor=staff, item_id=item.pk, data=jpeg(), **{"kind": "ticket", "title": "T", **wrong})
    with pytest.raises(NotFound):
        add_document(actor=staff, item_id=uuid.uuid4(), kind="ticket", title="T", data=jpeg())
    with pytest.raises(Invalid):
        add_document(actor=staff, item_id=item.pk, kind="ticket", title="T")
    BookingItem.objects.update(state="pending")
    with pytest.raises(Conflict):
        add_document(actor=staff, item_id=item.pk, kind="ticket", title="T", data=jpeg())
    assert set(stored()) == before


def test_document_when_there_are_many_then_one_more_is_a_conflict(staff: Actor, item: BookingItem) -> None:
    ItemDocument.objects.bulk_create(ItemDocument(item=item, kind="other", title="T", number=str(n)) for n in range(MOST))
    with pytest.raises(Conflict):
        add_document(actor=staff, item_id=item.pk, kind="other", title="T", number="x")


def test_document_when_its_owner_or_a_stranger_tries_to_add_or_remove_then_not_allowed(actor: Actor, ticket: ItemDocument, item: BookingItem) -> None:
    with pytest.raises(NotAllowed):
        add_document(actor=actor, item_id=item.pk, kind="ticket", title="T", number="1")
    with pytest.raises(NotAllowed):
        remove_document(actor=actor, document_id=ticket.pk)


@pytest.mark.django_db(transaction=True)
def test_document_when_removed_then_row_and_file_are_gone_and_twice_is_not_found(staff: Actor, ticket: ItemDocument) -> None:
    key = ticket.file_key
    remove_document(actor=staff, document_id=ticket.pk)
    assert not ItemDocument.objects.exists()
    assert key not in {path.name for path in stored()}
    with pytest.raises(NotFound):
        remove_document(actor=staff, document_id=ticket.pk)


def test_file_when_swapped_for_another_rows_then_refused(alice_api: APIClient, booked: Booking, staff: Actor, item: BookingItem, ticket: ItemDocument) -> None:
    other = add_document(actor=staff, item_id=item.pk, kind="invoice", title="Invoice", data=pdf())
    ItemDocument.objects.filter(pk=ticket.pk).update(file_key=other.file_key)
    assert alice_api.get(f"/api/bookings/{booked.reference}/documents/{ticket.pk}").status_code == 404


def test_files_when_swept_then_a_documents_own_stays(ticket: ItemDocument) -> None:
    assert any(owner == OWNER for owner in private_files.owners())


def test_staff_when_they_add_look_and_remove_in_the_admin_then_through_the_actions(dana_page: Client, item: BookingItem) -> None:
    path = f"/admin/bookings/bookingitem/{item.pk}/documents/add/"
    assert dana_page.get(path).status_code == 200
    bad = dana_page.post(path, {"kind": "ticket", "title": "T", "file": SimpleUploadedFile("x.pdf", b"MZ not a pdf")})
    assert bad.status_code == 400
    assert not ItemDocument.objects.exists()
    answer = dana_page.post(path, {"kind": "invoice", "title": "Invoice 7", "number": "", "file": SimpleUploadedFile("evil<script>.pdf", pdf())}, follow=True)
    assert "Added." in words(answer)
    assert "Invoice 7" in words(answer)
    row = ItemDocument.objects.get()
    file = dana_page.get(f"/admin/bookings/itemdocument/{row.pk}/file/")
    assert file["Content-Disposition"].startswith("attachment")
    assert io.BytesIO(file.content).read(5) == b"%PDF-"
    assert AuditEntry.objects.filter(action="item_document.opened").count() == 1
    assert "Removed." in words(dana_page.post(f"/admin/bookings/itemdocument/{row.pk}/remove/", {"_form_submitted": "True"}, follow=True))
    assert not ItemDocument.objects.exists()


def test_admin_when_a_traveler_opens_it_then_sent_away(alice_page: Client, item: BookingItem) -> None:
    assert alice_page.get(f"/admin/bookings/bookingitem/{item.pk}/documents/add/").status_code == 302
