"""What the company spent: logged, changed, deleted and brought back. Parts and trip amounts are exact; the rate is frozen on saving.

Who may: everyone of the company logs; each changes what they logged, the owner and editors change all.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from travelplanner.core import audit, clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid, NotAllowed, NotFound, Stale
from travelplanner.core.lines import one_line
from trips import rules
from trips.actions.members import MAX_MEMBERS
from trips.actions.taking_part import TooMany, own_member
from trips.actions.trips import fetch_for_change
from trips.expenses import FrozenRate, Item, frozen_rate, known_currencies, share_out, weights_of_items
from trips.models import Expense, ExpenseShare, Trip, TripMember
from trips.models.expense import CATEGORIES, SPLITS
from trips.queries.roster import members_named, zone_of

KEPT_FOR = dt.timedelta(days=30)
MOST_EXPENSES = 2000
MOST_ITEMS = 50
MOST_SHARES = MAX_MEMBERS
MAX_EXPENSE = money.MAX_AMOUNT / 1000  # a billion: leaves room for sums and weak currencies
MAX_WEIGHT = Decimal(1000)
AROUND = dt.timedelta(days=730)  # before and after the trip


@dataclass(frozen=True, slots=True)
class BillItem:
    """A line of an itemised bill and the ids of those it is for."""

    name: str
    amount: Decimal
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bill:
    """What was spent. Members are ids, or `me`. `shares` (member, weight) is for equal and by shares, `items` for itemised;
    no shares at an equal split means everyone who is in the trip. `spent_on` None is today where the trip is."""

    title: str
    amount: Decimal
    currency: str
    paid_by: str = "me"
    spent_on: dt.date | None = None
    category: str = "other"
    split: str = "equal"
    shares: tuple[tuple[str, Decimal], ...] = ()
    items: tuple[BillItem, ...] = ()
    note: str = ""


def log_expense(*, actor: Actor, reference: str, bill: Bill, request_key: str = "", now: dt.datetime | None = None) -> Expense:
    """Log an expense of a trip.

    Guarantees: the parts add up to the amount, in its currency and in the trip's; the rate is kept with its date; the same `request_key` of the
    same member logs once. Raises NotFound, NotAllowed, Invalid (with the fields of the API), Conflict (`too_many`). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_take_part)
        me = own_member(actor=actor, trip=trip, now=now)
        key = uuid.uuid5(trip.pk, f"{me.pk}:{request_key}") if request_key else uuid.uuid4()
        if request_key and (known := Expense.objects.filter(pk=key).first()) is not None:
            return known
        if Expense.objects.filter(trip=trip, archived_at=None).count() >= MOST_EXPENSES:
            raise TooMany(MOST_EXPENSES)
        expense = Expense(pk=key, trip=trip, made_by=me, created_at=now)
        shares = _fill(expense, bill, trip, me, None, now)
        expense.save(force_insert=True)
        ExpenseShare.objects.bulk_create(shares)
        audit.record(actor=actor, action="expense.logged", row=expense, after={"category": expense.category}, now=now)
    return expense


