"""The mail of a confirmation: every item with its terms and zone, in the reader's language, with the paper and the calendar attached."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from icalendar import Calendar

from bookings.actions import checkout
from bookings.actions.checkout import Contact
from bookings.documents import files
from bookings.models import Booking, BookingItem
from tests.bookings.papers import squeezed, text_of
from travelplanner.core import outbox
from travelplanner.core.actor import Actor
from travelplanner.core.models import OutboxMessage
from travelplanner.core.typeset import NotTypeset
from trips.models import Trip

pytestmark = pytest.mark.usefixtures("books_are_broken")  # states are set by hand here


def sent() -> Any:
    assert outbox.deliver_due() == "1 sent, 0 failed"
    return mail.outbox[0]


def test_mail_when_sent_then_text_and_html_name_every_item_its_terms_and_its_zone(booked: Booking) -> None:
    message = sent()
    html = str(message.alternatives[0][0])
    for said in ("Demo Hotel standard", "Demo Museum ticket", "Demo Car with driver", "India Standard Time (Asia/Kolkata)", "Free to cancel until", "₹2,800 is kept", "₹8,200", booked.reference, "/verify/CONF_", "nobody is expecting you", *BookingItem.objects.values_list("confirmation_code", flat=True)):
        assert said in message.body, said
        assert said in html, said
    assert "are attached" in message.body


def test_mail_when_sent_then_the_pdf_and_the_calendar_are_attached_and_stored_nowhere(booked: Booking) -> None:
    stored = OutboxMessage.objects.get()
    assert "verify" not in str(stored.context)
    message = sent()
    files_by_type = {kind: (name, content) for name, content, kind in message.attachments}
    name, pdf = files_by_type["application/pdf"]
    assert name == f"{booked.confirmation.number}.pdf"
    assert squeezed(booked.reference) in text_of(pdf)
    name, calendar = files_by_type["text/calendar"]
    assert name == f"{booked.reference}.ics"
    assert len(Calendar.from_ical(calendar).walk("VEVENT")) == 3


def test_mail_when_booked_in_hindi_then_in_hindi_with_a_hindi_paper(booked: Booking) -> None:
    OutboxMessage.objects.update(language="hi")
    message = sent()
    assert "पुष्टि" in message.body
    assert squeezed("अगले कदम") in text_of(next(content for _name, content, kind in message.attachments if kind == "application/pdf"))


def test_mail_when_the_paper_can_not_be_made_then_it_goes_without(booked: Booking, monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    def fail(*args: Any, **kwargs: Any) -> bytes:
        raise NotTypeset

    monkeypatch.setattr(files, "typeset", fail)
    message = sent()
    assert [kind for _name, _content, kind in message.attachments] == ["text/calendar"]
    assert "are attached" not in message.body


def test_mail_when_it_was_cancelled_before_it_left_then_says_so_and_gives_no_code(booked: Booking) -> None:
    BookingItem.objects.filter(type="hotel").update(state="cancelled")
    message = sent()
    assert "Demo Hotel standard (Demo Test Supplier), cancelled" in message.body
    assert booked.items.get(type="hotel").confirmation_code not in message.body


FISHING = "Win at https://evil.example/now"


def test_mail_when_whoever_booked_typed_links_then_it_carries_none_of_them_to_the_address_that_they_typed(actor: Actor, alices_trip: Trip) -> None:
    alices_trip.title = FISHING
    alices_trip.save()
    alices_trip.destinations.all().delete()
    booking = checkout.book_trip(actor=actor, trip_reference=alices_trip.reference, contact=Contact(FISHING, "bob@example.org", ""))
    booking.items.update(special_requests=FISHING)
    message = sent()
    whole = " ".join([message.subject, message.body, re.sub(r"<script.*</script>", "", str(message.alternatives[0][0]), flags=re.DOTALL)])
    assert message.to == ["bob@example.org"]
    assert booking.reference in whole
    assert "evil.example" not in whole


def test_mail_when_its_booking_is_not_there_then_the_stored_words_do(db: None) -> None:
    context = {"reference": "BK_20200101_00000000", "number": "N", "destination": "Goa", "start": "2026-12-01", "end": "2026-12-02", "total": "5", "currency": "INR", "items": [{"name": "Bed", "starts_on": "2026-12-01", "ends_on": "2026-12-02", "total": "5", "code": "ABC", "quantity": 1}]}
    outbox.enqueue_mail(template="booking_confirmed", recipient="a@example.org", context=context, dedupe_key="x")
    message = sent()
    assert "Bed" in message.body
    assert message.attachments == []
