"""Forms of webhooks. What fits is decided by the action; its refusals land at the fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from bookings.announced import EVENTS
from travelplanner.core.errors import AppError

EVENT_WORDS = {
    "booking.confirmed": lazy("A booking is confirmed"),
    "booking.failed": lazy("A booking could not be made"),
    "booking.expired": lazy("A booking was not paid in time"),
    "booking.cancelled": lazy("A booking is cancelled"),
    "booking.partly_cancelled": lazy("A part of a booking is cancelled"),
    "booking.completed": lazy("A booked trip is over"),
    "booking.changed": lazy("A supplier changed something"),
    "collection.opened": lazy("Shares are being collected"),
    "collection.complete": lazy("Every share is paid"),
    "collection.given_back": lazy("The shares go back"),
    "payment.disputed": lazy("A payment is disputed"),
    "refund.paid": lazy("A refund was sent"),
    "ping": lazy("Test event"),
}
TEXT = {"class": "input", "autocomplete": "off"}


def _event_choices() -> list[tuple[str, Any]]:
    return [(name, EVENT_WORDS.get(name, name)) for name in EVENTS]


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=lazy("Address"), max_length=500, help_text=lazy("Where your program listens, such as https://example.org/hooks."),
        widget=forms.TextInput(attrs={**TEXT, "inputmode": "url", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip
    description = forms.CharField(
        label=lazy("What it is for"), max_length=120, required=False, help_text=lazy("For you alone."), widget=forms.TextInput(attrs=TEXT)
    )
    events = forms.MultipleChoiceField(
        label=lazy("Told of"), choices=_event_choices, required=False, help_text=lazy("Choose none to be told of everything."), widget=forms.CheckboxSelectMultiple
    )

    def blame(self, error: AppError) -> None:
        """The action's words beside the field they are about."""
        if not error.fields:
            self.add_error(None, str(error.message))
        for name, sentences in error.fields.items():
            self.add_error(name if name in self.fields else None, [str(sentence) for sentence in sentences])


class ChangeEndpointForm(EndpointForm):
    """`version` is the one that was shown."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