def change_expense(
    *, actor: Actor, reference: str, expense_id: uuid.UUID, row_version: int, changes: Mapping[str, Any], now: dt.datetime | None = None
) -> Expense:
    """Change an expense; `changes` holds fields of `Bill`.

    Guarantees: its frozen rate stays unless its currency or date changes; those who left the trip meanwhile may stay in it.
    Raises NotFound, NotAllowed, Stale (someone changed it since `row_version`), Invalid. Records an audit entry with the fields' names.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip, expense, me = _fetch(actor, reference, expense_id, now)
        if expense.row_version != row_version:
            raise Stale
        before = _bill_of(expense)
        bill = dataclasses.replace(before, **changes)
        if bill == before:
            return expense
        kept = FrozenRate(expense.rate, expense.rate_date) if (bill.currency, bill.spent_on) == (before.currency, before.spent_on) else None
        shares = _fill(expense, bill, trip, me, kept, now)
        expense.row_version += 1
        expense.save()
        ExpenseShare.objects.filter(expense=expense).delete()
        ExpenseShare.objects.bulk_create(shares)
        audit.record(actor=actor, action="expense.changed", row=expense, after={"fields": sorted(changes)}, now=now)
    return expense


def archive_expense(*, actor: Actor, reference: str, expense_id: uuid.UUID, row_version: int | None = None, now: dt.datetime | None = None) -> Expense:
    """Delete an expense; it can be brought back for 30 days. Raises NotFound (also when it is deleted already), NotAllowed, Stale. Records an audit entry."""
    now = now or clock.now()
    with transaction.atomic():
        _trip, expense, _me = _fetch(actor, reference, expense_id, now)
        if row_version is not None and expense.row_version != row_version:
            raise Stale
        Expense.objects.filter(pk=expense.pk).update(archived_at=now, updated_at=now, row_version=F("row_version") + 1)
        audit.record(actor=actor, action="expense.archived", row=expense, now=now)
    return expense


def restore_expense(*, actor: Actor, reference: str, expense_id: uuid.UUID, now: dt.datetime | None = None) -> Expense:
    """Bring back an expense deleted in the last 30 days. Raises NotFound, NotAllowed. Records an audit entry."""
    now = now or clock.now()
    with transaction.atomic():
        _trip, expense, _me = _fetch(actor, reference, expense_id, now, archived=True)
        Expense.objects.filter(pk=expense.pk).update(archived_at=None, updated_at=now, row_version=F("row_version") + 1)
        audit.record(actor=actor, action="expense.restored", row=expense, now=now)
    expense.refresh_from_db()
    return expense


def _fetch(actor: Actor, reference: str, expense_id: uuid.UUID, now: dt.datetime, *, archived: bool = False) -> tuple[Trip, Expense, TripMember]:
    """The trip locked, the expense, the actor's member, when they may change it."""
    trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_take_part)
    state = {"archived_at__gte": now - KEPT_FOR} if archived else {"archived_at": None}
    expense = Expense.objects.filter(pk=expense_id, trip=trip, **state).first()
    if expense is None:
        raise NotFound
    me = own_member(actor=actor, trip=trip, now=now)
    if not rules.may_change_entry(actor, trip, own=expense.made_by_id == me.pk):
        raise NotAllowed(_("You can change what you logged yourself. Ask the owner of the trip, or an editor."), code="not_yours")
    return trip, expense, me


def _bill_of(expense: Expense) -> Bill:
    """A saved expense as it was asked for; one statement."""
    shares = tuple((str(member), weight) for member, weight in expense.shares.values_list("member_id", "weight"))
    items = tuple(BillItem(item["name"], Decimal(item["amount"]), tuple(item["members"])) for item in expense.items)
    return Bill(
        title=expense.title, amount=expense.amount, currency=expense.currency, paid_by=str(expense.paid_by_id), spent_on=expense.spent_on,
        category=expense.category, split=expense.split, shares=() if items else shares, items=items, note=expense.note,
    )  # fmt: skip


def _fill(expense: Expense, bill: Bill, trip: Trip, me: TripMember, kept: FrozenRate | None, now: dt.datetime) -> list[ExpenseShare]:
    """Check the bill and put it into the row; returns the row's shares."""
    spent_on = bill.spent_on or now.astimezone(zone_of(trip)).date()
    _check(bill, trip, spent_on)
    amount = money.quantize(bill.amount, bill.currency)
    rate = kept or _rate(bill.currency, trip.budget_currency)
    trip_amount = rate.convert(amount, trip.budget_currency)
    if trip_amount > MAX_EXPENSE:
        raise Invalid(fields={"amount": [_("This amount is too large.")]})
    stay = set() if expense._state.adding else {expense.paid_by_id, *expense.shares.values_list("member_id", flat=True)}
    payer = members_named(trip=trip, ids=[bill.paid_by], me=me, field="paidBy", also=stay)[bill.paid_by]
    weights, members, items = _weights(bill, trip, me, stay)
    exact = weights_of_items(amount, items) if items else weights
    key = str(expense.pk)
    parts = {part.member: part.amount for part in share_out(amount, exact, bill.currency, key=key)}
    trip_parts = {part.member: part.amount for part in share_out(trip_amount, exact, trip.budget_currency, key=key)}
    expense.title, expense.category, expense.note = one_line(bill.title), bill.category, one_line(bill.note)
    expense.amount, expense.currency, expense.trip_amount = amount, bill.currency, trip_amount
    expense.rate, expense.rate_date, expense.spent_on = rate.rate, rate.date, spent_on
    expense.paid_by, expense.split = payer, bill.split
    expense.items = [
        {"name": one_line(item.name), "amount": str(money.quantize(item.amount, bill.currency)), "members": sorted({str(members[one].pk) for one in item.members})}
        for item in (bill.items if bill.split == "itemised" else ())
    ]
    return [
        ExpenseShare(expense=expense, member_id=uuid.UUID(member), weight=weights.get(member, Decimal(1)), amount=parts[member], trip_amount=trip_parts[member])
        for member in parts
    ]


