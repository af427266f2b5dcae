"""The door of the staff pages: the site's own sign-in (its rate limits, its second factor), and no staff without a second factor.

With settings.STAFF_SECOND_FACTOR, a member of staff needs a passkey or an authenticator app, proven in this very session.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from accounts.queries.security import has_second_factor

GO_ON = "staff_next"  # in the session: where someone wanted to go who sets a second factor up first


def may_enter(request: HttpRequest) -> bool:
    """In place of the admin's own question, which asks no second factor."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return False
    return not settings.STAFF_SECOND_FACTOR or _proved_it(request)


def _proved_it(request: HttpRequest) -> bool:
    proven = any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))
    return proven and has_second_factor(request.user)  # type: ignore[arg-type]  # who gets here is signed in


@never_cache
def sign_in(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """Where the admin sends whom it doesn't let in: on to what is missing, and back."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) or wanted.startswith(reverse("admin:login")):
        wanted = reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")
    if may_enter(request):
        return redirect(wanted)
    if not request.user.is_staff:
        raise PermissionDenied
    if has_second_factor(request.user):
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': wanted})}")
    request.session[GO_ON] = wanted
    return render(request, "accounts/staff_second_factor.html")


admin.site.login = sign_in  # type: ignore[method-assign]  # the one place that replaces them
admin.site.has_permission = may_enter  # type: ignore[method-assign]  # the one place that replaces them
