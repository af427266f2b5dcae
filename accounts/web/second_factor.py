"""Passkeys, authenticator apps and recovery codes: how allauth's second factor behaves here.

Secrets are encrypted at rest. Passkeys belong to settings.PASSKEY_ORIGIN alone: nothing of them comes from the Host header.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm, SignupWebAuthnForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity

from accounts.models import User
from travelplanner.core import crypto
from travelplanner.core.web.qr import qr_figure

NAME_LENGTH = 100


class SecondFactorAdapter(DefaultMFAAdapter):
    """Our words, our keys, our name."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("An account with a second factor takes no further address here."),
        "cannot_generate_recovery_codes": _("Recovery codes come with a second factor: add a passkey or an authenticator app first."),
        "incorrect_code": _("That did not fit. Look at the newest code and try again."),
        "unverified_email": _("Confirm your e-mail address first, and remove any that you can’t confirm: else somebody could lock you out of an account with your address."),
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return gettext("Travel planner")

    def build_totp_svg(self, url: str) -> str:
        return qr_figure(url, gettext("QR code for your authenticator app; the key below says the same in letters"))

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """A name for a new passkey that its owner left empty."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("My passkey") if number == 1 else gettext("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": urlsplit(settings.PASSKEY_ORIGIN).hostname or "", "name": gettext("Travel planner")}


def passkey_server() -> Fido2Server:
    """In place of allauth's: takes answers of our own origin alone, where allauth's would take any subdomain's too."""
    party = PublicKeyCredentialRpEntity(**SecondFactorAdapter().get_public_key_credential_rp_entity())
    return Fido2Server(party, verify_origin=lambda origin: origin == settings.PASSKEY_ORIGIN)


def mark_code_used(totp: TOTP, code: str) -> bool:
    """In place of allauth's, which forgets a used code after one period though `MFA_TOTP_TOLERANCE` keeps it good for longer."""
    return cache.add(_used_key(totp.instance.user_id, code), "y", timeout=_code_lasts())


def _code_lasts() -> int:
    return int(mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1))


_allauths_clean_code = ActivateTOTPForm.clean_code


def clean_first_code(form: ActivateTOTPForm) -> str:
    """In place of allauth's, on pages and for programs: the code that turns the app on is used by that, and opens no sign-in."""
    code: str = _allauths_clean_code(form)
    cache.set(_used_key(form.user.pk, code), "y", timeout=_code_lasts())
    return code


def _used_key(user_id: object, code: str) -> str:
    return f"totp-used:{user_id}:{normalize_user_code(code)}"


class AddPasskeyForm(AddWebAuthnForm):
    """`credential` is what the browser made."""

    name = forms.CharField(label=_("Name"), required=False, max_length=NAME_LENGTH, help_text=_("So that you know it again: “phone”, “blue key”."))
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without a password"),
        required=False,
        initial=True,
        help_text=_("Your device then asks for your finger, your face or its PIN. Untick it for an old security key that can’t."),
    )


class SignUpPasskeyForm(SignupWebAuthnForm):
    name = forms.CharField(label=_("Name of this passkey"), required=False, max_length=NAME_LENGTH, help_text=_("So that you know it again: “phone”, “laptop”."))


class RenamePasskeyForm(EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)


def _code_field() -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        max_length=32,
        help_text=_("Six digits from your authenticator app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}),
    )


class CodeForm(AuthenticateForm):
    code = _code_field()


class ReauthenticationCodeForm(ReauthenticateForm):
    code = _code_field()


class ActivateAppForm(ActivateTOTPForm):
    code = forms.CharField(
        label=_("Code from the app"),
        max_length=32,
        help_text=_("Six digits, new every half minute."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

