"""Tags and filters of the design language: symbols, drawn figures, form widgets, times in words.

Money is written by ``templatetags/money.py``; everything here is about looks and small readable numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.utils import flatatt
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, Input, RadioSelect, Select, Textarea
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

SPRITE = "img/sprite.svg"
TONE_ICONS = {"good": "check", "warn": "warn", "bad": "cross", "course": "pin", "info": "info", "": ""}
SYMBOL_NAME = re.compile(r"[a-z][a-z0-9-]*")


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw one symbol of the sprite; it is decoration, so a word must stand beside it.

    ``name`` is the symbol without its ``i-`` prefix; an empty name draws nothing.
    """
    if not name or not SYMBOL_NAME.fullmatch(str(name)):
        return SafeString("")
    classes = f"icon {css}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', classes, static(SPRITE), name)


@register.simple_tag
def figure(svg: str | None) -> SafeString:
    """Put a drawing made by ``trips.web.figures`` into the page.

    Only whole ``<svg>`` elements pass unescaped; the figure functions escape every name that they are given.
    Anything else is escaped like ordinary text.
    """
    text = str(svg or "")
    if text.startswith("<svg") and text.endswith("</svg>") and "<script" not in text:
        return mark_safe(text)
    return conditional_escape(text)


@register.simple_tag
def attributes(values: Mapping[str, Any] | None = None) -> SafeString:
    """Write a mapping as HTML attributes, escaped; ``True`` writes the bare name, ``None`` and ``False`` nothing."""
    return flatatt(dict(values or {}))


@register.simple_tag
def widget(field: BoundField, **extra: Any) -> SafeString:
    """Draw a form field's widget with our classes; describing ids and ``aria-invalid`` come from Django."""
    attrs: dict[str, Any] = {key.replace("_", "-"): value for key, value in extra.items()}
    kind = field.field.widget
    own = str(kind.attrs.get("class", ""))
    if isinstance(kind, Textarea | Select) or (
        isinstance(kind, Input) and not isinstance(kind, CheckboxInput) and kind.input_type not in {"range", "hidden"}
    ):
        if not isinstance(kind, RadioSelect | CheckboxSelectMultiple):
            own = f"input {own}".strip()
    elif isinstance(kind, Input) and kind.input_type == "range":
        own = f"range {own}".strip()
    if own:
        attrs.setdefault("class", own)
    return field.as_widget(attrs=attrs)


@register.filter
def is_choice_list(field: BoundField) -> bool:
    """Whether the field shows several boxes or radios and needs a ``<fieldset>``."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def is_single_box(field: BoundField) -> bool:
    """Whether the field is one checkbox, whose label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def tone_icon(tone: str | None) -> str:
    """The symbol that goes with a tone (good, warn, bad, course, info) when none was chosen."""
    return TONE_ICONS.get(str(tone or ""), "")


@register.filter
def minutes(value: Any) -> str:
    """Minutes (number or ``timedelta``) in words: 80 -> "1 h 20 min", 45 -> "45 min", 120 -> "2 h"."""
    if isinstance(value, timedelta):
        value = value.total_seconds() / 60
    try:
        total = round(float(value))
    except (TypeError, ValueError):
        return ""
    sign, total = ("−", -total) if total < 0 else ("", total)
    hours, rest = divmod(total, 60)
    if not hours:
        return sign + _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return sign + _("%(hours)d h") % {"hours": hours}
    return sign + _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


@register.filter
def clock(value: Any) -> str:
    """A time of day as 05:40: from a ``time``, a ``datetime`` (local), or minutes since midnight."""
    if isinstance(value, datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        return time_format(moment.time(), "H:i")
    if isinstance(value, time):
        return time_format(value, "H:i")
    try:
        total = round(float(value)) % 1440
    except (TypeError, ValueError):
        return ""
    return f"{total // 60:02d}:{total % 60:02d}"


@register.filter
def kilometres(value: Any) -> str:
    """Metres in words: 600 -> "0.6 km", 80 -> "80 m", 12400 -> "12 km"."""
    try:
        metres = float(value)
    except (TypeError, ValueError):
        return ""
    if metres < 100:
        return _("%(metres)d m") % {"metres": round(metres)}
    amount = f"{metres / 1000:.1f}" if metres < 10_000 else f"{metres / 1000:.0f}"
    return _("%(amount)s km") % {"amount": amount}


@register.filter
def day_words(value: date | None) -> str:
    """A date in words without the year: "Fri 13 Nov"."""
    return date_format(value, "D j M") if value else ""


@register.filter
def day_span(first: date | None, last: date | None) -> str:
    """Two dates as one span: "12–16 Nov 2026", "28 Nov – 2 Dec 2026", "30 Dec 2026 – 3 Jan 2027"."""
    if not first or not last or first == last:
        only = first or last
        return date_format(only, "j M Y") if only else ""
    if first.year != last.year:
        return f"{date_format(first, 'j M Y')} – {date_format(last, 'j M Y')}"
    if first.month != last.month:
        return f"{date_format(first, 'j M')} – {date_format(last, 'j M Y')}"
    return f"{first.day}–{date_format(last, 'j M Y')}"


@register.filter
def people(value: Any) -> str:
    """A count of travelers in words: "2 people"."""
    try:
        count = int(value)
    except (TypeError, ValueError):
        return ""
    return ngettext("%(count)d person", "%(count)d people", count) % {"count": count}


@register.filter
def dots(weight: Any, of: int = 3) -> Iterator[bool]:
    """The dots of an interest's weight: ``2|dots`` yields True, True, False."""
    try:
        filled = int(weight)
    except (TypeError, ValueError):
        filled = 0
    return iter([index < filled for index in range(int(of))])


@register.filter
def countdown(seconds: Any) -> str:
    """Seconds left as mm:ss (872 -> "14:32"), from an hour up h:mm:ss, never below zero."""
    try:
        left = max(0, int(seconds))
    except (TypeError, ValueError):
        return ""
    hours, rest = divmod(left, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60:02d}:{rest % 60:02d}"
