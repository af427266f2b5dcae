"""Planning when things are not as they should be: no worker, an unknown place, a failure; and the form that forgets nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import axe, main_job
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from trips.actions import runs

pytestmark = pytest.mark.browser


def test_planning_when_no_worker_runs_then_the_page_says_so_and_goes_on_when_one_comes(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    with site.without_worker():
        main_job.ask(page)
        expect(page.get_by_text("The planner is not running right now.")).to_be_visible()
        assert axe.violations(page) == []
        page.wait_for_timeout(1500)  # it asks again, and still waits
        expect(page.get_by_text("Your wish is saved and waits.")).to_be_visible()
    page.wait_for_url("**/compare", wait_until="commit", timeout=30_000)
    main_job.see_plans(page)


def test_planning_when_it_fails_then_the_page_says_so_and_trying_again_works(site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    page = visitor.page
    with monkeypatch.context() as broken, site.worker_held():
        broken.setattr(runs, "plan_candidates", lambda *_, **__: ())
        main_job.ask(page)
        site.worker.held.clear()
        expect(page.get_by_text("Planning did not work.")).to_be_visible(timeout=20_000)
    assert axe.violations(page) == []
    page.get_by_role("button", name="Try again").click()
    main_job.see_plans(page)


def test_sentence_when_the_place_is_unknown_then_the_nearest_are_named_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    page = visitor.page
    visitor.allowed.add(400)
    page.goto("/")
    page.locator("#id_sentence").fill("4 days in Varanassi for 3 under 30,000")
    page.locator("form.ask").get_by_role("button", name="Plan this trip").click()
    expect(page.get_by_role("alert")).to_contain_text("Varanasi")
    assert page.locator("#id_days").input_value() == "4"
    assert page.locator("#id_people").input_value() == "3"


def test_form_when_the_place_is_unknown_then_the_field_says_so_and_names_the_nearest(visitor: Visitor) -> None:
    page = visitor.page
    visitor.allowed.add(400)
    page.goto("/new")
    page.locator("#id_destination").fill("Manalli")
    page.locator("main form").get_by_role("button", name="Plan this trip").click()
    expect(page.locator("#id_destination")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".err").first).to_contain_text("Manali")


def test_form_when_the_page_is_loaded_again_then_what_was_typed_is_still_there(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/new")
    page.locator("#id_destination").fill("Goa")
    page.locator("#id_days").fill("6")
    page.locator("input[name=interests][value^=food]").check()
    page.reload()
    assert page.locator("#id_destination").input_value() == "Goa"
    assert page.locator("#id_days").input_value() == "6"
    expect(page.locator("input[name=interests][value^=food]")).to_be_checked()
