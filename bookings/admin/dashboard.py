"""The dashboard of the staff admin (settings: UNFOLD["DASHBOARD_CALLBACK"]): each panel for who may look at its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timesince
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from bookings.admin.story_tables import label, moment
from bookings.models import Booking, GatewayEvent, Payment, Refund, ServiceSlot, WebhookDelivery
from bookings.queries import staff_figures
from bookings.queries.open_ends import dead_letters, open_counts
from bookings.states import UNSETTLED
from travelplanner.core import clock, figures
from travelplanner.core.admin.charts import bars
from travelplanner.core.admin.columns import EMPTY
from travelplanner.core.models import OutboxMessage, PeriodicJob
from travelplanner.core.templatetags.money import format_amount
from trips.models import PlanningRun, Service
from trips.queries import staff_figures as trip_figures

DAYS = 14
RECENT = dt.timedelta(days=30)
WEEK = dt.timedelta(days=7)
KINDS = dict(Service.TYPES)
Panel = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose dashboard it is, and when."""

    user: User
    now: dt.datetime

    def to(self, model: Any, text: Any, **filters: Any) -> Any:
        """`text`, which counts rows, as the way to these very rows in their list; for who may look at them."""
        if not self.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            return text
        return format_html('<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>', _list_url(model, f"?{urlencode(filters)}"), text)


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds `panels` (title, note, tables, charts, link) to the index page's context."""
    makers: tuple[tuple[str, Callable[[Desk], Panel]], ...] = (
        ("bookings.view_booking", _bookings),
        ("bookings.view_ledgerentry", _revenue),
        ("bookings.view_serviceslot", _occupancy),
        ("bookings.view_payment", _payments),
        ("trips.view_planningrun", _planning),
        ("bookings.view_ledgerentry", _books),
        ("core.view_outboxmessage", _outbox),
        ("core.view_outboxmessage", _dead),
        ("core.view_periodicjob", _worker),
    )
    desk = Desk(request.user, clock.now())  # type: ignore[arg-type]  # who gets here is signed in
    panels = [make(desk) for permission, make in makers if request.user.has_perm(permission)]
    return {**context, "panels": panels, "title": _("Dashboard")}


def _list_url(model: Any, query: str = "") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + query




