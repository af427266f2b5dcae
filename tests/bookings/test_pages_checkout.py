"""The checkout page: what it shows, its lines, holding places, and what stands in the way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import User
from bookings.actions.cart import fill_from_itinerary
from bookings.models import Booking, BudgetLock, CartItem, PriceRule, ServiceSlot
from tests.bookings.pages import book_url, contact, field, hold, pay, words
from tests.cast import actor_for, page_for
from tests.factories.bookings import choose, make_planned_trip, put_in_cart
from tests.factories.catalogue import SmallCatalogue
from tests.factories.trips import TripFactory
from tests.statements import HEADER, counted
from travelplanner.core import clock
from travelplanner.core.actor import visitor_hash
from travelplanner.core.web.actors import SESSION_KEY
from trips.models import Service, Trip

SIGNED_IN = 2  # statements of the session and its user


def first_key(client: Client, trip: Trip, name: str) -> str:
    """The key of the line called `name`, as its form sends it."""
    html = client.get(book_url(trip)).content.decode()
    return html[html.index(f"<h3>{name}</h3>") :].split('name="line" value="', 1)[1].split('"', 1)[0]


def test_checkout_when_owner_opens_then_lines_terms_and_lock_are_shown(alice_page: Client, alices_trip: Trip) -> None:
    said = words(alice_page.get(book_url(alices_trip)))
    assert "Three things to book" in said
    assert "Demo Hotel standard" in said
    assert "2 nights, 1 room for 2 people" in said
    assert said.count("Price unchanged") == 3
    assert "Free to cancel until" in said
    assert "Then ₹2,800 is kept" in said
    assert "Not sold here: meals and getting around (about ₹3,800)" in said
    assert "To pay ₹8,200" in said
    assert "Can't go above ₹40,000" in said
    assert "no real money moves" in said


def test_checkout_when_read_then_nothing_is_written(alice_page: Client, alices_trip: Trip) -> None:
    alice_page.get(book_url(alices_trip))
    assert not CartItem.objects.exists()
    assert not ServiceSlot.objects.exists()


def test_checkout_when_a_stranger_asks_then_404(charlie_page: Client, page: Client, alices_trip: Trip) -> None:
    for client in (charlie_page, page):
        assert client.get(book_url(alices_trip)).status_code == 404
        assert client.post(book_url(alices_trip, "/line"), {"do": "remove"}).status_code == 404
    assert charlie_page.post(book_url(alices_trip, "/reserve"), contact()).status_code == 404
    assert page.post(book_url(alices_trip, "/reserve"), contact()).status_code == 404
    assert not Booking.objects.exists()


def test_checkout_when_nothing_is_chosen_then_leads_to_the_comparison(alice_page: Client, alice: User, catalogue: SmallCatalogue) -> None:
    trip = TripFactory(owner=alice)
    answer = alice_page.get(book_url(trip))
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/trips/{trip.reference}/compare")


def test_checkout_when_plan_sells_nothing_then_says_so(alice_page: Client, alice: User, catalogue: SmallCatalogue) -> None:
    trip = TripFactory(owner=alice)
    choose(trip)
    assert "Nothing to book here" in words(alice_page.get(book_url(trip)))


def test_checkout_when_anonymous_owner_opens_then_sign_up_is_asked_at_the_button_only(page: Client, alices_trip: Trip) -> None:
    session = page.session
    session[SESSION_KEY] = "token-of-this-browser"
    session.save()
    Trip.objects.filter(pk=alices_trip.pk).update(owner=None, visitor=visitor_hash("token-of-this-browser"))
    answer = page.get(book_url(alices_trip))
    assert answer.status_code == 200
    html = answer.content.decode()
    assert f"/accounts/signup/?next={book_url(alices_trip)}" in html
    assert f"/accounts/login/?next={book_url(alices_trip)}" in html
    assert 'name="request_key"' not in html
    reserve = page.post(book_url(alices_trip, "/reserve"), contact())
    assert reserve["Location"] == f"/accounts/signup/?next={book_url(alices_trip)}"
    assert page.post(book_url(alices_trip, "/line"), {"do": "remove", "line": "x"})["Location"] == reserve["Location"]
    assert not Booking.objects.exists()


def test_checkout_when_sample_then_offers_an_own_plan_and_hides_the_limit(charlie_page: Client, alices_trip: Trip) -> None:
    Trip.objects.filter(pk=alices_trip.pk).update(sample=True)
    said = words(charlie_page.get(book_url(alices_trip)))
    assert "This is a sample trip" in said
    assert "₹40,000" not in said


@pytest.mark.parametrize("filled", [False, True])
def test_checkout_when_read_then_at_most_seven_statements(alice_page: Client, alices_trip: Trip, filled: bool) -> None:
    if filled:
        fill_from_itinerary(actor=actor_for(alices_trip.owner), trip_reference=alices_trip.reference)
        hold(alice_page, alices_trip)
        assert CartItem.objects.count() == 3
    alice_page.get(book_url(alices_trip))
    with counted() as statements:
        assert alice_page.get(book_url(alices_trip)).status_code == 200
    assert len(statements) <= 7 + SIGNED_IN + HEADER, statements  # two of them ask who travels


def test_line_when_left_out_and_put_back_then_sum_follows(alice_page: Client, alices_trip: Trip) -> None:
    key = first_key(alice_page, alices_trip, "Demo Museum ticket")
    answer = alice_page.post(book_url(alices_trip, "/line"), {"do": "remove", "line": key}, follow=True)
    said = words(answer)
    assert "Demo Museum ticket is left out." in said
    assert "Two things to book" in said
    assert "To pay ₹7,800" in said
    assert "Put it back" in said
    again = alice_page.post(book_url(alices_trip, "/line"), {"do": "remove", "line": key}, follow=True)
    assert again.status_code == 200  # the same press again is harmless
    back = words(alice_page.post(book_url(alices_trip, "/line"), {"do": "restore", "line": key}, follow=True))
    assert "Demo Museum ticket is back." in back
    assert "To pay ₹8,200" in back


def test_line_when_changed_then_priced_anew(alice_page: Client, alices_trip: Trip) -> None:
    key = first_key(alice_page, alices_trip, "Demo Museum ticket")
    said = words(alice_page.post(book_url(alices_trip, "/line"), {"do": "change", "line": key, "people": "3", "time": "14:00"}, follow=True))
    assert "14:00, 3 people" in said
    assert "To pay ₹8,400" in said


def test_line_when_people_do_not_fit_then_says_how_many_rooms(alice_page: Client, alices_trip: Trip) -> None:
    key = first_key(alice_page, alices_trip, "Demo Hotel standard")
    answer = alice_page.post(book_url(alices_trip, "/line"), {"do": "change", "line": key, "people": "5", "units": "1"})
    assert answer.status_code == 409
    assert "they need 3 rooms" in words(answer)
    assert CartItem.objects.get(service__type="hotel").participants == 2


def test_line_when_htmx_then_the_page_comes_back_with_a_toast(alice_page: Client, alices_trip: Trip) -> None:
    key = first_key(alice_page, alices_trip, "Demo Museum ticket")
    answer = alice_page.post(book_url(alices_trip, "/line"), {"do": "remove", "line": key}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "is left out" in answer["HX-Trigger"]
    assert 'id="things"' in answer.content.decode()


def test_line_when_garbage_then_never_an_error(alice_page: Client, alices_trip: Trip) -> None:
    for sent in ({}, {"do": "x" * 5000}, {"do": "change", "line": "\x00"}, {"do": "restore", "line": "../../"}):
        assert alice_page.post(book_url(alices_trip, "/line"), sent).status_code in (302, 409)
    key = first_key(alice_page, alices_trip, "Demo Museum ticket")
    for sent in ({"people": "9" * 400}, {"people": "²"}, {"people": "0"}, {"people": "-1"}, {"time": "99:99"}, {"units": "1e9"}):
        assert alice_page.post(book_url(alices_trip, "/line"), {"do": "change", "line": key, **sent}).status_code in (302, 409)
    assert CartItem.objects.get(service__slug="demo-museum-ticket").quantity == 2


def test_hold_when_pressed_then_places_and_money_are_held_and_payment_follows(alice_page: Client, alices_trip: Trip) -> None:
    booking = hold(alice_page, alices_trip)
    assert (booking.state, booking.total, booking.contact_name) == ("PAYMENT_PENDING", Decimal(8200), "Alice Example")
    assert BudgetLock.objects.get().held == Decimal(8200)


def test_hold_when_pressed_twice_then_one_booking(alice_page: Client, alices_trip: Trip) -> None:
    sent = contact(total=field(alice_page.get(book_url(alices_trip)), "total"))
    first = alice_page.post(book_url(alices_trip, "/reserve"), sent)
    second = alice_page.post(book_url(alices_trip, "/reserve"), sent)
    third = alice_page.post(book_url(alices_trip, "/reserve"), contact(total=sent["total"]))  # another tab
    assert first["Location"] == second["Location"] == third["Location"]
    assert Booking.objects.count() == 1


def test_hold_when_contact_is_missing_then_said_at_the_field_and_nothing_is_lost(alice_page: Client, alices_trip: Trip) -> None:
    answer = alice_page.post(book_url(alices_trip, "/reserve"), contact(name="", email="not an address", phone="12345"))
    assert answer.status_code == 400
    html = answer.content.decode()
    assert "Write the name of the person" in words(answer)
    assert "This is not an e-mail address" in words(answer)
    assert html.count('aria-invalid="true"') == 2
    assert 'value="12345"' in html
    assert not Booking.objects.exists()


def test_hold_when_price_rose_after_the_page_was_shown_then_asks_again(alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    total = field(alice_page.get(book_url(alices_trip)), "total")
    PriceRule.objects.create(service=catalogue.car, name="more", percent=Decimal(10))
    answer = alice_page.post(book_url(alices_trip, "/reserve"), contact(total=total))
    assert answer.status_code == 409
    said = words(answer)
    assert "A price has changed since you saw it" in said
    assert "now comes to ₹8,420" in said
    assert "Price changed 3 cars left" in said
    assert "Was ₹2,200 now ₹2,420" in said
    assert "I agree to ₹2,420" in said
    assert not Booking.objects.exists()
    changed = field(answer, "changed")
    again = contact(total=field(answer, "total"), changed=changed)
    assert alice_page.post(book_url(alices_trip, "/reserve"), again).status_code == 409  # not agreed
    assert alice_page.post(book_url(alices_trip, "/reserve"), {**again, "agree": changed}).status_code == 302
    assert Booking.objects.get().total == Decimal(8420)


def test_hold_when_sold_out_meanwhile_then_names_it_and_offers_to_leave_it_out(
    alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    total = field(alice_page.get(book_url(alices_trip)), "total")
    ticket = catalogue.activities[0]
    Service.objects.filter(pk=ticket.pk).update(capacity=1)
    answer = alice_page.post(book_url(alices_trip, "/reserve"), contact(total=total))
    assert answer.status_code == 409
    said = words(answer)
    assert "no places left for Demo Museum ticket on" in said
    assert "Only 1 left, you need 2" in said
    assert "Leave it out" in said
    assert not Booking.objects.exists()


def test_hold_when_over_the_limit_then_says_by_how_much(alice_page: Client, alices_trip: Trip) -> None:
    total = field(alice_page.get(book_url(alices_trip)), "total")
    Trip.objects.filter(pk=alices_trip.pk).update(budget_amount=Decimal(8000))
    answer = alice_page.post(book_url(alices_trip, "/reserve"), contact(total=total))
    assert answer.status_code == 409
    assert "₹200 over your limit" in words(answer)
    assert "Raise the limit" in words(answer)
    shown = alice_page.get(book_url(alices_trip)).content.decode()
    assert " disabled>" in shown  # what can't work isn't offered
    assert not Booking.objects.exists()


def test_checkout_when_places_are_held_already_then_leads_to_the_payment(alice_page: Client, alices_trip: Trip) -> None:
    booking = hold(alice_page, alices_trip)
    answer = alice_page.get(book_url(alices_trip))
    assert "Your places are held already" in words(answer)
    assert f"/bookings/{booking.reference}/pay" in answer.content.decode()
    assert "Booked already" not in words(answer)


def test_checkout_when_hold_ran_out_unnoticed_then_can_be_held_again(alice_page: Client, alices_trip: Trip) -> None:
    old = hold(alice_page, alices_trip)
    Booking.objects.filter(pk=old.pk).update(hold_expires_at=clock.now() - dt.timedelta(seconds=1))
    assert "The hold on your places has ended" in words(alice_page.get(book_url(alices_trip)))
    new = hold(alice_page, alices_trip)
    old.refresh_from_db()
    assert (old.state, new.state) == ("EXPIRED", "PAYMENT_PENDING")


def test_checkout_when_booked_then_leads_to_the_confirmation(alice_page: Client, alices_trip: Trip) -> None:
    booking = hold(alice_page, alices_trip)
    pay(alice_page, booking)
    assert alice_page.get(book_url(alices_trip))["Location"] == f"/bookings/{booking.reference}"


def test_checkout_when_trip_counts_in_another_currency_then_both_prices_are_shown(alice: User, catalogue: SmallCatalogue) -> None:
    trip = make_planned_trip(alice, catalogue, budget_currency="USD", budget_amount=Decimal(500))
    said = words(page_for(alice).get(book_url(trip)))
    assert "₹2,200" in said
    assert "To pay $" in said
    assert "Price changed" not in said


def test_line_when_pressed_on_an_old_page_of_a_booked_trip_then_leads_to_the_confirmation(alice_page: Client, alices_trip: Trip) -> None:
    booking = hold(alice_page, alices_trip)
    pay(alice_page, booking)
    answer = alice_page.post(book_url(alices_trip, "/line"), {"line": "x", "do": "remove"})
    assert answer["Location"] == f"/bookings/{booking.reference}"
    assert not CartItem.objects.exists()


def test_hold_when_the_cart_has_what_is_booked_then_names_it(alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    pay(alice_page, hold(alice_page, alices_trip))
    put_in_cart(alices_trip, catalogue.activities[0], quantity=2, time="10:00")
    page = alice_page.get(book_url(alices_trip))
    answer = alice_page.post(book_url(alices_trip, "/reserve"), contact(total=field(page, "total")))
    assert answer.status_code == 409
    assert "Booked for this trip already: Demo Museum ticket." in words(answer)


def test_hold_when_pressed_too_often_then_429_and_reading_goes_on(alice_page: Client, alices_trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "book", "1/hour")
    hold(alice_page, alices_trip)
    refused = alice_page.post(book_url(alices_trip, "/reserve"), contact(total="8200"))
    assert refused.status_code == 429
    assert "Retry-After" in refused
    assert alice_page.get("/bookings").status_code == 200
