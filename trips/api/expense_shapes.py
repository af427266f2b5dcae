"""Shapes of expenses, balances and settlements."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from travelplanner.core.actor import Actor
from travelplanner.core.api.serializers import CurrencyField, MoneySerializer
from travelplanner.core.money import Money
from trips.actions.expenses import MOST_ITEMS, MOST_SHARES, BillItem
from trips.expenses import Transfer, is_stale, rate_sources
from trips.models import Expense, Settlement, Trip, TripMember
from trips.models.expense import CATEGORIES, SPLITS
from trips.queries.expenses import Balances, Spending, SpendingTable, may_change
from trips.queries.roster import Person, person_of

MEMBER: dict[str, Any] = {"max_length": 40, "help_text": _("A member's id, or `me`.")}


class PositiveAmountField(serializers.DecimalField):
    """A string or number; what fits is decided with the currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 15, "decimal_places": 3, **kwargs})


class AmountInSerializer(serializers.Serializer):
    """`{"amount": "12.50", "currency": "EUR"}`, as it is sent."""

    amount = PositiveAmountField()
    currency = CurrencyField()


class ShareInSerializer(serializers.Serializer):
    member = serializers.CharField(**MEMBER)
    weight = serializers.DecimalField(max_digits=9, decimal_places=3, default=Decimal(1))


class ItemInSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=100, allow_blank=True, default="")
    amount = PositiveAmountField(help_text=_("In the currency of the expense."))
    members = serializers.ListField(child=serializers.CharField(**MEMBER), min_length=1, max_length=MOST_SHARES)


class ExpenseInSerializer(serializers.Serializer):
    """An expense. `members` (all who are in the trip without it) share it equally; `shares` are for split `shares`, `items` for `itemised`."""

    title = serializers.CharField(max_length=200)
    amount = AmountInSerializer()
    category = serializers.ChoiceField(CATEGORIES, required=False)
    spentOn = serializers.DateField(required=False)
    paidBy = serializers.CharField(required=False, **MEMBER)
    split = serializers.ChoiceField(SPLITS, required=False)
    members = serializers.ListField(child=serializers.CharField(**MEMBER), required=False, max_length=MOST_SHARES)
    shares = serializers.ListField(child=ShareInSerializer(), required=False, max_length=MOST_SHARES)
    items = serializers.ListField(child=ItemInSerializer(), required=False, max_length=MOST_ITEMS)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ExpensePatchSerializer(ExpenseInSerializer):
    """Any of the fields of an expense."""

    title = serializers.CharField(max_length=200, required=False)
    amount = AmountInSerializer(required=False)


NAMES = {"title": "title", "category": "category", "spentOn": "spent_on", "paidBy": "paid_by", "split": "split", "note": "note"}


def bill_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The body as fields of trips.actions.expenses.Bill."""
    found: dict[str, Any] = {field: data[name] for name, field in NAMES.items() if name in data}
    if "amount" in data:
        found |= {"amount": data["amount"]["amount"], "currency": data["amount"]["currency"]}
    if "items" in data:
        found["items"] = tuple(BillItem(item["name"], item["amount"], tuple(item["members"])) for item in data["items"])
    if "shares" in data:
        found["shares"] = tuple((share["member"], share["weight"]) for share in data["shares"])
    elif "members" in data:
        found["shares"] = tuple((member, Decimal(1)) for member in data["members"])
    return found


class PersonSerializer(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    former = serializers.BooleanField(help_text=_("Left the trip; stays in what was shared before."))
    you = serializers.BooleanField()


class RateSerializer(serializers.Serializer):
    """Units of the trip's currency for one of the expense's, frozen when it was saved."""

    value = serializers.CharField()
    date = serializers.DateField(help_text=_("The day the rate is of."))
    sources = serializers.ListField(child=serializers.CharField())
    stale = serializers.BooleanField(help_text=_("More than a week older than the expense."))


class ShareSerializer(serializers.Serializer):
    member = PersonSerializer()
    weight = serializers.CharField()
    amount = MoneySerializer()
    tripAmount = MoneySerializer()


class ExpenseItemSerializer(serializers.Serializer):
    name = serializers.CharField()
    amount = MoneySerializer()
    members = serializers.ListField(child=serializers.CharField())


class ExpenseSerializer(serializers.Serializer):
    """An expense; the parts in `shares` add up to `amount` and to `tripAmount` exactly."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    category = serializers.ChoiceField(CATEGORIES)
    amount = MoneySerializer()
    tripAmount = MoneySerializer()
    rate = RateSerializer(allow_null=True)
    spentOn = serializers.DateField()
    paidBy = PersonSerializer()
    split = serializers.ChoiceField(SPLITS)
    shares = ShareSerializer(many=True)
    items = ExpenseItemSerializer(many=True)
    note = serializers.CharField()
    loggedBy = PersonSerializer()
    mayChange = serializers.BooleanField()
    rowVersion = serializers.IntegerField()
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


def amount_json(amount: Decimal, currency: str) -> dict[str, str]:
    return Money(amount, currency).as_json()


def person_json(person: Person) -> dict[str, Any]:
    return {"id": person.id, "name": person.name, "former": person.former, "you": person.you}


def member_json(actor: Actor, row: TripMember) -> dict[str, Any]:
    return person_json(person_of(actor, row))


