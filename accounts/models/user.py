"""The user: signs in by e-mail."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.states import USER
from travelplanner.core import clock

AUTH_PROVIDERS = [("local", _("e-mail")), ("google", "Google"), ("microsoft", "Microsoft"), ("github", "GitHub"), ("oidc", _("other provider")), ("wallet", _("wallet"))]


class UserManager(BaseUserManager["User"]):
    def _make(self, email: str, password: str | None, **fields: Any) -> User:
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self._make(email, password, **fields)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self._make(email, password, **{"is_staff": True, "is_superuser": True, "email_verified": True, **fields})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Seed 003's `users`. `status` moves by `core.transitions`; only an active user may sign in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email_verified = models.BooleanField(_("e-mail verified"), default=False)
    phone_verified = models.BooleanField(_("phone verified"), default=False)
    auth_provider = models.CharField(_("signed up by"), max_length=12, default="local", choices=AUTH_PROVIDERS)
    status = models.CharField(_("status"), max_length=12, default=USER.initial, choices=USER.choices)
    is_staff = models.BooleanField(_("staff"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            USER.constraint("user"),
            models.UniqueConstraint(fields=["phone"], condition=models.Q(phone_verified=True) & ~models.Q(phone=""), name="user_verified_phone_once"),
        ]
        indexes = [models.Index(fields=["status"], name="user_status")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # a property in the place of the base class's column
        """Django's and allauth's question; the answer is the status."""
        return self.status == "active"

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.email.split("@")[0]
