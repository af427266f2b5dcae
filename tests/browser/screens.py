"""Every page there is to see, by name: who opens it, how, and with which status it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.browser.scenes import Scenes
from tests.browser.visitor import Visitor
from tests.factories.people import PASSWORD
from travelplanner.core import clock

Who = str  # "nobody", "asha", "bina", "newcomer", "dana"


@dataclass(frozen=True, slots=True)
class Screen:
    """`path` is an address or makes one of the scenes; `then` does what is needed on the page before it is looked at."""

    name: str
    path: str | Callable[[Scenes], str]
    who: Who = "nobody"
    status: int = 200
    then: Callable[[Visitor], None] | None = field(default=None, repr=False)

    def open(self, visitor: Visitor, scenes: Scenes) -> None:
        if self.who != "nobody":
            visitor.sign_in(scenes.session_of(getattr(scenes, self.who)))
        visitor.go(self.path if isinstance(self.path, str) else self.path(scenes), status=self.status)
        if self.then:
            self.then(visitor)
        visitor.settle()


def trip(page: str, scene: str) -> Callable[[Scenes], str]:
    return lambda scenes: f"/trips/{getattr(scenes, scene).reference}{page}"


def booking(page: str, scene: str) -> Callable[[Scenes], str]:
    return lambda scenes: f"/bookings/{getattr(scenes, scene).reference}{page}"


def open_everything(visitor: Visitor) -> None:
    """Each closed part of the page: what is hidden is not checked."""
    visitor.page.evaluate("document.querySelectorAll('main details').forEach((part) => { part.open = true; })")
    visitor.settle()


def open_menu(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    visitor.page.locator("details.phone summary").click()


def ask_unknown(visitor: Visitor) -> None:
    visitor.allowed.add(400)
    visitor.page.fill("#id_sentence", "4 days in Varanassi for 2")
    visitor.page.click("form.ask button[type=submit]")
    visitor.page.wait_for_url("**/new/from-sentence")


def send_empty(button: str) -> Callable[[Visitor], None]:
    """Send a form with nothing in it, past the browser's own checks, to see what the page says of it."""

    def send(visitor: Visitor) -> None:
        visitor.allowed.add(400)
        visitor.page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
        visitor.page.locator(button).first.click()
        visitor.page.wait_for_load_state("load")
        visitor.page.locator("main [aria-invalid=true], main .error, main [role=alert]").first.wait_for()

    return send


def hold_for_nobody(visitor: Visitor) -> None:
    visitor.page.fill("#id_name", "")
    send_empty("button[form=book]")(visitor)


def show_swap(visitor: Visitor) -> None:
    visitor.page.locator("form[action$='/swap'] button").click()
    visitor.page.locator("#swap-result *").first.wait_for()


def show_it_is_me(lands: str) -> Callable[[Visitor], None]:
    """By password, where a page asks once more."""

    def show(visitor: Visitor) -> None:
        visitor.page.locator("#id_password").fill(PASSWORD)
        visitor.page.get_by_role("button", name="It is me").click()
        visitor.page.wait_for_url(lands)
        open_everything(visitor)

    return show


def search_services(visitor: Visitor) -> None:
    """Tickets and cars of one day, for two."""
    day = (clock.now() + dt.timedelta(days=45)).date().isoformat()
    visitor.go(f"/services?destination=varanasi&date_from={day}&until={day}&people=2")


def fill_cart(visitor: Visitor) -> None:
    search_services(visitor)
    visitor.page.get_by_role("button", name="Add to cart").first.click()
    visitor.page.get_by_role("status").filter(has_text="is in your cart").wait_for()
    visitor.go("/cart")
    open_everything(visitor)


def share_the_cost(visitor: Visitor) -> None:
    visitor.page.get_by_role("radio", name="Share the cost").check()
    visitor.page.locator("#work-out").click()
    visitor.page.get_by_text("Together").wait_for()


def booking_list(scene: str) -> Callable[[Scenes], str]:
    """The list, once that scene is made."""
    return lambda scenes: "/bookings" if getattr(scenes, scene) else ""


