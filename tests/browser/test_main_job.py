"""A stranger walks the whole main job through the pages, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from bookings.models import Booking
from tests.browser import main_job
from tests.browser.scenes import Scenes
from tests.browser.site import Site
from tests.browser.visitor import PHONE, WIDE, Visitor
from trips.models import Trip

pytestmark = pytest.mark.browser
BUSY = 6000  # iterations: the planning lasts long enough to be watched


def watch_planning(site: Site, visitor: Visitor) -> str:
    """The sentence, then the steps: first waiting, then counted, then the comparison by itself."""
    page = visitor.page
    with site.worker_held(), override_settings(PLANNING_EFFORT=BUSY):
        reference = main_job.ask(page)
        expect(page.get_by_role("heading", name="Planning Varanasi", level=1)).to_be_visible()
        expect(page.locator(".steps li")).to_have_count(5)
        expect(page.get_by_role("progressbar", name="Planning progress")).to_have_attribute("value", "0")
    expect(page.get_by_role("progressbar", name="Planning progress")).to_have_attribute("value", re.compile(r"^[4-8]\d$"))
    expect(page.locator(".steps li.done").first).to_contain_text("Reading your wish")
    page.wait_for_url("**/compare", wait_until="commit", timeout=30_000)
    return reference


def change_a_stop(visitor: Visitor) -> None:
    """Later, another day, away: each is saved, said and taken back."""
    page = visitor.page
    names = page.locator("#plan li[data-stop]").evaluate_all("(stops) => stops.map((stop) => stop.dataset.name)")
    day = page.locator("#plan-day").get_attribute("data-day")

    def press(name: str, word: str) -> None:
        version = page.locator("#plan-day").get_attribute("data-version")
        stop = page.locator(f'#plan li[data-stop][data-name="{name}"]')
        if not stop.locator("details").evaluate("(part) => part.open"):
            stop.locator("summary").click()
        stop.get_by_role("button", name=word, exact=True).click()
        expect(page.locator("#plan-day")).not_to_have_attribute("data-version", version or "")

    def undo() -> None:
        version = page.locator("#plan-day").get_attribute("data-version")
        page.locator("#plan").get_by_role("button", name="Undo the last change").click()
        expect(page.locator("#plan-day")).not_to_have_attribute("data-version", version or "")
        assert order() == names

    def order() -> list[str]:
        return page.locator("#plan li[data-stop]").evaluate_all("(stops) => stops.map((stop) => stop.dataset.name)")

    last = names[-1]
    press(last, "Remove")
    assert order() == names[:-1]
    expect(page.locator("#toasts")).to_contain_text(last)
    undo()
    press(last, "Other day")
    expect(page.locator("#plan-day")).not_to_have_attribute("data-day", day or "")
    assert last in order()
    page.locator(f'.days a[data-day="{day}"]').click()
    expect(page.locator("#plan-day")).to_have_attribute("data-day", day or "")
    undo()
    moved = move_one(visitor, names)
    if moved:
        undo()


def move_one(visitor: Visitor, names: list[str]) -> bool:
    """Press Later at stops until one of them fits there; what does not fit says why and changes nothing. True when one moved."""
    page = visitor.page
    for name in names[:-1]:
        stop = page.locator(f'#plan li[data-stop][data-name="{name}"]')
        stop.locator("summary").click()
        with page.expect_response("**/plan/edit"):
            stop.get_by_role("button", name="Later", exact=True).click()
        refused = page.locator("#plan [role=alert]")
        expect(refused.or_(page.locator("#toasts", has_text=f"Moved {name}")).first).to_be_visible()
        if refused.count() == 0:
            now, at = page.locator("#plan li[data-stop]").evaluate_all("(stops) => stops.map((stop) => stop.dataset.name)"), names.index(name)
            assert now[at : at + 2] == [names[at + 1], name]
            return True
    return False


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_main_job_when_walked_by_a_stranger_then_the_trip_is_planned_booked_and_theirs_alone(
    site: Site, scenes: Scenes, visit: Callable[..., Visitor], size: tuple[int, int]
) -> None:
    visitor = visit(size=size)
    page = visitor.page
    email = f"nina{size[0]}@example.org"
    charges = len(site.book.all_charges())

    reference = watch_planning(site, visitor)
    main_job.see_plans(page)
    main_job.choose(page)
    change_a_stop(visitor)

    page.get_by_role("link", name="Book this plan").locator("visible=true").first.click()
    page.wait_for_url("**/book", wait_until="commit")
    main_job.sign_up(page, email)
    booking = main_job.hold(page)
    main_job.pay(page)
    number = main_job.see_confirmation(page)
    assert re.fullmatch(r"CONF_\d{14}_[0-9A-F]{6}", number)
    assert Booking.objects.get(reference=booking).state == "CONFIRMED"
    assert [charge.status for charge in site.book.all_charges()].count("succeeded") >= 1
    assert len(site.book.all_charges()) == charges + 1

    visitor.go("/trips")
    expect(page.get_by_role("link", name="Varanasi")).to_be_visible()
    expect(page.locator(".trip")).to_contain_text("Booked")
    visitor.go("/bookings")
    expect(page.get_by_text(booking)).to_be_visible()

    other = visit()
    other.sign_in(scenes.session_of(scenes.newcomer))
    for path in (f"/trips/{reference}/plan", f"/trips/{reference}/book", f"/bookings/{booking}"):
        other.go(path, status=404)

    visitor.go("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{site.url}/", wait_until="commit")
    visitor.go(f"/trips/{reference}/plan", status=404)
    visitor.go("/trips")
    expect(page.get_by_role("heading", name="No trip yet")).to_be_visible()

    trip = Trip.objects.get(reference=reference)
    assert (trip.owner.email, trip.state) == (email, "booked")  # type: ignore[union-attr]
    assert site.letters_about(number) == [[email]]
