"""Expenses as the page shows them: sentences of who gives whom, entries, bars with their table. Pure but for the active language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from travelplanner.core.actor import Actor
from travelplanner.core.templatetags.money import format_amount
from trips.expenses import Standing, Transfer, is_stale, rate_sources
from trips.models import Expense, ExpenseShare, Settlement, Trip
from trips.queries.expenses import Balances, Spending, SpendingTable, may_change
from trips.queries.roster import Person, person_of
from trips.web import written
from trips.web.expense_forms import CATEGORY_LABELS, name_of
from trips.web.figures.spending import SpendingBars, SpendingRow, SpendingWords, spending_bars

CATEGORY_ICONS = {
    "food": "meal", "local_transport": "bus", "activities": "ticket", "lodging": "bed", "intercity": "train", "shopping": "shop", "other": "money",
}  # fmt: skip
RATE_SOURCES = {"ecb": lazy("European Central Bank"), "economist": lazy("The Economist"), "fixed_rate": lazy("fixed rate, editor's estimate")}
LABELS = dict(CATEGORY_LABELS)


def transfer_words(transfer: Transfer, people: Mapping[str, Person], currency: str) -> str:
    """Bob gives Alice €12.50. Settled in words, not in signs."""
    payer, payee = people[transfer.payer], people[transfer.payee]
    about = {"payer": name_of(payer), "payee": name_of(payee), "amount": format_amount(transfer.amount, currency, whole=False)}
    if payer.you and not payer.former:
        return _("You give %(payee)s %(amount)s.") % about
    if payee.you and not payee.former:
        return _("%(payer)s gives you %(amount)s.") % about
    return _("%(payer)s gives %(payee)s %(amount)s.") % about


def given_words(payer: Person, payee: Person, amount: Decimal, currency: str) -> str:
    """Bob gave Alice €12.50."""
    about = {"payer": name_of(payer), "payee": name_of(payee), "amount": format_amount(amount, currency, whole=False)}
    if payer.you and not payer.former:
        return _("You gave %(payee)s %(amount)s.") % about
    if payee.you and not payee.former:
        return _("%(payer)s gave you %(amount)s.") % about
    return _("%(payer)s gave %(payee)s %(amount)s.") % about


def transfers(found: Balances, *, may_note_all: bool) -> list[dict[str, Any]]:
    """Each with its sentence and, for who may note it, the form's fields."""
    shown = []
    for transfer in found.plan.transfers:
        own = any(person.you and not person.former for person in (found.people[transfer.payer], found.people[transfer.payee]))
        fields = {"payer": transfer.payer, "payee": transfer.payee, "amount": str(transfer.amount)}
        shown.append({"text": transfer_words(transfer, found.people, found.currency), "fields": fields if own or may_note_all else None, "own": own})
    return shown


def transfers_hint(found: Balances) -> str:
    """How the list came about."""
    count = len(found.plan.transfers)
    if not count:
        return ""
    if not found.plan.exact:
        return _("With so many people this may not be the very fewest transfers, but it is few.")
    return ngettext("With %d transfer everybody is even.", "With %d transfers everybody is even; fewer are not possible.", count) % count


def standing_rows(found: Balances) -> list[dict[str, Any]]:
    """Where everybody stands, as a table; people of whom there is nothing are left out."""
    return [_standing(row, found) for row in found.standings if any((row.paid, row.share, row.gave, row.got))]


def _standing(row: Standing, found: Balances) -> dict[str, Any]:
    def amount(value: Decimal) -> str:
        return format_amount(value, found.currency, whole=False)

    if not row.balance:
        says = _("even")
    else:
        says = (_("gets %s") if row.balance > 0 else _("owes %s")) % amount(abs(row.balance))
    person = found.people[row.member]
    return {"name": name_of(person), "paid": amount(row.paid), "share": amount(row.share), "gave": amount(row.gave), "got": amount(row.got), "says": says}


def headline(found: Balances) -> dict[str, str]:
    """The total and what that is a head."""
    per_head = ""
    if found.per_head is not None and found.sharing > 1:
        each = format_amount(found.per_head, found.currency)
        per_head = ngettext("%(each)s a head, %(people)d person shares", "%(each)s a head, %(people)d people share", found.sharing) % {"each": each, "people": found.sharing}
    return {"total": format_amount(found.total, found.currency), "per_head": per_head}


def own_words(found: Balances) -> str:
    """How the reader stands, as a sentence."""
    mine = next((row for row in found.standings if found.people[row.member].you and not found.people[row.member].former), None)
    if mine is None or not found.count:
        return ""
    if not mine.balance:
        return _("You are even.")
    amount = format_amount(abs(mine.balance), found.currency, whole=False)
    return (_("You get back %s.") if mine.balance > 0 else _("You owe %s.")) % amount


