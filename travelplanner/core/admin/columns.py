"""Columns that many lists show: a state with its colour, money in its currency, text that is long."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ..templatetags.money import format_amount

EMPTY = "–"
# What a state means to staff at a glance; the word itself is always there.
COLOURS = {
    "success": ("CONFIRMED", "COMPLETED", "confirmed", "completed", "succeeded", "done", "sent", "active", "consumed", "booked", "paid", "SUCCESSFUL", "verified"),
    "info": ("INITIATED", "PAYMENT_PENDING", "CANCELLING", "created", "pending", "queued", "running", "sending", "planning", "traveling", "READY", "RUNNING"),
    "warning": ("EXPIRED", "expired", "unknown", "abandoned", "suspended"),
    "danger": ("FAILED", "rejected", "failed", "dead", "deleted"),
    "": ("CANCELLED", "cancelled", "released", "refunded"),
}
LABELS = {state: colour for colour, states in COLOURS.items() for state in states}


def state_column(name: str = "state", description: Any = None) -> Callable[[Any], Any]:
    """The state as a coloured label."""

    def show_state(row: Any) -> Any:
        value = getattr(row, name)
        return (value, getattr(row, f"get_{name}_display")()) if value in LABELS else value

    show_state.__name__ = f"show_{name}"
    return display(show_state, description=description or _("state"), ordering=name, label=LABELS)


def money_column(amount: str, currency: str = "currency", description: Any = None) -> Callable[[Any], str]:
    """An amount with its currency, by the reader's locale; `currency` may follow foreign keys (`trip.budget_currency`)."""

    def show_money(row: Any) -> str:
        value, unit = getattr(row, amount), row
        for part in currency.split("."):
            unit = getattr(unit, part)
        return EMPTY if value is None else format_amount(value, unit)

    show_money.__name__ = f"show_{amount}"
    return display(show_money, description=description or amount.replace("_", " "), ordering=amount)


def as_block(text: str) -> SafeString:
    """Long text as it is, escaped, in a box that scrolls."""
    return format_html('<pre class="bg-base-50 border border-base-200 max-h-80 overflow-auto p-3 text-xs dark:bg-base-800 dark:border-base-700">{}</pre>', text)


def as_json(value: Any) -> SafeString:
    return as_block(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, default=str))
