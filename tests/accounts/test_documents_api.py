"""Papers by API: one path for one's own and one's travelers', numbers masked, files only to their owner. Promises 18 and 26."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import Traveler, TravelerDocument, User, UserDocument
from tests.factories.papers import NUMBER, SECRET, agree, jpeg, paper, pdf, png
from tests.statements import counted
from travelplanner.core import clock, sealed
from travelplanner.core.models import AuditEntry

BODY = {"type": "passport", "number": "Z 123-4567", "holder_name": "ALICE EXAMPLE", "country": "IND", "issued_on": "2020-01-31", "expires_on": "2030-01-30", "documents_consent": True}


@pytest.fixture(params=["own", "traveler"])
def base(request: pytest.FixtureRequest, alice: User) -> str:
    """Each test is about one's own papers and about a traveler's."""
    if request.param == "own":
        return "/api/me/documents"
    return f"/api/travelers/{Traveler.objects.create(user=alice, first_name='Asha').pk}/documents"


def add(api: APIClient, base: str, **more: Any) -> dict[str, Any]:
    answer = api.post(base, {**BODY, **more})
    assert answer.status_code == 201, answer.content
    return answer.json()


def put(api: APIClient, path: str, data: bytes, kind: str = "image/jpeg", **headers: str) -> Any:
    return api.put(f"{path}/file", data, content_type=kind, headers=headers)


def rows(base: str) -> Any:
    return UserDocument.objects if "/me/" in base else TravelerDocument.objects


def test_document_when_added_then_full_in_its_detail_and_masked_in_the_list(alice_api: APIClient, base: str) -> None:
    made = add(alice_api, base)
    assert (made["number"], made["number_masked"], made["state"], made["file"], made["reason"]) == ("Z 123-4567", "••••4567", "pending", None, None)
    detail = alice_api.get(f"{base}/{made['id']}")
    assert detail.json() == made
    assert detail["ETag"] == f'"{made["id"]}-1"'
    page = alice_api.get(base).json()
    assert page["count"] == 1
    assert "number" not in page["results"][0]
    assert "123-4567" not in str(page)
    assert AuditEntry.objects.get(action="document.added").after == {"type": "passport"}


def test_document_when_there_is_no_consent_then_refused_until_given(alice_api: APIClient, base: str, alice: User) -> None:
    refused = alice_api.post(base, {**BODY, "documents_consent": False})
    assert (refused.status_code, refused.json()["error"]) == (400, "consent_needed")
    assert rows(base).count() == 0
    agree(alice)
    assert alice_api.post(base, {"type": "visa"}).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "library card"}, "type"),
        ({"type": None}, "type"),
        ({"number": "x" * 65}, "number"),
        ({"number": "Z\u202e1"}, "number"),
        ({"country": "XXX"}, "country"),
        ({"country": "INDIA"}, "country"),
        ({"issued_on": "2999-01-01", "expires_on": None}, "issued_on"),
        ({"issued_on": "yesterday"}, "issued_on"),
        ({"expires_on": "2019-01-01"}, "expires_on"),
        ({"expires_on": "9999-01-01"}, "expires_on"),
        ({"holder_name": "x" * 201}, "holder_name"),
        ({"holder_name": "A\u0007B"}, "holder_name"),
    ],
)
def test_document_when_an_entry_does_not_fit_then_400_names_it(alice_api: APIClient, base: str, changes: dict[str, Any], field: str) -> None:
    answer = alice_api.post(base, {**BODY, **changes})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert rows(base).count() == 0


def test_document_when_the_body_names_more_than_its_fields_then_the_rest_changes_nothing(alice_api: APIClient, base: str, charlie: User) -> None:
    made = add(alice_api, base, state="verified", user=str(charlie.pk), user_id=str(charlie.pk), file_key="x", row_version=9, id=str(uuid.uuid4()), removed_at=None)
    row = rows(base).get()
    assert (str(row.pk), row.state, row.file_key, row.row_version) == (made["id"], "pending", "", 1)
    answer = alice_api.patch(f"{base}/{made['id']}", {"state": "verified", "file_key": "x", "reminded_days": 7}, headers={"If-Match": "*"})
    assert answer.json()["state"] == "pending"


def test_number_when_entered_twice_for_one_person_then_refused_kindly(alice_api: APIClient, base: str, alice: User) -> None:
    made = add(alice_api, base)
    answer = alice_api.post(base, {**BODY, "number": "z1234567"})
    assert (answer.status_code, answer.json()["error"]) == (400, "number_twice")
    assert NUMBER not in answer.content.decode()
    add(alice_api, base, type="visa")
    add(alice_api, f"/api/travelers/{Traveler.objects.create(user=alice, first_name='Twin').pk}/documents")
    assert alice_api.patch(f"{base}/{made['id']}", {"holder_name": "A"}, headers={"If-Match": "*"}).status_code == 200, "its own number is no twin"


def test_document_when_changed_then_needs_the_version_that_was_read(alice_api: APIClient, base: str) -> None:
    path = f"{base}/{add(alice_api, base)['id']}"
    assert alice_api.patch(path, {"country": "FRA"}).status_code == 428
    etag = alice_api.get(path)["ETag"]
    changed = alice_api.patch(path, {"country": "FRA"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["country"], changed.json()["number"]) == (200, "FRA", "Z 123-4567")
    assert alice_api.patch(path, {"country": "DEU"}, headers={"If-Match": etag}).status_code == 412
    same = alice_api.patch(path, {"country": "FRA"}, headers={"If-Match": changed["ETag"]})
    assert same["ETag"] == changed["ETag"], "nothing changed, nothing to look at again"


@pytest.mark.parametrize(("change", "again"), [({"number": "N9"}, True), ({"country": "FRA"}, True), ({"expires_on": "2031-01-01"}, True), ({"holder_name": "A"}, True), ({"country": "IND"}, False)])
def test_document_when_checked_and_then_changed_then_pending_again(alice_api: APIClient, base: str, change: dict[str, str], again: bool) -> None:
    made = add(alice_api, base)
    rows(base).filter(pk=made["id"]).update(state="verified")
    answer = alice_api.patch(f"{base}/{made['id']}", change, headers={"If-Match": "*"})
    assert answer.json()["state"] == ("pending" if again else "verified")
    history = rows(base).get().checks.values_list("from_state", "to_state")
    assert list(history) == ([("verified", "pending")] if again else [])


@pytest.mark.parametrize("kind", ["image/jpeg", "application/octet-stream", "text/html", "application/json", "multipart"])
def test_file_when_sent_as_body_or_form_then_its_content_decides_and_hidden_data_is_gone(alice_api: APIClient, base: str, kind: str) -> None:
    path = f"{base}/{add(alice_api, base)['id']}"
    if kind == "multipart":
        sent = SimpleUploadedFile('evil"\r\nX: y.html', jpeg(), content_type="text/html")
        answer = alice_api.put(f"{path}/file", {"file": sent}, format="multipart")
    else:
        answer = put(alice_api, path, jpeg(), kind)
    assert answer.status_code == 200, answer.content
    assert answer.json()["file"]["type"] == "image/jpeg"
    got = alice_api.get(f"{path}/file", headers={"Accept": "image/*"})
    assert got.status_code == 200
    assert SECRET not in got.content
    assert b"Exif" not in got.content
    assert len(got.content) == answer.json()["file"]["size"]
    assert got["Content-Type"] == "image/jpeg"
    assert got["Content-Disposition"] == 'attachment; filename="passport-ind.jpg"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"].startswith("sandbox")
    assert got["Cache-Control"] == "private, no-store"
    assert got["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(("data", "code"), [(b"<html></html>", "file_kind"), (b"", "invalid"), (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "file_kind"), (b"%PDF-1.7 no", "file_damaged")])
def test_file_when_it_is_something_else_then_400_with_what_to_do(alice_api: APIClient, base: str, data: bytes, code: str) -> None:
    path = f"{base}/{add(alice_api, base)['id']}"
    answer = put(alice_api, path, data, "image/jpeg")
    assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert list(answer.json()["fields"]) == ["file"]
    assert alice_api.get(path).json()["file"] is None


def test_file_when_larger_than_the_cap_then_413_as_body_and_as_form(alice_api: APIClient, base: str, settings: Any) -> None:
    path = f"{base}/{add(alice_api, base)['id']}"
    settings.DOCUMENT_MAX_BYTES = 2000
    for answer in (put(alice_api, path, b"x" * 2001), alice_api.put(f"{path}/file", {"file": SimpleUploadedFile("a.jpg", b"x" * 200_000)}, format="multipart")):
        assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert put(alice_api, path, png()).status_code == 200


def test_file_when_replaced_then_pending_again_and_removed_then_404(alice_api: APIClient, base: str) -> None:
    path = f"{base}/{add(alice_api, base)['id']}"
    assert alice_api.get(f"{path}/file").status_code == 404
    assert alice_api.delete(f"{path}/file").status_code == 404
    put(alice_api, path, png())
    rows(base).update(state="verified")
    stale = put(alice_api, path, pdf(), **{"If-Match": '"old"'})
    assert stale.status_code == 412
    answer = put(alice_api, path, pdf(), "application/pdf")
    assert (answer.json()["state"], answer.json()["file"]["type"]) == ("pending", "application/pdf")
    rows(base).update(state="verified")
    assert alice_api.delete(f"{path}/file").status_code == 204
    assert (alice_api.get(path).json()["state"], alice_api.get(path).json()["file"]) == ("pending", None)
    assert alice_api.get(f"{path}/file").status_code == 404


def test_document_when_removed_then_gone_twice_404_and_nothing_of_it_is_left(alice_api: APIClient, base: str) -> None:
    path = f"{base}/{add(alice_api, base)['id']}"
    put(alice_api, path, png())
    rows(base).update(state="rejected")
    alice_api.patch(path, {"country": "FRA"}, headers={"If-Match": "*"})
    assert alice_api.delete(path).status_code == 204
    assert alice_api.delete(path).status_code == 404
    assert alice_api.get(path).status_code == 404
    assert alice_api.get(base).json()["count"] == 0
    row = rows(base).model._base_manager.get()
    assert (row.number, row.number_index, row.holder_name, row.country, row.expires_on, row.file_key) == ("", "", "", "", None, "")
    assert row.checks.count() == 1, "that it was checked stays"


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_document_when_anothers_then_the_answer_of_a_missing_one(alice_api: APIClient, charlie_api: APIClient, dana_api: APIClient, base: str, method: str, api: APIClient) -> None:
    path = f"{base}/{add(alice_api, base)['id']}"
    put(alice_api, path, jpeg())
    missing = f"{base}/{uuid.uuid4()}"
    for client in (charlie_api, dana_api):
        for end in ("", "/file"):
            theirs, none = (getattr(client, method)(where + end, headers={"If-Match": "*"}) for where in (path, missing))
            if end and method == "patch":
                assert theirs.status_code == 405
                continue
            assert theirs.status_code == none.status_code == 404
            assert {k: v for k, v in theirs.json().items() if k not in ("timestamp", "request_id")} == {k: v for k, v in none.json().items() if k not in ("timestamp", "request_id")}
    assert getattr(api, method)(path).status_code == 401
    assert put(charlie_api, path, png()).status_code == 404
    assert alice_api.get(f"{path}/file").status_code == 200


def test_travelers_documents_when_the_traveler_is_anothers_or_archived_then_404(alice_api: APIClient, charlie_api: APIClient, alice: User) -> None:
    traveler = Traveler.objects.create(user=alice, first_name="Asha")
    base = f"/api/travelers/{traveler.pk}/documents"
    made, own = add(alice_api, base), add(alice_api, "/api/me/documents")
    assert charlie_api.get(base).status_code == 404
    assert charlie_api.post(base, BODY).status_code == 404
    assert alice_api.get(f"{base}/{own['id']}").status_code == 404, "not this person's"
    assert alice_api.get(f"/api/me/documents/{made['id']}").status_code == 404
    Traveler.objects.filter(pk=traveler.pk).update(state="archived")
    assert alice_api.get(base).status_code == 404
    assert charlie_api.get("/api/me/documents").json()["count"] == 0


def test_limits_when_reached_then_409_and_nothing_is_kept(alice_api: APIClient, base: str, settings: Any, alice: User) -> None:
    settings.DOCUMENTS_PER_USER = 2
    made = add(alice_api, base)
    paper(alice, type="visa", number="")
    answer = alice_api.post(base, {**BODY, "number": "N3"})
    assert (answer.status_code, answer.json()["error"]) == (409, "too_many_documents")
    settings.DOCUMENT_BYTES_PER_USER = 200
    full = put(alice_api, f"{base}/{made['id']}", jpeg())
    assert (full.status_code, full.json()["error"]) == (409, "storage_full")
    assert alice_api.get(f"{base}/{made['id']}").json()["file"] is None


def test_number_when_its_ciphertext_was_swapped_then_listed_as_unreadable_and_staff_is_alarmed(alice_api: APIClient, base: str, caplog: pytest.LogCaptureFixture) -> None:
    one, other = add(alice_api, base), add(alice_api, base, number="OTHER999")
    raw = rows(base).filter(pk=other["id"]).values_list("number", flat=True).get()
    rows(base).filter(pk=one["id"]).update(number=raw)
    found = {row["id"]: row for row in alice_api.get(base).json()["results"]}[one["id"]]
    assert (found["number_readable"], found["number_masked"]) == (False, "••••")
    detail = alice_api.get(f"{base}/{one['id']}")
    assert (detail.status_code, detail.json()["number"]) == (200, None)
    alarm = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert any(one["id"] in record.getMessage() for record in alarm)
    assert "OTHER999" not in caplog.text
    kept = alice_api.patch(f"{base}/{one['id']}", {"country": "FRA"}, headers={"If-Match": "*"})
    assert (kept.status_code, kept.json()["number"]) == (200, None), "other entries can be changed meanwhile"
    mended = alice_api.patch(f"{base}/{one['id']}", {"number": "NEW777"}, headers={"If-Match": "*"})
    assert (mended.json()["number"], mended.json()["number_readable"]) == ("NEW777", True)
    assert rows(base).filter(sealed.matching(rows(base).model, "number_index", "new777")).count() == 1


def test_file_when_its_row_was_swapped_then_404_with_a_sentence_and_staff_is_alarmed(alice_api: APIClient, base: str, caplog: pytest.LogCaptureFixture) -> None:
    one, other = add(alice_api, base), add(alice_api, base, number="OTHER999")
    for made in (one, other):
        put(alice_api, f"{base}/{made['id']}", png())
    rows(base).filter(pk=one["id"]).update(file_key=rows(base).get(pk=other["id"]).file_key)
    answer = alice_api.get(f"{base}/{one['id']}/file")
    assert (answer.status_code, answer.json()["error"]) == (404, "file_unreadable")
    assert any(record.levelno == logging.ERROR and one["id"] in record.getMessage() for record in caplog.records)


def test_list_when_it_is_long_then_as_many_statements_as_when_short(alice_api: APIClient, base: str, alice: User) -> None:
    add(alice_api, base)
    with counted() as few:
        alice_api.get(base)
    for number in range(29):
        add(alice_api, base, number=f"N{number}")
    with counted() as many:
        page = alice_api.get(f"{base}?page_size=30").json()
    assert len(page["results"]) == 30
    assert len(many) == len(few) <= 5


def test_number_when_everything_else_is_read_then_nowhere(alice_api: APIClient, base: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = add(alice_api, base, number="QQ-778899-X")
    path = f"{base}/{made['id']}"
    alice_api.get(base)
    alice_api.get(path)
    alice_api.patch(path, {"expires_on": str(clock.now().date() + dt.timedelta(days=20))}, headers={"If-Match": "*"})
    alice_api.patch(path, {"number": "QQ-778899-X", "country": "FRA"}, headers={"If-Match": "*"})
    put(alice_api, path, png())
    alice_api.delete(path)
    for hidden in ("QQ-778899-X", "QQ778899X", "778899"):
        assert hidden not in caplog.text
        assert not AuditEntry.objects.filter(after__icontains=hidden).exists()
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                assert hidden not in str([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()]), table
