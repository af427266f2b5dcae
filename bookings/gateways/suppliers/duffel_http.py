"""Duffel's line: JSON over HTTPS with a bearer token (https://duffel.com/docs/api/overview/making-requests). Nothing that is sent is logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import requests
from django.conf import settings

logger = logging.getLogger(__name__)
MOST_PAGES = 20
PAGE = 100


class Refused(Exception):
    """A definite no; `code` is Duffel's (https://duffel.com/docs/api/overview/errors)."""

    def __init__(self, code: str, status: int) -> None:
        self.code, self.status = code, status
        super().__init__(f"{status} {code}")


class Unsure(Exception):
    """No answer, or one that says nothing of what became of it: timeout, unreachable, bad_answer, unavailable, unauthorized, busy."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Duffel:
    """`url` and `token` from the settings; `timeout` seconds to connect, and between two bytes."""

    def __init__(self, url: str = "", token: str = "", timeout: float = 0) -> None:
        self.url = (url or settings.DUFFEL_URL).rstrip("/")
        self.token, self.timeout = token or settings.DUFFEL_TOKEN, timeout or settings.DUFFEL_TIMEOUT

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The `data` of an answer. Raises Refused, Unsure."""
        return _object(self._ask("GET", path, params=params).get("data"))

    def post(self, path: str, data: Mapping[str, Any] | None, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Raises Refused, Unsure: then it may have happened."""
        return _object(self._ask("POST", path, data=data, params=params).get("data"))

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """All rows of a list (https://duffel.com/docs/api/overview/pagination), at most MOST_PAGES pages."""
        asked = {"limit": str(PAGE), **(params or {})}
        for _page in range(MOST_PAGES):
            answer = self._ask("GET", path, params=asked)
            rows = answer.get("data")
            if not isinstance(rows, list):
                raise Unsure("bad_answer")
            yield from (row for row in rows if isinstance(row, dict))
            after = (answer.get("meta") or {}).get("after")
            if not after:
                return
            asked["after"] = str(after)

    def _ask(self, method: str, path: str, *, data: Mapping[str, Any] | None = None, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Duffel-Version": "v2", "Accept": "application/json"}
        try:
            answer = requests.request(
                method,
                f"{self.url}{path}",
                params=params,
                json={"data": data} if data is not None else None,
                headers=headers,
                timeout=self.timeout,
                allow_redirects=False,
            )
            body = answer.json() if answer.content else {}
        except requests.Timeout:
            raise Unsure("timeout") from None
        except requests.JSONDecodeError:
            body = None
        except requests.RequestException:
            raise Unsure("unreachable") from None
        status = answer.status_code
        if status >= 500 or status in (401, 403, 408, 429) or not isinstance(body, dict) or status in range(300, 400):
            code = {401: "unauthorized", 403: "unauthorized", 408: "timeout", 429: "busy"}.get(status, "unavailable" if status >= 500 else "bad_answer")
            logger.warning("Duffel answered %d to %s %s", status, method, path.split("?")[0])
            raise Unsure(code)
        if status >= 400:
            errors = body.get("errors")
            first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
            raise Refused(str(first.get("code", ""))[:60], status)
        return body


def _object(data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Unsure("bad_answer")
    return data
