"""What the page "Sign-in and security" says: how someone gets in, and what protects that."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from accounts.models import User
from accounts.queries.devices import Device, devices_of


@dataclass(frozen=True, slots=True)
class SignInWays:
    """`codes_left` is None without recovery codes; `connections` are the names of other sign-ins."""

    email: str
    email_verified: bool
    password: bool
    passkeys: int
    app: bool
    codes_left: int | None
    connections: list[str]
    phone: str
    phone_verified: bool
    devices: list[Device]

    @property
    def protected(self) -> bool:
        return self.app or self.passkeys > 0


def sign_in_ways(user: User, *, current_key: str) -> SignInWays:
    """Three statements, however much there is."""
    rows = list(Authenticator.objects.filter(user_id=user.pk))
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return SignInWays(
        email=user.email,
        email_verified=user.email_verified,
        password=user.has_usable_password(),
        passkeys=sum(row.type == Authenticator.Type.WEBAUTHN for row in rows),
        app=any(row.type == Authenticator.Type.TOTP for row in rows),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        connections=[account.get_provider().name for account in SocialAccount.objects.filter(user_id=user.pk).order_by("pk")],
        phone=user.phone,
        phone_verified=user.phone_verified,
        devices=devices_of(user, current_key=current_key),
    )


def has_second_factor(user: User) -> bool:
    """An authenticator app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]).exists()
