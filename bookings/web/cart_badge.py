"""How many lines the header's cart shows: one count for a user, no statement for anyone else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from bookings.queries.cart import count_lines
from bookings.web.browser_cart import read_cart
from travelplanner.core.web.actors import actor_of


def cart_badge(request: HttpRequest) -> dict[str, Any]:
    """Context processor. `cart_badge` is counted when a template shows it, and once."""
    return {"cart_badge": SimpleLazyObject(lambda: _Badge(_count(request)))}


class _Badge:
    def __init__(self, count: int) -> None:
        self.count = count


def _count(request: HttpRequest) -> int:
    if not hasattr(request, "user") or not hasattr(request, "session"):
        return 0
    actor = actor_of(request)
    return count_lines(actor) if actor.is_user else len(read_cart(request))
