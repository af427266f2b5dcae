"""What a supplier changed, in sentences: from what to what, in the clock of the place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bookings.kinds.schema import moment_of
from bookings.models import SupplierChange
from travelplanner.core.templatetags.money import day

TITLES = {
    "flight_delay": lazy("Delayed."),
    "gate_change": lazy("Another gate or terminal."),
    "schedule_change": lazy("Another time."),
    "cancelled": lazy("Called off by the supplier."),
    "note": lazy("From the supplier."),
}
LABELS = {
    "departureTime": lazy("Leaves"),
    "arrivalTime": lazy("Arrives"),
    "terminal": lazy("Terminal"),
    "gate": lazy("Gate"),
    "flightNumber": lazy("Flight number"),
}


def change_rows(changes: Iterable[SupplierChange]) -> list[dict[str, str]]:
    """Announced changes as sentences."""
    return [
        {"title": str(TITLES[change.kind]), "text": _text(change.kind, change.facts.get("from") or {}, change.facts.get("to") or {})}
        for change in changes
    ]


def _text(kind: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    said = []
    for name, label in LABELS.items():
        if name not in after or after[name] == before.get(name):
            continue
        words = {"what": str(label), "new": _shown(name, after[name]), "old": _shown(name, before.get(name, ""))}
        said.append(_("%(what)s: %(new)s instead of %(old)s.") % words if words["old"] else _("%(what)s: %(new)s.") % words)
    if kind == "cancelled":
        said.append(_("All that was paid for it comes back."))
    if after.get("note"):
        said.append(str(after["note"]))
    return " ".join(said)


def _shown(name: str, value: str) -> str:
    moment = moment_of(value) if name.endswith("Time") else None
    return f"{day(moment.date())}, {moment:%H:%M}" if moment else str(value or "")
