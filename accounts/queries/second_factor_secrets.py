"""Secrets of second factors as allauth keeps them: tokens of core.crypto inside a JSON column (accounts.web.second_factor encrypts them)."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from travelplanner.core import crypto
from travelplanner.core.rotation import Change, Rows, Values, renewed_encrypted

KEYS = ("secret", "seed", "migrated_codes")  # of an authenticator app; of recovery codes


class SecretRows(Rows):
    """As `Rows`, with the comparison of JSON left to the database."""

    def write(self, changes: list[Change]) -> int:
        with transaction.atomic():
            return sum(Authenticator.objects.filter(pk=change.pk, data=change.old["data"]).update(data=change.new["data"]) for change in changes)


def secret_rows() -> Rows:
    return SecretRows(Authenticator, ["data"], _renewed)


def _renewed(pk: Any, values: Values) -> tuple[dict[str, Any], list[str]]:
    new = dict(values["data"])
    try:
        for key in KEYS:
            if isinstance(new.get(key), str):
                new[key] = _token(new[key])
            elif isinstance(new.get(key), list):
                new[key] = [_token(one) for one in new[key]]
    except crypto.CannotDecrypt:
        return {}, ["data"]
    return ({"data": new} if new != values["data"] else {}), []


def _token(held: str) -> str:
    renewed = renewed_encrypted(held.encode())
    return held if renewed is None else renewed.decode()