def _table(headers: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> dict[str, Any]:
    return {"title": title, "table": {"headers": list(headers), "rows": [list(row) for row in rows]}}


def _panel(title: str, *, note: str = "", alarm: bool = False, tables: Sequence[Any] = (), charts: Sequence[SafeString] = (), url: str = "") -> Panel:
    return {"title": title, "note": note, "alarm": alarm, "tables": list(tables), "charts": list(charts), "url": url}


def _bookings(desk: Desk) -> Panel:
    counts = staff_figures.bookings_by_state(since=desk.now - RECENT)
    made, confirmed = trip_figures.trips_made_since(desk.now - RECENT), sum(counts[state][1] for state in ("CONFIRMED", "COMPLETED"))
    share = f"{100 * confirmed / made:.1f} %" if made else EMPTY
    rows = [(label(state), desk.to(Booking, recent, state__exact=state, created_at__gte=desk.now - RECENT), desk.to(Booking, every, state__exact=state)) for state, (every, recent) in counts.items()]
    return _panel(
        _("Bookings by state"),
        note=_("Of %(made)d trips made in 30 days, %(confirmed)d bookings were confirmed (%(share)s).") % {"made": made, "confirmed": confirmed, "share": share},
        tables=[_table((_("state"), _("30 days"), _("all")), rows)],
        url=_list_url(Booking),
    )


def _revenue(desk: Desk) -> Panel:
    found = staff_figures.revenue_by_day(days=DAYS, now=desk.now)
    charts = [
        bars(
            _("Revenue in %(currency)s by day") % {"currency": each.currency},
            [(formats.date_format(day, "j"), float(amount), f"{formats.date_format(day)}: {format_amount(amount, each.currency)}") for day, amount in each.days],
        )
        for each in found[:2]
    ]
    rows = []
    if found:
        for i in reversed(range(DAYS)):
            amounts = [each.days[i][1] for each in found]
            if any(amounts):
                rows.append((found[0].days[i][0], *(format_amount(amount, each.currency) for amount, each in zip(amounts, found, strict=True))))
        rows.insert(0, (_("all 14 days"), *(format_amount(each.total, each.currency) for each in found)))
    return _panel(
        _("Revenue by currency and day"),
        note=_("What the payment gateways took in, refunds taken off, by UTC date."),
        tables=[_table((_("date"), *(each.currency for each in found)), rows)],
        charts=charts,
    )


def _occupancy(desk: Desk) -> Panel:
    days = staff_figures.occupancy_by_day(first=desk.now.date(), days=DAYS)
    kinds = sorted(days[0].places)
    rows = [(day.date, *(f"{day.taken[kind]} / {day.places[kind]}" for kind in kinds)) for day in days]
    charts = []
    if "hotel" in kinds:
        values = [(formats.date_format(day.date, "j"), day.percent("hotel"), f"{formats.date_format(day.date)}: {day.percent('hotel'):.1f} %") for day in days]
        charts.append(bars(_("Beds taken, percent by date"), values, top=max(10.0, max(value for _label, value, _text in values))))
    return _panel(
        _("Occupancy of the next 14 days"),
        note=_("Units taken of all that active suppliers sell; the bars show beds."),
        tables=[_table((_("date"), *(str(KINDS.get(kind, kind)) for kind in kinds)), rows)],
        charts=charts,
        url=_list_url(ServiceSlot),
    )


def _payments(desk: Desk) -> Panel:
    troubles = staff_figures.payment_troubles(since=desk.now - WEEK)
    unknown = sum(count for (state, _code), count in troubles.items() if state == "unknown")
    rows = []
    for (state, code), count in sorted(troubles.items(), key=lambda pair: -pair[1]):
        lately = {"updated_at__gte": desk.now - WEEK} if state == "failed" else {}
        rows.append((label(state), code or EMPTY, desk.to(Payment, count, state__exact=state, failure_code__exact=code, **lately)))
    refunds = staff_figures.refund_troubles()
    back = [(label(state), desk.to(Refund, count, state__exact=state)) for state, count in sorted(refunds.items())]
    return _panel(
        _("Failed payments"),
        note=ngettext("%(count)d payment is without an answer from the gateway.", "%(count)d payments are without an answer from the gateway.", unknown)
        % {"count": unknown}
        if unknown else _("Failed in 7 days; none is without an answer."),
        alarm=bool(unknown or refunds),
        tables=[_table((_("state"), _("code"), _("payments")), rows), *([_table((_("state"), _("refunds")), back)] if back else [])],
        url=_list_url(Payment),
    )


def _planning(desk: Desk) -> Panel:
    found = trip_figures.runs_since(desk.now - WEEK)
    rows = [(label(state), desk.to(PlanningRun, count, state__exact=state, created_at__gte=desk.now - WEEK)) for state, count in found.counts.items()]
    failures = [(code or EMPTY, count) for code, count in found.failures]
    tables = [_table((_("state"), _("7 days")), rows)]
    if failures:
        tables.append(_table((_("failed of"), _("runs")), failures))
    return _panel(_("Planning runs"), alarm=bool(failures), tables=tables, url=_list_url(PlanningRun))


def _books(desk: Desk) -> Panel:
    """What is undecided; the faults of the books have a page of their own, which adds everything up."""
    counts = open_counts()
    rows = [
        (_("payments without an answer"), desk.to(Payment, counts["payments"], state__exact="unknown")),
        (_("bookings with open steps at suppliers"), desk.to(Booking, counts["bookings"], saga_open__exact=1)),
        (_("refunds that aren't paid"), desk.to(Refund, counts["refunds"], state__in=",".join((*UNSETTLED, "failed")))),
    ]
    return _panel(
        _("Undecided"),
        note=_("The report adds up captured, refunded, confirmed and held, and names what differs."),
        tables=[_table((_("what"), _("now")), rows)],
        url=reverse("admin:bookings_ledgerentry_reconcile_report"),
    )


def _dead(desk: Desk) -> Panel:
    found = dead_letters()
    names = {"mail": _("mails"), "webhook": _("webhook messages"), "gateway_event": _("messages of gateways"), "webhook_delivery": _("webhook deliveries")}
    lists: dict[str, tuple[Any, dict[str, str]]] = {"gateway_event": (GatewayEvent, {}), "webhook_delivery": (WebhookDelivery, {})}
    rows = []
    for kind, count in sorted(found.items()):
        model, which = lists.get(kind, (OutboxMessage, {"kind": kind}))
        rows.append((names.get(kind, kind), desk.to(model, count, state__exact="dead", **which)))
    dead = any(found.values())
    return _panel(_("Dead letters"), note=_("They were given up; open one to send it again.") if dead else _("None."), alarm=dead, tables=[_table((_("kind"), _("dead")), rows)])


def _outbox(desk: Desk) -> Panel:
    found = figures.outbox_figures(now=desk.now)
    states = ("queued", "sending", "sent", "dead")
    age = timesince.timesince(desk.now - found.oldest_wait, desk.now) if found.oldest_wait else ""
    said = [_("The oldest message waits for %(age)s.") % {"age": age} if age else _("Nothing waits.")]
    if found.dead:
        said.append(ngettext("%(count)d dead letter waits for someone to look.", "%(count)d dead letters wait for someone to look.", found.dead) % {"count": found.dead})
    rows = [(label(state), desk.to(OutboxMessage, found.counts.get(state, 0), state__exact=state)) for state in states]
    return _panel(_("Outbox"), note=" ".join(said), alarm=bool(found.dead), tables=[_table((_("state"), _("messages")), rows)], url=_list_url(OutboxMessage))


def _worker(desk: Desk) -> Panel:
    found = figures.schedule_figures(now=desk.now)
    if found.worker_seen_at is None:
        note = _("No worker has ever run.")
    elif found.worker_alive:
        note = _("The worker is alive, last seen %(moment)s.") % {"moment": moment(found.worker_seen_at)}
    else:
        note = _("The worker is silent since %(moment)s: planning and mail wait.") % {"moment": moment(found.worker_seen_at)}
    rows = [(job.name, _("failed %(count)d times in a row") % {"count": job.failures_in_row}, job.last_error) for job in found.failing]
    rows += [(job.name, _("late"), moment(job.next_run_at)) for job in found.late if job not in found.failing]
    tables = [_table((_("job"), _("trouble"), _("details")), rows)] if rows else []
    return _panel(_("Worker and schedule"), note=note, alarm=not found.worker_alive or bool(rows), tables=tables, url=_list_url(PeriodicJob))
