"""The errors that actions and queries raise. Pages and the API turn them into answers; the `code` is part of the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _


class AppError(Exception):
    """An expected refusal: HTTP `status`, stable `code`, a sentence for people, optional `fields` and machine-readable `extra`."""

    status: ClassVar[int] = 500
    code: str = "error"
    default_message: ClassVar[Any] = _("Something went wrong on our side.")

    def __init__(
        self,
        message: Any = None,
        *,
        code: str | None = None,
        fields: Mapping[str, Sequence[Any]] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or self.default_message
        self.code = code or type(self).code
        self.fields = dict(fields or {})
        self.extra = dict(extra or {})
        super().__init__(str(self.message))


class Invalid(AppError):
    status, code = 400, "invalid"
    default_message = _("Some of what you sent does not fit.")


class NotAllowed(AppError):
    status, code = 403, "forbidden"
    default_message = _("You may not do this.")


class NotFound(AppError):
    status, code = 404, "not_found"
    default_message = _("There is nothing here, or it is not yours.")


class Conflict(AppError):
    status, code = 409, "conflict"
    default_message = _("This is not possible in the present state.")


class Stale(AppError):
    status, code = 412, "stale"
    default_message = _("Someone changed this in the meantime. Load it again and repeat your change.")


class IdempotencyMismatch(AppError):
    status, code = 422, "idempotency_mismatch"
    default_message = _("This Idempotency-Key was used before with another request.")


class PreconditionRequired(AppError):
    status, code = 428, "precondition_required"
    default_message = _("Send If-Match with the ETag of the version that you read.")


class TooManyRequests(AppError):
    status, code = 429, "too_many_requests"
    default_message = _("Too many requests. Try again later.")


class Unavailable(AppError):
    status, code = 503, "unavailable"
    default_message = _("This is not available right now. Nothing was saved; try again in a moment.")
