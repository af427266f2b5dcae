"""Phone numbers at sign-in are not offered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from travelplanner.core.errors import NotFound


@csrf_exempt
def not_offered(request: HttpRequest) -> HttpResponse:
    """404 in place of allauth's view, which is there whatever the settings say and answers 500: no adapter of ours keeps numbers."""
    raise NotFound
