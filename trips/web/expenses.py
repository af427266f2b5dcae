"""The expenses page: log one, who gives whom, settle up, what it comes to against the prediction."""

from __future__ import annotations

import csv
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.cells import neutral
from travelplanner.core.errors import Invalid, Stale
from travelplanner.core.web.actors import actor_of
from trips import rules
from trips.actions import expenses as actions
from trips.actions import settlements
from trips.models import Trip
from trips.models.expense import CATEGORIES
from trips.queries import expenses as queries
from trips.queries.roster import people_of, trip_today
from trips.web import expense_view
from trips.web.company_bar import company_bar
from trips.web.expense_forms import CATEGORY_LABELS, ExpenseForm, initial_of, name_of
from trips.web.trip_bar import trip_bar

PAGE_SIZE = 20
SETTLEMENTS_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def show_expenses(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything about the trip's money among its people; POST logs an expense, or adds a row to its items."""
    actor = actor_of(request)
    trip = queries.get_trip_of_mine(actor, reference)
    form = None
    if request.method == "POST":
        people = [person for person in people_of(actor, trip) if not person.former]
        form = _posted(request, trip, people)
        if "add_row" not in request.POST and form.is_valid():
            try:
                expense = actions.log_expense(actor=actor, reference=reference, bill=form.to_bill(), request_key=form.cleaned_data["key"])
            except Invalid as error:
                form.refuse(error)
            else:
                messages.success(request, _("Logged: %s.") % expense.title)
                return redirect("trips:expenses", reference=reference)
    refused = form is not None and form.is_bound and "add_row" not in request.POST
    return render(request, "trips/expenses.html", _page(request, actor, trip, form), status=400 if refused else 200)


def _posted(request: HttpRequest, trip: Trip, people: Any) -> ExpenseForm:
    """The form as it was sent; with another row of items where that was asked, and then nothing is called wrong yet."""
    if "add_row" not in request.POST:
        return ExpenseForm(request.POST, trip=trip, people=people)
    form = ExpenseForm(request.POST, trip=trip, people=people, extra_rows=1)
    form.errors.clear()
    for row in form.items:
        row.errors.clear()
    return form


def _page(request: HttpRequest, actor: Actor, trip: Trip, form: ExpenseForm | None) -> dict[str, Any]:
    found = queries.balances_of(actor, trip)
    everyone = list(found.people.values())
    now = clock.now()
    category, member = request.GET.get("category", ""), request.GET.get("member", "")
    rows = queries.expenses_of(trip, category=category if category in dict(CATEGORIES) else "", member=member if member in found.people else "")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    deleted = list(queries.deleted_expenses(trip, since=now - actions.KEPT_FOR))
    latest = request.GET.get("deleted", "")
    settled = list(queries.settlements_of(trip)[:SETTLEMENTS_SHOWN])
    return {
        "trip": trip,
        "reference": trip.reference,
        "bar": trip_bar(actor, trip, "", planned=True),
        "company": company_bar(actor, trip, "expenses"),
        "form": form or ExpenseForm(trip=trip, people=[person for person in everyone if not person.former], initial={"spent_on": trip_today(trip, now)}),
        "owned": trip.owner_id is not None,
        "sign_in_url": f"{reverse('account_login')}?next={request.path}",
        "alone": sum(not person.former for person in everyone) < 2,
        "headline": expense_view.headline(found),
        "own_words": expense_view.own_words(found),
        "transfers": expense_view.transfers(found, may_note_all=rules.may_edit(actor, trip)),
        "transfers_hint": expense_view.transfers_hint(found),
        "standings": expense_view.standing_rows(found),
        "count": found.count,
        "spending": expense_view.spending(queries.spending_of(trip, found.logged), trip.budget_currency),
        "page": page,
        "entries": [expense_view.entry(actor, trip, row) for row in page.object_list],
        "settled": [expense_view.settlement_row(actor, trip, row) for row in settled],
        "deleted": [
            expense_view.deleted_row(row, trip, (row.archived_at + actions.KEPT_FOR).date())
            for row in deleted
            if row.archived_at and queries.may_change(actor, trip, row.made_by)
        ],
        "undo": next((row for row in deleted if str(row.pk) == latest and queries.may_change(actor, trip, row.made_by)), None),
        "categories": CATEGORY_LABELS,
        "people": [(person.id, name_of(person)) for person in everyone if person.id != "me"],
        "shown": {"category": category, "member": member},
        "settle_key": str(uuid.uuid4()),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def edit_expense(request: HttpRequest, reference: str, expense_id: uuid.UUID) -> HttpResponse:
    """Change one expense; someone else's change in between is told, and nothing is overwritten."""
    actor = actor_of(request)
    trip = queries.get_trip_of_mine(actor, reference)
    expense = queries.get_expense(trip, expense_id)
    inside = {str(expense.paid_by_id), *(str(share.member_id) for share in expense.shares.all())}
    people = [person for person in people_of(actor, trip) if not person.former or person.id in inside]
    status = 200
    if request.method == "POST":
        form = _posted(request, trip, people)
        if "add_row" not in request.POST:
            status = 400
            if form.is_valid():
                try:
                    _save(actor, trip, expense_id, form)
                except Invalid as error:
                    form.refuse(error)
                except Stale as error:
                    form.add_error(None, str(error.message))
                    status = 412
                else:
                    messages.success(request, _("Saved: %s.") % form.cleaned_data["title"])
                    return redirect("trips:expenses", reference=reference)
    else:
        form = ExpenseForm(trip=trip, people=people, initial=initial_of(expense))
    context = {
        "trip": trip,
        "reference": trip.reference,
        "bar": trip_bar(actor, trip, "", planned=True),
        "company": company_bar(actor, trip, "expenses"),
        "form": form,
        "expense": expense_view.entry(actor, trip, expense),
        "frozen": expense_view.rate_words(expense, trip),
        "back": reverse("trips:expenses", args=[trip.reference]),
    }
    return render(request, "trips/expense.html", context, status=status)


def _save(actor: Actor, trip: Trip, expense_id: uuid.UUID, form: ExpenseForm) -> None:
    bill = form.to_bill()
    changes = {name: getattr(bill, name) for name in bill.__slots__}
    actions.change_expense(actor=actor, reference=trip.reference, expense_id=expense_id, row_version=form.cleaned_data.get("version") or 0, changes=changes)


@require_POST
def delete_expense(request: HttpRequest, reference: str, expense_id: uuid.UUID) -> HttpResponse:
    """Delete it; the page that follows offers to bring it back."""
    actions.archive_expense(actor=actor_of(request), reference=reference, expense_id=expense_id)
    return redirect(f"{reverse('trips:expenses', args=[reference])}?deleted={expense_id}")


@require_POST
def restore_expense(request: HttpRequest, reference: str, expense_id: uuid.UUID) -> HttpResponse:
    expense = actions.restore_expense(actor=actor_of(request), reference=reference, expense_id=expense_id)
    messages.success(request, _("It is back: %s.") % expense.title)
    return redirect("trips:expenses", reference=reference)


@require_POST
def settle_up(request: HttpRequest, reference: str) -> HttpResponse:
    """Note that someone gave someone money."""
    try:
        amount = Decimal(request.POST.get("amount", "")[:20])
    except InvalidOperation:
        amount = Decimal(0)
    actor, payer, payee = actor_of(request), request.POST.get("payer", "")[:40], request.POST.get("payee", "")[:40]
    key = f"{request.POST.get('key', '')[:40]}:{payer}:{payee}"
    try:
        settlements.record_settlement(actor=actor, reference=reference, payer=payer, payee=payee, amount=amount, request_key=key)
    except Invalid as error:
        messages.error(request, " ".join(str(text) for texts in error.fields.values() for text in texts) or str(error.message))
        return render(request, "trips/expenses.html", _page(request, actor, queries.get_trip_of_mine(actor, reference), None), status=400)
    messages.success(request, _("Noted. The balances below take it in."))
    return redirect(f"{reverse('trips:expenses', args=[reference])}#settle")


@require_POST
def delete_settlement(request: HttpRequest, reference: str, settlement_id: uuid.UUID) -> HttpResponse:
    settlements.archive_settlement(actor=actor_of(request), reference=reference, settlement_id=settlement_id)
    messages.success(request, _("Taken back. The balances below are as if it had not been noted."))
    return redirect(f"{reverse('trips:expenses', args=[reference])}#settle")


@require_safe
def export_expenses(request: HttpRequest, reference: str) -> HttpResponse:
    """All expenses as CSV: one line each, a column per member with their part in the trip's currency. Cells that a spreadsheet would run are made harmless."""
    actor = actor_of(request)
    trip = queries.get_trip_of_mine(actor, reference)
    rows = list(queries.expenses_of(trip).order_by("spent_on", "created_at", "id"))
    members = {share.member_id: share.member for row in rows for share in row.shares.all()}
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="expenses-{trip.reference}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer.write("\ufeff")  # spreadsheets take it for UTF-8 only so
    writer = csv.writer(answer)
    own = trip.budget_currency
    head = ["date", "title", "category", "paid_by", "amount", "currency", "rate", "rate_date", f"amount_{own}", "note", *(f"{row.name} ({own})" for row in members.values())]
    writer.writerow([neutral(cell) for cell in head])
    for row in rows:
        parts = {share.member_id: share.trip_amount for share in row.shares.all()}
        cells = [
            row.spent_on.isoformat(), row.title, row.category, row.paid_by.name, money.quantize(row.amount, row.currency), row.currency, f"{row.rate.normalize():f}",
            row.rate_date.isoformat() if row.rate_date else "", money.quantize(row.trip_amount, own), row.note, *(money.quantize(parts[key], own) if key in parts else "" for key in members),
        ]  # fmt: skip
        writer.writerow([neutral(cell) for cell in cells])
    return answer
