"""The story of a booking as tables for its page; each only for who may look at its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.queries.booking_story import BookingStory, Event
from travelplanner.core.admin.columns import EMPTY, LABELS
from travelplanner.core.templatetags.money import format_amount

Table = dict[str, Any]


def link(row: Model, text: str = "") -> SafeString:
    """To the row's own page."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>', url, text or str(row))


def label(state: str, text: str = "") -> str:
    return render_to_string("unfold/helpers/label.html", {"text": text or state, "type": LABELS.get(state, "")})


def moment(at: dt.datetime | None) -> str:
    """To the second: the order of events is the point."""
    return formats.date_format(timezone.localtime(at), "Y-m-d H:i:s") if at else EMPTY


def _table(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    return {"title": title, "table": {"headers": list(headers), "rows": [list(row) for row in rows]}}


def _may_see(user: AbstractBaseUser, kind: str) -> bool:
    app, model = kind.split(".")
    return user.has_perm(f"{app}.view_{model}") or user.has_perm(f"{app}.change_{model}")  # type: ignore[attr-defined]


def cause_of(story: BookingStory) -> str:
    """One sentence: what brought the booking where it is."""
    state, event = story.booking.get_state_display(), story.cause
    if event is None:
        return _("This booking is %(state)s since it was made.") % {"state": state}
    parts = {"state": state, "moment": moment(event.at), "reason": event.reason or EMPTY, "who": event.who or EMPTY}
    return _("This booking is %(state)s since %(moment)s: %(reason)s (by %(who)s).") % parts


def timeline(user: AbstractBaseUser, story: BookingStory) -> Table:
    def row(event: Event) -> tuple[Any, ...]:
        return moment(event.at), event.subject, event.happened, event.reason or EMPTY, event.who or EMPTY, event.request_id or EMPTY

    headers = (_("when"), _("what"), _("happened"), _("why"), _("who"), _("request"))
    return _table(_("What happened, in order"), headers, [row(event) for event in story.events if _may_see(user, event.kind)])


def tables_of(user: AbstractBaseUser, story: BookingStory) -> list[Table]:
    """Everything in order; then items, payments with attempts, refunds, holds with slots, ledger, mail, audit."""
    makers: tuple[tuple[str, Callable[[BookingStory], Table]], ...] = (
        ("bookings.bookingitem", _items),
        ("bookings.payment", _payments),
        ("bookings.paymentattempt", _attempts),
        ("bookings.refund", _refunds),
        ("bookings.hold", _holds),
        ("bookings.ledgerentry", _ledger),
        ("core.outboxmessage", _mails),
        ("core.auditentry", _audit),
    )
    return [timeline(user, story), *(make(story) for kind, make in makers if _may_see(user, kind))]


def _amount(amount: Decimal, currency: str) -> str:
    return format_amount(amount, currency)


def _items(story: BookingStory) -> Table:
    return _table(
        _("Items"),
        (_("item"), _("kind"), _("state"), _("payment"), _("from"), _("until"), _("units"), _("total")),
        [
            (link(row), row.get_type_display(), label(row.state), label(row.payment_status), row.starts_on, row.ends_on, row.quantity, _amount(row.total, row.currency))
            for row in story.items
        ],
    )


def _payments(story: BookingStory) -> Table:
    return _table(
        _("Payments"),
        (_("payment"), _("state"), _("amount"), _("gateway"), _("method"), _("reference there"), _("code"), _("settled")),
        [
            (
                link(row), label(row.state), _amount(row.amount, row.currency), row.gateway, row.method or EMPTY, row.provider_reference or EMPTY,
                row.failure_code or EMPTY, moment(row.settled_at),
            )
            for row in story.payments
        ],
    )  # fmt: skip


def _attempts(story: BookingStory) -> Table:
    return _table(
        _("Talks with the gateway"),
        (_("when"), _("payment"), _("asked"), _("answer"), _("code")),
        [(moment(row.created_at), row.payment.transaction_id, row.kind, row.outcome, row.code or EMPTY) for row in story.attempts],
    )


def _refunds(story: BookingStory) -> Table:
    return _table(
        _("Refunds"),
        (_("refund"), _("state"), _("amount"), _("reason"), _("settled")),
        [(link(row), label(row.state), _amount(row.amount, row.currency), row.reason, moment(row.settled_at)) for row in story.refunds],
    )


def _holds(story: BookingStory) -> Table:
    return _table(
        _("Holds and their slots"),
        (_("item"), _("date"), _("departure"), _("units"), _("state"), _("until"), _("taken of all")),
        [
            (row.item.name, link(row.slot, str(row.slot.date)), row.slot.time or EMPTY, row.quantity, label(row.state), moment(row.expires_at), f"{row.slot.taken} / {row.slot.capacity}")
            for row in story.holds
        ],
    )


def _ledger(story: BookingStory) -> Table:
    return _table(
        _("Ledger"),
        (_("when"), _("account"), _("amount"), _("why"), _("journal")),
        [(moment(row.created_at), row.get_account_display(), _amount(row.amount, row.currency), row.why, str(row.journal)[:8]) for row in story.ledger],
    )


def _mails(story: BookingStory) -> Table:
    return _table(
        _("Mail"),
        (_("mail"), _("to"), _("state"), _("attempts"), _("sent"), _("last error")),
        [(link(row, row.template), row.recipient, label(row.state), row.attempts, moment(row.sent_at), row.last_error or EMPTY) for row in story.mails],
    )


def _audit(story: BookingStory) -> Table:
    return _table(
        _("Audit"),
        (_("when"), _("action"), _("row"), _("who"), _("request")),
        [(moment(row.created_at), link(row, row.action), row.object_type, row.actor or row.actor_label, row.request_id or EMPTY) for row in story.audit],
    )
