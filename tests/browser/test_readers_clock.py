"""Small things that only a browser does: the clock of the profile in place of the device's, and the button that copies."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from bookings.models import Booking
from tests.browser.scenes import Scenes
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def written(moment: dt.datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def test_moment_when_a_zone_is_chosen_then_it_counts_more_than_the_devices(visitor: Visitor, scenes: Scenes) -> None:
    booking: Booking = scenes.confirmed
    made = booking.booked_at
    assert made is not None
    page = visitor.page
    visitor.sign_in(scenes.session_of(scenes.asha))
    visitor.go(f"/bookings/{booking.reference}")
    expect(page.locator(".facts time").first).to_have_text(written(made, "Asia/Kolkata"))  # the device's
    for zone in ("America/New_York", "UTC"):
        visitor.go("/account/profile")
        page.get_by_label("Time zone").select_option(zone)
        page.get_by_role("button", name="Save").first.click()
        expect(page.get_by_text("Your profile is saved.")).to_be_visible()
        visitor.go(f"/bookings/{booking.reference}")
        expect(page.locator(".facts time").first).to_have_text(written(made, "Asia/Kolkata" if zone == "UTC" else zone))  # UTC: nothing is chosen


def test_link_when_copied_by_its_button_then_it_is_in_the_clipboard_and_said(visitor: Visitor, scenes: Scenes) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.sign_in(scenes.session_of(scenes.asha))
    page = visitor.go(f"/trips/{scenes.edited.reference}/sharing")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#made-url").input_value()
