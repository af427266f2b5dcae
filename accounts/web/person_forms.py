"""Forms of people's own pages. They translate; what fits is decided by the actions, whose refusals land at the fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import schemas
from accounts.actions.profiles import EARLIEST, LATEST
from accounts.models import TravelPreferences, choices
from accounts.models.traveler import RELATIONS, TRAVELER_TYPES
from accounts.registries import trip_words
from accounts.web.row_fields import Rows, RowsForm
from accounts.web.weights import WeightsField
from travelplanner.core import countries, money

OPEN = [("", _("no matter"))]
PROGRAM_KINDS = [("airline", _("airline")), ("hotel", _("hotel")), ("other", _("other"))]
PURPOSES = [("leisure", _("leisure")), ("business", _("business")), ("family", _("family")), ("study", _("study")), ("other", _("other"))]
CHANNELS = [("email", _("e-mail")), ("sms", _("text message")), ("push", _("message on this device"))]
LANGUAGE_NAMES = {"en": "English", "hi": "हिन्दी"}  # each in its own


def country_choices() -> list[tuple[str, str]]:
    return [("", "—"), *countries.choices(get_language() or "en")]


def _country() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Country"), choices=country_choices)


def _date(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def _boxes(label: Any, pairs: Sequence[tuple[str, Any]], **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=pairs, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)


LOYALTY = Rows(
    name="loyalty_programs",
    parts={
        "kind": lambda: forms.ChoiceField(label=_("Kind"), choices=PROGRAM_KINDS),
        "program": lambda: forms.CharField(label=_("Program"), max_length=80),
        "number": lambda: forms.CharField(label=_("Membership number"), max_length=40),
    },
    told_by="number",
    most=schemas.MOST_PROGRAMS,
)
JOURNEYS = Rows(
    name="travel_history",
    parts={
        "country": _country,
        "year": lambda: forms.IntegerField(label=_("Year"), widget=forms.NumberInput(attrs={"inputmode": "numeric"})),
        "purpose": lambda: forms.ChoiceField(label=_("Purpose"), choices=PURPOSES),
    },
    told_by="country",
    most=schemas.MOST_JOURNEYS,
)


class PersonForm(RowsForm):
    """Version and refusals; `columns` are the fields that the action knows by the same name."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    columns: tuple[str, ...] = ()

    def changes(self) -> dict[str, Any]:
        found = {name: self.cleaned_data[name] for name in self.columns if name in self.cleaned_data}
        return found | {rows.name: self.row_values(rows.name) for rows in self.lists}

    def add_refusal(self, fields: Mapping[str, Sequence[Any]], message: Any) -> None:
        """Show an action's refusal at the fields it is about, above the form where there is none."""
        placed = False
        for name, texts in fields.items():
            if name in self.fields:
                self.add_error(name, [str(text) for text in texts])
                placed = True
            elif name in self.row_counts:
                self.add_error(f"{name}-0-{next(iter(self.lists_by_name()[name].parts))}", [str(text) for text in texts])
                placed = True
        if not placed:
            self.add_error(None, str(message))

    def lists_by_name(self) -> dict[str, Rows]:
        return {rows.name: rows for rows in self.lists}


class _SpecialData(forms.Form):
    special_data_consent = forms.BooleanField(label=_("I agree that you keep this for planning and booking."), required=False)


