"""The page "Sign-in and security"."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.queries.security import sign_in_ways
from accounts.web.requests import SignedInRequest

FEW_CODES = 3


@login_required
@require_safe
def show_security(request: SignedInRequest) -> HttpResponse:
    """Every way in, in plain words, each with the page where it is changed."""
    ways = sign_in_ways(request.user, current_key=request.session.session_key or "")
    few = ways.codes_left is not None and ways.codes_left <= FEW_CODES
    return render(request, "accounts/security.html", {"ways": ways, "few_codes": few, "devices": len(ways.devices), "staff": request.user.is_staff})
