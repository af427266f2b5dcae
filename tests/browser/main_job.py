"""The steps of the main job as a person takes them: by the words on the buttons. Each step ends when the next page says what it should."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

SENTENCE = "5 days in Varanasi for 2 under 40,000, temples and food"
PASSWORD = "a-long-new-password"
CHECKOUT = re.compile(r"^[^?]*/book$")  # and not the address of the sign-up that leads back to it


def ask(page: Page, sentence: str = SENTENCE) -> str:
    """Say the sentence; returns the trip's reference, on the planning page."""
    page.goto("/")
    page.locator("#id_sentence").fill(sentence)
    page.locator("form.ask").get_by_role("button", name="Plan this trip").click()
    page.wait_for_url("**/trips/TRIP_*/*", wait_until="commit")
    return page.url.split("/trips/")[1].split("/")[0]


def see_plans(page: Page) -> None:
    """Wait for the comparison: by itself, or by its button when the plans were ready before the page was."""
    page.wait_for_url("**/compare", wait_until="commit") if not _is_ready(page) else page.get_by_role("link", name="Compare the plans").click()
    expect(page.get_by_role("button", name="Choose plan").first).to_be_visible()
    expect(page.locator("article.cand")).to_have_count(3)


def _is_ready(page: Page) -> bool:
    page.locator("#progress, main a[href$='/compare'], article.cand").first.wait_for()
    return page.url.endswith("/planning") and page.locator("#progress").count() == 0


def choose(page: Page, letter: str = "A") -> None:
    page.locator(f"#plan-{letter}").get_by_role("button", name=f"Choose plan {letter}").click()
    page.wait_for_url("**/plan*", wait_until="commit")
    expect(page.locator("#plan-day")).to_be_visible()


def sign_up(page: Page, email: str) -> None:
    """From the checkout to the form and back; the plan comes along."""
    page.get_by_role("link", name="Sign up and book").locator("visible=true").first.click()
    page.get_by_role("textbox", name=re.compile("E-?mail")).fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(CHECKOUT, wait_until="commit")
    expect(page.get_by_label("Name", exact=True)).to_be_visible()


def hold(page: Page, name: str = "Nina Rao") -> str:
    """Hold the places; returns the booking's reference, on the payment page."""
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Hold").locator("visible=true").first.click()
    page.wait_for_url("**/bookings/*/pay", wait_until="commit")
    expect(page.get_by_role("heading", name="Pay, and it is yours")).to_be_visible()
    return page.url.split("/bookings/")[1].split("/")[0]


def pick_card(page: Page, title: str) -> None:
    page.get_by_role("radio", name=title).check()


def pay(page: Page) -> None:
    """Press the button, whichever of the two this width shows."""
    page.get_by_role("button", name="Pay").locator("visible=true").first.click()


def see_confirmation(page: Page) -> str:
    """The confirmation number."""
    # The address is polled, not the navigation: a press that follows another aborts the first one's navigation, which is no failure.
    expect(page).to_have_url(re.compile(r"/bookings/BK_[^/]+$"), timeout=30_000)
    expect(page.get_by_role("heading", name="You are going to Varanasi")).to_be_visible()
    return page.locator(".ticket__code").inner_text()
