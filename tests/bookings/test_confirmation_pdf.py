"""The confirmation and the vouchers on paper: in both languages, whatever the names are, and for nobody else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import segno
from django.db import connection
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from bookings.documents import files
from bookings.documents.sheet import shown
from bookings.models import Booking, BookingItem
from bookings.queries.receipts import Receipt, get_receipt
from tests.bookings.pages import hold
from tests.bookings.papers import links_of, pages_of, squeezed, text_of
from tests.statements import counted
from travelplanner.core import typeset
from travelplanner.core.actor import Actor
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.web.qr import qr_picture
from trips.models import Trip

pytestmark = pytest.mark.usefixtures("books_are_broken")  # states are set by hand here


def paper(receipt: Receipt, **changes: object) -> bytes:
    return files.confirmation_pdf(receipt.confirmation, replace(receipt.detail, **changes))


def test_confirmation_when_asked_for_by_its_owner_then_a_pdf_with_everything(alice_api: APIClient, alice_page: Client, booked: Booking) -> None:
    for answer in (alice_page.get(f"/bookings/{booked.reference}/confirmation.pdf"), alice_api.get(f"/api/bookings/{booked.reference}/confirmation.pdf", headers={"Accept": "application/pdf"})):
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer["Content-Disposition"] == f'attachment; filename="{booked.reference}.pdf"'
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        text = text_of(answer.content)
        wanted = [booked.reference, booked.confirmation.number, "₹8,200", "Alice Example", "Active", "Demo Hotel standard", "Museum 2, Varanasi", "India Standard Time (Asia/Kolkata)", "10:00", "Then ₹2,800 is kept.", "Demo Test Supplier", "Next steps", "nobody is expecting you"]
        wanted += BookingItem.objects.values_list("confirmation_code", flat=True)
        assert [said for said in wanted if squeezed(said) not in text] == []


def test_confirmation_when_the_reader_reads_hindi_then_in_hindi(alice_api: APIClient, booked: Booking) -> None:
    answer = alice_api.get(f"/api/bookings/{booked.reference}/confirmation.pdf", headers={"Accept-Language": "hi"})
    text = text_of(answer.content)
    for said in ("यात्रा योजना", "पुष्टि संख्या", "अगले कदम", "मान्य"):
        assert squeezed(said) in text, said
    assert booked.confirmation.number in text
    with translation.override("en"):
        assert not re.search("[\u0900-\u097f]", text_of(alice_api.get(f"/api/bookings/{booked.reference}/confirmation.pdf").content))


def test_hindi_when_typeset_then_every_letter_has_its_glyph_and_the_text_comes_back(actor: Actor, booked: Booking) -> None:
    BookingItem.objects.update(name="क्षत्रिय घाट की नाव")
    text = text_of(paper(get_receipt(actor, booked.reference)))
    assert squeezed("क्षत्रिय घाट की नाव") in text
    assert "\ufffd" not in text


def test_confirmation_when_made_twice_then_the_same_bytes_and_no_moment_in_it(actor: Actor, booked: Booking) -> None:
    receipt = get_receipt(actor, booked.reference)
    once = paper(receipt)
    assert once == paper(get_receipt(actor, booked.reference))
    assert b"CreationDate" not in once or b"19700101" in once


@pytest.mark.parametrize("count", [1, 5, 6, 12, 13, 30])
def test_confirmation_when_one_to_thirty_items_then_on_one_or_two_pages(actor: Actor, booked: Booking, count: int) -> None:
    receipt = get_receipt(actor, booked.reference)
    pdf = paper(receipt, items=(receipt.detail.items * 10)[:count])
    assert pages_of(pdf) <= (1 if count <= 5 else 2)
    assert text_of(pdf).count(squeezed("Demo Hotel standard")) >= (count + 2) // 3


def test_code_when_scanned_then_leads_to_the_page_that_verifies_it(actor: Actor, booked: Booking) -> None:
    receipt = get_receipt(actor, booked.reference)
    assert receipt.confirmation is not None
    url = receipt.confirmation.verify_url
    assert links_of(paper(receipt)) == {url}
    dark = {(x, y) for y, row in enumerate(segno.make(url, micro=False, error="m").matrix) for x, cell in enumerate(row) if cell}
    drawn = {(int(x) + step, int(y)) for x, y, run in re.findall(r"M(\d+),(\d+)h(\d+)v1", qr_picture(url)) for step in range(int(run))}
    assert drawn == dark


LETTERS = st.characters(min_codepoint=33, max_codepoint=382, exclude_categories=("Cc", "Cf", "Zs", "Lm", "Sk"))
HOSTILE = ["#panic()", "]#sys.inputs", "*bold* _it_ `raw` $x$", '"; #import "/etc/passwd"', "\\u{0041}", "<b>&amp;</b>", "@ref = heading", "#let d = none", "// gone", "/* gone", "{page}"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.one_of(st.sampled_from(HOSTILE), st.text(LETTERS, min_size=1, max_size=60)))
def test_name_when_it_is_anything_then_it_prints_as_itself(name: str) -> None:
    """A name is data: no sign of it is markup, code or a path."""
    data = {"lang": "en", "brand": "B", "title": name, "kicker": "", "kind": "", "heading": shown(name), "cancelled": "", "code": {"label": "", "value": "C"}, "rows": [["Who", shown(name)]], "paid": "", "qr": qr_picture("x"), "verify": {"label": "", "url": "https://example.org/"}, "foot": "", "page_words": "{page}"}
    text = text_of(typeset.typeset("voucher", data))
    assert text.count(squeezed(name)) >= 2


def test_names_when_they_hold_line_breaks_markup_or_one_endless_word_then_all_is_there(actor: Actor, booked: Booking) -> None:
    BookingItem.objects.update(name="A #strong[x]\nsecond ] line", supplier_name="W" * 190)
    Booking.objects.update(contact_name="#panic(1)\r\n]")
    pdf = paper(get_receipt(actor, booked.reference))
    text = text_of(pdf)
    for said in ("A #strong[x] second ] line", "#panic(1) ]", "W" * 190):
        assert squeezed(said) in text
    assert pages_of(pdf) == 1


def test_typesetting_when_it_takes_too_long_or_fails_then_503_and_nothing_hangs(alice_api: APIClient, booked: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/api/bookings/{booked.reference}/confirmation.pdf"
    with pytest.raises(typeset.NotTypeset):
        typeset.typeset("voucher", {"broken": True})
    with pytest.raises(typeset.NotTypeset):
        typeset.typeset("voucher", {"long": "x" * typeset.LONGEST})
    with monkeypatch.context() as patch:
        patch.setattr(typeset, "_START", "import time; time.sleep(30)")
        with pytest.raises(typeset.NotTypeset):
            typeset.typeset("voucher", {}, seconds=0.1)
        patch.setattr(typeset, "_START", "raise SystemExit(3)")
        assert alice_api.get(path).status_code == 503
    assert alice_api.get(path).status_code == 200


def test_typesetting_when_it_runs_then_outside_of_any_transaction(alice_page: Client, booked: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    depth, seen = len(connection.savepoint_ids), []
    real = typeset.typeset
    monkeypatch.setattr(files, "typeset", lambda *args, **kwargs: seen.append(len(connection.savepoint_ids)) or real(*args, **kwargs))
    with counted() as statements:
        assert alice_page.get(f"/bookings/{booked.reference}/confirmation.pdf").status_code == 200
    assert seen == [depth]
    assert len(statements) <= 10


def test_papers_when_the_booking_is_not_confirmed_or_anothers_then_404(alice_page: Client, alice_api: APIClient, charlie_api: APIClient, bob_page: Client, alices_trip: Trip, actor: Actor) -> None:
    waiting = hold(alice_page, alices_trip)
    item = waiting.items.first()
    assert item is not None
    for rest in ("confirmation.pdf", f"items/{item.pk}/voucher.pdf", "calendar.ics"):
        for client, prefix in ((alice_page, ""), (alice_api, "/api"), (charlie_api, "/api"), (bob_page, "")):
            assert client.get(f"{prefix}/bookings/{waiting.reference}/{rest}").status_code == 404


def test_voucher_when_downloaded_then_one_item_with_its_code(alice_page: Client, alice_api: APIClient, charlie_api: APIClient, booked: Booking) -> None:
    item = booked.items.get(type="activity")
    answer = alice_page.get(f"/bookings/{booked.reference}/items/{item.pk}/voucher.pdf")
    text = text_of(answer.content)
    for said in (item.confirmation_code, "Demo Museum ticket", "10:00", "India Standard Time", booked.reference):
        assert squeezed(said) in text
    assert "DemoHotel" not in text
    path = f"/api/bookings/{booked.reference}/items/{item.pk}/voucher.pdf"
    assert alice_api.get(path).content == answer.content
    assert charlie_api.get(path).status_code == 404
    assert alice_api.get(path.replace(str(item.pk), "f1696de9-8cb3-5519-bc5d-15e4d2c6db57")).status_code == 404


def test_papers_when_cancelled_then_they_say_so(alice_api: APIClient, booked: Booking) -> None:
    Booking.objects.update(state="CANCELLED")
    BookingItem.objects.update(state="cancelled")
    item = booked.items.first()
    assert item is not None
    text = text_of(alice_api.get(f"/api/bookings/{booked.reference}/confirmation.pdf").content)
    assert squeezed("Cancelled: Varanasi") in text
    assert item.confirmation_code not in text
    voucher = text_of(alice_api.get(f"/api/bookings/{booked.reference}/items/{item.pk}/voucher.pdf").content)
    assert squeezed("this voucher is no longer good") in voucher


def test_papers_when_asked_for_too_often_then_429(alice_api: APIClient, booked: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ScopedThrottle.THROTTLE_RATES, "paper", "1/hour")
    path = f"/api/bookings/{booked.reference}/confirmation.pdf"
    assert alice_api.get(path).status_code == 200
    refused = alice_api.get(path)
    assert refused.status_code == 429
    assert refused["Retry-After"]
