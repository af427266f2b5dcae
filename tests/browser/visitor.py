"""Somebody with a browser of their own: one tab, its cookies, and everything that went wrong in it."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

WIDE, PHONE = (1440, 900), (360, 740)
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
STORED = "local_storage,indexeddb,service_workers,cache_storage"
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => window.tellViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


class Visitor:
    """`troubles` collects console errors and warnings, script errors, violations of the content policy, failed requests, unexpected statuses.

    `allowed` are statuses above 399 that a whole page may answer with in this test; for anything that a page loads there are none.
    """

    def __init__(self, browser: Browser, site: str, *, size: tuple[int, int] = WIDE, script: bool = True, dark: bool = False, **options: Any) -> None:
        self.site, self.size, self.scheme = site, size, "dark" if dark else "light"
        self.troubles: list[str] = []
        self.allowed: set[int] = set()
        self._under_way: set[Request] = set()
        self.context: BrowserContext = browser.new_context(
            base_url=site,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            color_scheme=self.scheme,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Asia/Kolkata",
            **options,
        )
        self.context.set_default_timeout(15_000)
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.troubles.append(f"script error: {error.error}"))
        self.context.on("request", lambda request: self._under_way.add(request))
        self.context.on("requestfinished", lambda request: self._under_way.discard(request))
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
        self._under_way.discard(request)
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

    def settle(self) -> None:
        """Wait until everything that the page has asked for so far is there, and no longer ("networkidle" waits half a second more)."""
        self.page.wait_for_load_state("load")
        patience = time.monotonic() + 15
        while True:
            self.page.evaluate(DRAWN)  # what loading or pressing sets off has been asked for by then
            if not self._under_way:
                return
            assert time.monotonic() < patience, f"still under way: {[request.url for request in self._under_way]}"
            self.page.wait_for_timeout(20)

    def start_over(self) -> None:
        """Somebody new in the same tab: no cookie, nothing stored, size and scheme of the beginning. Only the browser's cache stays."""
        if self.page.url.startswith(self.site):
            self.page.evaluate("sessionStorage.clear()")
        self.page.goto("about:blank")
        self.context.clear_cookies()
        session = self.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": self.site, "storageTypes": STORED})
        session.detach()
        self.page.set_viewport_size({"width": self.size[0], "height": self.size[1]})
        self.page.emulate_media(color_scheme=self.scheme)
        self.allowed.clear()
        self._under_way.clear()

    def sign_in(self, session_key: str) -> None:
        """Take over a session that was made without the pages."""
        self.context.add_cookies([{"name": "sessionid", "value": session_key, "url": self.site}])
