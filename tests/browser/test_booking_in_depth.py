"""Things put into a cart by nobody, booked by somebody, and one of them given back: through the pages, as a person does it."""

from __future__ import annotations

import datetime as dt
import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from bookings.models import Booking, CartItem, Refund
from tests.browser import main_job
from tests.browser.scenes import choose_for
from tests.browser.visitor import Visitor
from tests.cast import actor_for
from travelplanner.core import clock
from trips.models import Trip
from trips.web.written import day_date

pytestmark = pytest.mark.browser
EMAIL = "meera@example.org"


def search(page: Page, day: dt.date) -> None:
    """What two people can have in Varanasi on that day."""
    page.goto("/services")
    page.get_by_label("Where").select_option("varanasi")
    page.get_by_label("From").fill(day.isoformat())
    page.get_by_label("Until").fill((day + dt.timedelta(days=1)).isoformat())
    page.get_by_label("People", exact=True).fill("2")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile(r"^\d+ found$"))).to_be_visible()


def card(page: Page, name: str) -> Locator:
    return page.locator(".item", has=page.get_by_role("heading", name=name, exact=True))


def put_into_the_cart(page: Page, count: int) -> list[str]:
    """The first tickets that are found; returns their names."""
    names = page.locator(".item h3").all_inner_texts()[:count]
    for name in names:
        card(page, name).get_by_role("button", name="Add to cart").click()
        expect(page.get_by_role("status").filter(has_text=name)).to_contain_text("is in your cart")
    return names


def put_to_the_trip(page: Page, trip: Trip, names: list[str]) -> None:
    page.goto("/cart")
    for name in names:
        card(page, name).get_by_label("Put it to a trip").select_option(trip.reference)
        card(page, name).get_by_role("button", name="Put it there").click()
        expect(page.get_by_role("status").filter(has_text=name)).to_contain_text("belongs to")
    page.get_by_role("link", name="Go to checkout").click()
    expect(page.get_by_role("heading", name="Book it in one go")).to_be_visible()


def cancel(page: Page, name: str, day: dt.date) -> None:
    """See what comes back, then let it go."""
    page.locator("#change summary").click()
    page.get_by_role("button", name=f"Cancel {name}, {day_date(day)}").click()
    expect(page.get_by_text("Nothing is cancelled yet.")).to_be_visible()
    expect(page.locator("main")).to_contain_text(name)
    page.get_by_role("button", name="Cancel, and get").click()


def until_back(booking: Booking) -> Refund:
    """The worker sends it; the mock's answer settles it."""
    patience = time.monotonic() + 10
    while True:
        refund = Refund.objects.get(payment__booking=booking)
        if refund.state == "succeeded" or time.monotonic() > patience:
            return refund
        time.sleep(0.1)


def test_cart_when_filled_by_a_stranger_then_it_comes_along_is_booked_and_one_thing_is_given_back(visitor: Visitor) -> None:
    page = visitor.page
    search(page, clock.now().date() + dt.timedelta(days=37))
    names = put_into_the_cart(page, 2)
    page.goto("/cart")
    expect(page.get_by_text("This cart lives in this browser.")).to_be_visible()

    page.get_by_role("link", name="Sign up and book").click()
    page.get_by_role("textbox", name=re.compile("E-?mail")).fill(EMAIL)
    page.get_by_label("Password").fill(main_job.PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("2 things from this browser are in your cart now.")).to_be_visible()
    expect(page.locator(".item h3")).to_have_text(names)

    meera = User.objects.get(email=EMAIL)
    days = {line.service.name: line.booking_date for line in CartItem.objects.filter(user=meera).select_related("service")}
    put_to_the_trip(page, choose_for(actor_for(meera)), names)
    reference = main_job.hold(page, "Meera Nair")
    main_job.pay(page)
    main_job.see_confirmation(page)

    booking = Booking.objects.get(reference=reference)
    added = [booking.items.get(service__name=name, starts_on=days[name]) for name in names]
    assert booking.items.count() > len(added)  # what the plan has came along

    cancel(page, names[0], days[names[0]])
    expect(page.get_by_role("heading", name="Cancelled; the rest stays booked")).to_be_visible()
    expect(page.get_by_role("heading", name="Your refunds")).to_be_visible()
    refund = until_back(booking)
    assert refund.state == "succeeded"
    assert {item.pk for item in booking.items.exclude(state="confirmed")} == {added[0].pk}
    assert booking.items.get(pk=added[0].pk).state == "cancelled"

    visitor.go(f"/bookings/{reference}")
    expect(page.get_by_text("a part of it is cancelled, the rest is confirmed and paid")).to_be_visible()
    expect(page.locator("li", has_text=refund.transaction_id)).to_contain_text("Given back")
    expect(page.locator(".trail")).to_contain_text("Given back")
    gone, kept = (f"{name}, {day_date(days[name])}" for name in names)
    expect(page.get_by_role("link", name="Voucher").filter(has_text=gone)).to_have_count(0)
    expect(page.get_by_role("link", name="Voucher").filter(has_text=kept)).to_be_visible()
