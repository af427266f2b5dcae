"""Whether the books agree with each other: journals, payments, refunds, bookings, budget locks, slots. Sums in SQL; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from bookings.models import Booking, BudgetLock, LedgerEntry, Payment, Refund
from bookings.money_guards import CAPTURED, DECIDED, DIFFERENCE, PAID
from bookings.queries.inventory import overbooked
from bookings.states import BOUGHT, OPEN
from travelplanner.core import money
from travelplanner.core.exact import exact

ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=15, decimal_places=3))
KEPT = (*BOUGHT, "CANCELLED")  # whose money, as far as it wasn't given back, is the suppliers'


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` says which sum is wrong, `subject` names the row by its reference, `expected` and `found` are the two figures as text."""

    kind: str
    subject: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject} should have {self.expected}, has {self.found}"


@dataclass(frozen=True, slots=True)
class MoneyFigures:
    """One currency: `captured` - `refunded` = `confirmed` (what bookings that were made, or given back for a fee, keep) + `open` (paid, not confirmed
    yet); `held` is what budgets keep for bookings that wait, and `spent` what they count as paid."""

    currency: str
    captured: Decimal
    refunded: Decimal
    confirmed: Decimal
    open: Decimal
    held: Decimal
    spent: Decimal

    @property
    def difference(self) -> Decimal:
        """Zero, always."""
        return self.captured - self.refunded - self.confirmed - self.open


def ledger_faults(*, bookings: QuerySet[Booking] | None = None) -> list[Fault]:
    """What doesn't add up; empty, always. Seven statements for any number of rows.

    `bookings` narrows payments, refunds and bookings to some; journals, locks and slots are looked at as a whole only when it is None.
    """
    payments, refunds = Payment.objects.order_by("pk"), Refund.objects.order_by("pk")
    if bookings is not None:
        payments, refunds = payments.filter(booking__in=bookings), refunds.filter(payment__booking__in=bookings)
        return [*_payments(payments), *_promises(payments), *_refunds(refunds), *_bookings(bookings.order_by("pk"))]
    found = [*_journals(), *_payments(payments), *_promises(payments), *_refunds(refunds), *_bookings(Booking.objects.order_by("pk")), *_locks()]
    return [*found, *(Fault("slot", str(slot), f"{held} taken, at most {capacity}", str(taken)) for slot, capacity, taken, held in overbooked())]


def total(column: str, **where: Any) -> Coalesce:
    """Sum of a column over the rows that `where` keeps, exact, zero when there are none."""
    return Coalesce(exact(Sum(column, filter=Q(**where))), ZERO) if where else Coalesce(exact(Sum(column)), ZERO)


def _alone(rows: QuerySet[Any], key: str, column: str) -> Coalesce:
    """The same as a statement of its own inside another: two sums over two joins would count rows twice."""
    sums = rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(whole=exact(Sum(column))).values("whole")
    return Coalesce(Subquery(sums, output_field=ZERO.output_field), ZERO)


def _journals() -> Iterator[Fault]:
    rows = LedgerEntry.objects.order_by("journal").values("journal").annotate(whole=total("amount"), currencies=Count("currency", distinct=True), bookings=Count("booking", distinct=True))
    for row in rows.exclude(whole=0, currencies=1, bookings=1):
        what = f"{row['whole']} in {row['currencies']} currencies of {row['bookings']} bookings"
        yield Fault("journal", str(row["journal"]), "0 in one currency of one booking", what)


def _payments(rows: QuerySet[Payment]) -> Iterator[Fault]:
    """What was captured, and what was promised back, as the ledger has it."""
    taken = total("ledger_entries__amount", ledger_entries__account="gateway", ledger_entries__why=CAPTURED)
    promised = exact(ZERO - total("ledger_entries__amount", ledger_entries__account="refunds", ledger_entries__why=DECIDED))
    counted = rows.annotate(taken=taken, promised=promised).filter(~Q(taken=F("captured")) | ~Q(promised=F("refunded")) | Q(refunded__gt=F("captured")))
    for row in counted:
        if row.taken != row.captured:
            yield Fault("captured", row.transaction_id, str(row.taken), str(row.captured))
        if row.promised != row.refunded:
            yield Fault("promised back", row.transaction_id, str(row.promised), str(row.refunded))
        if row.refunded > row.captured:
            yield Fault("given back", row.transaction_id, f"at most {row.captured}", str(row.refunded))