class ProfileForm(PersonForm, _SpecialData):
    first_name = forms.CharField(label=_("First names"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    preferred_language = forms.ChoiceField(label=_("Language of pages and mail"), widget=forms.RadioSelect, choices=[(code, LANGUAGE_NAMES[code]) for code, _label in settings.LANGUAGES])
    timezone = forms.ChoiceField(label=_("Time zone"), choices=lambda: [(zone, zone.replace("_", " ")) for zone in schemas.zones()])
    date_of_birth = _date(_("Date of birth"))
    gender = forms.ChoiceField(label=_("Gender"), choices=[("", "—"), *choices.GENDERS], required=False)
    nationality = forms.ChoiceField(label=_("Nationality"), choices=country_choices, required=False)
    emergency_contact = forms.CharField(
        label=_("Whom to call in an emergency"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Name and number, for your card on the road. Kept sealed.")
    )
    preferred_cabin_class = forms.ChoiceField(label=_("Cabin class"), choices=[*OPEN, *choices.CABIN_CLASSES], required=False)
    seat_preference = forms.ChoiceField(label=_("Seat"), choices=[("", "—"), *choices.SEATS], required=False)
    meal_preference = forms.ChoiceField(label=_("Meal on the way"), choices=[("", "—"), *choices.MEALS], required=False)
    preferred_airlines = forms.CharField(label=_("Airlines you like"), max_length=200, required=False, help_text=_("Their two signs with commas between: AI, 6E."))
    preferred_hotel_chains = forms.CharField(label=_("Hotels you like"), max_length=2000, required=False, help_text=_("Names with commas between."))
    accessibility_requirements = _boxes(_("What you need"), choices.NEEDS)
    dietary_restrictions = _boxes(_("Diet and allergies"), choices.DIETS)
    notification_preferences = _boxes(_("How we may reach you about your trips"), CHANNELS)
    lists = (LOYALTY,)
    columns = (
        "first_name", "last_name", "preferred_language", "timezone", "date_of_birth", "gender", "nationality", "emergency_contact", "preferred_cabin_class",
        "seat_preference", "meal_preference", "accessibility_requirements", "dietary_restrictions",
    )  # fmt: skip

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        return super().changes() | {
            "preferred_airlines": comma_list(data["preferred_airlines"]),
            "preferred_hotel_chains": comma_list(data["preferred_hotel_chains"]),
            "notification_preferences": {channel: channel in data["notification_preferences"] for channel in schemas.CHANNELS},
        }


def comma_list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


class PreferencesForm(PersonForm):
    home_city = forms.CharField(label=_("Where you start"), max_length=100, required=False, help_text=_("Then the journey is counted too."))
    people = forms.IntegerField(label=_("People"), required=False, min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    days = forms.IntegerField(label=_("Days"), required=False, min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    pace = forms.ChoiceField(label=_("Pace"), choices=[*OPEN, *TravelPreferences._meta.get_field("pace").choices], required=False, widget=forms.RadioSelect)  # type: ignore[misc]  # the stubs don't know this field's choices
    comfort_level = forms.ChoiceField(label=_("Comfort"), choices=[*OPEN, *TravelPreferences._meta.get_field("comfort_level").choices], required=False, widget=forms.RadioSelect)  # type: ignore[misc]  # the stubs don't know this field's choices
    trip_type = forms.ChoiceField(label=_("Kind of trip"), choices=lambda: [*OPEN, *trip_words().trip_types.items()], required=False)
    interests = WeightsField(label=_("What you enjoy"), required=False, choices=lambda: list(trip_words().interests.items()), help_text=_("Tap again to make it count more."))
    daily_budget = forms.DecimalField(
        label=_("Daily budget per person"), required=False, min_value=0, max_value=money.MAX_AMOUNT / 1000, max_digits=15, decimal_places=3,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}), help_text=_("Only a proposal in the form of a new trip, never a limit by itself."),
    )  # fmt: skip
    currency = forms.CharField(label=_("Currency"), max_length=3, required=False, help_text=_("Three letters, such as INR or EUR."))
    earliest_start = forms.TimeField(label=_("Not before"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), help_text=_("Between 04:00 and 12:00."))
    latest_end = forms.TimeField(label=_("Back by"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), help_text=_("Between 16:00 and 24:00; midnight is 00:00."))
    columns = ("home_city", "people", "days", "pace", "comfort_level", "trip_type", "interests", "daily_budget", "currency")

    def changes(self) -> dict[str, Any]:
        early, late = self.cleaned_data["earliest_start"], self.cleaned_data["latest_end"]
        return super().changes() | {
            "earliest_start": early.hour * 60 + early.minute if early else None,
            "latest_end": (late.hour * 60 + late.minute or 24 * 60) if late else None,
        }

    def clean_earliest_start(self) -> dt.time | None:
        """The hours in words: the action counts minutes, and nobody types those."""
        return _within(self.cleaned_data["earliest_start"], EARLIEST, _("Between 04:00 and 12:00."))

    def clean_latest_end(self) -> dt.time | None:
        return _within(self.cleaned_data["latest_end"], LATEST, _("Between 16:00 and 24:00; midnight is 00:00."))


def _within(moment: dt.time | None, bounds: tuple[int, int], words: Any) -> dt.time | None:
    """Midnight ends a day here; none begins with it."""
    if moment is not None and not bounds[0] <= (moment.hour * 60 + moment.minute or 24 * 60) <= bounds[1]:
        raise forms.ValidationError(words)
    return moment


class TravelerForm(PersonForm, _SpecialData):
    relation = forms.ChoiceField(label=_("Who is it?"), choices=RELATIONS, initial="other")
    first_name = forms.CharField(label=_("First names"), max_length=100, help_text=_("All of them, as in the passport. If there is one name alone, write it here."))
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    date_of_birth = _date(_("Date of birth"), help_text=_("Fares and rooms depend on the age; under 18 a guardian's consent is needed."))
    type = forms.ChoiceField(label=_("If you leave the birth date out"), choices=TRAVELER_TYPES, initial="adult", help_text=_("Infant: under 2. Child: under 12. Senior: 65 or older."))
    gender = forms.ChoiceField(label=_("Gender"), choices=[("", "—"), *choices.GENDERS], required=False, help_text=_("Some airlines ask for what the passport says."))
    nationality = forms.ChoiceField(label=_("Nationality"), choices=country_choices, required=False, help_text=_("It decides who needs a visa."))
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False, widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}))
    needs = _boxes(_("What this person needs"), choices.NEEDS)
    medical_notes = forms.CharField(label=_("Medical notes"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Allergies, medicine, what helpers should know. Kept sealed; companions never see it."))
    emergency_contact = forms.CharField(label=_("Whom to call in an emergency"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Name and number. Kept sealed."))
    lists = (JOURNEYS,)
    columns = ("relation", "first_name", "last_name", "date_of_birth", "type", "gender", "nationality", "email", "phone", "needs", "medical_notes", "emergency_contact")


class TravelerPreferencesForm(PersonForm, _SpecialData):
    preferred_cabin_class = forms.ChoiceField(label=_("Cabin class"), choices=[("", _("as I do")), *choices.CABIN_CLASSES], required=False)
    seat_preference = forms.ChoiceField(label=_("Seat"), choices=[("", _("as I do")), *choices.SEATS], required=False)
    meal_preference = forms.ChoiceField(label=_("Meal on the way"), choices=[("", _("as I do")), *choices.MEALS], required=False)
    dietary_restrictions = _boxes(_("Diet and allergies"), choices.DIETS)
    interests = WeightsField(label=_("What this person enjoys"), required=False, choices=lambda: list(trip_words().interests.items()))
    lists = (LOYALTY,)
    columns = ("preferred_cabin_class", "seat_preference", "meal_preference", "dietary_restrictions", "interests")


class GuardianForm(forms.Form):
    """The owner asks a guardian by mail."""

    guardian_name = forms.CharField(label=_("The guardian's name"), max_length=200)
    guardian_email = forms.EmailField(label=_("The guardian's e-mail"), help_text=_("We mail a link that works for 14 days, for one answer."))


class AnswerForm(forms.Form):
    """The guardian answers."""

    answer = forms.ChoiceField(
        label=_("Your answer"), widget=forms.RadioSelect, choices=[("give", _("I am a parent or guardian, and I agree")), ("refuse", _("I don't agree"))]
    )
    until = _date(_("Until when you agree"), help_text=_("The last day of travel. Empty: until the day they come of age."))
