"""Forms of the booking pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.actions.checkout import Contact
from bookings.gateways.payments.mock import TEST_CARDS
from travelplanner.core.card_numbers import refuse_card_numbers

CARD_WORDS = {
    "tok_success": (_("Works"), _("The payment goes through.")),
    "tok_three_d_secure": (_("Asks your bank"), _("You approve it in a second step (3-D Secure).")),
    "tok_declined": (_("Declined"), _("The bank says no.")),
    "tok_insufficient_funds": (_("Not enough money"), _("The bank says that the account is empty.")),
    "tok_processing": (_("Takes its time"), _("The bank decides later.")),
    "tok_gateway_error": (_("No answer"), _("The payment service fails, and nobody knows at first what happened.")),
    "tok_timeout": (_("Gets lost"), _("The payment never arrives at the bank.")),
    "tok_hang_up": (_("Pays, and hangs up"), _("The bank takes the money, and its answer gets lost.")),
    "tok_dispute": (_("Is disputed"), _("The payment goes through, and then its owner's bank wants it back.")),
}


class ContactForm(forms.Form):
    """Who is written to. `total` is the sum that the page showed, `request_key` makes a repeated press count once."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        validators=[refuse_card_numbers],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write the name of the person we can ask for.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The confirmation goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write an e-mail address; the confirmation goes there."),
            "invalid": _("This is not an e-mail address. Write it like asha@example.org."),
        },
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=32,
        required=False,
        help_text=_("Only for questions about these bookings."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    total = forms.DecimalField(required=False, widget=forms.HiddenInput(attrs={"form": "book"}))
    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput(attrs={"form": "book"}))

    def contact(self) -> Contact:
        return Contact(name=self.cleaned_data["name"], email=self.cleaned_data["email"], phone=self.cleaned_data["phone"])

    def seen_total(self) -> Decimal | None:
        return self.cleaned_data["total"]


class CardForm(forms.Form):
    """The mock takes its listed test cards and nothing else: there is no field into which a real number could be typed."""

    card_number = forms.ChoiceField(
        label=_("Test card"),
        choices=[(number, number) for number in TEST_CARDS],
        error_messages={
            "required": _("Choose one of the test cards."),
            "invalid_choice": _("Only the listed test cards can be used here. Never type a real card number."),
        },
    )

    def options(self) -> list[dict[str, Any]]:
        """The cards with what each of them does, the one that works first."""
        chosen = self.data.get("card_number") if self.is_bound else self.initial.get("card_number")
        known = {token: number for number, token in TEST_CARDS.items()}
        return [
            {
                "value": known[token],
                "number": " ".join(known[token][i : i + 4] for i in range(0, 16, 4)),
                "title": title,
                "text": text,
                "checked": known[token] == chosen,
            }
            for token, (title, text) in CARD_WORDS.items()
            if token in known
        ]
