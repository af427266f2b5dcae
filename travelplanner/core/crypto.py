"""Encryption of stored secrets under a ring of keys (FIELD_KEYS): the first encrypts, all decrypt.

Two forms. `encrypt` / `decrypt` (Fernet) for values that stand alone. `seal` / `unseal` (AES-256-GCM) for values that belong to one row:
the row's address is authenticated with the text, so ciphertext that was moved to another row or column is refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FORM = b"\x01"  # first byte of sealed values
KEY_ID, NONCE = 4, 12  # bytes
HEAD = len(FORM) + KEY_ID + NONCE


class CannotDecrypt(Exception):
    """The ciphertext is damaged, was moved from another row, or no key of the ring fits."""


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


def reencrypt(sealed: bytes | memoryview) -> bytes:
    """An `encrypt`ed value under the ring's first key."""
    try:
        return _ring(tuple(settings.FIELD_KEYS)).rotate(bytes(sealed))
    except InvalidToken as error:
        raise CannotDecrypt from error


def is_current_encrypted(sealed: bytes | memoryview) -> bool:
    """Whether the ring's first key `encrypt`ed this; unlike `is_current` it must try, since a Fernet token does not name its key."""
    try:
        _ring((settings.FIELD_KEYS[0],)).decrypt(bytes(sealed))
    except InvalidToken:
        return False
    return True


@cache
def _derived(key: str, purpose: bytes) -> bytes:
    """32 bytes for one purpose; a key of the ring is never used for two."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"travelplanner " + purpose).derive(base64.urlsafe_b64decode(key))


@cache
def _key_id(key: str) -> bytes:
    return hashlib.sha256(b"travelplanner key id " + base64.urlsafe_b64decode(key)).digest()[:KEY_ID]


def seal(plain: bytes, *, context: str) -> bytes:
    """Encrypt for one place: `context` is "table.column:primary key" (of a file: its own address). The result is 33 bytes longer."""
    key = settings.FIELD_KEYS[0]
    nonce = os.urandom(NONCE)
    return FORM + _key_id(key) + nonce + AESGCM(_derived(key, b"seal")).encrypt(nonce, plain, context.encode())


def unseal(sealed: bytes | memoryview, *, context: str) -> bytes:
    """Raises CannotDecrypt: damaged, sealed for another place, or by a key that left the ring."""
    data = bytes(sealed)
    for key in settings.FIELD_KEYS:
        if data[: 1 + KEY_ID] == FORM + _key_id(key):
            try:
                return AESGCM(_derived(key, b"seal")).decrypt(data[1 + KEY_ID : HEAD], data[HEAD:], context.encode())
            except InvalidTag:
                continue
    raise CannotDecrypt


def is_current(sealed: bytes | memoryview) -> bool:
    """Whether the ring's first key sealed this."""
    return bytes(sealed)[: 1 + KEY_ID] == current_prefix()


def current_prefix() -> bytes:
    """How values sealed by the ring's first key begin; rotation looks for the others."""
    return FORM + _key_id(settings.FIELD_KEYS[0])


def blind_index(plain: str, *, context: str, key: str | None = None) -> str:
    """64 hex digits that are equal for equal text in one column (`context` is "table.column") and tell nothing without the key."""
    secret = _derived(key or settings.FIELD_KEYS[0], b"blind index")
    return hmac.new(secret, f"{context}\0{plain}".encode(), hashlib.sha256).hexdigest()


def blind_indexes(plain: str, *, context: str) -> list[str]:
    """The index under every key of the ring: what to look up while keys rotate."""
    return [blind_index(plain, context=context, key=key) for key in settings.FIELD_KEYS]
