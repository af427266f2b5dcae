"""Cells of the staff's tables: a link to a row, a state as a label, a moment, an amount; and the table around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html

from travelplanner.core.admin.columns import EMPTY, LABELS

Table = dict[str, Any]


def link(row: Model, text: str = "") -> str:
    """To the row's own page, where it has one."""
    if type(row) not in admin.site._registry:
        return text or str(row)
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>', url, text or str(row))


def label(state: str, text: str = "") -> str:
    return render_to_string("unfold/helpers/label.html", {"text": text or state, "type": LABELS.get(state, "")})


def moment(at: dt.datetime | None) -> str:
    """To the second: the order of events is the point."""
    return formats.date_format(timezone.localtime(at), "Y-m-d H:i:s") if at else EMPTY


def table(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    return {"title": title, "table": {"headers": list(headers), "rows": [list(row) for row in rows]}}
