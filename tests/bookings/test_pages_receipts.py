"""The confirmation page, the list of bookings, the calendar file."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.conf import settings
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from bookings.models import Booking, BookingItem, Confirmation, Refund
from bookings.web.words import moment_words
from tests.bookings.pages import hold, pay, words
from tests.cast import page_for
from tests.factories.bookings import make_planned_trip
from tests.factories.catalogue import SmallCatalogue
from tests.statements import counted
from travelplanner.core import clock
from travelplanner.core.web.qr import qr_figure
from trips.models import Trip

SIGNED_IN = 2  # statements of the session and its user


@pytest.fixture
def booking(alice_page: Client, alices_trip: Trip) -> Booking:
    booking = hold(alice_page, alices_trip)
    pay(alice_page, booking)
    booking.refresh_from_db()
    return booking


def cancel(page: Client, booking: Booking, *items: BookingItem) -> None:
    answer = page.post(f"/bookings/{booking.reference}/cancel", {"item": [str(item.pk) for item in items]})
    assert page.post(answer["Location"] + "/confirm").status_code == 302


def test_confirmation_when_opened_then_shows_everything_that_seed_000_shows(alice_page: Client, booking: Booking) -> None:
    answer = alice_page.get(f"/bookings/{booking.reference}")
    said, html = words(answer), answer.content.decode()
    confirmation = Confirmation.objects.get()
    for shown in (confirmation.number, booking.reference, "₹8,200", "Active", "Valid until", "Alice Example", "alice@example.org", "Paid; every place is yours"):
        assert shown in said
    for code in BookingItem.objects.values_list("confirmation_code", flat=True):
        assert code in said
    assert "INITIATED → PAYMENT_PENDING" in said
    assert "PAYMENT_PENDING → CONFIRMED" in said
    assert "Planned, with what isn't sold here ₹12,000" in said
    assert "nobody is expecting you and no money moved" in said
    assert 'class="qr"' in html
    assert re.search(r"<[^>]+\sstyle=|data:image|\son\w+=", html) is None


def test_confirmation_when_read_then_at_most_ten_statements(alice_page: Client, booking: Booking) -> None:
    with counted() as statements:
        assert alice_page.get(f"/bookings/{booking.reference}").status_code == 200
    assert len(statements) <= 10 + SIGNED_IN, statements  # who travels, refunds, documents and the notices in the bar among them


def test_confirmation_when_a_day_has_passed_then_the_slip_expires_and_not_the_booking(alice_page: Client, booking: Booking) -> None:
    Confirmation.objects.update(valid_until=clock.now() - dt.timedelta(seconds=1))
    said = words(alice_page.get(f"/bookings/{booking.reference}"))
    assert "Expired" in said
    assert "what is booked stays booked" in said
    assert "You are going to" in said


def test_confirmation_when_cancelled_then_says_so(alice_page: Client, booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(state="CANCELLED")
    said = words(alice_page.get(f"/bookings/{booking.reference}"))
    assert "Cancelled: Varanasi" in said
    struck = Calendar.from_ical(alice_page.get(f"/bookings/{booking.reference}/calendar.ics").content).walk("VEVENT")
    assert {str(event["status"]) for event in struck} == {"CANCELLED"}


def test_confirmation_when_names_hold_markup_then_it_stays_text(alice_page: Client, booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(contact_name="<script>alert(1)</script>")
    BookingItem.objects.update(name="<img src=x onerror=alert(1)>")
    html = alice_page.get(f"/bookings/{booking.reference}").content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_confirmation_when_in_hindi_then_opens(alice_page: Client, booking: Booking) -> None:
    assert alice_page.get(f"/bookings/{booking.reference}", headers={"Accept-Language": "hi"}).status_code == 200


@pytest.mark.parametrize("reference", ["BK_20260101_00000000", "x" * 300, "%00"])
def test_booking_when_unknown_then_404_like_anothers(alice_page: Client, reference: str) -> None:
    assert alice_page.get(f"/bookings/{reference}").status_code == 404


@pytest.mark.parametrize(
    ("kept", "settled", "said"),
    [
        (0, "succeeded", "1 of 3 was cancelled. ₹400 came back."),
        (0, "pending", "1 of 3 was cancelled. ₹400 comes back."),
        (100, "succeeded", "1 of 3 was cancelled. ₹300 came back. ₹100 is kept, by the terms you booked under."),
        (400, "", "1 of 3 was cancelled. ₹400 is kept, by the terms you booked under."),
    ],
)
def test_list_when_a_part_was_cancelled_then_says_what_stays_and_what_comes_back(
    alice_page: Client, booking: Booking, kept: int, settled: str, said: str
) -> None:
    ticket = booking.items.get(name="Demo Museum ticket")
    BookingItem.objects.filter(pk=ticket.pk).update(cancellation_deadline=clock.now(), cancellation_fee=kept)
    cancel(alice_page, booking, ticket)
    Refund.objects.update(state=settled)
    row = words(alice_page.get("/bookings"))
    Refund.objects.update(state="succeeded")  # as the books say it
    assert said in row
    assert "Was ₹8,200 now ₹7,800" in row
    assert "3 items" in row


def test_list_when_all_was_cancelled_then_says_that_nothing_stays(alice_page: Client, booking: Booking) -> None:
    cancel(alice_page, booking, *booking.items.all())
    row = words(alice_page.get("/bookings"))
    assert "All of it was cancelled. ₹8,200 came back." in row
    assert "Was ₹8,200 now ₹0" in row


def test_list_when_nothing_was_cancelled_then_only_the_sum(alice_page: Client, booking: Booking) -> None:
    row = words(alice_page.get("/bookings"))
    assert "₹8,200" in row
    assert "cancelled" not in row
    assert "Was" not in row


def test_list_when_the_payment_failed_then_nothing_is_called_cancelled(alice_page: Client, alices_trip: Trip) -> None:
    booking = hold(alice_page, alices_trip)
    pay(alice_page, booking, "declined")
    row = words(alice_page.get("/bookings"))
    assert "Not paid" in row
    assert "₹8,200" in row
    assert "was cancelled" not in row


def test_list_when_one_and_when_many_then_same_statements_and_pages(alice: User, catalogue: SmallCatalogue, charlie_page: Client) -> None:
    client = page_for(alice)

    def book() -> None:
        hold(client, make_planned_trip(alice, catalogue))
        Booking.objects.update(hold_expires_at=clock.now() + dt.timedelta(minutes=5))

    book()
    client.get("/bookings")
    with counted() as one:
        client.get("/bookings")
    for trip in [make_planned_trip(alice, catalogue) for _each in range(11)]:
        Booking.objects.create(
            reference=f"BK_20260101_{trip.reference[-8:]}",
            trip=trip,
            user=alice,
            contact_name="A",
            contact_email="a@example.org",
            currency="INR",
            total=1,
        )
    with counted() as many:
        answer = client.get("/bookings")
    assert len(many) == len(one) <= 5 + SIGNED_IN
    assert "Page 1 of 2" in words(answer)
    assert "No booking yet" in words(charlie_page.get("/bookings"))


def test_calendar_when_confirmed_then_one_event_per_item(alice_page: Client, alices_trip: Trip, booking: Booking) -> None:
    answer = alice_page.get(f"/bookings/{booking.reference}/calendar.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer["Content-Disposition"] == f'attachment; filename="{booking.reference}.ics"'
    events = {str(event["summary"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert len(events) == 3
    assert events["Demo Hotel standard"]["dtstart"].dt == alices_trip.start_date
    assert events["Demo Hotel standard"]["dtend"].dt == alices_trip.end_date
    ticket = events["Demo Museum ticket"]
    assert ticket["dtstart"].dt == dt.datetime.combine(alices_trip.start_date, dt.time(4, 30), tzinfo=dt.UTC)  # 10:00 in Varanasi
    assert booking.reference in str(ticket["description"])


def test_calendar_when_a_name_holds_line_breaks_then_no_line_is_injected(alice_page: Client, booking: Booking) -> None:
    BookingItem.objects.update(name="Nice\r\nATTENDEE:mailto:x@example.org")
    text = alice_page.get(f"/bookings/{booking.reference}/calendar.ics").content.decode()
    assert not [line for line in text.splitlines() if line.startswith("ATTENDEE")]


def test_calendar_when_not_confirmed_then_404(alice_page: Client, alices_trip: Trip) -> None:
    waiting = hold(alice_page, alices_trip)
    assert alice_page.get(f"/bookings/{waiting.reference}/calendar.ics").status_code == 404


def test_qr_when_drawn_then_a_square_of_runs_with_its_words() -> None:
    drawn = qr_figure(f"{settings.PUBLIC_URL}/bookings/BK_20260101_0A1B2C3D?confirmation=CONF_20260101000000_ABCDEF", 'Code "x"')
    assert drawn.startswith("<svg")
    assert drawn.endswith("</svg>")
    assert "&quot;x&quot;" in drawn
    assert re.fullmatch(r"(M\d+,\d+h\d+v1h-\d+z)+", re.search(r'd="([^"]+)"', drawn).group(1))


def test_times_when_the_trip_starts_in_another_zone_then_each_item_says_its_own(alice_page: Client, alices_trip: Trip, booking: Booking) -> None:
    Trip.objects.update(timezone="America/New_York")
    events = {str(event["summary"]): event for event in Calendar.from_ical(alice_page.get(f"/bookings/{booking.reference}/calendar.ics").content).walk("VEVENT")}
    assert events["Demo Museum ticket"]["dtstart"].dt == dt.datetime.combine(alices_trip.start_date, dt.time(4, 30), tzinfo=dt.UTC)  # 10:00 in Varanasi
    said = words(alice_page.get(f"/bookings/{booking.reference}"))
    deadlines = [item.cancellation_deadline for item in BookingItem.objects.all() if item.cancellable and item.cancellation_deadline]
    assert deadlines
    for deadline in deadlines:
        assert moment_words(deadline, "Asia/Kolkata") in said
        assert moment_words(deadline, "America/New_York") not in said


def test_confirmation_when_active_then_the_slip_that_runs_out_is_not_the_booking(alice_page: Client, booking: Booking) -> None:
    assert "Only this slip runs out; what is booked stays booked." in words(alice_page.get(f"/bookings/{booking.reference}"))


def test_confirmation_when_all_is_cancelled_then_title_and_slip_say_nothing_else(alice_page: Client, booking: Booking) -> None:
    cancel(alice_page, booking, *booking.items.all())
    answer = alice_page.get(f"/bookings/{booking.reference}")
    assert "<title>Cancelled: " in answer.content.decode()
    assert "alid until" not in words(answer)
