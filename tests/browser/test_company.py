"""A company from beginning to end: a passkey, an invitation, a new companion, two who edit at once, one who leaves and finds every door closed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import requests
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.architecture.routes.rows import GAP
from tests.architecture.routes.tables import TABLE, ours
from tests.browser import main_job
from tests.browser.passkeys import keep_passkeys, mailed_code, passkeys_at, sign_up_with_passkey
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from trips.documents.itineraries import orders_of
from trips.models import Document, Trip, TripMember

pytestmark = pytest.mark.browser
BOB, PASSWORD = "bob-new@example.org", "a-long-new-password"
JOIN = re.compile(r"/join/\S+")


@pytest.fixture(autouse=True)
def _origin(site: Site) -> Iterator[None]:
    with passkeys_at(site):
        yield


def mailed_link(address: str) -> str:
    """The way into the trip out of the newest letter to this address."""
    patience = time.monotonic() + 20
    while True:
        found = [link for letter in mail.outbox if letter.to == [address] for link in JOIN.findall(str(letter.body))]
        if found or time.monotonic() > patience:
            assert found, f"no invitation came to {address}"
            return found[-1]
        time.sleep(0.1)


def invite(visitor: Visitor, reference: str) -> None:
    page = visitor.go(f"/trips/{reference}/company")
    page.get_by_label("Their e-mail address").fill(BOB)
    page.get_by_role("radio", name=re.compile("change|edit", re.IGNORECASE)).check()
    page.get_by_label("A few words from you").fill("Come along!")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text(f"The invitation to {BOB} is on its way.")).to_be_visible()


def join_as_someone_new(visitor: Visitor, link: str) -> None:
    """From the mail through a new account into the trip."""
    page = visitor.go(link)
    expect(page.get_by_text("Come along!")).to_be_visible()
    page.get_by_role("button", name="Make an account and join").click()
    page.wait_for_url("**/accounts/signup/**")
    page.get_by_role("textbox", name=re.compile("E-?mail")).fill(BOB)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/confirm-email/**")  # a forwarded link proves no address
    page.get_by_label("Code").fill(mailed_code(BOB))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**{link}")
    page.get_by_label("Your name").fill("Bob")
    page.get_by_role("button", name="Join the trip").click()
    page.wait_for_url("**/trips/TRIP_*/plan")
    expect(page.get_by_text("You are in this trip now.")).to_be_visible()


def movable(page: Page) -> list[tuple[str, str]]:
    """(id, name) of the stops on the day that is shown."""
    return [(one.get_attribute("data-stop") or "", one.get_attribute("data-name") or "") for one in page.locator("li[data-stop]").all()]


def remove_stop(page: Page, stop: str) -> None:
    page.locator(f"#change-{stop}").click()
    page.locator(f"#stop-{stop}").get_by_role("button", name="Remove").click()


def hand_over(visitor: Visitor, reference: str, name: str) -> None:
    page = visitor.go(f"/trips/{reference}/company")
    page.locator("main details summary").filter(has_text=name).click()
    page.get_by_role("link", name="Hand the trip over").click()
    page.get_by_role("button", name="Hand it over").click()
    expect(page.get_by_text("The trip is handed over.")).to_be_visible()


def made_link(visitor: Visitor, reference: str) -> str:
    """A share link's path."""
    page = visitor.go(f"/trips/{reference}/sharing")
    page.get_by_role("button", name="Make the link").click()
    return urlsplit(page.locator("#made-url").input_value()).path


def own_feed(visitor: Visitor, reference: str) -> str:
    """The path of a calendar address of one's own."""
    page = visitor.go(f"/trips/{reference}/sharing")
    page.get_by_role("button", name="Get my address").click()
    return urlsplit(page.locator("#feed-url").input_value()).path


def days_of(trip: Trip, revision: int) -> set[str]:
    document = Document.objects.get(trip=trip, kind="final", revision=revision)
    return {stop for day in orders_of(document.body["itinerary"]["days"]) for stop in day}


def edit_at_once(alice: Visitor, bob: Visitor, trip: Trip) -> None:
    """Both look at the same revision; Alice is quicker. Bob is shown both changes, wants his too, and nothing is lost."""
    pages = [each.go(f"/trips/{trip.reference}/plan?day=1") for each in (alice, bob)]
    stops = movable(pages[0])
    assert len(stops) >= 2
    (hers, her_name), (his, his_name) = stops[0], stops[-1]
    remove_stop(pages[0], hers)
    expect(pages[0].locator(f"#stop-{hers}")).to_have_count(0)
    remove_stop(pages[1], his)
    conflict = pages[1].get_by_role("alert").filter(has_text="Someone changed this plan while you were looking at it")
    expect(conflict).to_be_visible()
    expect(conflict).to_contain_text(her_name)
    expect(conflict).to_contain_text("Nothing is lost")
    assert days_of(trip, 2) == days_of(trip, 1) - {hers}
    assert not Document.objects.filter(trip=trip, kind="final", revision=3).exists()
    pages[1].get_by_role("radio", name="Make my change in it").check()
    pages[1].get_by_role("button", name="Go on").click()
    expect(pages[1].locator(f"#stop-{his}")).to_have_count(0)
    expect(conflict).to_have_count(0)
    assert days_of(trip, 3) == days_of(trip, 1) - {hers, his}
    page = alice.go(f"/trips/{trip.reference}/plan/changes")
    expect(page.get_by_role("heading", name="Revision 3 against 2")).to_be_visible()
    expect(page.get_by_role("region", name="Revision 3 against 2")).to_contain_text(his_name)


