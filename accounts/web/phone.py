"""The pages of the phone number: allauth's flow with our words, and an answer for each way in which a message can fail."""

from __future__ import annotations

from typing import Any

from allauth.account.views import ChangePhoneView, _VerifyPhoneChangeView
from allauth.core.exceptions import RateLimited
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import phone_numbers
from accounts.actions import phones
from travelplanner.core.errors import AppError, TooManyRequests
from travelplanner.core.web.actors import actor_of

LONGEST = 40  # with spaces and brackets


class PhoneNumberField(forms.CharField):
    """A number in E.164, however it is spaced."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", lazy("Phone number"))
        kwargs.setdefault("help_text", lazy("With the country code, such as +91 98765 43210."))
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "class": "input"}))
        super().__init__(max_length=LONGEST, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        number = phone_numbers.normalized(text)
        if number is None:
            raise forms.ValidationError(_("Write the number with its country code, such as +91 98765 43210."), code="invalid_phone")
        return number


class ChangePhone(ChangePhoneView):
    """Ask for a number and send the code; or take the number away."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "remove":
            phones.remove_phone(actor=actor_of(request))
            messages.success(request, _("Your phone number is removed."))
            return redirect("account_change_phone")
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            return super().form_valid(form)
        except RateLimited as error:
            raise TooManyRequests(_("We sent a code to this number a moment ago. Wait a little before you ask for another."), extra={"retry_after": 30}) from error
        except AppError as error:
            form.add_error("phone", str(error.message))
            return self.form_invalid(form)


class VerifyPhone(_VerifyPhoneChangeView):
    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            return super().form_valid(form)
        except AppError as error:  # proven for another account a moment before
            form.add_error("code", str(error.message))
            return self.render_to_response(self.get_context_data(form=form))


change_phone = ChangePhone.as_view()
verify_phone = login_required(VerifyPhone.as_view())
