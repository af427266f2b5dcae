"""What a browser calls itself, in words that people know. Anybody may claim anything: it is shown, never trusted."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

# The first that fits: most browsers also name the ones they descend from.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
PROGRAM = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}")


def describe(user_agent: str) -> str:
    """Firefox on Windows; a program by its name; else that it is unknown."""
    system = next((words for mark, words in SYSTEMS if mark in user_agent), "")
    if user_agent.startswith("Mozilla/"):
        browser = next((words for mark, words in BROWSERS if mark in user_agent), "")
        if browser and system:
            return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
        return browser or (_("A browser on %(system)s") % {"system": system} if system else _("A browser"))
    found = PROGRAM.match(user_agent)
    return _("A program: %(name)s") % {"name": found[0]} if found else _("A program")


def is_program(user_agent: str) -> bool:
    return not user_agent.startswith("Mozilla/")
