"""The one place that asks what time it is."""

import datetime as dt

from django.utils import timezone


def now() -> dt.datetime:
    """The current moment, aware, UTC."""
    return timezone.now()


def iso(moment: dt.datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
