"""OpenID Connect, the provider's side: its configuration, its keys, and what its ID tokens are worth (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from django.utils.crypto import constant_time_compare

TIMEOUT = 5  # seconds
# Asymmetric alone: with HS256 whoever knows the client's secret could sign, and "none" is no signature.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
LEEWAY = 30  # seconds that two clocks may differ
TENANT = "{tenantid}"  # Microsoft's configuration for accounts of any directory names its issuer by this pattern
TENANT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class Refused(Exception):
    """The provider can't be reached, or what it said is not to be believed. The text is for logs, not for people."""


def fetch(url: str, *, token: str = "") -> dict[str, Any]:
    """A JSON object from the provider; `token` is sent as a bearer token. Raises Refused."""
    try:
        answer = requests.get(url, headers={"Authorization": f"Bearer {token}"} if token else {}, timeout=TIMEOUT)
        answer.raise_for_status()
        found = answer.json()
    except requests.RequestException as error:
        raise Refused(f"{urlsplit(url).netloc}: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise Refused(f"{urlsplit(url).netloc}: not a JSON object")
    return found


def read_configuration(server_url: str) -> dict[str, Any]:
    """The provider's own description. Its issuer must live where we were told to look. Raises Refused."""
    found = fetch(f"{server_url}/.well-known/openid-configuration")
    if not all(isinstance(found.get(name), str) for name in NEEDED):
        raise Refused("the configuration lacks a part")
    if urlsplit(found["issuer"])[:2] != urlsplit(server_url)[:2]:
        raise Refused("the configuration names another issuer")
    return found


def read_id_token(token: object, *, configuration: Mapping[str, Any], client_id: str, nonce: str | None) -> dict[str, Any]:
    """The claims of an ID token that was signed by this provider, for us, now, and (unless `nonce` is None) for this very sign-in. Raises Refused."""
    if not isinstance(token, str):
        raise Refused("no ID token")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise Refused("an algorithm that is not accepted")
        key = _key(fetch(configuration["jwks_uri"]), header.get("kid"), algorithm)
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[algorithm], audience=client_id, leeway=LEEWAY, options={"require": ["iss", "sub", "aud", "exp", "iat"], "verify_iss": False}
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Refused(f"the ID token: {type(error).__name__}") from error
    if claims["iss"] != _issuer(configuration["issuer"], claims):
        raise Refused("the ID token is another issuer's")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", "" if several else client_id) != client_id:
        raise Refused("the ID token was made for another program")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 191:  # what the column holds
        raise Refused("the ID token names nobody")
    if nonce is not None and not (nonce and constant_time_compare(str(claims.get("nonce", "")), nonce)):
        raise Refused("the ID token belongs to another sign-in")
    return claims


def _key(keys: Mapping[str, Any], kid: Any, algorithm: str) -> jwt.PyJWK:
    """The key that the token names; without a name, the only one."""
    found = [key for key in keys.get("keys", ()) if isinstance(key, dict) and key.get("use", "sig") == "sig"]
    named = [key for key in found if key.get("kid") == kid] if kid is not None else found
    if len(named) != 1:
        raise Refused("no such key")
    return jwt.PyJWK(named[0], algorithm=algorithm)


def _issuer(pattern: str, claims: Mapping[str, Any]) -> str | None:
    if TENANT not in pattern:
        return pattern
    tenant = str(claims.get("tid", ""))
    return pattern.replace(TENANT, tenant) if TENANT_ID.fullmatch(tenant) else None


def read_userinfo(token: str, *, configuration: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """What the provider tells of the person beside the ID token; {} when it has no such place. Raises Refused when it speaks of somebody else."""
    address = configuration.get("userinfo_endpoint")
    if not isinstance(address, str):
        return {}
    found = fetch(address, token=token)
    if found.get("sub") != subject:
        raise Refused("the user info is another person's")
    return found