SCREENS = (
    Screen("home", "/"),
    Screen("menu of a phone", "/", then=open_menu),
    Screen("new trip", "/new", then=open_everything),
    Screen("new trip with an estimate", "/new?destination=Goa", then=lambda visitor: visitor.page.locator("#budget-slider").wait_for()),
    Screen("new trip, refused", "/new", then=send_empty("main form[data-draft] button[type=submit]")),
    Screen("unknown destination", "/", then=ask_unknown),
    Screen("help", "/help", then=open_everything),
    Screen("my trips, none", "/trips"),
    Screen("my trips", "/trips", who="asha"),
    Screen("my trips, nothing found", "/trips?q=nowhere", who="asha"),
    Screen("planning, finished", trip("/planning", "planned"), who="asha"),
    Screen("budget", trip("/budget", "planned"), who="asha", then=open_everything),
    Screen("research", trip("/research", "planned"), who="asha", then=open_everything),
    Screen("compare", trip("/compare", "planned"), who="asha", then=open_everything),
    Screen("compare, swapping a day", trip("/compare", "edited"), who="asha", then=show_swap),
    Screen("plan", trip("/plan", "edited"), who="asha", then=open_everything),
    Screen("plan, adding a stop", trip("/plan?day=2&add=all", "edited"), who="asha"),
    Screen("plan, changes", trip("/plan/changes", "edited"), who="asha"),
    Screen("sample plan", trip("/plan", "sample")),
    Screen("sample checkout", trip("/book", "sample")),
    Screen("checkout", trip("/book", "edited"), who="asha", then=open_everything),
    Screen("checkout, refused", trip("/book", "edited"), who="asha", then=hold_for_nobody),
    Screen("pay", booking("/pay", "held"), who="asha"),
    Screen("pay, the bank asks", booking("/pay", "to_approve"), who="asha"),
    Screen("pay, no answer", booking("/pay", "unanswered"), who="asha"),
    Screen("declined", booking("", "declined"), who="asha"),
    Screen("hold ended", booking("", "expired"), who="asha"),
    Screen("confirmation", booking("", "confirmed"), who="asha", then=open_everything),
    Screen("confirmation, a part cancelled", booking("", "partly_cancelled"), who="asha", then=open_everything),
    Screen("confirmation, cancelled", booking("", "cancelled"), who="asha", then=open_everything),
    Screen("what comes back", lambda scenes: f"/bookings/{scenes.confirmed.reference}/cancel/{scenes.offer.pk}", who="asha"),
    Screen("what came back", lambda scenes: f"/bookings/{scenes.partly_cancelled.reference}/cancel/{scenes.partly_cancelled.cancellation_quotes.get().pk}", who="asha"),
    Screen("checkout, sharing", trip("/book", "together"), who="asha", then=share_the_cost),
    Screen("shares", booking("/shares", "shared"), who="asha", then=open_everything),
    Screen("shares, a companion", booking("/shares", "shared"), who="bina"),
    Screen("a share to pay", lambda scenes: f"/bookings/{scenes.shared.reference}/shares/{scenes.bina.payment_shares.get().pk}/pay", who="bina"),
    Screen("my bookings, a share to pay", booking_list("shared"), who="bina"),
    Screen("genuine", lambda scenes: f"/verify/{scenes.token_of(scenes.confirmed)}"),
    Screen("genuine, cancelled", lambda scenes: f"/verify/{scenes.token_of(scenes.cancelled)}"),
    Screen("not genuine", "/verify/CONF_1.x.y", status=404),
    Screen("what can be booked", "/services"),
    Screen("what can be booked then", "/services", then=search_services),
    Screen("nothing sold there", "/services?destination=nowhere", status=400),
    Screen("cart, empty", "/cart"),
    Screen("cart of a browser", "/services", then=fill_cart),
    Screen("cart", "/services", who="asha", then=fill_cart),
    Screen("plan, booked", lambda scenes: f"/trips/{scenes.confirmed.trip.reference}/plan", who="asha"),
    Screen("my bookings", "/bookings", who="asha"),
    Screen("my bookings, none", "/bookings", who="newcomer"),
    Screen("sign up", "/accounts/signup/"),
    Screen("sign up, refused", "/accounts/signup/", then=send_empty("main form button[type=submit]")),
    Screen("sign in", "/accounts/login/"),
    Screen("sign in by code", "/accounts/login/code/"),
    Screen("password forgotten", "/accounts/password/reset/"),
    Screen("sign out", "/accounts/logout/", who="asha"),
    Screen("e-mail addresses", "/accounts/email/", who="asha"),
    Screen("change the password", "/accounts/password/change/", who="asha"),
    Screen("sign-in and security", "/account/security", who="asha"),
    Screen("devices", "/account/security/devices", who="asha"),
    Screen("second factor", "/accounts/2fa/", who="asha"),
    Screen("passkeys, none", "/accounts/2fa/webauthn/", who="asha"),
    Screen("is it still you", "/accounts/2fa/webauthn/add/", who="asha"),
    Screen("new passkey", "/accounts/2fa/webauthn/add/", who="asha", then=show_it_is_me("**/webauthn/add/")),
    Screen("authenticator app", "/accounts/2fa/totp/activate/", who="asha", then=show_it_is_me("**/totp/activate/")),
    Screen("not found", "/nowhere", status=404),
    Screen("somebody else's trip", trip("/plan", "edited"), who="newcomer", status=404),
    Screen("not allowed that way", trip("/plan/undo", "edited"), who="asha", status=405),
)

