"""allauth's headless client for tests: keeps the session token between calls, as a program does."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.test import APIClient

from tests.cast import PASSWORD

BASE = "/api/auth/app/v1"
LOGIN, REFRESH = f"{BASE}/auth/login", f"{BASE}/tokens/refresh"


class Program:
    """`meta` is the newest answer's; `access` and `refresh` are the newest tokens."""

    def __init__(self) -> None:
        self.client = APIClient()
        self.session = ""
        self.access = ""
        self.refresh = ""
        self.meta: dict[str, Any] = {}

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, expect: int | None = None) -> Any:
        headers = {"X-Session-Token": self.session} if self.session else {}
        answer = self.client.generic(method, path if path.startswith("/") else f"{BASE}/{path}", _json(body), content_type="application/json", headers=headers)
        if expect is not None:
            assert answer.status_code == expect, (answer.status_code, answer.content)
        found = answer.json() if answer.content else {}
        self.meta = found.get("meta") or {}
        self.session = self.meta.get("session_token", self.session)
        self.access = self.meta.get("access_token", self.access)
        self.refresh = self.meta.get("refresh_token", self.refresh)
        return found

    def sign_in(self, email: str, password: str = PASSWORD, *, expect: int = 200) -> Any:
        return self.call("POST", LOGIN, {"email": email, "password": password}, expect=expect)

    def reauthenticate(self, password: str = PASSWORD) -> None:
        self.call("POST", "auth/reauthenticate", {"password": password}, expect=200)


def _json(body: dict[str, Any] | None) -> str:
    return "" if body is None else json.dumps(body)


def trips_with(token: str) -> int:
    """What the API answers to this access token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return int(client.get("/api/trips").status_code)


def refreshed(token: str) -> Any:
    """The answer to spending this refresh token."""
    return APIClient().post(REFRESH, {"refresh_token": token}, format="json")
