"""Phone numbers by program: allauth's headless flow, and an answer for each way in which a message can fail."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import RateLimited
from allauth.headless.account.views import ManagePhoneView, VerifyPhoneView
from allauth.headless.base.response import AuthenticationResponse, RateLimitResponse
from allauth.headless.internal.restkit.response import APIResponse
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.actions import phones
from travelplanner.core.errors import Conflict, Invalid
from travelplanner.core.web.actors import actor_of

REFUSED = 400
TAKEN = 409


def _said(request: HttpRequest, error: Invalid | Conflict, status: int, field: str) -> APIResponse:
    """An error of ours in allauth's shape."""
    return APIResponse(request, errors=[{"message": str(error.message), "code": error.code, "param": field}], status=status)


class PhoneView(ManagePhoneView):
    """GET the number, POST another (a code is sent to it), DELETE it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated and request.method not in ("GET", "POST"):  # allauth's own answers 500
            return AuthenticationResponse(request)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except RateLimited:
            return RateLimitResponse(request)
        except Invalid as error:
            return _said(request, error, REFUSED, "phone")

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        phones.remove_phone(actor=actor_of(request))
        request.user.refresh_from_db(fields=["phone", "phone_verified"])  # type: ignore[union-attr]  # who gets here is signed in
        return self.get(request)

    def get_input_class(self) -> Any:
        return self.input_class if self.request.method == "POST" else None


class PhoneCodeView(VerifyPhoneView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except Conflict as error:
            return _said(request, error, TAKEN, "code")
