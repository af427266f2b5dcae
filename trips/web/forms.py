"""Forms of the wish: one sentence, or field by field. They translate into a Wish; what fits is decided by the action."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.web.weights import WeightsField
from travelplanner.core import money
from trips.documents.sentences import INTEREST_NAMES
from trips.models.trip import TRIP_TYPES
from trips.planning.sentence import ParsedWish
from trips.planning.wish import MAX_DAYS, MAX_PEOPLE, Needs, Wish

KNOWN_TYPES = frozenset(key for key, _label in TRIP_TYPES)
COMFORTS = [("budget", _("Simple")), ("standard", _("Standard")), ("luxury", _("Luxury"))]
PACES = [("relaxed", _("Relaxed")), ("balanced", _("Balanced")), ("full", _("Full"))]
EFFORTS = [("", _("Anything goes")), ("2", _("Only easy ways")), ("3", _("Some stairs and slopes")), ("4", _("Longer climbs are fine"))]
# Fields of the action's refusals -> fields of the form.
FIELD_OF = {
    "destination": "destination",
    "startDate": "start_date",
    "tripDuration.days": "days",
    "tripDuration.people": "people",
    "budgetRange.min": "budget_max",
    "budgetRange.max": "budget_max",
    "budgetRange.currency": "currency",
    "preferences.interests": "interests",
    "constraints.maxWalkKm": "max_walk_km",
    "constraints.restDays": "rest_days",
    "constraints.maxEffort": "max_effort",
}


class SentenceForm(forms.Form):
    sentence = forms.CharField(
        label=_("Your trip in one sentence"),
        max_length=500,
        help_text=_("Place, days, people, money, what you enjoy. What you leave out, we assume, and say so."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "input--big", "placeholder": _("5 days in Varanasi for 2 under 40,000, temples and food")}),
    )


class TripForm(forms.Form):
    destination = forms.CharField(
        label=_("Where to"), max_length=300, help_text=_("One place, or several with commas: Delhi, Varanasi."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off", "list": "destinations", "hx-get": reverse_lazy("trips:destination_search"),
                "hx-trigger": "input changed delay:200ms", "hx-target": "#destinations", "hx-swap": "innerHTML",
            }
        ),
    )  # fmt: skip
    start_date = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=MAX_DAYS, initial=5, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=MAX_PEOPLE, initial=2, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    origin = forms.CharField(label=_("Where you start"), max_length=100, required=False, help_text=_("Then the journey is counted too."))
    interests = WeightsField(
        label=_("What you enjoy"), required=False, choices=[(name, label) for name, label in INTEREST_NAMES.items()],
        help_text=_("Tap again to make it count more."),
    )  # fmt: skip
    comfort = forms.ChoiceField(label=_("Comfort"), choices=COMFORTS, initial="standard", widget=forms.RadioSelect)
    pace = forms.ChoiceField(label=_("Pace"), choices=PACES, initial="balanced", widget=forms.RadioSelect)
    trip_type = forms.ChoiceField(label=_("Kind of trip"), choices=[("", _("Any")), *TRIP_TYPES], required=False)
    budget_max = forms.DecimalField(
        label=_("Budget for everyone"), required=False, min_value=0, max_value=money.MAX_AMOUNT / 1000, max_digits=15, decimal_places=3,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}), help_text=_("Leave it empty if you have no limit."),
    )  # fmt: skip
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, required=False, help_text=_("Empty = the destination's own."))
    step_free = forms.BooleanField(label=_("Someone needs ways without steps"), required=False)
    max_effort = forms.ChoiceField(label=_("How hard may it be"), choices=EFFORTS, required=False)
    max_walk_km = forms.FloatField(label=_("Most kilometers on foot a day"), required=False, min_value=0.5, max_value=50)
    rest_days = forms.IntegerField(label=_("Rest days"), required=False, min_value=0, max_value=MAX_DAYS)
    # An id of its own: the home page has both forms.
    sentence = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput(attrs={"id": "id_wish_sentence"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput | forms.NumberInput | forms.DateInput | forms.Select) and not isinstance(
                field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple
            ):
                field.widget.attrs.setdefault("class", "input")

    def to_wish(self) -> Wish:
        data = self.cleaned_data
        return Wish(
            destinations=tuple(name.strip() for name in data["destination"].split(",") if name.strip()),
            origin=data["origin"],
            start_date=data["start_date"],
            days=data["days"],
            people=data["people"],
            comfort=data["comfort"],
            pace=data["pace"],
            trip_type=data["trip_type"],
            interests=data["interests"],
            budget_maximum=data["budget_max"],
            currency=data["currency"].upper(),
            needs=Needs(
                step_free=data["step_free"],
                max_effort=int(data["max_effort"]) if data["max_effort"] else None,
                max_walk_km=data["max_walk_km"],
                rest_days=data["rest_days"],
            ),
            sentence=data["sentence"],
        )

    def add_refusal(self, fields: Mapping[str, Sequence[Any]], message: Any) -> None:
        """Show an action's refusal at the fields it is about."""
        placed = False
        for name, texts in fields.items():
            if name in FIELD_OF:
                self.add_error(FIELD_OF[name], [str(message)] if name == "destination" else [str(text) for text in texts])
                placed = True
        if not placed:
            self.add_error(None, str(message))


def wish_from_sentence(parsed: ParsedWish) -> Wish:
    """What the sentence said, as a Wish; the rest stays open and is assumed later."""
    start, days = parsed.start, parsed.days
    if start and parsed.end and not days:
        days = (parsed.end - start).days + 1
    needs = Needs(
        step_free="wheelchair" in parsed.needs or "step_free" in parsed.needs,
        max_effort=2 if "senior" in parsed.needs else (3 if "toddler" in parsed.needs else None),
    )
    return Wish(
        destinations=tuple(place.name for place in parsed.destinations),
        origin=parsed.origin or "",
        start_date=start,
        month=parsed.month.month if parsed.month else None,
        season=parsed.season or "",
        days=days,
        people=parsed.people,
        comfort=parsed.comfort or "",
        trip_type=parsed.trip_type if parsed.trip_type in KNOWN_TYPES else "",
        interests=dict.fromkeys(parsed.interests, 2.0),
        pace=parsed.pace or "",
        budget_minimum=parsed.budget_min,
        budget_maximum=total_budget(parsed.budget_max, parsed, days),
        currency=parsed.currency or "",
        needs=needs,
        sentence=parsed.text[:500],
    )


def total_budget(amount: Decimal | None, parsed: ParsedWish, days: int | None) -> Decimal | None:
    """A budget said per person or per day, as the whole trip's."""
    if amount is None:
        return None
    if parsed.budget_basis == "person":
        amount *= parsed.people or 1
    elif parsed.budget_basis == "day":
        amount *= days or 3
    return amount


def initial_from(wish: Wish) -> dict[str, Any]:
    """A Wish as the form's first values, for correcting it by hand."""
    start: dt.date | None = wish.start_date
    return {
        "destination": ", ".join(wish.destinations),
        "start_date": start,
        "days": wish.days or 3,
        "people": wish.people or 2,
        "origin": wish.origin,
        "interests": dict(wish.interests),
        "comfort": wish.comfort or "standard",
        "pace": wish.pace or "balanced",
        "trip_type": wish.trip_type,
        "budget_max": wish.budget_maximum,
        "currency": wish.currency,
        "step_free": wish.needs.step_free,
        "max_effort": str(wish.needs.max_effort or ""),
        "max_walk_km": wish.needs.max_walk_km,
        "rest_days": wish.needs.rest_days,
        "sentence": wish.sentence,
    }
