"""What people type when they look for a flight, read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from travelplanner.core.errors import Invalid


def read_ages(text: str) -> tuple[int, ...]:
    """Ages as people type them, "7, 9". Raises Invalid (`childAges`)."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > 9 or not all(part.isdecimal() and len(part) < 3 for part in parts):
        raise Invalid(fields={"childAges": [_("Ages in years, with commas between them: 7, 9.")]})
    return tuple(int(part) for part in parts)
