"""Where we answer otherwise than allauth's headless API, in its shapes: the main address, a refused refresh token."""

from __future__ import annotations

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
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.actions import addresses
from accounts.api.tokens import TokenStrategy
from travelplanner.core.errors import Conflict
from travelplanner.core.web.actors import actor_of


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
