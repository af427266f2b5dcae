"""The form of an expense, whole without script: split by choice, a row per item, a button that adds a row."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.utils import ErrorList
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from travelplanner.core import money
from travelplanner.core.errors import Invalid
from trips.actions.expenses import MAX_WEIGHT, MOST_ITEMS, Bill, BillItem
from trips.expenses import known_currencies
from trips.models import Expense, Trip
from trips.queries.roster import Person

SPLIT_LABELS = [("equal", _("Equal parts")), ("shares", _("By shares")), ("itemised", _("Item by item"))]
CATEGORY_LABELS = [
    ("food", _("Food")),
    ("local_transport", _("Getting around")),
    ("activities", _("Things to do")),
    ("lodging", _("Bed")),
    ("intercity", _("Getting there")),
    ("shopping", _("Shopping")),
    ("other", _("Other")),
]
# Fields of the action's refusals -> fields of the form; the rest is said above it.
FIELD_OF = {"title": "title", "amount": "amount", "currency": "currency", "paidBy": "paid_by", "spentOn": "spent_on", "category": "category", "note": "note", "members": "members"}
ROWS_AT_FIRST = 2


def amount_input(**attrs: Any) -> forms.NumberInput:
    return forms.NumberInput(attrs={"inputmode": "decimal", "step": "any", "min": "0", **attrs})


class ItemForm(forms.Form):
    """One row of an itemised bill; a row without an amount and a name is no item."""

    name = forms.CharField(label=_("Item"), max_length=100, required=False)
    amount = forms.DecimalField(label=_("Amount"), max_digits=15, decimal_places=3, required=False, widget=amount_input())
    members = forms.MultipleChoiceField(label=_("For whom"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = people  # type: ignore[attr-defined]  # the stubs don't know this field's choices

    @property
    def is_blank(self) -> bool:
        data = self.cleaned_data
        return not data.get("name") and data.get("amount") is None

    def to_item(self) -> BillItem:
        data = self.cleaned_data
        return BillItem(data["name"], data.get("amount") or Decimal(0), tuple(data["members"]))


class ExpenseForm(forms.Form):
    amount = forms.DecimalField(label=_("How much"), max_digits=15, decimal_places=3, widget=amount_input(autocomplete="off"))
    currency = forms.ChoiceField(label=_("Currency"))
    title = forms.CharField(label=_("What for"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    paid_by = forms.ChoiceField(label=_("Who paid"))
    category = forms.ChoiceField(label=_("Kind"), choices=CATEGORY_LABELS, initial="food", widget=forms.RadioSelect)
    spent_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    split = forms.ChoiceField(label=_("How it is shared"), choices=SPLIT_LABELS, initial="equal", widget=forms.RadioSelect)
    members = forms.MultipleChoiceField(label=_("Shared by"), required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=forms.TextInput())
    key = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: QueryDict | None = None, *, trip: Trip, people: Sequence[Person], extra_rows: int = 0, **kwargs: Any) -> None:
        kwargs["initial"] = {"currency": trip.budget_currency, "key": str(uuid.uuid4()), **(kwargs.get("initial") or {})}
        super().__init__(data, **kwargs)
        self.people = [(person.id, name_of(person)) for person in people]
        everyone = [person.id for person in people if not person.former]
        me = next((person.id for person in people if person.you and not person.former), None)
        self.initial.setdefault("members", everyone)
        self.initial.setdefault("paid_by", me)
        self.fields["paid_by"].choices = self.people  # type: ignore[attr-defined]  # the stubs don't know this field's choices
        self.fields["members"].choices = self.people  # type: ignore[attr-defined]  # the stubs don't know this field's choices
        own = trip.budget_currency
        self.fields["currency"].choices = [(code, code) for code in (own, *(code for code in known_currencies() if code != own))]  # type: ignore[attr-defined]  # the stubs don't know this field's choices
        weights = self.initial.get("weights", {})
        for number, (key, name) in enumerate(self.people):
            self.fields[f"weight_{number}"] = forms.DecimalField(
                label=name, required=False, min_value=0, max_value=MAX_WEIGHT, max_digits=9, decimal_places=3, widget=amount_input(),
                initial=weights.get(key, Decimal(0) if weights else Decimal(1)),
            )  # fmt: skip
        self.items = self._item_forms(data, everyone, extra_rows)

    def _item_forms(self, data: QueryDict | None, everyone: Sequence[str], extra_rows: int) -> list[ItemForm]:
        saved: Sequence[Mapping[str, Any]] = self.initial.get("items", ())
        text = data.get("rows", "") if data is not None else ""
        sent = int(text) if text.isdecimal() and len(text) < 4 else 0
        count = min(MOST_ITEMS, sent if data is not None else max(len(saved), ROWS_AT_FIRST))
        found = []
        for number in range(min(MOST_ITEMS, count + extra_rows)):
            initial = saved[number] if number < len(saved) else {"members": everyone}
            bound = data if data is not None and number < count else None
            found.append(ItemForm(bound, prefix=f"item-{number}", people=self.people, initial=initial))
        return found

    @property
    def weight_fields(self) -> list[Any]:
        return [self[f"weight_{number}"] for number in range(len(self.people))]

    @property
    def row_count(self) -> int:
        return len(self.items)

    def full_clean(self) -> None:
        """Rows of items count only where the bill is itemised."""
        super().full_clean()
        for name in ("key", "version"):
            if self.is_bound and name in self.errors:  # nobody sees what is wrong with a hidden field
                del self.errors[name]
                self.add_error(None, _t("This form is not as we sent it. Load the page again."))
        if self.is_bound and self.cleaned_data.get("split") == "itemised" and not all(row.is_valid() for row in self.items):
            self.add_error(None, _t("Look at the items: an amount or a name there does not fit."))

    def to_bill(self) -> Bill:
        """What was asked; call when valid."""
        data = self.cleaned_data
        shares: tuple[tuple[str, Decimal], ...] = ()
        if data["split"] == "equal":
            shares = tuple((member, Decimal(1)) for member in data["members"])
            if not shares:
                raise Invalid(fields={"members": [_t("Tick at least one person.")]})
        elif data["split"] == "shares":
            shares = tuple((key, weight) for number, (key, _name) in enumerate(self.people) if (weight := data.get(f"weight_{number}")))
        items = tuple(row.to_item() for row in self.items if not row.is_blank) if data["split"] == "itemised" else ()
        return Bill(
            title=data["title"], amount=data["amount"], currency=data["currency"], paid_by=data["paid_by"], spent_on=data["spent_on"],
            category=data["category"], split=data["split"], shares=shares, items=items, note=data["note"],
        )  # fmt: skip

    def refuse(self, error: Invalid) -> None:
        """Show the action's refusal where it belongs."""
        for name, texts in error.fields.items():
            self.add_error(FIELD_OF.get(name), ErrorList(texts))
        if not error.fields:
            self.add_error(None, str(error.message))


def name_of(person: Person, *, inside: bool = False) -> str:
    """As it is written at the beginning of a line, or `inside` a sentence."""
    if person.you and not person.former:
        return pgettext("inside a sentence", "you") if inside else _t("You")
    return _t("%s (left)") % person.name if person.former else person.name


def initial_of(expense: Expense) -> dict[str, Any]:
    """A saved expense as the form's first values."""
    shares = list(expense.shares.all())
    return {
        "amount": money.quantize(expense.amount, expense.currency),
        "currency": expense.currency,
        "title": expense.title,
        "paid_by": str(expense.paid_by_id),
        "category": expense.category,
        "spent_on": expense.spent_on,
        "split": expense.split,
        "members": [str(share.member_id) for share in shares],
        "weights": {str(share.member_id): plain(share.weight) for share in shares} if expense.split == "shares" else {},
        "items": [{"name": item["name"], "amount": Decimal(item["amount"]), "members": item["members"]} for item in expense.items],
        "note": expense.note,
        "version": expense.row_version,
    }


def plain(value: Decimal) -> Decimal:
    """Without zeros that say nothing: 12.500 -> 12.5, 100.000 -> 100."""
    return Decimal(format(value.normalize(), "f"))
