"""The cart of someone who isn't signed in: a signed cookie with compact lines, unreadable to scripts. What was tampered with is an empty cart.

Version 1 holds [service, first date, departure, nights, units, people, price seen, currency] per line. Nothing of it says who someone is.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bookings.queries.wished import WishedLine
from travelplanner.core import money

COOKIE, UNDO_COOKIE = "cart", "cart_undo"
SALT = "bookings.browser_cart"
VERSION = 1
MOST_LINES = 20
KEPT_FOR = 30 * 86400  # seconds
UNDO_FOR = 600
LONGEST = 3800  # characters that fit into one cookie
TIME = re.compile(r"(([01]\d|2[0-3]):[0-5]\d)?")
Line = tuple[WishedLine, str]  # and the currency of the price seen


def read_cart(request: HttpRequest) -> list[Line]:
    """The browser's lines; none when there is no cookie, or it isn't ours, too old or of another version."""
    return _loaded(request.COOKIES.get(COOKIE, ""), KEPT_FOR)


def write_cart(response: HttpResponse, lines: Sequence[Line]) -> None:
    """Keep the lines in the browser; no lines: no cookie."""
    if lines:
        _set(response, COOKIE, _dumped(lines[:MOST_LINES]), KEPT_FOR)
    else:
        drop_cart(response)


def drop_cart(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def read_undo(request: HttpRequest) -> tuple[Line, dict[str, str]] | None:
    """The line that was taken out last, with its trip and special requests."""
    try:
        told = signing.loads(request.COOKIES.get(UNDO_COOKIE, ""), salt=UNDO_COOKIE, max_age=UNDO_FOR)
        line = _line(told["line"])
        more = {name: str(told.get(name, "")) for name in ("name", "trip", "requests", "owner")}
    except (signing.BadSignature, KeyError, TypeError, ValueError, InvalidOperation):
        return None
    return line, more


def write_undo(response: HttpResponse, line: Line, *, name: str, trip: str = "", requests: str = "", owner: str = "") -> None:
    """Remember a line that was taken out for ten minutes. `owner` is whose cart it was in ("" = the browser's)."""
    told = {"line": _packed(line), "name": name, "trip": trip, "requests": requests, "owner": owner}
    _set(response, UNDO_COOKIE, signing.dumps(told, salt=UNDO_COOKIE, compress=True), UNDO_FOR)


def drop_undo(response: HttpResponseBase) -> None:
    response.delete_cookie(UNDO_COOKIE, samesite="Lax")


def _set(response: HttpResponse, name: str, value: str, age: int) -> None:
    response.set_cookie(name, value, max_age=age, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def _dumped(lines: Iterable[Line]) -> str:
    return signing.dumps({"v": VERSION, "l": [_packed(line) for line in lines]}, salt=SALT, compress=True)


def _loaded(text: str, age: int) -> list[Line]:
    if not text or len(text) > LONGEST:
        return []
    try:
        kept = signing.loads(text, salt=SALT, max_age=age)
        if kept["v"] != VERSION or len(kept["l"]) > MOST_LINES:
            return []
        return [_line(packed) for packed in kept["l"]]
    except (signing.BadSignature, KeyError, TypeError, ValueError, InvalidOperation):
        return []


def _packed(line: Line) -> list[Any]:
    wish, currency = line
    return [
        wish.service_id.hex,
        wish.booking_date.isoformat(),
        wish.time,
        wish.nights,
        wish.quantity,
        wish.participants,
        str(wish.price_seen if wish.price_seen is not None else ""),
        currency,
    ]


def _line(packed: Sequence[Any]) -> Line:
    """Raises ValueError, TypeError or InvalidOperation for what isn't a line."""
    service, day, time, nights, quantity, participants, price, currency = packed
    if not TIME.fullmatch(time) or currency not in money.known_currencies():
        raise ValueError("not a line")
    for value, most in ((nights, 60), (quantity, 99), (participants, 99)):
        if type(value) is not int or not 1 <= value <= most:
            raise ValueError("not a number of a line")
    seen = Decimal(price)
    if not seen.is_finite() or not 0 <= seen <= money.MAX_AMOUNT:
        raise ValueError("not a price")
    wish = WishedLine(
        service_id=uuid.UUID(hex=service),
        booking_date=dt.date.fromisoformat(day),
        time=time,
        nights=nights,
        quantity=quantity,
        participants=participants,
        price_seen=seen,
    )
    return wish, currency
