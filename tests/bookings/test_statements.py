"""Statements of account: opening, movements, closing; what suppliers are owed; files that no spreadsheet runs; the reconcile report."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bookings.actions.refunds import send_refund
from bookings.models import BookingItem, BudgetLock, LedgerEntry, Payment
from bookings.queries import statements
from bookings.queries.statements import Period, account_lines, account_statements, booking_lines, supplier_statements
from tests.bookings.steps import pay, promise, reserve
from tests.cast import page_for
from tests.factories.people import UserFactory
from tests.statements import counted
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.models import Trip

TODAY = clock.now().date()
DAY = dt.timedelta(days=1)


@pytest.fixture
def paid(actor: Actor, alices_trip: Trip) -> Payment:
    """8200 INR taken and owed to the suppliers, 100.50 of it given back."""
    payment = pay(actor, reserve(actor, alices_trip)).payments.get()
    send_refund(actor=actor, refund_id=promise(payment, Decimal("100.50")).pk)
    return payment


def test_accounts_when_money_moved_then_opening_and_movements_make_the_closing(paid: Payment) -> None:
    with counted() as asked:
        found = {one.account: one for one in account_statements(Period(TODAY, clock.now().date()))}
    assert len(asked) == 1
    gateway = found["gateway"]
    assert (gateway.opening, gateway.debits, gateway.credits, gateway.closing, gateway.entries) == (0, 8200, Decimal("100.50"), Decimal("8099.50"), 2)
    assert found["suppliers"].closing == Decimal("-8099.50")
    assert found["travelers"].closing == found["refunds"].closing == 0
    assert sum(one.closing for one in found.values()) == 0


def test_accounts_when_it_was_before_then_it_is_the_opening_and_after_is_left_out(paid: Payment) -> None:
    (gateway,) = (one for one in account_statements(Period(TODAY + DAY, TODAY + 2 * DAY)) if one.account == "gateway")
    assert (gateway.opening, gateway.debits, gateway.credits, gateway.entries) == (Decimal("8099.50"), 0, 0, 0)
    assert account_statements(Period(TODAY - 2 * DAY, TODAY - DAY)) == ()


def test_period_when_a_day_is_named_then_it_is_the_day_in_utc() -> None:
    period = Period(dt.date(2026, 3, 1), dt.date(2026, 3, 1))
    assert period.begins == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert period.ends == dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def test_lines_when_read_in_small_pieces_then_all_are_there_with_the_balance_after_each(paid: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [(line.entry.pk, line.balance) for line in account_lines("gateway", "INR", Period(TODAY, clock.now().date()))]
    assert [balance for _pk, balance in whole] == [8200, Decimal("8099.50")]
    monkeypatch.setattr(statements, "CHUNK", 1)
    assert [(line.entry.pk, line.balance) for line in account_lines("gateway", "INR", Period(TODAY, clock.now().date()))] == whole
    assert [line.balance for line in booking_lines(paid.booking_id)][1::2] == [0, 0, 0, 0]


def test_suppliers_when_booked_then_owed_in_their_own_currency(paid: Payment) -> None:
    with counted() as asked:
        (one,) = supplier_statements(Period(TODAY, clock.now().date()))
    assert len(asked) == 2
    assert (one.supplier, one.currency, one.items, one.amount, one.fees) == ("Demo Test Supplier", "INR", 3, 8200, ())


# --- pages and files --------------------------------------------------------------------------------------------------
def rows_of(answer: object) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_statements_page_when_opened_then_shows_balances_and_links_the_entries(dana_page: Client, paid: Payment) -> None:
    text = dana_page.get(reverse("admin:bookings_ledgerentry_statements_page")).content.decode()
    for said in (">Statements of account</h2>", "₹8,099.50", "Demo Test Supplier", "Days are counted in UTC", "account=gateway"):
        assert said in text
    wrong = dana_page.get(reverse("admin:bookings_ledgerentry_statements_page"), {"first": "2026-02-02", "last": "2026-02-01"})
    assert "This is before the first day." in wrong.content.decode()


def test_statement_file_when_fetched_then_streams_the_entries(dana_page: Client, paid: Payment) -> None:
    url = reverse("admin:bookings_ledgerentry_statement_csv")
    answer = dana_page.get(url, {"account": "gateway", "currency": "INR", "first": TODAY, "last": clock.now().date()})
    assert answer.streaming
    assert answer["Content-Disposition"].startswith("attachment")
    head, taken, back = rows_of(answer)
    assert head[:6] == ["entry", "written_at_utc", "account", "currency", "amount", "balance"]
    assert (taken[4], taken[5], back[4], back[5]) == ("8200.00", "8200.00", "-100.50", "8099.50")
    assert len(rows_of(dana_page.get(url, {"booking": paid.booking.reference}))) == 1 + LedgerEntry.objects.count()


def test_supplier_file_when_a_name_is_a_formula_then_it_is_not_run(dana_page: Client, paid: Payment) -> None:
    BookingItem.objects.update(supplier_name='=HYPERLINK("http://evil.example")')
    rows = rows_of(dana_page.get(reverse("admin:bookings_ledgerentry_suppliers_csv"), {"first": TODAY, "last": clock.now().date()}))
    assert rows[1][0].startswith("'=")


@pytest.mark.parametrize("query", [{}, {"account": "gateway", "currency": "INR"}, {"account": "mine", "currency": "INR", "first": "2026-01-01", "last": "2026-01-02"}, {"booking": "BK_X"}])
def test_statement_file_when_nothing_like_that_is_there_then_404(dana_page: Client, query: dict[str, str]) -> None:
    assert dana_page.get(reverse("admin:bookings_ledgerentry_statement_csv"), query).status_code == 404


@pytest.mark.parametrize("name", ["statement_csv", "suppliers_csv", "statements_page", "reconcile_report"])
def test_books_when_staff_may_not_see_the_ledger_then_forbidden(db: None, name: str) -> None:
    staff: User = UserFactory(is_staff=True)
    assert page_for(staff).get(reverse(f"admin:bookings_ledgerentry_{name}"), {"first": TODAY, "last": TODAY}).status_code == 403


def test_reconcile_report_when_all_is_well_then_says_so_with_the_figures(dana_page: Client, paid: Payment) -> None:
    text = dana_page.get(reverse("admin:bookings_ledgerentry_reconcile_report")).content.decode()
    for said in (">Reconcile report</h2>", "The books agree.", "₹8,099.50", "reconcile_payments"):
        assert said in text


@pytest.mark.usefixtures("books_are_broken")
def test_reconcile_report_when_a_budget_counts_wrongly_then_names_it(dana_page: Client, paid: Payment) -> None:
    BudgetLock.objects.update(spent=1)
    text = dana_page.get(reverse("admin:bookings_ledgerentry_reconcile_report")).content.decode()
    assert "The books don" in text
    assert paid.booking.trip.reference in text
