"""Where we answer otherwise than allauth's headless API, in its shapes: bodies that aren't JSON, the main address, a refused refresh token."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.manage_email import emit_email_changed
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.headless.account.inputs import SelectEmailInput
from allauth.headless.account.views import ManageEmailView
from allauth.headless.internal.restkit import inputs
from allauth.headless.internal.restkit.response import APIResponse, ErrorResponse
from allauth.headless.tokens.response import RefreshTokenResponse
from allauth.headless.tokens.views import RefreshTokenView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError

from accounts.actions import addresses
from accounts.api.tokens import TokenStrategy
from travelplanner.core.api import parsers
from travelplanner.core.errors import Conflict
from travelplanner.core.web.actors import actor_of

SIGN_IN = "/api/auth/"


class StrictJsonMiddleware:
    """Bodies of sign-in are read as strictly as everywhere: allauth's own parser runs out of stack on ten thousand brackets, lets half a character
    through to where it can't be written, and answers what it can't read with an empty 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.path.startswith(SIGN_IN) or request.method in ("GET", "HEAD", "OPTIONS") or not request.body:
            return None
        try:
            if isinstance(parsers.loads(request.body), dict):
                return None
            said = _("Send a JSON object.")
        except ParseError as error:
            said = str(error.detail)
        return JsonResponse({"status": 400, "errors": [{"message": said, "code": "invalid"}]}, status=400)


class PrimaryInput(SelectEmailInput):
    """Whether the address may be the main one is the action's to say."""

    primary = inputs.BooleanField(required=True)


class AddressesView(ManageEmailView):
    input_class = {**ManageEmailView.input_class, "PATCH": PrimaryInput}

    def patch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise_if_reauthentication_required(request, app="allauth.account")
        try:
            change = addresses.make_primary(actor=actor_of(request), email=self.input.cleaned_data["email"].email)
        except Conflict as error:
            fault = {"message": str(error.message), "code": error.code, "param": "email"}
            # 400 where allauth says so, too.
            status = HTTPStatus.BAD_REQUEST if error.code == "unverified_primary_email" else HTTPStatus.CONFLICT
            return APIResponse(request, errors=[fault], status=status)
        emit_email_changed(request, change.before, change.now)  # mails the old one
        return self._respond_email_list()


class RefreshView(RefreshTokenView):
    """A token that doesn't open is 401, in the shape of allauth's 400; a body without one stays 400."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        pair = TokenStrategy().refresh_token(self.input.cleaned_data["refresh_token"])
        if pair is None:
            return ErrorResponse(request, status=HTTPStatus.UNAUTHORIZED)
        return RefreshTokenResponse(request, *pair)
