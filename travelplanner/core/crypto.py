"""Encryption of stored secrets: Fernet with a ring of keys, the first encrypts, all decrypt."""

from __future__ import annotations

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotDecrypt(Exception):
    """The ciphertext is damaged, or no key of the ring fits."""


@cache
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: bytes) -> bytes:
    return _ring(tuple(settings.FIELD_KEYS)).encrypt(plain)


def decrypt(sealed: bytes | memoryview) -> bytes:
    try:
        return _ring(tuple(settings.FIELD_KEYS)).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise CannotDecrypt from error
