"""A stranger walks the whole main job through the pages, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from bookings.models import Booking
from tests.browser import main_job
from tests.browser.scenes import Scenes
from tests.browser.site import Site
from tests.browser.visitor import PHONE, WIDE, Visitor
from trips.models import Trip

pytestmark = pytest.mark.browser
BUSY = 3000  # iterations: the planning lasts long enough to be watched


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


class Editor:
    """A day of the plan, changed by "Change" at its stops. Which change fits depends on the day of the week, so it tries until one does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.plan = page.locator("#plan-day")

    def names(self) -> list[str]:
        found: list[str] = self.page.locator("#plan li[data-stop]").evaluate_all("(stops) => stops.map((stop) => stop.dataset.name)")
        return found

    def day(self) -> str:
        return self.plan.get_attribute("data-day") or ""

    def press(self, name: str, word: str, *, day: int | None = None) -> bool:
        """Whether it was saved; a refusal says why and changes nothing."""
        version = self.plan.get_attribute("data-version") or ""
        stop = self.page.locator(f'#plan li[data-stop][data-name="{name}"]')
        if not stop.locator("details").evaluate("(part) => part.open"):
            stop.locator("summary").click()
        if day is not None:
            stop.locator("select").select_option(index=day)
        with self.page.expect_response("**/plan/edit") as answer:
            stop.get_by_role("button", name=word, exact=True).click()
        if 'role="alert"' in answer.value.text():
            expect(self.page.locator("#plan").get_by_role("alert")).to_be_visible()
            expect(self.plan).to_have_attribute("data-version", version)
            return False
        expect(self.plan).not_to_have_attribute("data-version", version)
        expect(self.page.locator("#toasts")).to_contain_text(name)
        return True

    def undo(self) -> None:
        version = self.plan.get_attribute("data-version") or ""
        self.page.locator("#plan").get_by_role("button", name="Undo the last change").click()
        expect(self.plan).not_to_have_attribute("data-version", version)


def change_a_stop(page: Page) -> None:
    """Away, later, earlier, another day: each is saved, said and taken back."""
    editor = Editor(page)
    before, day = editor.names(), editor.day()

    assert editor.press(before[-1], "Remove")
    assert editor.names() == before[:-1]
    editor.undo()
    assert editor.names() == before

    for word, step, movable in (("Later", 1, before[:-1]), ("Earlier", -1, before[1:])):
        moved = next((name for name in movable if editor.press(name, word)), None)
        if moved is not None:
            assert editor.names().index(moved) == before.index(moved) + step
            editor.undo()
            assert editor.names() == before

    others = page.locator("#plan li[data-stop] select").first.locator("option").count()
    moved = next((name for name in before for other in range(others) if editor.press(name, "Other day", day=other)), None)
    assert moved is not None, "no stop of this day fits on any other"
    assert editor.day() != day
    assert moved in editor.names()
    page.locator(f'.days a[data-day="{day}"]').click()
    expect(editor.plan).to_have_attribute("data-day", day)
    editor.undo()
    assert editor.names() == before


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
    change_a_stop(page)

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
    expect(page.get_by_role("link", name="Varanasi", exact=True)).to_be_visible()
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
    assert (trip.owner.email, trip.state) == (email, "booked")
    assert site.letters_about(number) == [[email]]
