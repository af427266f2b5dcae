"""The books as pages of the ledger's list: statements of account with their CSV, and what reconciling found."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSingleDateWidget

from bookings.admin.story_words import label, link, moment, table
from bookings.models import Booking, LedgerEntry
from bookings.queries import statements
from bookings.queries.ledger import ledger_faults, money_figures
from bookings.queries.open_ends import open_ends
from bookings.queries.statements import Period, StatementLine
from travelplanner.core import clock, money
from travelplanner.core.admin.columns import EMPTY
from travelplanner.core.cells import neutral
from travelplanner.core.templatetags.money import format_amount

ACCOUNTS = dict(LedgerEntry.ACCOUNTS)
COLUMNS = ("entry", "written_at_utc", "account", "currency", "amount", "balance", "why", "booking", "payment", "refund", "journal")


class PeriodForm(forms.Form):
    first = forms.DateField(label=_("From"), widget=UnfoldAdminSingleDateWidget())
    last = forms.DateField(label=_("Until and with"), widget=UnfoldAdminSingleDateWidget())

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("first") and found.get("last") and found["first"] > found["last"]:
            self.add_error("last", _t("This is before the first day."))
        return found


class _Line:
    """What csv.writer writes to: it hands the line on."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Lines of a CSV file, none of which a spreadsheet runs; one at a time."""
    writer = csv.writer(_Line())
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in row])


