"""Outside companies of sign-in, made for tests and spoken to over real HTTP: an OpenID Connect provider and a text message gateway."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "trips-of-the-tests", "only-for-tests"


class Company(BaseHTTPRequestHandler):
    """Quiet, and JSON only."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        pass

    def say(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()))


@contextmanager
def open_for_business(handler: type[Company]) -> Iterator[str]:
    """The company's address while it is open."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Provider:
    """An OpenID Connect provider. `person` is who signs in there; `spoil` changes the claims of the ID token, `tell` those of the user info;
    `signer` and `algorithm` sign it. It insists on PKCE."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "248289761001", "email": "nina@example.org", "email_verified": True, "name": "Nina New"})
    spoil: dict[str, Any] = field(default_factory=dict)
    tell: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))
    signer: Any = None
    algorithm: str = "RS256"
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)  # queries of the authorization page
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, url: str) -> dict[str, str]:
        """The person presses "yes" on the page at `url`: what the browser brings back."""
        query = dict(parse_qsl(urlsplit(url).query))
        self.asked.append(query)
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def id_token(self, nonce: str | None = None) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, **({"nonce": nonce} if nonce else {}), **self.person, **self.spoil}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.signer or self.key, algorithm=self.algorithm, headers={"kid": "one"})

    def handler(self) -> type[Company]:
        provider = self

        class OpenIdConnect(Company):
            def do_GET(self) -> None:
                if provider.status != 200:
                    self.say(provider.status, {})
                elif self.path == "/.well-known/openid-configuration":
                    parts = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys", "userinfo_endpoint": "person"}
                    self.say(200, {"issuer": provider.url, **{name: f"{provider.url}/{path}" for name, path in parts.items()}})
                elif self.path == "/keys":
                    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(provider.key.public_key()))
                    self.say(200, {"keys": [{**jwk, "kid": "one", "use": "sig", "alg": "RS256"}]})
                elif self.path == "/person" and self.headers.get("Authorization") == "Bearer the-access-token":
                    self.say(200, {**provider.person, **provider.tell})
                else:
                    self.say(401, {})

            def do_POST(self) -> None:
                sent = self.form()
                asked = provider.codes.pop(sent.get("code", ""), None)
                challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
                known = (sent.get("client_id"), sent.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
                if not asked or not known or asked.get("code_challenge") != challenge or asked.get("redirect_uri") != sent.get("redirect_uri"):
                    self.say(400, {"error": "invalid_grant"})
                    return
                self.say(200, {"access_token": "the-access-token", "token_type": "Bearer", "expires_in": 60, "id_token": provider.id_token(asked.get("nonce"))})

        return OpenIdConnect


@dataclass
class SmsCompany:
    """A text message gateway in Twilio's manner. `status` is its answer; `wait` seconds pass before it."""

    status: int = 201
    wait: float = 0
    messages: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def handler(self) -> type[Company]:
        company = self

        class Messages(Company):
            def do_POST(self) -> None:
                body = {name: values[0] for name, values in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
                company.paths.append(self.path)
                company.keys.append(self.headers.get("Authorization", ""))
                company.messages.append(body)
                time.sleep(company.wait)
                self.say(company.status, {"sid": "SM1"} if company.status < 300 else {"code": 21211, "message": "no such number"})

        return Messages
