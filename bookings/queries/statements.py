"""Statements of account: what stood on an account before a period, what moved in it, what stood after. Every balance is a sum over the ledger.

Periods are whole days in UTC, both ends included.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from bookings.models import BookingItem, CancellationQuoteLine, LedgerEntry
from bookings.queries.ledger import ZERO, total
from travelplanner.core import money
from travelplanner.core.exact import exact

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment of `first` to the last of `last`, UTC."""

    first: dt.date
    last: dt.date

    @property
    def begins(self) -> dt.datetime:
        return dt.datetime.combine(self.first, dt.time.min, dt.UTC)

    @property
    def ends(self) -> dt.datetime:
        """The first moment that doesn't belong to it."""
        return dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time.min, dt.UTC)


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """One account in one currency: `opening` + `debits` - `credits` = `closing`; `entries` were made in the period."""

    account: str
    currency: str
    opening: Decimal
    debits: Decimal
    credits: Decimal
    entries: int

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debits - self.credits


@dataclass(frozen=True, slots=True)
class SupplierStatement:
    """What bookings made in the period owe one supplier: its items in its own currency, and the fees that cancellations kept for it in the travelers'."""

    supplier: str
    currency: str
    items: int
    amount: Decimal
    fees: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry with the account's balance after it."""

    entry: LedgerEntry
    balance: Decimal


def account_statements(period: Period) -> tuple[AccountStatement, ...]:
    """Every account and currency that has ever moved until the period's end, in order of both. One statement."""
    within = Q(created_at__gte=period.begins)
    rows = (
        LedgerEntry.objects.filter(created_at__lt=period.ends)
        .order_by("account", "currency")
        .values("account", "currency")
        .annotate(
            opening=total("amount", created_at__lt=period.begins),
            debits=total("amount", created_at__gte=period.begins, amount__gt=0),
            credits=exact(ZERO - total("amount", created_at__gte=period.begins, amount__lt=0)),
            entries=Count("id", filter=within),
        )
    )
    return tuple(
        AccountStatement(
            row["account"],
            row["currency"],
            money.quantize(row["opening"], row["currency"]),
            money.quantize(row["debits"], row["currency"]),
            money.quantize(row["credits"], row["currency"]),
            row["entries"],
        )
        for row in rows
    )


def supplier_statements(period: Period) -> tuple[SupplierStatement, ...]:
    """Suppliers by name. Two statements."""
    bought = BookingItem.objects.filter(booking__booked_at__gte=period.begins, booking__booked_at__lt=period.ends)
    owed = (
        bought.filter(state__in=["confirmed", "completed"])
        .order_by("supplier_name", "supplier_currency")
        .values_list("supplier_name", "supplier_currency")
        .annotate(count=Count("id"), amount=exact(Sum("supplier_amount")))
    )
    kept = (
        CancellationQuoteLine.objects.filter(accepted=True, item__in=bought, fee__gt=0)
        .order_by("item__supplier_name", "currency")
        .values_list("item__supplier_name", "currency")
        .annotate(amount=exact(Sum("fee")))
    )
    fees: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for name, currency, amount in kept:
        fees[name].append((currency, money.quantize(amount, currency)))
    found = []
    for name, currency, count, amount in owed:
        found.append(SupplierStatement(name, currency, count, money.quantize(amount, currency), tuple(fees.pop(name, ()))))
    found += [SupplierStatement(name, "", 0, Decimal(0), tuple(left)) for name, left in fees.items()]
    return tuple(sorted(found, key=lambda one: (one.supplier, one.currency)))


def account_lines(account: str, currency: str, period: Period) -> Iterator[StatementLine]:
    """The entries of an account in the period, as they were written, each with the balance after it.

    Read in pieces as they are asked for, so that a year of entries needs no more memory than a day: one statement, and one for each CHUNK.
    """
    rows = LedgerEntry.objects.filter(account=account, currency=currency)
    before = rows.filter(created_at__lt=period.begins).aggregate(whole=total("amount"))["whole"]
    yield from _lines(rows.filter(created_at__gte=period.begins, created_at__lt=period.ends), money.quantize(before, currency))


def booking_lines(booking_id: uuid.UUID) -> Iterator[StatementLine]:
    """All entries of a booking; the balance is that of all its accounts together in the entry's currency, zero after each journal."""
    yield from _lines(LedgerEntry.objects.filter(booking=booking_id), Decimal(0))


def _lines(rows: QuerySet[LedgerEntry], opening: Decimal) -> Iterator[StatementLine]:
    """By id: in the order they were written, where a page can go on after the last."""
    balances: dict[str, Decimal] = {}
    last = 0
    while True:
        page = list(rows.select_related("booking", "payment", "refund").filter(pk__gt=last).order_by("pk")[:CHUNK])
        for entry in page:
            amount = money.quantize(entry.amount, entry.currency)
            balances[entry.currency] = balances.get(entry.currency, opening) + amount
            yield StatementLine(entry, balances[entry.currency])
        if len(page) < CHUNK:
            return
        last = page[-1].pk


def booking_balances(booking_id: uuid.UUID) -> tuple[tuple[str, str, Decimal], ...]:
    """(account, currency, balance) of one booking. One statement."""
    rows = LedgerEntry.objects.filter(booking=booking_id).order_by("account", "currency").values_list("account", "currency").annotate(whole=exact(Sum(F("amount"))))
    return tuple((account, currency, money.quantize(whole, currency)) for account, currency, whole in rows)