def _weights(bill: Bill, trip: Trip, me: TripMember, stay: set[uuid.UUID]) -> tuple[dict[str, Decimal], dict[str, TripMember], list[Item]]:
    """Weights by member id, the members as they were named, and the items of an itemised bill."""
    if bill.split == "itemised":
        named = {member for item in bill.items for member in item.members}
        members = members_named(trip=trip, ids=sorted(named), me=me, field="items", also=stay)
        items = [Item(money.quantize(item.amount, bill.currency), tuple({str(members[one].pk) for one in item.members})) for item in bill.items]
        return {}, members, items
    if not bill.shares:
        everyone = TripMember.objects.filter(trip=trip, left_at=None)
        return {str(row.pk): Decimal(1) for row in everyone}, {}, []
    field = "shares" if bill.split == "shares" else "members"
    members = members_named(trip=trip, ids=[member for member, _weight in bill.shares], me=me, field=field, also=stay)
    if len({row.pk for row in members.values()}) != len(bill.shares):
        raise Invalid(fields={field: [_("Name each person once.")]})
    return {str(members[member].pk): weight if bill.split == "shares" else Decimal(1) for member, weight in bill.shares}, members, []


def _rate(source: str, target: str) -> FrozenRate:
    try:
        return frozen_rate(source, target)
    except ValueError:
        raise Invalid(fields={"currency": [_("No exchange rate from %(source)s to %(target)s is known.") % {"source": source, "target": target}]}) from None


def _check(bill: Bill, trip: Trip, spent_on: dt.date) -> None:
    """Everything that can be said without asking the database; all of it at once."""
    wrong: dict[str, Sequence[Any]] = {}
    if not 1 <= len(one_line(bill.title)) <= 200:
        wrong["title"] = [_("Say in a few words what it was for.")]
    if bill.currency not in known_currencies() and bill.currency != trip.budget_currency:
        wrong["currency"] = [_("No exchange rate is known for this currency.")]
    if not _is_amount(bill.amount, bill.currency):
        wrong["amount"] = [_amount_words(bill.currency)]
    if not trip.start_date - AROUND <= spent_on <= trip.end_date + AROUND:
        wrong["spentOn"] = [_("This day is more than two years from the trip.")]
    if bill.category not in dict(CATEGORIES):
        wrong["category"] = [_("Choose from the list.")]
    if len(bill.note) > 500:
        wrong["note"] = [_("At most 500 characters.")]
    wrong |= _check_split(bill)
    if wrong:
        raise Invalid(fields=wrong)


def _check_split(bill: Bill) -> dict[str, Sequence[Any]]:
    if bill.split not in dict(SPLITS):
        return {"split": [_("Choose from the list.")]}
    if bill.split == "itemised":
        return _check_items(bill)
    if bill.split == "shares" and not bill.shares:
        return {"shares": [_("Say whose shares these are.")]}
    if len(bill.shares) > MOST_SHARES:
        return {"shares": [_("At most %d people.") % MOST_SHARES]}
    if bill.split == "shares" and any(not (weight.is_finite() and 0 < weight <= MAX_WEIGHT and weight == round(weight, 3)) for _member, weight in bill.shares):
        return {"shares": [_("A share is a number above 0, up to 1000, such as 1 or 2.5.")]}
    return {}


def _check_items(bill: Bill) -> dict[str, Sequence[Any]]:
    if not 1 <= len(bill.items) <= MOST_ITEMS:
        return {"items": [_("An itemised expense needs its items, at most %d.") % MOST_ITEMS]}
    if any(len(item.name) > 100 or not _is_amount(item.amount, bill.currency) for item in bill.items):
        return {"items": [_("An item needs an amount above zero, in the currency of the expense, and a name of at most 100 characters.")]}
    if any(not item.members or len(set(item.members)) != len(item.members) for item in bill.items):
        return {"items": [_("Say for each item whom it is for.")]}
    if bill.amount.is_finite() and sum(item.amount for item in bill.items) > bill.amount:
        return {"items": [_("The items come to more than the whole amount.")]}
    return {}


def _is_amount(amount: Decimal, currency: str) -> bool:
    return amount.is_finite() and 0 < amount <= MAX_EXPENSE and (currency not in money.known_currencies() or money.quantize(amount, currency) == amount)


def _amount_words(currency: str) -> str:
    places = money.exponent(currency) if currency in money.known_currencies() else 2
    if not places:
        return _("An amount above zero, up to a billion; this currency has no smaller units.")
    return _("An amount above zero, up to a billion, with at most %d decimals.") % places
