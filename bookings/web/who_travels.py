"""The checkout's question who travels: one row per person, filled from the trip's travelers; and what stands in someone's way."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Traveler
from accounts.models.traveler import TRAVELER_TYPES
from bookings.actions.checkout import NamedTraveler
from bookings.models import BookingItem
from bookings.queries.checkout_sheet import CheckoutSheet
from bookings.queries.planned import item_mark
from trips.documents import readiness as words
from trips.queries.readiness import TripReadiness
from trips.web import readiness_view

MOST_ROWS = 20


class WhoForm(forms.Form):
    """One person: chosen from one's travelers, or a guest by name."""

    who = forms.ChoiceField(label=lazy("Traveler"), required=False)
    first = forms.CharField(label=lazy("Guest's first names"), max_length=100, required=False)
    last = forms.CharField(label=lazy("Guest's last name"), max_length=100, required=False)
    kind = forms.ChoiceField(label=lazy("Guest is a"), choices=TRAVELER_TYPES, required=False)

    def __init__(self, *args: Any, own: Sequence[Traveler], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [("", _("Not named, or a guest")), *((str(traveler.pk), traveler.full_name) for traveler in own)]  # type: ignore[attr-defined]  # the stubs don't know this field's choices

    def named(self) -> NamedTraveler | None:
        """What the row says; None for an empty one."""
        data = self.cleaned_data
        if data["who"]:
            return NamedTraveler(uuid.UUID(data["who"]))
        if data["first"] or data["last"]:
            return NamedTraveler(None, data["first"], data["last"], data["kind"] or "adult")
        return None

    @property
    def guest_open(self) -> bool:
        return bool(self["first"].value() or self["last"].value())


def who_forms(sheet: CheckoutSheet, own: Sequence[Traveler], coming: Sequence[uuid.UUID], data: Mapping[str, Any] | None = None) -> list[WhoForm]:
    """As many rows as the largest line has people; at first those of one's travelers who come along."""
    count = min(MOST_ROWS, max((line.use.participants for line in sheet.lines), default=sheet.trip.traveler_count))
    first = [str(traveler.pk) for traveler in own if traveler.pk in set(coming)]
    return [
        WhoForm(data, own=own, prefix=f"who-{n}", initial={"who": first[n] if n < len(first) else "", "kind": "adult"}, auto_id="id_%s")
        for n in range(count)
    ]


def posted_travelers(data: Mapping[str, Any], own: Sequence[Traveler]) -> tuple[list[NamedTraveler], bool]:
    """What a form names, in its order, however many rows it has; False when a row can't be read."""
    rows = [WhoForm(data, own=own, prefix=f"who-{n}") for n in range(MOST_ROWS) if any(key.startswith(f"who-{n}-") for key in data)]
    if not all(row.is_valid() for row in rows):
        return [], False
    return [named for row in rows if (named := row.named())], True


def fields_of(items: Sequence[BookingItem]) -> list[tuple[str, str]]:
    """The hidden fields that name the same people again, for a booking that is held anew."""
    largest = max(items, key=lambda item: len(item.travelers.all()), default=None)
    fields: list[tuple[str, str]] = []
    for n, named in enumerate(largest.travelers.all() if largest else ()):
        if named.traveler_id:
            fields.append((f"who-{n}-who", str(named.traveler_id)))
        else:
            fields += [(f"who-{n}-first", named.first_name), (f"who-{n}-last", named.last_name), (f"who-{n}-kind", named.traveler_type)]
    return fields


def again_fields(items: Sequence[BookingItem]) -> list[tuple[str, str]]:
    """The hidden fields with which the same things are held again, for the same people."""
    return [*fields_of(items), *(("shown", item_mark(item)) for item in items)]


def readiness_context(found: TripReadiness | None) -> dict[str, Any]:
    """The section before checkout: what blocks, of one's own travelers in words, of the others' by first name. Empty when nobody was put in."""
    if found is None:
        return {}
    blocked = [
        {"name": one.name, "texts": [words.text_of(finding.code, finding.params) for finding in one.findings or () if finding.severity == "blocks"]}
        for one in found.blocked
    ]
    return readiness_view.line(found) | {"blocked": blocked, "url": reverse("trips:readiness", args=[found.trip.reference])}