def expense_json(actor: Actor, trip: Trip, expense: Expense) -> dict[str, Any]:
    """From a row of trips.queries.expenses.expenses_of."""
    currency, own = expense.currency, trip.budget_currency
    rate = None
    if expense.rate_date is not None:
        value = format(expense.rate.normalize(), "f")
        rate = {"value": value, "date": expense.rate_date, "sources": rate_sources(currency, own), "stale": is_stale(expense.rate_date, expense.spent_on)}
    return {
        "id": expense.pk,
        "title": expense.title,
        "category": expense.category,
        "amount": amount_json(expense.amount, currency),
        "tripAmount": amount_json(expense.trip_amount, own),
        "rate": rate,
        "spentOn": expense.spent_on,
        "paidBy": member_json(actor, expense.paid_by),
        "split": expense.split,
        "shares": [
            {
                "member": member_json(actor, share.member),
                "weight": format(share.weight.normalize(), "f"),
                "amount": amount_json(share.amount, currency),
                "tripAmount": amount_json(share.trip_amount, own),
            }
            for share in expense.shares.all()
        ],
        "items": [{"name": item["name"], "amount": amount_json(Decimal(item["amount"]), currency), "members": item["members"]} for item in expense.items],
        "note": expense.note,
        "loggedBy": member_json(actor, expense.made_by),
        "mayChange": may_change(actor, trip, expense.made_by),
        "rowVersion": expense.row_version,
        "createdAt": expense.created_at,
        "updatedAt": expense.updated_at,
    }


class StandingSerializer(serializers.Serializer):
    """`balance` above zero: the others owe them; below: they owe."""

    member = PersonSerializer()
    paid = MoneySerializer()
    share = MoneySerializer()
    gave = MoneySerializer()
    got = MoneySerializer()
    balance = MoneySerializer()


class TransferSerializer(serializers.Serializer):
    payer = PersonSerializer()
    payee = PersonSerializer()
    amount = MoneySerializer()


class PlannedSerializer(serializers.Serializer):
    low = MoneySerializer()
    likely = MoneySerializer()
    high = MoneySerializer()


class SpendingSerializer(serializers.Serializer):
    """Predicted for the whole party, booked through us and paid, logged by the company: three figures that never hold the same money twice."""

    category = serializers.CharField()
    planned = PlannedSerializer(allow_null=True)
    booked = MoneySerializer()
    logged = MoneySerializer()


class BalancesSerializer(serializers.Serializer):
    """Who paid, who owes, and the fewest transfers that even it out (`exact`: certainly the fewest; else few)."""

    tripId = serializers.CharField()
    currency = serializers.CharField()
    total = MoneySerializer()
    perHead = MoneySerializer(allow_null=True)
    expenses = serializers.IntegerField()
    members = StandingSerializer(many=True)
    transfers = TransferSerializer(many=True)
    exact = serializers.BooleanField()
    spending = SpendingSerializer(many=True)
    spendingTotal = SpendingSerializer()


def balances_json(trip: Trip, found: Balances, spending: SpendingTable) -> dict[str, Any]:
    currency = trip.budget_currency

    def transfer_json(transfer: Transfer) -> dict[str, Any]:
        return {
            "payer": person_json(found.people[transfer.payer]),
            "payee": person_json(found.people[transfer.payee]),
            "amount": amount_json(transfer.amount, currency),
        }

    return {
        "tripId": trip.reference,
        "currency": currency,
        "total": amount_json(found.total, currency),
        "perHead": amount_json(found.per_head, currency) if found.per_head is not None else None,
        "expenses": found.count,
        "members": [
            {"member": person_json(found.people[row.member])}
            | {name: amount_json(getattr(row, name), currency) for name in ("paid", "share", "gave", "got", "balance")}
            for row in found.standings
        ],
        "transfers": [transfer_json(transfer) for transfer in found.plan.transfers],
        "exact": found.plan.exact,
        "spending": [spending_json(row, currency) for row in spending.rows],
        "spendingTotal": spending_json(spending.total, currency),
    }


def spending_json(row: Spending, currency: str) -> dict[str, Any]:
    planned = {name: amount_json(amount, currency) for name, amount in zip(("low", "likely", "high"), row.planned, strict=True)} if row.planned else None
    return {"category": row.category, "planned": planned, "booked": amount_json(row.booked, currency), "logged": amount_json(row.logged, currency)}


class SettlementInSerializer(serializers.Serializer):
    """`payer` gave `payee` the amount, in the trip's currency."""

    payer = serializers.CharField(**MEMBER)
    payee = serializers.CharField(**MEMBER)
    amount = AmountInSerializer()


class SettlementSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    payer = PersonSerializer()
    payee = PersonSerializer()
    amount = MoneySerializer()
    loggedBy = PersonSerializer()
    mayChange = serializers.BooleanField()
    createdAt = serializers.DateTimeField()


def settlement_json(actor: Actor, trip: Trip, row: Settlement) -> dict[str, Any]:
    return {
        "id": row.pk,
        "payer": member_json(actor, row.payer),
        "payee": member_json(actor, row.payee),
        "amount": amount_json(row.amount, trip.budget_currency),
        "loggedBy": member_json(actor, row.made_by),
        "mayChange": may_change(actor, trip, row.made_by),
        "createdAt": row.created_at,
    }