def entry(actor: Actor, trip: Trip, expense: Expense) -> dict[str, Any]:
    """One expense as a row of the list."""
    payer = person_of(actor, expense.paid_by)
    shares = list(expense.shares.all())
    paid = _("You paid") if payer.you and not payer.former else _("%s paid") % name_of(payer)
    return {
        "id": expense.pk,
        "icon": CATEGORY_ICONS[expense.category],
        "category": str(LABELS[expense.category]),
        "title": expense.title,
        "amount": format_amount(expense.amount, expense.currency, whole=None),
        "in_trip": format_amount(expense.trip_amount, trip.budget_currency) if expense.currency != trip.budget_currency else "",
        "rate": rate_words(expense, trip),
        "paid": paid,
        "day": written.day_date(expense.spent_on),
        "shared": shared_words(actor, expense, shares),
        "parts": [_part(actor, share, expense.currency) for share in shares],
        "note": expense.note,
        "may_change": may_change(actor, trip, expense.made_by),
    }


def _part(actor: Actor, share: ExpenseShare, currency: str) -> dict[str, str]:
    return {"name": name_of(person_of(actor, share.member)), "amount": format_amount(share.amount, currency, whole=False)}


def shared_words(actor: Actor, expense: Expense, shares: Sequence[ExpenseShare]) -> str:
    """for Alice alone; shared by Alice and Bob; by shares among three people."""
    names = [name_of(person_of(actor, share.member), inside=True) for share in shares]
    if len(names) == 1:
        return _("for %s alone") % names[0]
    if len(names) > 3:
        return ngettext("shared by %d person", "shared by %d people", len(names)) % len(names)
    return _("shared by %s") % written.listed(names)


def rate_words(expense: Expense, trip: Trip) -> str:
    """The frozen rate with its day, and whether it was old already when the money was spent."""
    if expense.rate_date is None:
        return ""
    names = ", ".join(str(RATE_SOURCES.get(name, name)) for name in rate_sources(expense.currency, trip.budget_currency))
    about = {"day": written.full_date(expense.rate_date), "source": names or _("source no longer known")}
    if is_stale(expense.rate_date, expense.spent_on):
        return _("Rate of %(day)s (%(source)s), which was the newest we had; yours may have differed.") % about
    return _("Rate of %(day)s (%(source)s).") % about


def settlement_row(actor: Actor, trip: Trip, row: Settlement) -> dict[str, Any]:
    words = given_words(person_of(actor, row.payer), person_of(actor, row.payee), row.amount, trip.budget_currency)
    return {"id": row.pk, "text": words, "may_change": may_change(actor, trip, row.made_by)}


def deleted_row(expense: Expense, trip: Trip, until: dt.date) -> dict[str, Any]:
    return {"id": expense.pk, "title": expense.title, "amount": format_amount(expense.amount, expense.currency), "until": written.full_date(until)}


def spending(table: SpendingTable, currency: str) -> dict[str, Any] | None:
    """The bars (they stand in a narrow column) and their table; None while there is nothing to show."""
    if not table.rows:
        return None
    rows = tuple(
        SpendingRow(
            str(LABELS[row.category]), float(row.booked), float(row.logged), (float(row.planned[0]), float(row.planned[1]), float(row.planned[2])) if row.planned else None
        )
        for row in table.rows
    )
    words = SpendingWords(
        title=_("Spent against predicted, by category"),
        spent=_("{name}: {booked} booked, {logged} logged"),
        planned=_("{name}: {booked} booked, {logged} logged; predicted {low} to {high}, most likely {likely}"),
    )
    chart = SpendingBars(rows, money=written.amounts_in(currency), short_money=written.scales_in(currency), words=words)
    return {
        "figure": spending_bars(chart, "phone"),
        "rows": [_spending_row(row, str(LABELS[row.category]), currency) for row in table.rows],
        "total": _spending_row(table.total, _("Together"), currency),
        "against": against_words(table.total, currency),
    }


def _spending_row(row: Spending, label: str, currency: str) -> dict[str, str]:
    def amount(value: Decimal) -> str:
        return written.amount(str(value), currency) if value else "–"

    planned = _("%(low)s to %(high)s") % {"low": _rough(row.planned[0], currency), "high": _rough(row.planned[2], currency)} if row.planned else "–"
    return {"label": label, "planned": planned, "booked": amount(row.booked), "logged": amount(row.logged), "spent": amount(row.booked + row.logged)}


def _rough(value: Decimal, currency: str) -> str:
    return written.amount(written.rough(float(value)), currency)


def against_words(total: Spending, currency: str) -> str:
    """The whole against the prediction, in a sentence."""
    if total.planned is None:
        return ""
    spent, (low, _likely, high) = total.booked + total.logged, total.planned
    about = {"spent": written.amount(str(spent), currency), "low": _rough(low, currency), "high": _rough(high, currency)}
    if not spent:
        return _("Nothing spent so far; we predicted %(low)s to %(high)s for everyone.") % about
    if spent > high:
        return _("Together %(spent)s: more than the %(low)s to %(high)s that we predicted for everyone.") % about
    return _("Together %(spent)s so far; we predicted %(low)s to %(high)s for everyone.") % about
