"""The checkout's question how to pay: all of it, or each a share; with what everyone would pay, worked out on the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bookings.actions.collections import ShareWish
from bookings.errors import unfit_shares
from bookings.pricing.shares import UnfitShares, divide
from bookings.queries.checkout_sheet import CheckoutSheet
from travelplanner.core import money
from travelplanner.core.templatetags.money import format_amount
from trips.models import TripMember
from trips.queries.company import members_of
from trips.queries.roster import ME


class ShareForm(forms.Form):
    """One person of the company: whether they pay, and how much (nothing written: an equal part of the rest)."""

    pays = forms.BooleanField(label=lazy("Pays a share"), required=False)
    amount = forms.DecimalField(label=lazy("Amount"), required=False, max_digits=15, error_messages={"invalid": lazy("Write a number.")})

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        amount.widget = forms.NumberInput(attrs={"min": 0, "step": str(money.payable_unit(currency)), "inputmode": "decimal"})


@dataclass(frozen=True, slots=True)
class ShareRow:
    """`amount`: what they would pay, as written; empty when they are left out or the amounts don't fit. `account`: they can pay it themselves."""

    form: ShareForm
    name: str
    you: bool
    account: bool
    amount: str


@dataclass(frozen=True, slots=True)
class ShareCost:
    """`chosen`: the cost is to be shared; `wishes` of those who pay; `problem` says in words why the amounts don't fit."""

    chosen: bool
    rows: tuple[ShareRow, ...]
    wishes: tuple[ShareWish, ...]
    problem: str
    total: str
    hours: int
    worked_out: bool


def share_cost(sheet: CheckoutSheet, data: Mapping[str, Any] | None) -> ShareCost | None:
    """The section for the owner of a trip with company; None when there is nobody to share with, or nothing to pay. At first everyone with an
    account pays an equal part. No statement while nobody else is in the trip, else one."""
    if not sheet.mine or not sheet.total or not sheet.in_company:
        return None
    members = members_of(sheet.trip)
    chosen = data is not None and data.get("how") == "share"
    said = data if chosen else None
    pairs = [(member, _form(member, said, sheet.currency)) for member in members]
    unreadable = [member.name for member, form in pairs if form.is_bound and not form.is_valid()]
    paying = [(member, form) for member, form in pairs if _pays(form)]
    wishes = tuple(ShareWish(_id(member), _amount(form)) for member, form in paying)
    parts: dict[str, Decimal] = {}
    problem = ""
    if unreadable:
        problem = _("Write the amounts as numbers, or leave them empty.")
    else:
        try:
            amounts = divide(sheet.total, [wish.amount for wish in wishes], sheet.currency)
            parts = dict(zip((wish.member for wish in wishes), amounts, strict=True))
        except UnfitShares as unfit:
            refusal = unfit_shares(unfit, sheet.total, sheet.currency, [member.name for member, _form in paying])
            problem = " ".join(str(sentence) for sentence in refusal.fields["collect"])
    rows = tuple(
        ShareRow(
            form,
            member.name,
            member.role == "owner",
            member.user_id is not None,
            format_amount(parts[_id(member)], sheet.currency) if _id(member) in parts else "",
        )
        for member, form in pairs
    )
    hours = round(settings.COLLECTION_TIME.total_seconds() / 3600)
    return ShareCost(chosen, rows, wishes, problem if chosen else "", format_amount(sheet.total, sheet.currency), hours, bool(parts))


def _id(member: TripMember) -> str:
    return ME if member.role == "owner" else str(member.pk)


def _form(member: TripMember, data: Mapping[str, Any] | None, currency: str) -> ShareForm:
    initial = {"pays": member.user_id is not None}
    return ShareForm(data, currency=currency, prefix=f"share-{_id(member)}", initial=initial, auto_id="id_%s")


def _pays(form: ShareForm) -> bool:
    return bool(form.cleaned_data.get("pays")) if form.is_bound and form.is_valid() else bool(form.initial["pays"]) and not form.is_bound


def _amount(form: ShareForm) -> Decimal | None:
    return form.cleaned_data.get("amount") if form.is_bound else None
