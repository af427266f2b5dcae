"""Two versions of one form: what is saved now, and what was typed. For pages that answer 412."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.web.person_forms import PersonForm


def sides(saved: PersonForm, typed: PersonForm) -> list[dict[str, Any]]:
    """The sides of partials/conflict.html: the fields that differ, as each version has them."""
    names = [name for name in typed.fields if name not in ("version", "special_data_consent")]
    different = [name for name in names if _written(saved, name) != _written(typed, name)]
    return [
        {"value": "mine", "title": _("What you typed"), "text": _lines(typed, different), "checked": True},
        {"value": "theirs", "title": _("What is saved now"), "text": _lines(saved, different)},
    ]


def _lines(form: PersonForm, names: list[str]) -> str:
    shown = [f"{form.fields[name].label}: {_written(form, name) or '—'}" for name in names if name in form.fields]
    return " · ".join(shown) if shown else _("Both are the same.")


def _written(form: PersonForm, name: str) -> str:
    """A field's value in words."""
    if name not in form.fields:
        return ""
    field, value = form.fields[name], form[name].value()
    if value in (None, "", []):
        return ""
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in list(field.choices)}  # type: ignore[arg-type]  # the stubs don't know this field's choices
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(each).partition(":")[0], str(each)) for each in chosen)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, forms.DateField):
        day = field.to_python(value) if isinstance(value, str) and len(value) == 10 else value
        return date_format(day, "j F Y") if isinstance(day, dt.date) else str(value)
    if isinstance(field, forms.DecimalField):
        return f"{float(value):g}" if str(value).replace(".", "", 1).isdigit() else str(value)
    return str(value)
