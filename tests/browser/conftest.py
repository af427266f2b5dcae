"""One Chromium and one running site for the whole room; a visitor per test, whose console must stay silent.

The tests share the site's rows, which go when the room is left.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test.utils import override_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.browser.scenes import Scenes
from tests.browser.site import Site, assert_test_database, empty_database
from tests.browser.visitor import Visitor

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("Chromium is a must with CI=true and is not installed (Debian: apt-get install chromium).")
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def transactional_db(django_db_setup: None) -> None:
    """Instead of pytest-django's, which empties the database after each test: here the rows stay until the room is left.

    By this name pytest-django knows that there must be a test database, and runs these tests after the quick ones.
    """


@pytest.fixture(scope="package")
def site(chromium: Browser, transactional_db: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product, running: web server, worker, catalogue."""
    folder: Path = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch, override_settings(MOCK_GATEWAY_BOOK=str(folder / "gateway.sqlite3")), django_db_blocker.unblock():
        # Playwright keeps an event loop in this thread, and Django would take every query of the tests' own for one made inside of it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        assert_test_database()
        call_command("load_catalogue", verbosity=0, stdout=(folder / "catalogue.log").open("w"))
        running = Site(folder / "gateway.sqlite3")
        running.start_worker()
        try:
            yield running
        finally:
            running.close()
            empty_database()
            connections.close_all()


@pytest.fixture(scope="package")
def scenes(site: Site) -> Scenes:
    """Trips and bookings in every state a page can show, made once."""
    return Scenes()


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """`visit()` is somebody new with a browser; whatever goes wrong in it fails the test at its end."""
    visitors: list[Visitor] = []

    def someone(**options: Any) -> Visitor:
        visitors.append(Visitor(chromium, site.url, **options))
        return visitors[-1]

    yield someone
    troubles = [trouble for visitor in visitors for trouble in visitor.troubles]
    for visitor in visitors:
        visitor.context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    return visit()


@pytest.fixture(scope="package")
def _tab() -> list[Visitor]:
    """The one that is free, if any."""
    return []


@pytest.fixture
def onlooker(chromium: Browser, site: Site, _tab: list[Visitor]) -> Iterator[Visitor]:
    """Somebody new who only looks, in a tab that others have looked in before: a browser's new profile costs more than most looks.

    Nothing of theirs is left but the browser's cache. What goes wrong fails the test as it does with `visit`.
    """
    visitor = _tab.pop() if _tab else Visitor(chromium, site.url)
    yield visitor
    visitor.start_over()
    troubles, visitor.troubles = visitor.troubles, []
    _tab.append(visitor)
    assert not troubles, "\n".join(troubles)
