"""What the browser's cart holds follows its user at sign-in, by whichever way: password, code, passkey or another company's word."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.actions.cart_merge import MergedLine, merge_lines
from bookings.web.browser_cart import COOKIE, UNDO_COOKIE, drop_cart, drop_undo, read_cart
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError
from trips.web.written import listed

logger = logging.getLogger(__name__)


@receiver(user_logged_in)
def on_signed_in(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Merge the cookie's lines into the user's cart. Nobody is kept from signing in by it: when it fails, the cookie stays for the next time."""
    if request is None or COOKIE not in request.COOKIES:
        return
    try:
        merged = merge_lines(actor=Actor(user_id=user.pk), lines=[wish for wish, _currency in read_cart(request)])
    except (AppError, DatabaseError):
        logger.exception("the browser's cart could not be merged")
        return
    request.browser_cart_merged = True  # type: ignore[attr-defined]  # a mark on the request, read by the middleware alone
    for tone, sentence in words_of(merged):
        messages.add_message(request, tone, sentence, fail_silently=True)


def words_of(merged: tuple[MergedLine, ...]) -> list[tuple[int, str]]:
    """What is said about a merge: what came along, and what didn't and why."""
    said = []
    came = [one for one in merged if one.outcome in ("added", "raised")]
    if came:
        sentence = ngettext("%(count)d thing from this browser is in your cart now.", "%(count)d things from this browser are in your cart now.", len(came))
        said.append((messages.SUCCESS, sentence % {"count": len(came)}))
    full = [one for one in merged if one.problem == "cart_full"]
    gone = [one for one in merged if one.outcome == "dropped" and one.problem != "cart_full"]
    if gone:
        names = listed(sorted({one.name or _("something that is no longer sold") for one in gone}))
        said.append((messages.WARNING, _("Left out of your cart, because it can't be booked any more: %(names)s.") % {"names": names}))
    if full:
        said.append((messages.WARNING, _("Left out, because your cart is full: %(names)s.") % {"names": listed([one.name for one in full])}))
    return said


class BrowserCartMiddleware:
    """Takes the merged cart's cookie back: signed out again, this browser's next user must not find it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "browser_cart_merged", False):
            drop_cart(response)
            if UNDO_COOKIE in request.COOKIES:
                drop_undo(response)
        return response
