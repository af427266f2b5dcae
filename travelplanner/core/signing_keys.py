"""Ed25519 signatures that anybody can check offline, under a ring of keys (CONFIRMATION_KEYS): the first signs, all verify.

Where the setting is empty, the ring is derived from FIELD_KEYS, one key for each: nothing to set up on one's own machine. What was printed then
stays verifiable as long as its field key is in the ring, so that an installation which rotates those sets its own.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

ID_LENGTH = 8  # hex digits
SEED = 32  # bytes


@dataclass(frozen=True, slots=True)
class Key:
    """`id` is the beginning of the public key's SHA-256."""

    id: str
    private: Ed25519PrivateKey
    public: bytes


def text_of(data: bytes) -> str:
    """urlsafe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """Back from `text_of`; raises ValueError for what it could not have written, so that one signature has one spelling."""
    found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if text_of(found) != text:
        raise ValueError("not as we write it")
    return found


def seed_of(text: str) -> bytes:
    """The 32 bytes of a key of the setting; raises ValueError."""
    seed = bytes_of(text.strip().rstrip("="))
    if len(seed) != SEED:
        raise ValueError(f"{len(seed)} bytes instead of {SEED}")
    return seed


@cache
def _ring(own: tuple[str, ...], field_keys: tuple[str, ...]) -> tuple[Key, ...]:
    if own:
        seeds = [seed_of(text) for text in own]
    else:
        seeds = [HKDF(algorithm=SHA256(), length=SEED, salt=None, info=b"travelplanner confirmation keys").derive(base64.urlsafe_b64decode(key)) for key in field_keys]
    found = []
    for seed in seeds:
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        found.append(Key(hashlib.sha256(public).hexdigest()[:ID_LENGTH], private, public))
    return tuple(found)


def ring() -> tuple[Key, ...]:
    return _ring(tuple(settings.CONFIRMATION_KEYS), tuple(settings.FIELD_KEYS))


def signing_key() -> Key:
    """The ring's first."""
    return ring()[0]


def verifies(key_id: str, message: bytes, signature: bytes) -> bool:
    """Whether a key of the ring of this id signed the message."""
    for key in ring():
        if key.id == key_id:
            try:
                key.private.public_key().verify(signature, message)
            except InvalidSignature:
                continue
            return True
    return False


def public_keys() -> list[dict[str, str]]:
    """The ring as a JSON Web Key Set's `keys` (RFC 8037), the signing one first."""
    return [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.id, "x": text_of(key.public)} for key in ring()]
