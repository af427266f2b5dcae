"""Interests as chips with a weight from 1 to 3 (static/js/wish.js lets a tap raise it)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

UNWEIGHED = 2.0  # a plain tick, in a browser without script


class WeightedBoxes(forms.CheckboxSelectMultiple):
    """Boxes whose values are `name:weight`, so that a weight comes back from a browser without script too."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        weights = dict(str(part).partition(":")[::2] for part in value)
        groups = super().optgroups(name, list(weights), attrs)
        for _title, options, _index in groups:
            for option in options:
                if weight := weights.get(str(option["value"])):
                    option["value"] = f"{option['value']}:{weight}"
        return groups


class WeightsField(forms.MultipleChoiceField):
    """{"temples": 3.0}; from `name:weight` or a plain name."""

    widget = WeightedBoxes

    def prepare_value(self, value: Any) -> Any:
        return [f"{key}:{max(1, min(3, round(weight)))}" for key, weight in value.items()] if isinstance(value, dict) else value

    def to_python(self, value: Any) -> dict[str, float]:  # type: ignore[override]  # a field of several inputs returns a mapping
        weights: dict[str, float] = {}
        for part in super().to_python(value):
            name, _colon, weight = part.partition(":")
            weights[name] = float(weight) if weight in ("1", "2", "3") else UNWEIGHED
        return weights

    def validate(self, value: Any) -> None:
        known = {str(key) for key, _label in list(self.choices)}  # type: ignore[arg-type]  # the stubs don't know this field's choices
        if any(name not in known for name in value):
            raise forms.ValidationError(_("Choose from the list."))