def open_dialog(button: str, **typed: str) -> Callable[[Visitor], None]:
    """Open a dialog of a staff page; with something typed also send it, and wait for what it says of it."""

    def open_it(visitor: Visitor) -> None:
        visitor.page.get_by_role("link", name=button).click()
        visitor.page.get_by_role("dialog").locator("#dialog-form").wait_for()
        for name, text in typed.items():
            visitor.page.locator(f"#dialog [name={name}]").fill(text)
        if typed:
            visitor.page.locator("#dialog [type=submit]").click()
            visitor.page.locator("#dialog [aria-invalid=true], #dialog-refusal").first.wait_for()

    return open_it


def payment_page(scenes: Scenes) -> str:
    return f"/admin/bookings/payment/{scenes.confirmed.payments.get().pk}/change/"


def item_page(scenes: Scenes) -> str:
    return f"/admin/bookings/bookingitem/{scenes.confirmed.items.all()[0].pk}/change/"


STAFF_SCREENS = (
    Screen("sign in", "/admin/login/"),
    Screen("dashboard", "/admin/", who="dana"),
    Screen("list of bookings", "/admin/bookings/booking/", who="dana"),
    Screen("booking", lambda scenes: f"/admin/bookings/booking/{scenes.confirmed.pk}/change/", who="dana"),
    Screen("booking, a part cancelled", lambda scenes: f"/admin/bookings/booking/{scenes.partly_cancelled.pk}/change/", who="dana"),
    Screen("item", item_page, who="dana"),
    Screen("writing a change down", item_page, who="dana", then=open_dialog("Write a change down")),
    Screen("writing a change down, refused", item_page, who="dana", then=open_dialog("Write a change down", departure_time="at nine")),
    Screen("writing a change down, nothing said", item_page, who="dana", then=open_dialog("Write a change down", gate="")),
    Screen("settling by hand", item_page, who="dana", then=open_dialog("Settle by hand")),
    Screen("settling by hand, refused", item_page, who="dana", then=open_dialog("Settle by hand", given_back="much", reason="They called back at nine.")),
    Screen("payment", payment_page, who="dana"),
    Screen("giving money back", payment_page, who="dana", then=open_dialog("Give money back")),
    Screen("giving money back, refused", payment_page, who="dana", then=open_dialog("Give money back", amount="999999", reason="The room was cold.")),
    Screen("calendar of a service", lambda scenes: f"/admin/bookings/serviceslot/calendar/{scenes.confirmed.items.all()[0].service_id}/", who="dana"),
    Screen("statements", "/admin/bookings/ledgerentry/statements/", who="dana"),
    Screen("reconcile report", "/admin/bookings/ledgerentry/reconcile/", who="dana"),
    Screen("deliveries to webhooks", "/admin/bookings/webhookdelivery/", who="dana"),
    Screen("messages of gateways, dead", "/admin/bookings/gatewayevent/?state__exact=dead", who="dana"),
    Screen("list of places", "/admin/trips/place/", who="dana"),
    Screen("service", lambda scenes: f"/admin/trips/service/{scenes.confirmed.items.all()[0].service_id}/change/", who="dana"),
)
