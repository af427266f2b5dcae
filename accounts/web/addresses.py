"""The page of one's addresses: allauth's, but for what becomes of the main one."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.manage_email import emit_email_changed
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.views import EmailView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.actions import addresses
from travelplanner.core.errors import Conflict
from travelplanner.core.web.actors import actor_of


class AddressesView(EmailView):
    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = self._get_email_address(request)
        if address is not None:
            raise_if_reauthentication_required(request, app="allauth.account")
            try:
                change = addresses.make_primary(actor=actor_of(request), email=address.email)
            except Conflict as error:
                messages.error(request, str(error.message))
            else:
                get_adapter().add_message(request, messages.SUCCESS, "account/messages/primary_email_set.txt")
                emit_email_changed(request, change.before, change.now)  # mails the old one
        return HttpResponseRedirect(self.get_success_url())
