"""Forms of the catalogue: lists typed as words or ticked, and the checks that imports make, too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from travelplanner.core.admin.fields import MONTHS, NumbersField, WordsField
from trips import catalogue_checks as checks


def choose(words: Iterable[str], **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[(word, word.replace("_", " ") or "–") for word in words], widget=UnfoldAdminSelectWidget, **kwargs)


class CheckedForm(forms.ModelForm):
    """Runs `problems` on the row as it would be saved, once its columns are sound by themselves. The admin names model and fields."""

    def problems(self) -> checks.Problems:
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, private in its stubs
        if not self.errors:
            for field, sentences in self.problems().items():
                self.add_error(field if field in self.fields else None, sentences)


class DestinationForm(CheckedForm):
    aliases = WordsField(required=False, label=_("Aliases"))
    languages = WordsField(required=False, label=_("Languages"))
    airports = WordsField(required=False, label=_("Airports"))
    best_months = NumbersField(choices=MONTHS, required=False, label=_("Best months"))
    relief = choose(checks.RELIEFS, label=_("Relief"))
    water = choose(checks.WATERS, label=_("Water"))
    water_side = choose(checks.SIDES, required=False, label=_("Water side"))
    climate_group = choose(checks.CLIMATES, label=_("Climate group"))

    def problems(self) -> checks.Problems:
        return checks.check_destination(self.instance)


class PlaceForm(CheckedForm):
    category = choose(checks.CATEGORIES, label=_("Category"))
    interests = WordsField(label=_("Interests"), help_text=_("Several, with commas between: %(words)s.") % {"words": ", ".join(checks.INTERESTS)})
    accessibility = choose(checks.ACCESSIBILITY, label=_("Accessibility"))
    setting = choose(checks.SETTINGS, label=_("Setting"))

    def problems(self) -> checks.Problems:
        return checks.check_place(self.instance, destination=self.cleaned_data.get("destination"))


class ServiceForm(CheckedForm):
    comfort = choose(checks.COMFORTS, required=False, label=_("Comfort"))
    times = WordsField(required=False, label=_("Times"), help_text=_("Departures as HH:MM, with commas between; none = the whole day."))

    def problems(self) -> checks.Problems:
        return checks.check_service(self.instance, place=self.cleaned_data.get("place"))


class PercentForm(forms.Form):
    """How far list prices move."""

    percent = forms.DecimalField(
        max_digits=5,
        decimal_places=2,
        label=_("Percent"),
        help_text=_("10 raises every price by a tenth, -10 lowers it. Dates on which places were held before keep their price."),
    )
