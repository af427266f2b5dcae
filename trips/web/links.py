"""Pages behind a secret address: no cache keeps them, no search engine lists them, no other site learns the address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from travelplanner.core.errors import NotFound
from travelplanner.core.web.middleware import error_response

# Not "no-referrer": browsers would send forms (joining, the language) with `Origin: null`, which the token check refuses.
HEADERS = {"Cache-Control": "private, no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow, noarchive"}
View = Callable[..., HttpResponse]


def unseen(view: View) -> View:
    """Sets those headers, on the 404 too: a dead link is as secret as one that works."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except NotFound:  # one sentence for all of them: who was sent a link should know whom to ask, and learns no more
            response = error_response(request, 404, _("This link does not work, or does not any more. Ask whoever sent it to you for a new one."))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return guarded
