"""The books: what the database refuses of money without its journal, and which faults the audit of the whole finds."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from bookings.actions import checkout
from bookings.actions.refunds import send_refund
from bookings.models import Booking, BudgetLock, LedgerEntry, Payment, Refund, ServiceSlot
from bookings.queries.ledger import ledger_faults, money_figures
from tests.bookings.steps import LATER, pay, promise, reserve
from tests.factories.bookings import make_planned_trip
from tests.factories.catalogue import SmallCatalogue
from tests.statements import counted
from travelplanner.core import clock, guards
from travelplanner.core.actor import Actor
from trips.models import Trip

broken = pytest.mark.usefixtures("books_are_broken")


@pytest.fixture
def paid(actor: Actor, alices_trip: Trip) -> Payment:
    return pay(actor, reserve(actor, alices_trip)).payments.get()


def refused(change: Callable[[], Any], says: str) -> None:
    with pytest.raises(IntegrityError, match=says), transaction.atomic():
        change()


def entry(paid: Payment, **fields: Any) -> LedgerEntry:
    values = {"journal": uuid.uuid4(), "account": "gateway", "amount": Decimal(5), "currency": "INR", "booking_id": paid.booking_id, "payment": paid, "why": "test"}
    return LedgerEntry.objects.create(**values | fields)


# --- what the database refuses ----------------------------------------------------------------------------------------
def test_payment_when_it_succeeds_without_a_journal_then_the_database_refuses(actor: Actor, alices_trip: Trip) -> None:
    rows = Payment.objects.filter(booking=reserve(actor, alices_trip))
    refused(lambda: rows.update(state="succeeded"), "captured by its journal")
    refused(lambda: rows.update(captured=8200, captured_currency="INR"), "captured by its journal")
    assert rows.get().state == "created"


def test_payment_when_it_succeeds_without_a_journal_and_the_guards_are_off_then_it_would_pass(actor: Actor, alices_trip: Trip) -> None:
    """The control: nothing but the guard stands in the way."""
    rows = Payment.objects.filter(booking=reserve(actor, alices_trip))
    with transaction.atomic():
        guards.drop([guard for guard in guards.all_guards() if guard.name.startswith("money_")])
        assert rows.update(state="succeeded", captured=8200, captured_currency="INR") == 1
        assert [fault.kind for fault in ledger_faults()] == ["captured", "owed to travelers"]
        transaction.set_rollback(True)
    assert guards.missing(connection) == []


def test_payment_when_captured_changes_afterwards_then_the_database_refuses(paid: Payment) -> None:
    rows = Payment.objects.filter(pk=paid.pk)
    refused(lambda: rows.update(captured=8201), "captured by its journal")
    refused(lambda: rows.update(captured_currency="EUR"), "captured by its journal")
    refused(lambda: rows.update(captured=0), "captured by its journal")


def test_payment_when_inserted_as_paid_then_the_database_refuses(paid: Payment) -> None:
    refused(lambda: Payment.objects.create(booking=paid.booking, gateway="mock", method="card", amount=1, currency="INR", state="succeeded", captured=1), "made before")


def test_refund_when_paid_without_a_journal_then_the_database_refuses(actor: Actor, paid: Payment) -> None:
    refund = promise(paid, Decimal("100"))
    refused(lambda: Refund.objects.filter(pk=refund.pk).update(state="succeeded"), "paid by its journal")
    refused(lambda: Refund.objects.filter(pk=refund.pk).update(amount=200), "keeps its amount")
    assert send_refund(actor=actor, refund_id=refund.pk) == "succeeded"


def test_refund_when_nothing_was_promised_then_the_database_refuses(actor: Actor, paid: Payment) -> None:
    refused(lambda: Refund.objects.create(payment=paid, amount=1, currency="INR", reason="test"), "promised back")
    promise(paid, Decimal("100"))
    refused(lambda: Refund.objects.create(payment=paid, amount=1, currency="INR", reason="test"), "promised back")
    refused(lambda: Payment.objects.filter(pk=paid.pk).update(refunded=99), "not unsaid")
    refused(lambda: Payment.objects.filter(pk=paid.pk).update(refunded=8201), "payment_refunds_within_capture")


def test_entry_when_it_fits_neither_payment_nor_journal_then_the_database_refuses(paid: Payment) -> None:
    first = LedgerEntry.objects.filter(payment=paid).first()
    assert first is not None
    for wrong in ({"currency": "EUR"}, {"currency": "inr"}, {"currency": ""}, {"why": ""}, {"journal": first.journal, "payment": None, "currency": "EUR"}):
        refused(lambda wrong=wrong: entry(paid, **wrong), "fits its journal")


def test_guards_when_one_is_lost_then_the_check_says_so_and_install_puts_it_back(db: None) -> None:
    (guard,) = (one for one in guards.all_guards() if one.name == "money_refund_paid")
    guards.drop([guard])
    assert [problem.id for problem in run_checks(databases=["default"], tags=["database"]) if "money_refund_paid" in problem.msg] == ["core.E001"]
    guards.install()
    assert guards.missing(connection) == []


def test_free_booking_when_confirmed_then_needs_no_money(actor: Actor, alice: Any, catalogue: SmallCatalogue) -> None:
    from tests.factories.bookings import make_scarce_service, put_in_cart
    from tests.factories.trips import TripFactory

    trip = TripFactory(owner=alice)
    put_in_cart(trip, make_scarce_service(price=Decimal(0)))
    assert pay(actor, reserve(actor, trip)).state == "CONFIRMED"


# --- what the audit finds ---------------------------------------------------------------------------------------------
def kinds() -> list[str]:
    return sorted(fault.kind for fault in ledger_faults())


def test_faults_when_all_is_well_then_none_in_seven_statements(actor: Actor, alice: Any, catalogue: SmallCatalogue) -> None:
    sizes = []
    for tokens in (("tok_success",), ("tok_declined", "tok_hang_up", "tok_success")):
        for token in tokens:
            pay(actor, reserve(actor, make_planned_trip(alice, catalogue)), token)
        with counted() as statements:
            assert ledger_faults() == []
        sizes.append(len(statements))
    assert sizes == [7, 7]


def test_faults_when_a_late_payment_came_back_then_none(actor: Actor, alices_trip: Trip) -> None:
    pay(actor, reserve(actor, alices_trip), "tok_hang_up")
    later = clock.now() + LATER
    checkout.expire_due(now=later)
    checkout.reconcile_unknown(now=later)
    assert Refund.objects.get().state == "succeeded"
    (inr,) = money_figures()
    assert (inr.captured, inr.refunded, inr.confirmed, inr.held, inr.difference) == (8200, 8200, 0, 0, 0)


def test_faults_when_part_was_given_back_then_none_and_figures_agree(actor: Actor, paid: Payment) -> None:
    promise(paid, Decimal("100.10"))
    promise(paid, Decimal("0.20"))
    (inr,) = money_figures()
    assert (inr.captured, inr.refunded, inr.confirmed, inr.spent) == (Decimal("8200"), Decimal("100.30"), Decimal("8099.70"), Decimal("8099.70"))
    assert inr.difference == 0


@broken
def test_faults_when_a_journal_is_one_sided_then_found(paid: Payment) -> None:
    entry(paid, account="disputes")
    assert kinds() == ["journal"]


@broken
def test_faults_when_refunded_rises_without_a_refund_then_found(paid: Payment) -> None:
    Payment.objects.filter(pk=paid.pk).update(refunded=100)
    assert kinds() == ["budget", "owed to suppliers", "promised back", "refunds"]


@broken
def test_faults_when_a_budget_counts_wrongly_then_found(paid: Payment) -> None:
    BudgetLock.objects.update(held=F("held") + 1)
    (fault,) = ledger_faults()
    assert (fault.kind, fault.subject) == ("budget", paid.booking.trip.reference)
    assert fault.found.startswith("1")


@broken
def test_faults_when_a_slot_counts_wrongly_then_found(paid: Payment) -> None:
    ServiceSlot.objects.update(taken=F("taken") + 1)
    assert set(kinds()) == {"slot"}


@broken
def test_faults_when_a_confirmed_booking_is_failed_by_hand_then_found(paid: Payment) -> None:
    Booking.objects.update(state="FAILED")
    assert "owed to suppliers" in kinds()


def test_reconcile_when_the_books_agree_then_prints_the_figures(paid: Payment) -> None:
    said = StringIO()
    call_command("reconcile", stdout=said)
    assert "INR: captured 8200.00, refunded 0.00, confirmed 8200.00" in said.getvalue()
    assert "the books agree" in said.getvalue()


@broken
def test_reconcile_when_the_books_differ_then_ends_with_one(paid: Payment) -> None:
    BudgetLock.objects.update(spent=1)
    with pytest.raises(CommandError) as failed:
        call_command("reconcile", stdout=StringIO())
    assert failed.value.returncode == 1
    assert "budget" in str(failed.value)
