"""Folders, sizes, names: what a newcomer can rely on without asking."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

from tests.architecture.source import FOLDER, files, python_files

FOLDERS = {"travelplanner", "accounts", "trips", "bookings", "templates", "static", "tests", ".ci"}
ROOT_FILES = {
    "manage.py",
    "requirements.txt",
    "requirements-dev.txt",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "pyproject.toml",
    "openapi.yaml",
    ".env.example",
    ".gitignore",
}
LONGEST = 500
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "stuff"}
MARKS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
COUNTED = (".py", ".html", ".css", ".js", ".txt", ".md", ".toml")


def test_top_level_when_listed_then_only_the_agreed_folders_and_files() -> None:
    seen = files()
    assert {path.parts[0] for path in seen if len(path.parts) > 1} <= FOLDERS
    assert {path.name for path in seen if len(path.parts) == 1} <= ROOT_FILES


def test_files_when_measured_then_none_is_longer_than_500_lines() -> None:
    long = []
    for path in files(*COUNTED):
        if "migrations" in path.parts or path.parts[:2] == ("trips", "data") or path.name.startswith("requirements"):
            continue
        lines = (FOLDER / path).read_text().count("\n")
        if lines > LONGEST:
            long.append(f"{path}: {lines}")
    assert not long


def test_modules_when_named_then_no_attic() -> None:
    assert not [path for path in python_files(tests=True) if {path.stem, *path.parts[:-1]} & NO_NAMES]
    # A service is the thing on sale; the layer that changes rows is called actions.
    assert not [path for path in python_files() if path.parts[1].removesuffix(".py") == "services"]


def test_comments_when_read_then_nothing_is_left_to_do() -> None:
    found = []
    for path in files(".py", ".html", ".css", ".js"):
        text = (FOLDER / path).read_text()
        if path.suffix == ".py":
            comments = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.COMMENT]
            found += [f"{path}:{token.start[0]}: {token.string}" for token in comments if MARKS.search(token.string)]
        else:
            found += [f"{path}: {mark.group()}" for mark in MARKS.finditer(text)]
    assert not found


def test_modules_when_they_hold_code_then_say_what_they_are() -> None:
    """Each module opens with a docstring (Django's apps.py and empty packages aside)."""
    import ast

    bare = []
    for path in python_files():
        text = (FOLDER / path).read_text()
        if text.strip() and path.name != "apps.py" and not ast.get_docstring(ast.parse(text)):
            bare.append(str(path))
    assert not bare


def test_requirements_when_read_then_pinned_exactly_and_name_no_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (FOLDER / name).read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[A-Za-z0-9.]+", line), line
            assert "://" not in line


def test_packages_when_installed_then_every_one_is_pinned() -> None:
    """The files name the whole closure: nothing is chosen by the day of the installation."""
    from importlib.metadata import distribution

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    pinned: dict[str, set[str]] = {}
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (FOLDER / name).read_text().splitlines():
            if "==" in line and not line.startswith("#"):
                requirement = Requirement(line)
                pinned[canonicalize_name(requirement.name)] = requirement.extras
    missing = set()
    for name, extras in pinned.items():
        for text in distribution(name).requires or ():
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras | {""}):
                missing |= {f"{name} needs {needed.name}"} if canonicalize_name(needed.name) not in pinned else set()
    assert not missing


def test_environment_example_when_compared_then_explains_every_setting() -> None:
    """Each name that the settings read from the environment is in .env.example, and none that they don't."""
    source = "".join((FOLDER / "travelplanner" / name).read_text() for name in ("settings.py", "payment_companies.py"))
    read = set(re.findall(r"\benv(?:\.\w+)?\(\s*[\"']([A-Z_]+)[\"']", source))
    explained = set(re.findall(r"^#?\s?([A-Z][A-Z_]+)=", Path(FOLDER / ".env.example").read_text(), flags=re.MULTILINE))
    assert read - explained == set()
    assert explained - read == set()
