"""Pages of papers: every way without JavaScript, kind words for each state, nothing of another's."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.actions import documents
from accounts.models import Consent, TravelDocument, Traveler, TravelerDocument, User, UserDocument
from tests.cast import actor_for
from tests.chance import without_chance
from tests.factories.papers import NUMBER, SECRET, jpeg, paper, pdf, png
from tests.statements import counted
from travelplanner.core import private_files


@pytest.fixture(params=["own", "traveler"])
def traveler(request: pytest.FixtureRequest, alice: User) -> Traveler | None:
    return Traveler.objects.create(user=alice, first_name="Asha", last_name="Rao") if request.param == "traveler" else None


@pytest.fixture
def base(traveler: Traveler | None) -> str:
    return f"/account/travelers/{traveler.pk}/documents" if traveler else "/account/documents"


def rows(traveler: Traveler | None) -> Any:
    return TravelerDocument.objects if traveler else UserDocument.objects


def upload(data: bytes, name: str = "scan.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


ENTRIES = {"type": "passport", "number": NUMBER, "holder_name": "ASHA RAO", "country": "IND", "issued_on": "2020-01-31", "expires_on": "2040-01-30", "documents_consent": "on"}


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_list_when_empty_then_teaches_what_papers_are_good_for(alice_page: Client, base: str) -> None:
    text = text_of(alice_page.get(base))
    assert "No document yet" in text
    assert "Entry to most countries" in text
    assert f'href="{base}/new"' in text


def test_paper_when_added_with_a_file_then_kept_listed_masked_and_downloaded(alice_page: Client, base: str, traveler: Traveler | None) -> None:
    form = text_of(alice_page.get(f"{base}/new"))
    assert 'enctype="multipart/form-data"' in form
    assert re.search(r'<input type="file" name="photo"[^>]*accept="image/\*"[^>]*capture="environment"', form)
    answer = alice_page.post(f"{base}/new", {**ENTRIES, "file": upload(jpeg())}, follow=True)
    row = rows(traveler).get()
    assert answer.redirect_chain == [(f"{base}/{row.pk}", 302)]
    assert NUMBER in text_of(answer), "its owner sees the number in full here"
    listed = text_of(alice_page.get(base))
    assert "••••567" in listed
    assert NUMBER not in listed
    assert "being looked at" in listed
    file = alice_page.get(f"{base}/{row.pk}/file")
    assert file["Content-Disposition"] == 'attachment; filename="passport-ind.jpg"'
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file["Content-Security-Policy"]
    assert SECRET not in file.content


def test_paper_when_photographed_then_the_photo_counts_as_the_file(alice_page: Client, base: str, traveler: Traveler | None) -> None:
    alice_page.post(f"{base}/new", {**ENTRIES, "photo": upload(png())})
    assert rows(traveler).get().file_type == "image/png"


def test_paper_when_consent_is_missing_then_asked_with_its_words_and_nothing_is_lost(alice_page: Client, base: str, traveler: Traveler | None) -> None:
    assert "our staff looks at them" in text_of(alice_page.get(f"{base}/new"))
    answer = alice_page.post(f"{base}/new", {key: value for key, value in ENTRIES.items() if key != "documents_consent"})
    assert answer.status_code == 400
    assert 'value="ASHA RAO"' in text_of(answer)
    assert rows(traveler).count() == 0
    alice_page.post(f"{base}/new", ENTRIES)
    assert rows(traveler).count() == 1
    assert Consent.objects.get().how == "page"
    assert "our staff looks at them" not in text_of(alice_page.get(f"{base}/new"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html><script>alert(1)</script>", "something else, whatever its name says"),
        (b"", "This file is empty"),
        (b"\xff\xd8\xff broken", "can&#x27;t be opened"),
        (pdf(password="x"), "locked with a password"),
        (jpeg() + b"x" * 40_000, "too large"),
    ],
)
def test_file_when_refused_then_said_why_and_the_entries_are_kept(alice_page: Client, base: str, traveler: Traveler | None, data: bytes, says: str, settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES = 30_000
    text = text_of(alice_page.post(f"{base}/new", {**ENTRIES, "file": upload(data)}, follow=True))
    assert says in text
    row = rows(traveler).get()
    assert (row.number, row.file_key) == (NUMBER, "")
    again = text_of(alice_page.post(f"{base}/{row.pk}/file", {"file": upload(data)}, follow=True))
    assert says in again
    assert "Saved. Hidden data" in text_of(alice_page.post(f"{base}/{row.pk}/file", {"file": upload(png())}, follow=True))
    assert "Choose a file first" in text_of(alice_page.post(f"{base}/{row.pk}/file", {}, follow=True))


def test_paper_when_changed_then_saved_and_a_second_window_is_told(alice_page: Client, base: str, traveler: Traveler | None, alice: User) -> None:
    row = paper(alice, traveler=traveler)
    entries = {key: value for key, value in ENTRIES.items() if key != "documents_consent"}
    first = alice_page.post(f"{base}/{row.pk}", {**entries, "country": "FRA", "version": "1"}, follow=True)
    assert "Saved." in text_of(first)
    second = alice_page.post(f"{base}/{row.pk}", {**entries, "holder_name": "FROM THE OTHER WINDOW", "version": "1"})
    assert second.status_code == 412
    assert "changed in another window" in text_of(second)
    assert "FROM THE OTHER WINDOW" in text_of(second)
    version = re.search(r'name="version" value="(\d+)"', text_of(second))
    assert version
    alice_page.post(f"{base}/{row.pk}", {**entries, "holder_name": "FROM THE OTHER WINDOW", "version": version[1]})
    assert rows(traveler).get().holder_name == "FROM THE OTHER WINDOW"


def test_paper_when_an_entry_does_not_fit_then_said_beside_it(alice_page: Client, base: str, alice: User, traveler: Traveler | None) -> None:
    row = paper(alice, traveler=traveler)
    answer = alice_page.post(f"{base}/{row.pk}", {"type": "passport", "number": NUMBER, "issued_on": "2030-01-01", "expires_on": "2029-01-01", "version": "1"})
    assert answer.status_code == 400
    assert "This day has not come yet." in text_of(answer)
    twice = alice_page.post(f"{base}/new", {**ENTRIES, "number": "z 123 4567", "country": "IND"})
    assert "You have this number here already" in text_of(twice)


def test_removal_when_asked_then_says_what_is_lost_first(alice_page: Client, base: str, traveler: Traveler | None, alice: User) -> None:
    row = paper(alice, traveler=traveler, expires_on=None)
    key = documents.put_file(actor=actor_for(alice), traveler_id=traveler.pk if traveler else None, document_id=row.pk, data=png()).file_key
    text = text_of(alice_page.get(f"{base}/{row.pk}/remove"))
    assert "What is lost" in text
    assert "We can’t bring it back" in text
    assert NUMBER not in text
    assert rows(traveler).count() == 1
    alice_page.post(f"{base}/{row.pk}/remove", {"what": "file"})
    assert rows(traveler).get().file_key == ""
    assert private_files._path(key).exists(), "until the commit"
    answer = alice_page.post(f"{base}/{row.pk}/remove", {"what": "document"}, follow=True)
    assert answer.redirect_chain == [(base, 302)]
    assert rows(traveler).count() == 0
    assert alice_page.get(f"{base}/{row.pk}").status_code == 404


@pytest.mark.parametrize("end", ["", "/new", "/{id}", "/{id}/file", "/{id}/remove"])
def test_pages_when_anothers_or_nobodys_then_404_or_the_sign_in(alice: User, charlie_page: Client, page: Client, dana_page: Client, end: str) -> None:
    traveler = Traveler.objects.create(user=alice, first_name="Asha", last_name="Rao")
    mine, theirs = paper(alice), paper(alice, traveler=traveler)
    for base, row in (("/account/documents", mine), (f"/account/travelers/{traveler.pk}/documents", theirs)):
        path = base + end.replace("{id}", str(row.pk))
        assert page.get(path)["Location"].startswith("/accounts/login/")
        if base == "/account/documents" and "{id}" not in end:
            continue
        for client in (charlie_page, dana_page):
            for answer in (client.get(path), client.post(path, {"what": "document", **ENTRIES})):
                assert answer.status_code in (404, 405)
                assert "Asha" not in without_chance(text_of(answer))
                assert "4567" not in without_chance(text_of(answer))
    assert UserDocument.objects.count() + TravelerDocument.objects.count() == 2


def test_words_when_read_then_each_state_in_a_sentence(alice_page: Client, alice: User) -> None:
    row = paper(alice)
    documents.put_file(actor=actor_for(alice), document_id=row.pk, data=png())
    for state, says in {"verified": "checked", "rejected": "Sent back because: no reason was given.", "expired": "Its last day is over.", "pending": "Our staff compares"}.items():
        UserDocument.objects.update(state=state)
        assert says in text_of(alice_page.get("/account/documents")), state


def test_number_when_it_can_not_be_read_then_said_kindly_and_mended(alice_page: Client, alice: User, caplog: Any) -> None:
    one, other = paper(alice), paper(alice, type="visa", number="OTHER999")
    UserDocument.objects.filter(pk=one.pk).update(number=UserDocument.objects.filter(pk=other.pk).values_list("number", flat=True).get())
    assert "We can’t read this number any more" in text_of(alice_page.get("/account/documents"))
    shown = alice_page.get(f"/account/documents/{one.pk}")
    assert shown.status_code == 200
    assert "OTHER999" not in text_of(shown)
    entries = {"type": "passport", "country": "FRA", "version": "1"}
    alice_page.post(f"/account/documents/{one.pk}", {**entries, "number": ""})
    assert UserDocument.objects.get(pk=one.pk).country == "FRA"
    alice_page.post(f"/account/documents/{one.pk}", {**entries, "version": "2", "number": "MENDED1"})
    assert UserDocument.objects.get(pk=one.pk).number == "MENDED1"


def test_list_when_long_then_paged_with_as_many_statements(alice_page: Client, alice: User, traveler: Traveler | None, base: str) -> None:
    paper(alice, traveler=traveler)
    with counted() as few:
        alice_page.get(base)
    for number in range(29):
        paper(alice, traveler=traveler, number=f"N{number}")
    with counted() as many:
        text = text_of(alice_page.get(base))
    assert len(many) <= len(few) + 1
    assert "Page 1 of 2" in text


def test_missing_ids_when_asked_then_404(alice_page: Client, alice: User) -> None:
    row: TravelDocument = paper(alice)
    traveler = Traveler.objects.create(user=alice, first_name="Asha")
    for path in (f"/account/documents/{uuid.uuid4()}", f"/account/travelers/{traveler.pk}/documents/{row.pk}", f"/account/travelers/{uuid.uuid4()}/documents"):
        assert alice_page.get(path).status_code == 404


def test_list_when_one_travels_oneself_then_ones_own_papers_are_not_asked_for_again(alice: User, alice_page: Client) -> None:
    """They count for that traveler too (readiness): "0 documents" and "add the passport first" would say that none is known."""
    myself = Traveler.objects.create(user=alice, first_name="Alice", relation="self")
    friend = Traveler.objects.create(user=alice, first_name="Bea", relation="friend")
    assert [one.pk for one in alice_page.get("/account/documents").context["travelers"]] == [friend.pk]
    text = alice_page.get(f"/account/travelers/{myself.pk}/documents").content.decode()
    assert "Your own documents count here." in text
    assert "Add the passport first" not in text
    assert "Add the passport first" in alice_page.get(f"/account/travelers/{friend.pk}/documents").content.decode()