def download(rows: Iterable[Iterable[Any]], name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def line_cells(line: StatementLine) -> tuple[Any, ...]:
    """In the order of COLUMNS; amounts as plain decimals, moments in UTC."""
    row = line.entry
    return (
        row.pk, row.created_at.astimezone(dt.UTC).isoformat(timespec="seconds"), row.account, row.currency, money.quantize(row.amount, row.currency),
        line.balance, row.why, row.booking.reference, row.payment.transaction_id if row.payment else "",
        row.refund.transaction_id if row.refund else "", row.journal,
    )  # fmt: skip


class WithBooks:
    """For the ledger's admin: two buttons above its list, and the downloads."""

    actions_list = ("statements_page", "reconcile_report")
    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        made = [
            path("statement.csv", self.admin_site.admin_view(self.statement_csv), name=f"{name}_statement_csv"),
            path("suppliers.csv", self.admin_site.admin_view(self.suppliers_csv), name=f"{name}_suppliers_csv"),
        ]
        return [*made, *super().get_urls()]  # type: ignore[misc]  # a mixin before an admin

    # --- statements ------------------------------------------------------------------------------------------------
    @action(description=_("Statements"), icon="receipt_long", permissions=("view",), url_path="statements")
    def statements_page(self, request: HttpRequest) -> HttpResponse:
        """Every account in a period (this month, unless said), what each supplier is owed, and links to the entries as CSV."""
        today = clock.now().date()
        form = PeriodForm(request.GET if "first" in request.GET else None, initial={"first": today.replace(day=1), "last": today})
        period = Period(form.cleaned_data["first"], form.cleaned_data["last"]) if form.is_valid() else Period(today.replace(day=1), today)
        tables = [self._accounts(period), self._suppliers(period)] if form.is_valid() or not form.is_bound else []
        context = {**self.admin_site.each_context(request), "title": _t("Statements of account"), "form": form, "tables": tables, "opts": self.opts}
        return TemplateResponse(request, "admin/bookings/statements.html", context)

    def _accounts(self, period: Period) -> Any:
        rows = [
            (
                ACCOUNTS.get(one.account, one.account), one.currency, format_amount(one.opening, one.currency), format_amount(one.debits, one.currency),
                format_amount(one.credits, one.currency), format_amount(one.closing, one.currency), one.entries,
                self._to_csv("statement", period, account=one.account, currency=one.currency),
            )
            for one in statements.account_statements(period)
        ]  # fmt: skip
        headers = (_t("account"), _t("currency"), _t("before"), _t("debits"), _t("credits"), _t("after"), _t("entries"), _t("file"))
        return table(_t("Accounts from %(first)s to %(last)s (UTC)") % {"first": period.first, "last": period.last}, headers, rows)

    def _suppliers(self, period: Period) -> Any:
        rows = [
            (
                one.supplier, one.items, format_amount(one.amount, one.currency) if one.currency else EMPTY,
                ", ".join(format_amount(amount, code) for code, amount in one.fees) or EMPTY,
            )
            for one in statements.supplier_statements(period)
        ]  # fmt: skip
        headers = (_t("supplier"), _t("items"), _t("owed for items"), _t("kept of cancellations"))
        made = table(_t("Owed to suppliers for bookings made in this time"), headers, rows)
        return {**made, "file": self._to_csv("suppliers", period)}

    def _to_csv(self, what: str, period: Period, **more: str) -> SafeString:
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{what}_csv")
        query = urlencode({"first": str(period.first), "last": str(period.last), **more})
        return format_html('<a href="{}?{}" class="text-primary-600 dark:text-primary-500">CSV</a>', url, query)

    def _period(self, request: HttpRequest) -> Period:
        form = PeriodForm(request.GET)
        if not form.is_valid():
            raise Http404
        return Period(form.cleaned_data["first"], form.cleaned_data["last"])

    def statement_csv(self, request: HttpRequest) -> StreamingHttpResponse:
        """The entries of an account and currency in a period with the balance after each, or (`booking=BK_...`) all of a booking."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]  # the admin's
            raise PermissionDenied
        reference = request.GET.get("booking", "")[:20].replace("\x00", "")
        if reference:
            booking = Booking.objects.filter(reference=reference).values_list("pk", flat=True).first()
            if booking is None:
                raise Http404
            lines, name = statements.booking_lines(booking), f"statement-{reference}"
        else:
            account, currency, period = request.GET.get("account", ""), request.GET.get("currency", ""), self._period(request)
            if account not in ACCOUNTS or currency not in money.known_currencies():
                raise Http404
            lines, name = statements.account_lines(account, currency, period), f"{account}-{currency}-{period.first}-{period.last}"
        return download(_with_head(lines), name)

    def suppliers_csv(self, request: HttpRequest) -> StreamingHttpResponse:
        if not self.has_view_permission(request):  # type: ignore[attr-defined]  # the admin's
            raise PermissionDenied
        period = self._period(request)
        rows: list[tuple[Any, ...]] = [("supplier", "items", "owed_currency", "owed", "kept_currency", "kept")]
        for one in statements.supplier_statements(period):
            rows.append((one.supplier, one.items, one.currency, one.amount, "", ""))
            rows += [(one.supplier, "", "", "", code, amount) for code, amount in one.fees]
        return download(rows, f"suppliers-{period.first}-{period.last}")

    # --- reconciling -----------------------------------------------------------------------------------------------
    @action(description=_("Reconcile report"), icon="fact_check", permissions=("view",), url_path="reconcile")
    def reconcile_report(self, request: HttpRequest) -> HttpResponse:
        """What the jobs did last, what is undecided, and whether the books agree at this moment."""
        faults, ends = ledger_faults(), open_ends()
        figures = [
            (
                one.currency,
                *(format_amount(getattr(one, name), one.currency) for name in ("captured", "refunded", "confirmed", "open", "held", "spent", "difference")),
            )
            for one in money_figures()
        ]
        headers = (_t("currency"), _t("captured"), _t("refunded"), _t("confirmed"), _t("paid, waiting"), _t("held"), _t("spent"), _t("difference"))
        tables = [
            table(_t("Money"), headers, figures),
            table(_t("Faults"), (_t("kind"), _t("row"), _t("should have"), _t("has")), [(one.kind, one.subject, one.expected, one.found) for one in faults]),
            table(
                _t("Jobs"),
                (_t("job"), _t("last run"), _t("result"), _t("trouble"), _t("next")),
                [
                    (link(job, job.name), moment(job.last_finished_at), job.last_result or EMPTY, job.last_error or EMPTY, moment(job.next_run_at))
                    for job in ends.jobs
                ],
            ),
            table(
                _t("Undecided payments"),
                (_t("payment"), _t("booking"), _t("state"), _t("amount"), _t("since")),
                [(link(row), row.booking.reference, label(row.state), format_amount(row.amount, row.currency), moment(row.created_at)) for row in ends.payments],
            ),
            table(
                _t("Bookings with open steps at suppliers"),
                (_t("booking"), _t("state"), _t("since")),
                [(link(row), label(row.state), moment(row.updated_at)) for row in ends.bookings],
            ),
            table(
                _t("Refunds that aren't paid"),
                (_t("refund"), _t("booking"), _t("state"), _t("amount"), _t("promised by")),
                [
                    (link(row), row.payment.booking.reference, label(row.state), format_amount(row.amount, row.currency), row.due_by or EMPTY)
                    for row in ends.refunds
                ],
            ),
        ]
        note = _t("The books agree.") if not faults else _t("The books don't agree: see the faults.")
        context = {**self.admin_site.each_context(request), "title": _t("Reconcile report"), "note": note, "alarm": bool(faults), "tables": tables, "opts": self.opts}
        return TemplateResponse(request, "admin/bookings/statements.html", context)


def _with_head(lines: Iterable[StatementLine]) -> Iterator[tuple[Any, ...]]:
    yield COLUMNS
    for line in lines:
        yield line_cells(line)
