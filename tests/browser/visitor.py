"""Somebody with a browser of their own: one tab, its cookies, and everything that went wrong in it."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

WIDE, PHONE = (1440, 900), (360, 740)
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => window.tellViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


class Visitor:
    """`troubles` collects console errors and warnings, script errors, violations of the content policy, failed requests, unexpected statuses.

    `allowed` are statuses above 399 that a whole page may answer with in this test; for anything that a page loads there are none.
    """

    def __init__(self, browser: Browser, site: str, *, size: tuple[int, int] = WIDE, script: bool = True, dark: bool = False, **options: Any) -> None:
        self.site = site
        self.troubles: list[str] = []
        self.allowed: set[int] = set()
        self.context: BrowserContext = browser.new_context(
            base_url=site,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Asia/Kolkata",
            **options,
        )
        self.context.set_default_timeout(15_000)
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.troubles.append(f"script error: {error.error}"))
        self.context.on("requestfailed", self._failed)
        self.context.on("response", self._answered)
        if script:
            self.context.expose_binding("tellViolation", lambda source, words: self.troubles.append(f"content policy: {words}"))
            self.context.add_init_script(TELL_VIOLATIONS)
        self.page: Page = self.context.new_page()

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        # Chromium repeats refused and failed requests in the console; `_answered` and `_failed` know more about them.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # what was under way when the visitor went on to the next page
            self.troubles.append(f"request failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not (response.request.is_navigation_request() and response.status in self.allowed):
            self.troubles.append(f"status {response.status}: {response.request.method} {response.url}")

    def go(self, path: str, *, status: int = 200) -> Page:
        """Open a page of the site and see that it answers as expected."""
        if status >= 400:
            self.allowed.add(status)
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        return self.page

    def sign_in(self, session_key: str) -> None:
        """Take over a session that was made without the pages."""
        self.context.add_cookies([{"name": "sessionid", "value": session_key, "url": self.site}])
