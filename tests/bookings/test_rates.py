"""Exchange rates: where they come from, which one counts, what is frozen, what is said of an old one."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bookings.actions import rates as rate_actions
from bookings.gateways.rates import RatesUnavailable, downloaded_rates, packaged_rates
from bookings.models import Booking, ExchangeRate
from bookings.pricing.exchange import Quotation, RateTable, exchange
from bookings.queries.basket import load_basket
from bookings.queries.rates import forget_rates, is_stale, rate_table
from tests.bookings.steps import pay, reserve
from tests.factories.bookings import make_planned_trip, make_scarce_service, put_in_cart
from tests.factories.catalogue import SmallCatalogue
from tests.factories.trips import TripFactory
from tests.statements import counted
from travelplanner.core import clock, periodic
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict
from trips.models import Trip

DAY = dt.timedelta(days=1)
FILE = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject>
<Cube><Cube time="%s"><Cube currency="USD" rate="1.25"/><Cube currency="JPY" rate="160.5"/><Cube currency="XX" rate="3"/><Cube currency="GBP" rate="0"/></Cube></Cube>
</gesmes:Envelope>"""


class EuropeanBank(BaseHTTPRequestHandler):
    """Answers with what the test says, over real HTTP."""

    status, body = 200, b""

    def do_GET(self) -> None:
        self.send_response(type(self).status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(type(self).body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def bank(settings: Any) -> Iterator[type[EuropeanBank]]:
    server = HTTPServer(("127.0.0.1", 0), EuropeanBank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.RATES_URL = f"http://127.0.0.1:{server.server_port}/eurofxref-daily.xml"
    EuropeanBank.status, EuropeanBank.body = 200, FILE % clock.now().date().isoformat().encode()
    yield EuropeanBank
    server.shutdown()
    server.server_close()


def rate(currency: str, per_eur: str, days_ago: int = 1) -> ExchangeRate:
    forget_rates()
    return ExchangeRate.objects.create(currency=currency, day=clock.now().date() - days_ago * DAY, per_eur=Decimal(per_eur), source="ecb")


@pytest.fixture
def dollars(alice: User) -> Trip:
    """A trip in rupees with a ticket in its cart that costs 90 dollars."""
    trip: Trip = TripFactory(owner=alice)
    put_in_cart(trip, make_scarce_service(currency="USD", capacity=9))
    return trip


# --- where they come from ---------------------------------------------------------------------------------------------
def test_package_when_read_then_newest_days_first_and_exact() -> None:
    found = packaged_rates(days=400)
    days = [one.day for one in found]
    assert days == sorted(days, reverse=True)
    assert max(days) - min(days) < 400 * DAY
    assert {"USD", "INR", "JPY"} <= {one.currency for one in found}
    assert all(isinstance(one.per_eur, Decimal) and one.per_eur > 0 for one in found)


@pytest.mark.django_db
def test_load_rates_when_run_twice_then_the_second_adds_nothing() -> None:
    said = StringIO()
    call_command("load_rates", stdout=said)
    count = ExchangeRate.objects.count()
    assert count > 5000
    assert said.getvalue() == f"{count} rates added\n"
    with counted() as statements:
        assert rate_actions.load_rates() == "0 rates added"
    assert len(statements) == 1
    assert ExchangeRate.objects.count() == count


def test_load_rates_when_scheduled_then_daily() -> None:
    assert periodic.registered()["load_rates"].every == 86400


@pytest.mark.django_db
def test_daily_file_when_an_address_is_set_then_its_day_is_added_once(bank: type[EuropeanBank], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_actions, "packaged_rates", lambda *, days: [])
    assert rate_actions.load_rates() == "2 rates added"
    assert rate_actions.load_rates() == "0 rates added"
    assert dict(ExchangeRate.objects.values_list("currency", "per_eur")) == {"USD": Decimal("1.25"), "JPY": Decimal("160.5")}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "body"), [(503, b""), (302, b""), (200, b"<html>"), (200, b""), (200, b"<a/>"), (200, b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), (200, FILE % b"soon")]
)
def test_daily_file_when_it_cant_be_read_then_said_and_the_package_counts(
    bank: type[EuropeanBank], status: int, body: bytes, monkeypatch: pytest.MonkeyPatch, quiet_logs: None
) -> None:
    bank.status, bank.body = status, body
    with pytest.raises(RatesUnavailable):
        downloaded_rates()
    kept = packaged_rates(days=3)
    monkeypatch.setattr(rate_actions, "packaged_rates", lambda *, days: kept)
    assert rate_actions.load_rates().startswith(f"{len(kept)} rates added; RATES_URL: ")


@pytest.mark.django_db
def test_daily_file_when_nobody_listens_then_unavailable(settings: Any) -> None:
    settings.RATES_URL = "http://127.0.0.1:9/rates.xml"
    with pytest.raises(RatesUnavailable):
        downloaded_rates()


# --- which one counts -------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_table_when_several_days_are_kept_then_the_newest_until_that_day() -> None:
    for per_eur, days_ago in (("1.1", 9), ("1.2", 2), ("1.9", -2)):
        rate("USD", per_eur, days_ago)
    found = rate_table().find("USD")
    assert found is not None
    assert (found.per_eur, found.day) == (Decimal("1.2"), clock.now().date() - 2 * DAY)


@pytest.mark.django_db
def test_table_when_the_ecb_has_no_rate_then_the_dated_table_and_its_source() -> None:
    rate("USD", "1.2")
    own = exchange(Decimal(100), "AED", "USD", rate_table())
    assert own.rate_source == "economist+ecb"
    assert own.rate_date == dt.date(2026, 1, 1)
    with pytest.raises(ValueError, match="HRK"):
        rate_table().find("HRK")


@pytest.mark.django_db
def test_table_when_a_currency_was_replaced_then_none_though_rows_remain() -> None:
    rate("BGN", "1.95")
    with pytest.raises(ValueError, match="BGN"):
        rate_table().find("BGN")


@pytest.mark.django_db
def test_table_when_asked_often_then_one_statement_a_minute() -> None:
    rate("USD", "1.2")
    with counted() as statements:
        for _ in range(5):
            rate_table()
    assert len(statements) == 1


def test_exchange_when_rates_are_too_old_then_none() -> None:
    table = RateTable({"USD": Quotation(Decimal("1.2"), dt.date(2025, 1, 1), "ecb")}, oldest=dt.date(2025, 1, 2))
    with pytest.raises(ValueError, match="2025-01-01"):
        exchange(Decimal(1), "USD", "EUR", table)
    assert exchange(Decimal(1), "USD", "USD", table).rate_date is None


def test_rate_when_older_than_a_week_then_stale() -> None:
    now = clock.now()
    assert not is_stale(now.date() - 7 * DAY, now)
    assert is_stale(now.date() - 8 * DAY, now)
    assert not is_stale(None, now)


# --- frozen with the line ---------------------------------------------------------------------------------------------
def test_booking_when_locked_then_rate_date_and_source_stay(actor: Actor, dollars: Trip) -> None:
    rate("USD", "1.25"), rate("INR", "100")
    item = reserve(actor, dollars).items.get()
    yesterday = clock.now().date() - DAY
    assert (item.total, item.rate, item.rate_date, item.rate_source) == (Decimal("7200"), Decimal(80), yesterday, "ecb")
    rate("INR", "200", 0)
    item.refresh_from_db()
    assert (item.total, item.rate) == (Decimal("7200"), Decimal(80))


def test_basket_when_foreign_then_one_statement_more_for_any_number_of_lines(actor: Actor, alice: User, dollars: Trip) -> None:
    own: Trip = TripFactory(owner=alice)
    put_in_cart(own, make_scarce_service())
    with counted() as plain:
        load_basket(actor, own)
    for _ in range(3):
        put_in_cart(dollars, make_scarce_service(currency="EUR"))
    rate("INR", "100")
    with counted() as foreign:
        load_basket(actor, dollars)
    assert len(foreign) == len(plain) + 1


def test_booking_when_rates_are_too_old_then_refused_and_nothing_held(actor: Actor, dollars: Trip, settings: Any) -> None:
    settings.RATES_TOO_OLD_DAYS = 1
    with pytest.raises(Conflict) as refused:
        reserve(actor, dollars)
    assert refused.value.code == "no_rate"
    assert not Booking.objects.exists()


# --- what is said of an old one ---------------------------------------------------------------------------------------
def test_cart_when_a_line_is_foreign_then_says_the_price_in_the_trips_currency_and_how_old_the_rate_is(alice_api: Any, dollars: Trip) -> None:
    rate("USD", "1.25", 10), rate("INR", "100", 10)
    (line,) = alice_api.get("/api/cart").json()["results"]
    newest = rate_table().find("USD")
    assert newest is not None
    if newest.day > clock.now().date() - 8 * DAY:
        pytest.skip("the package is newer than the test's rates")
    assert line["price_in_trip_currency"]["currency"] == "INR"
    assert line["rate_stale"] is True
    assert line["rate_date"] == (clock.now().date() - 10 * DAY).isoformat()


def test_booking_when_the_rate_was_old_then_page_and_program_say_its_date(alice_api: Any, alice_page: Client, actor: Actor, dollars: Trip) -> None:
    rate("USD", "1.25", 8), rate("INR", "100", 8)
    booking = reserve(actor, dollars)
    (item,) = alice_api.get(f"/api/bookings/{booking.reference}").json()["items"]
    assert (item["rateStale"], item["rateSource"], item["rate"]) == (True, "ecb", "80")
    pay(actor, booking)
    assert "Exchange rate of" in alice_page.get(f"/bookings/{booking.reference}").content.decode()


def test_booking_when_the_rate_is_fresh_then_nothing_is_said(alice_api: Any, alice_page: Client, actor: Actor, dollars: Trip) -> None:
    rate("USD", "1.25"), rate("INR", "100")
    booking = reserve(actor, dollars)
    (item,) = alice_api.get(f"/api/bookings/{booking.reference}").json()["items"]
    assert item["rateStale"] is False
    pay(actor, booking)
    assert "Exchange rate of" not in alice_page.get(f"/bookings/{booking.reference}").content.decode()


def test_checkout_when_the_rate_is_old_then_its_date_stands_beside_the_price(alice: User, alice_page: Client, catalogue: SmallCatalogue, settings: Any) -> None:
    trip = make_planned_trip(alice, catalogue, budget_currency="USD", budget_amount=None)
    url = reverse("bookings:checkout", args=[trip.reference])
    assert "Exchange rate of" in alice_page.get(url).content.decode(), "the dated table's rates of 30 October"
    rate("USD", "1.25"), rate("INR", "100")
    assert "Exchange rate of" not in alice_page.get(url).content.decode()
