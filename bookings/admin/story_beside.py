"""Tables of a booking's story beside its money and places: the saga, shares, cancellations, disputes, suppliers, messages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bookings.admin.story_words import Table, label, link, moment, table
from bookings.queries.booking_story import BookingStory
from travelplanner.core.admin.columns import EMPTY
from travelplanner.core.templatetags.money import format_amount

FACTS_SHOWN = 200  # letters


def saga(story: BookingStory) -> Table:
    """Every step with what takes it back, and whether that was done."""
    said = {"": EMPTY, "no": _("no"), "asked": _("on its way"), "partly": _("partly"), "refused": _("refused"), "yes": _("yes")}
    return table(
        _("Steps, and what takes them back"),
        (_("when"), _("step"), _("item"), _("happened"), _("why"), _("taken back by"), _("was it")),
        [
            (
                moment(row.created_at), row.get_step_display(), row.item.name if row.item else EMPTY, label(row.event, row.get_event_display()),
                row.reason or EMPTY, row.compensation or EMPTY, said[story.taken_back(row)],
            )
            for row in story.saga
        ],
    )  # fmt: skip


def shares(story: BookingStory) -> Table:
    return table(
        _("Shares"),
        (_("share"), _("state"), _("amount"), _("paid"), _("collection"), _("closes")),
        [
            (
                link(row, row.label), label(row.state), format_amount(row.amount, row.currency), moment(row.paid_at),
                label(row.collection.state), moment(row.collection.closes_at),
            )
            for row in story.shares
        ],
    )  # fmt: skip


def quotes(story: BookingStory) -> Table:
    """Each quote with its lines."""

    def answer(accepted: bool | None) -> str:
        return EMPTY if accepted is None else _("accepted") if accepted else _("refused")

    return table(
        _("Cancellation quotes"),
        (_("offered"), _("state"), _("item"), _("comes back"), _("is kept"), _("by whom"), _("back by"), _("why"), _("supplier")),
        [
            (
                link(line.quote, moment(line.quote.created_at)), label(line.quote.state), line.item.name, format_amount(line.refund, line.currency),
                format_amount(line.fee, line.currency), line.refunded_by, line.back_by, line.why, answer(line.accepted),
            )
            for line in story.quote_lines
        ],
    )  # fmt: skip


def disputes(story: BookingStory) -> Table:
    return table(
        _("Disputes"),
        (_("dispute"), _("payment"), _("state"), _("amount"), _("reason"), _("evidence due")),
        [
            (link(row), row.payment.transaction_id, label(row.state), format_amount(row.amount, row.currency), row.reason or EMPTY, moment(row.evidence_due))
            for row in story.disputes
        ],
    )


def gateway_events(story: BookingStory) -> Table:
    return table(
        _("Messages of the gateway"),
        (_("came"), _("event"), _("payment"), _("state"), _("attempts"), _("last error")),
        [
            (moment(row.created_at), link(row, row.type), row.payment.transaction_id if row.payment else EMPTY, label(row.state), row.attempts, row.last_error or EMPTY)
            for row in story.gateway_events
        ],
    )


def changes(story: BookingStory) -> Table:
    return table(
        _("Changes by suppliers"),
        (_("came"), _("item"), _("change"), _("source"), _("state"), _("facts")),
        [
            (moment(row.created_at), row.item.name, link(row, row.get_kind_display()), row.source, label(row.state), _facts(row.facts))
            for row in story.changes
        ],
    )


def _facts(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in facts.items())[:FACTS_SHOWN] or EMPTY


def details(story: BookingStory) -> Table:
    """The detail row of each item, by its kind's columns."""

    def row_of(item: Any) -> Any:
        for name in ("flight", "hotel", "activity", "car_rental"):
            if hasattr(item, name):
                return getattr(item, name)
        return None

    found = [(item, row) for item in story.items if (row := row_of(item)) is not None]
    columns = [
        (item.name, item.get_type_display(), ", ".join(f"{field.verbose_name}: {value}" for field in row._meta.concrete_fields if not field.primary_key and (value := getattr(row, field.name)) not in ("", None, [])))
        for item, row in found
    ]
    return table(_("Details of items"), (_("item"), _("kind"), _("details")), columns)


def documents(story: BookingStory) -> Table:
    return table(
        _("Documents"),
        (_("added"), _("item"), _("kind"), _("document"), _("number"), _("by")),
        [
            (moment(row.created_at), row.item.name, row.get_kind_display(), row.title, row.number or EMPTY, row.added_by or EMPTY)
            for row in story.documents
        ],
    )


def deliveries(story: BookingStory) -> Table:
    return table(
        _("Webhook deliveries"),
        (_("queued"), _("event"), _("to"), _("state"), _("attempts"), _("delivered")),
        [
            (moment(row.created_at), link(row, row.event), row.endpoint.url, label(row.state), row.attempts, moment(row.delivered_at))
            for row in story.deliveries
        ],
    )


def notifications(story: BookingStory) -> Table:
    return table(
        _("Notifications"),
        (_("made"), _("event"), _("to"), _("title"), _("status"), _("read")),
        [
            (moment(row.created_at), row.notification_type, row.user, row.title, label(row.status), moment(row.read_at))
            for row in story.notifications
        ],
    )
