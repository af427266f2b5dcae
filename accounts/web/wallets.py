"""The page of wallets: which there are, and two steps to add one. Works without a wallet in the browser: the message is shown, the signature typed in."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import wallets
from accounts.models.wallet import CHAINS
from accounts.queries.wallets import get_wallet, list_wallets
from travelplanner.core.errors import AppError, Conflict, Invalid
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited

PAGE_SIZE = 25


class AddressForm(forms.Form):
    """Step 1."""

    address = forms.CharField(
        label=lazy("Address of the wallet"), max_length=64, help_text=lazy("0x and 40 digits. Copy it from your wallet."),
        widget=forms.TextInput(attrs={"class": "input num", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip
    chain_id = forms.TypedChoiceField(
        label=lazy("Network"), coerce=int, choices=list(CHAINS.items()), initial=1, help_text=lazy("If you don't know, leave Ethereum: the address is the same."),
        widget=forms.Select(attrs={"class": "input"}),
    )  # fmt: skip


class SignatureForm(forms.Form):
    """Step 2. The message travels along as it was shown; what it says is checked anew."""

    message = forms.CharField(
        label=lazy("The message"), max_length=5000, strip=False, help_text=lazy("Sign it as it is, without a change."),
        widget=forms.Textarea(attrs={"class": "input num", "rows": 12, "readonly": True}),
    )  # fmt: skip
    signature = forms.CharField(
        label=lazy("The signature"), max_length=200, help_text=lazy("It begins with 0x and is 132 characters long."),
        widget=forms.Textarea(attrs={"class": "input num", "rows": 3, "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip


def _blame(form: forms.Form, error: AppError) -> None:
    """The action's words beside the field they are about."""
    if not error.fields:
        form.add_error(None, str(error.message))
    for name, sentences in error.fields.items():
        form.add_error(name if name in form.fields else None, [str(sentence) for sentence in sentences])


def _show(request: HttpRequest, *, address: AddressForm | None = None, proof: SignatureForm | None = None, status: int = 200) -> HttpResponse:
    page = Paginator(list_wallets(actor_of(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/wallets.html", {"page": page, "address_form": address or AddressForm(), "proof_form": proof}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("wallet")
def show_wallets(request: HttpRequest) -> HttpResponse:
    """The list; a POST of an address answers with the message to sign."""
    if request.method != "POST":
        return _show(request)
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            _nonce, text = wallets.create_message(actor=actor_of(request), **form.cleaned_data)
            return _show(request, address=form, proof=SignatureForm(initial={"message": text}))
        except Invalid as error:
            _blame(form, error)
    return _show(request, address=form, status=400)


@login_required
@require_POST
@limited("wallet")
def verify(request: HttpRequest) -> HttpResponse:
    """The signed message."""
    form = SignatureForm(request.POST)
    if form.is_valid():
        try:
            wallet = wallets.verify_wallet(actor=actor_of(request), **form.cleaned_data)
            messages.success(request, _("The wallet %(address)s is yours.") % {"address": _short(wallet.address)})
            return redirect("accounts:wallets")
        except (Invalid, Conflict) as error:
            _blame(form, error)
            return _show(request, proof=form, status=error.status)
    return _show(request, proof=form, status=400)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, wallet_id: uuid.UUID) -> HttpResponse:
    """Asks first; nothing is lost but the proof."""
    actor = actor_of(request)
    if request.method == "POST":
        wallets.remove_wallet(actor=actor, wallet_id=wallet_id)
        messages.success(request, _("The wallet is off your account."))
        return redirect("accounts:wallets")
    return render(request, "accounts/wallet_remove.html", {"wallet": get_wallet(actor, wallet_id)})


def _short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}"
