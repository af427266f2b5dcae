"""The story of a booking as tables for its page; each only for who may look at its rows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from bookings.admin import story_beside as beside
from bookings.admin.story_cause import cause_of
from bookings.admin.story_words import Table, label, link, moment
from bookings.admin.story_words import table as _table
from bookings.queries.booking_story import BookingStory, Event
from travelplanner.core.admin.columns import EMPTY
from travelplanner.core.templatetags.money import format_amount

__all__ = ["cause_of", "label", "link", "moment", "tables_of", "timeline"]


ALWAYS = ("bookings.payment", "bookings.hold")


def _may_see(user: AbstractBaseUser, kind: str) -> bool:
    app, model = kind.split(".")
    return user.has_perm(f"{app}.view_{model}") or user.has_perm(f"{app}.change_{model}")  # type: ignore[attr-defined]  # the base class in the stubs has no permissions


def timeline(user: AbstractBaseUser, story: BookingStory) -> Table:
    def row(event: Event) -> tuple[Any, ...]:
        return moment(event.at), event.subject, event.happened, event.reason or EMPTY, event.who or EMPTY, event.request_id or EMPTY

    headers = (_("when"), _("what"), _("happened"), _("why"), _("who"), _("request"))
    return _table(_("What happened, in order"), headers, [row(event) for event in story.events if _may_see(user, event.kind)])


def tables_of(user: AbstractBaseUser, story: BookingStory) -> list[Table]:
    """Everything in order; then items, money, shares, cancellations, disputes, holds with slots, steps, ledger, details, messages, audit.

    Of what never happened there is no table, save for payments and holds, whose absence says something.
    """
    makers: tuple[tuple[str, Callable[[BookingStory], Table]], ...] = (
        ("bookings.bookingitem", _items),
        ("bookings.payment", _payments),
        ("bookings.paymentattempt", _attempts),
        ("bookings.refund", _refunds),
        ("bookings.paymentshare", beside.shares),
        ("bookings.cancellationquote", beside.quotes),
        ("bookings.dispute", beside.disputes),
        ("bookings.gatewayevent", beside.gateway_events),
        ("bookings.hold", _holds),
        ("bookings.sagaentry", beside.saga),
        ("bookings.ledgerentry", _ledger),
        ("bookings.bookingitem", beside.details),
        ("bookings.itemdocument", beside.documents),
        ("bookings.supplierchange", beside.changes),
        ("accounts.notification", beside.notifications),
        ("bookings.webhookdelivery", beside.deliveries),
        ("core.outboxmessage", _mails),
        ("core.auditentry", _audit),
    )
    made = [(kind, make(story)) for kind, make in makers if _may_see(user, kind)]
    return [timeline(user, story), *(part for kind, part in made if part["table"]["rows"] or kind in ALWAYS)]


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
        (_("payment"), _("state"), _("amount"), _("taken"), _("given back"), _("gateway"), _("method"), _("reference there"), _("code"), _("settled")),
        [
            (
                link(row), label(row.state), _amount(row.amount, row.currency), _amount(row.captured, row.captured_currency or row.currency),
                _amount(row.refunded, row.captured_currency or row.currency), row.gateway, row.method or EMPTY, row.provider_reference or EMPTY,
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
        (_("refund"), _("state"), _("amount"), _("cause"), _("reason"), _("back by"), _("settled")),
        [(link(row), label(row.state), _amount(row.amount, row.currency), row.get_cause_display(), row.reason, row.due_by or EMPTY, moment(row.settled_at)) for row in story.refunds],
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