def _promises(rows: QuerySet[Payment]) -> Iterator[Fault]:
    for row in rows.annotate(asked=total("refunds__amount")).exclude(asked=F("refunded")):
        yield Fault("refunds", row.transaction_id, str(row.refunded), str(row.asked))


def _refunds(rows: QuerySet[Refund]) -> Iterator[Fault]:
    paid = exact(ZERO - total("ledger_entries__amount", ledger_entries__account="gateway", ledger_entries__why=PAID))
    should = Case(When(state="succeeded", then=F("amount")), default=ZERO)
    for row in rows.annotate(paid=paid, should=should).exclude(paid=F("should")):
        yield Fault("refund", row.transaction_id, str(row.should), str(row.paid))


def _bookings(rows: QuerySet[Booking]) -> Iterator[Fault]:
    """What is kept of a booking's money is owed to its suppliers once it was made, to its travelers before, to nobody when it failed."""
    owed = {
        account: exact(ZERO - _alone(LedgerEntry.objects.filter(account=account).exclude(why=DIFFERENCE), "booking", "amount")) for account in ("suppliers", "travelers")
    }
    kept = exact(_alone(Payment.objects.all(), "booking", "captured") - _alone(Payment.objects.all(), "booking", "refunded"))
    counted = rows.annotate(kept=kept, to_suppliers=owed["suppliers"], to_travelers=owed["travelers"]).annotate(
        for_suppliers=Case(When(state__in=KEPT, then=F("kept")), default=ZERO),
        for_travelers=Case(When(state__in=OPEN, then=F("kept")), default=ZERO),
    )
    wrong = ~Q(to_suppliers=F("for_suppliers")) | ~Q(to_travelers=F("for_travelers")) | (~Q(state__in=(*KEPT, *OPEN)) & ~Q(kept=0))
    for row in counted.filter(wrong):
        if row.to_suppliers != row.for_suppliers:
            yield Fault("owed to suppliers", row.reference, str(row.for_suppliers), str(row.to_suppliers))
        elif row.to_travelers != row.for_travelers:
            yield Fault("owed to travelers", row.reference, str(row.for_travelers), str(row.to_travelers))
        else:
            yield Fault("kept", row.reference, f"nothing ({row.state})", str(row.kept))


def _locks() -> Iterator[Fault]:
    """What is held is the sum of the open bookings; what is spent, of those that were made, less what was given back of them."""
    waiting = _alone(Booking.objects.filter(state__in=OPEN), "trip__budget_lock", "total")
    made = _alone(Booking.objects.filter(state__in=KEPT), "trip__budget_lock", "total")
    back = _alone(Payment.objects.filter(booking__state__in=KEPT), "booking__trip__budget_lock", "refunded")
    # A payment that came beside the one that counts was given back without ever having been spent.
    never = _alone(LedgerEntry.objects.filter(booking__state__in=KEPT, account="travelers", why=DECIDED), "booking__trip__budget_lock", "amount")
    rows = BudgetLock.objects.select_related("trip").order_by("pk")
    for row in rows.annotate(waiting=waiting, counted=exact(made - back + never)).exclude(held=F("waiting"), spent=F("counted")):
        yield Fault("budget", row.trip.reference, f"{row.waiting} held, {row.counted} spent", f"{row.held} held, {row.spent} spent")


def money_figures() -> tuple[MoneyFigures, ...]:
    """Captured, refunded, confirmed, held by currency, in order of code. Three statements."""
    sums: dict[str, dict[str, Decimal]] = {}
    _add(sums, Payment.objects.exclude(captured=0).order_by().values("captured_currency").annotate(captured=total("captured"), refunded=total("refunded")), "captured_currency")
    owed = LedgerEntry.objects.filter(account__in=["suppliers", "travelers"]).exclude(why=DIFFERENCE).order_by().values("currency")
    _add(sums, owed.annotate(confirmed=exact(ZERO - total("amount", account="suppliers")), open=exact(ZERO - total("amount", account="travelers"))), "currency")
    _add(sums, BudgetLock.objects.order_by().values("currency").annotate(held=total("held"), spent=total("spent")), "currency")
    names = ("captured", "refunded", "confirmed", "open", "held", "spent")
    return tuple(MoneyFigures(code, *(money.quantize(found.get(name, Decimal(0)), code) for name in names)) for code, found in sorted(sums.items()))


def _add(sums: dict[str, dict[str, Decimal]], rows: QuerySet[Any, Mapping[str, Any]], key: str) -> None:
    for row in rows:
        sums.setdefault(row[key], {}).update({name: value for name, value in row.items() if name != key})
