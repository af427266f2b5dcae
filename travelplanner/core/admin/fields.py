"""Form fields of columns that hold lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.dates import MONTHS as MONTH_NAMES
from django.utils.dates import WEEKDAYS as WEEKDAY_NAMES
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

MONTHS = list(MONTH_NAMES.items())
WEEKDAYS = list(WEEKDAY_NAMES.items())  # 0 = Monday, as our rules count


class WordsField(forms.CharField):
    """A list of words, typed with commas between."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"help_text": _("Several, with commas between."), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a field of several words returns a list
        words = value if isinstance(value, list | tuple) else str(value or "").split(",")
        return list(dict.fromkeys(word.strip() for word in words if word.strip()))

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        for word in value:
            super().run_validators(word)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)


class NumbersField(forms.TypedMultipleChoiceField):
    """A list of small numbers (months, weekdays), ticked; none ticked is an empty list."""

    def __init__(self, *, choices: Sequence[tuple[int, Any]], **kwargs: Any) -> None:
        super().__init__(choices=choices, coerce=int, empty_value=[], widget=UnfoldAdminCheckboxSelectMultipleWidget(), **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(str(each) for each in initial or []) != sorted(str(each) for each in data or [])