def leave(visitor: Visitor, reference: str) -> None:
    page = visitor.go(f"/trips/{reference}/company")
    page.get_by_role("link", name="Leave this trip").click()
    page.get_by_role("button", name="Leave the trip").click()
    page.wait_for_url("**/trips")
    expect(page.get_by_text("You left the trip.")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="Varanasi", exact=True)).to_have_count(0)


def addresses(face: str, reference: str) -> list[str]:
    """Every address of the trip that can be read, of the pages or of the API: from the table of routes, so that none is forgotten."""
    found = []
    for name, pattern in ours():
        row = TABLE[name]
        if row.face == face and row.door == "trip" and "GET" in row.methods and GAP.findall(pattern) == ["reference"] and row.least_for("GET") in ("viewer", "editor"):
            found.append(f"/{GAP.sub(reference, pattern)}{row.query if '{' not in row.query else ''}")
    assert len(found) > 5
    return found


class Doors:
    """Everything Bob ever held, asked as programs ask: with his browser's cookie, with his token, with nothing but the secret address."""

    def __init__(self, site: Site, bob: Visitor, reference: str, secrets: list[str]) -> None:
        self.site, self.secrets = site, secrets
        self.pages, self.calls = addresses("page", reference), addresses("api", reference)
        self.cookies = {each["name"]: each["value"] for each in bob.context.cookies()}
        answer = requests.post(f"{site.url}/api/auth/app/v1/auth/login", json={"email": BOB, "password": PASSWORD}, timeout=20)
        assert answer.status_code == 200, answer.text
        self.bearer = {"Authorization": f"Bearer {answer.json()['meta']['access_token']}"}

    def answers(self) -> dict[str, int]:
        asked: dict[str, int] = {}
        for path in self.pages:
            asked[path] = requests.get(self.site.url + path, cookies=self.cookies, timeout=20, allow_redirects=False).status_code
        for path in self.calls:
            asked[path] = requests.get(self.site.url + path, headers=self.bearer, timeout=20, allow_redirects=False).status_code
        for path in self.secrets:
            asked[path] = requests.get(self.site.url + path, timeout=20, allow_redirects=False).status_code
        return asked


def test_company_when_one_joins_by_mail_edits_and_leaves_then_every_old_link_is_404(site: Site, visit: Callable[..., Visitor]) -> None:
    alice, bob = visit(), visit()
    for visitor in (alice, bob):
        visitor.context.set_default_timeout(60_000)  # a long walk: a busy machine may be slow at any of its steps
    expect.set_options(timeout=20_000)
    keep_passkeys(alice)
    sign_up_with_passkey(alice, "alice-new@example.org")
    assert not User.objects.get(email="alice-new@example.org").has_usable_password()
    reference = main_job.ask(alice.page)
    main_job.see_plans(alice.page)
    main_job.choose(alice.page)
    trip = Trip.objects.get(reference=reference)

    invite(alice, reference)
    link = mailed_link(BOB)
    join_as_someone_new(bob, link)
    member = TripMember.objects.get(trip=trip, user__email=BOB)
    assert (member.role, member.left_at) == ("editor", None)
    bob.go(link, status=404)  # it works once

    edit_at_once(alice, bob, trip)
    hand_over(alice, reference, "Bob")
    shared = made_link(bob, reference)
    feed = own_feed(bob, reference)
    kept = own_feed(alice, reference)
    doors = Doors(site, bob, reference, [feed, shared])
    closed = {path: status for path, status in doors.answers().items() if status in (401, 403, 404) or status >= 500}
    assert closed == {}, "before he leaves, each is open"
    hand_over(bob, reference, "Alice")

    leave(bob, reference)
    still_open = {path: status for path, status in doors.answers().items() if status != 404}
    assert still_open == {}
    for path in (f"/trips/{reference}", f"/trips/{reference}/plan", f"/trips/{reference}/company", feed, shared, link):
        bob.go(path, status=404)
    assert requests.get(site.url + kept, timeout=20).status_code == 200, "Alice's own calendar goes on"
    expect(alice.go(f"/trips/{reference}/company").get_by_role("heading", name="Bob")).to_have_count(0)
    alice.go(f"/trips/{reference}/plan")
