"""The bell in the header."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import DatabaseError

from accounts.queries.notifications import count_unread

register = template.Library()
SHOWN_UP_TO = 99


@register.simple_tag(takes_context=True)
def unread_notifications(context: Any) -> dict[str, Any]:
    """How many are unread, as `number` and `shown` ("99+" beyond); counted once per request, not at all for people who aren't signed in."""
    request, user = context.get("request"), context.get("user")
    number = getattr(request, "unread_notifications", None)
    if number is None:
        number = 0
        if user is not None and user.is_authenticated:
            try:
                number = count_unread(user.pk)
            except DatabaseError:  # an error page must still come out
                number = 0
        if request is not None:
            request.unread_notifications = number
    return {"number": number, "shown": str(number) if number <= SHOWN_UP_TO else f"{SHOWN_UP_TO}+"}
