"""A request as the middleware hands it to a page, for the type checker: at run time it is Django's own."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    htmx: HtmxDetails  # false when the whole page is wanted
