"""The main job without JavaScript: plain forms and links, to the confirmation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import main_job
from tests.browser.visitor import PHONE, Visitor

pytestmark = pytest.mark.browser


def test_main_job_when_javascript_is_off_then_forms_lead_to_the_confirmation(visit: Callable[..., Visitor]) -> None:
    visitor = visit(script=False, size=PHONE)
    page = visitor.page
    main_job.ask(page)
    page.get_by_role("link", name="Compare the plans").click(timeout=30_000)  # the page loads itself anew until the plans are there
    main_job.see_plans(page)
    main_job.choose(page, "B")

    stops = page.locator("#plan li[data-stop]")
    before = stops.count()
    stops.first.locator("summary").click()
    stops.first.get_by_role("button", name="Remove").click()
    expect(stops).to_have_count(before - 1)
    page.get_by_role("button", name="Undo the last change").click()
    expect(stops).to_have_count(before)
    page.locator(".days a").nth(1).click()
    expect(page.locator(".days a").nth(1)).to_have_attribute("aria-current", "page")

    page.get_by_role("link", name="Book this plan").locator("visible=true").first.click()
    main_job.sign_up(page, "noscript@example.org")
    item = page.locator(".item").last
    item.locator("summary").last.click()
    item.get_by_role("button", name="Save").click()
    page.wait_for_url("**/book#items", wait_until="commit")
    main_job.hold(page)
    main_job.pick_card(page, "Asks your bank")
    main_job.pay(page)
    page.get_by_role("button", name="Approve").locator("visible=true").first.click()
    main_job.see_confirmation(page)
