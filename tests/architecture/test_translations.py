"""The words that people read: all of them are in the Hindi catalog, translated, and compiled. Needs no gettext programs."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import allauth
import django
import pytest
import rest_framework
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

from tests.architecture.source import FOLDER, calls, files, python_files, tree
from travelplanner.core.management.commands.makemessages import Command
from travelplanner.core.web import borrowed_words

Key = tuple[str | None, str]
CATALOG = Path(settings.LOCALE_PATHS[0]) / "hi" / "LC_MESSAGES" / "django.po"
COMPILE = "Compile it: pybabel compile -D django -d travelplanner/locale"
EXTRACT = "Extract it: manage.py makemessages -l hi (needs gettext), translate, compile."

# How gettext's functions take their words: (where the context is, how many words follow).
PLAIN, COUNTED, SAID_WHERE, COUNTED_SAID_WHERE = (False, 1), (False, 2), (True, 1), (True, 2)
FUNCTIONS = {
    "gettext": PLAIN, "gettext_lazy": PLAIN, "gettext_noop": PLAIN, "ngettext": COUNTED, "ngettext_lazy": COUNTED,
    "pgettext": SAID_WHERE, "pgettext_lazy": SAID_WHERE, "npgettext": COUNTED_SAID_WHERE, "npgettext_lazy": COUNTED_SAID_WHERE,
}  # fmt: skip
MARKS = re.compile(r"%\([a-zA-Z_]+\)[#0\- +]*(?:\.\d+)?[sdf]|%[sd%]|\{[a-zA-Z_:]*\}|</?[a-z][^>]*>")


@dataclass(frozen=True)
class Said:
    """One sentence of the source."""

    key: Key
    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key[1]!r}"


@cache
def catalog() -> Catalog:
    with CATALOG.open("rb") as file:
        return read_po(file)


def messages() -> list[Message]:
    return [message for message in catalog() if message.id]


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(message: Message) -> list[tuple[str, str]]:
    """(what is said, its translation), for a counted message each form against the plural. An empty translation is no text."""
    if isinstance(message.id, str):
        found = [(message.id, str(message.string or ""))]
    else:
        found = [(message.id[1], str(form)) for form in message.string or ()]
    return [(words, text) for words, text in found if text.strip()]


def edges(text: str) -> tuple[bool, bool]:
    """Whether it begins and ends with a new line: mails depend on it."""
    return text.startswith("\n"), text.endswith("\n")


def names_in(path: Path) -> dict[str, str]:
    """Name in this module -> the function of gettext behind it."""
    found = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            found |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in FUNCTIONS}
    return found


def said_in_python(path: Path) -> Iterator[Said]:
    """Every literal given to gettext; what isn't a literal fails."""
    names = names_in(path)
    for call, name in calls(path):
        if name not in names:
            continue
        context, count = FUNCTIONS[names[name]]
        words = call.args[: context + count]
        literal = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        assert len(literal) == context + count, f"{path}:{call.lineno}: only literals can be translated, not {ast.unparse(call)}"
        yield Said((literal[0] if context else None, literal[context]), path, call.lineno)


def said_in_template(path: Path) -> Iterator[Said]:
    """Every {% translate %}, {% blocktranslate %} and _("...") of a template, by Django's own reading of it."""
    code = "\n".join(line.lstrip() for line in templatize((FOLDER / path).read_text(), origin=str(path)).splitlines())
    keywords = {"gettext": None, "_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}
    for line, function, found, _comments in extract_python(io.BytesIO(code.encode()), keywords, [], {}):
        words = [found] if isinstance(found, str) else list(found)
        context = function in ("pgettext", "npgettext")
        yield Said((words[0] if context else None, words[context]), path, line)


@cache
def said() -> tuple[Said, ...]:
    templates = [path for path in files(".html", ".txt") if path.parts[0] == "templates"]
    return tuple(found for path in python_files() for found in said_in_python(path)) + tuple(found for path in templates for found in said_in_template(path))


def test_words_when_said_then_are_in_the_catalog() -> None:
    known = {(message.context, singular(message)) for message in messages()}
    assert len(said()) > 1000
    assert not [str(found) for found in said() if found.key not in known], EXTRACT


def test_catalog_when_read_then_nothing_is_empty_or_guessed() -> None:
    assert not catalog().fuzzy
    assert not [message.id for message in messages() if message.fuzzy], "A guess by msgmerge: check it and take the mark away."
    assert not [message.id for message in messages() if len(texts(message)) != (1 if isinstance(message.id, str) else catalog().num_plurals)]


def test_catalog_when_read_then_placeholders_tags_and_edges_agree() -> None:
    wrong = [pair for message in messages() for pair in texts(message) if sorted(MARKS.findall(pair[0])) != sorted(MARKS.findall(pair[1]))]
    wrong += [pair for message in messages() for pair in texts(message) if edges(pair[0]) != edges(pair[1])]
    assert not wrong


def test_catalog_when_read_then_is_hindi() -> None:
    assert str(catalog().locale) == "hi"
    without = [message.id for message in messages() for _said, text in texts(message) if not re.search("[\u0900-\u097f]", text)]
    # What is the same in both: patterns of names and amounts, a newspaper, one header, and an example for a reader of wishes that knows English alone.
    same = {
        "%(day)s: %(name)s", "%(day)s: %(name)s, %(time)s", "%(day)s: %(places)s", "%(weight)s %%", "%(day)s, %(time)s (%(zone)s)", "Idempotency keys",
        "The Economist",
        "%(from)s – %(to)s",
        "5 days in Varanasi for 2 under 40,000, temples and food",
    }  # fmt: skip
    assert not set(without) - same


def test_compiled_catalog_when_read_then_says_what_the_source_says() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalog())
    compiled.seek(0)
    with CATALOG.with_suffix(".mo").open("rb") as file:
        stored = read_mo(file)
    wanted, found = (
        {(message.context, singular(message)): (message.id, message.string) for message in read if message.id} for read in (read_mo(compiled), stored)
    )
    assert wanted == found, COMPILE
    assert stored.num_plurals == catalog().num_plurals


def test_gettext_when_renamed_at_import_then_makemessages_knows_the_name() -> None:
    known = {option.partition("=")[2].partition(":")[0] for option in Command.xgettext_options if option.startswith("--keyword=")} | {*FUNCTIONS, "_"}
    assert not [f"{path}: {name}" for path in python_files() for name in names_in(path) if name not in known]


def english(package: str) -> set[str]:
    """What the catalogs of a package hold in English; for the REST framework, which ships none, the literals of its source."""
    if package == "rest_framework":
        return {
            node.value
            for path in Path(rest_framework.__file__).parent.glob("*.py")
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    root = Path({"django": django, "allauth": allauth}[package].__file__).parent
    known: set[str] = set()
    for path in root.rglob("locale/en/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            known |= {singular(message) for message in read_po(file)}
    return known


@pytest.mark.parametrize(
    ("package", "lists"),
    [("django", ("FROM_DJANGO", "FROM_DJANGO_COUNTED", "FROM_HUMANIZE")), ("rest_framework", ("FROM_REST_FRAMEWORK",)), ("allauth", ("FROM_ALLAUTH",))],
)
def test_borrowed_words_when_compared_then_the_package_says_them(package: str, lists: tuple[str, ...]) -> None:
    path = Path(borrowed_words.__file__).relative_to(FOLDER)
    values = {node.targets[0].id: node.value for node in tree(path).body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
    lines = {line for name in lists for line in range(values[name].lineno, (values[name].end_lineno or 0) + 1)}
    borrowed = {found.key[1] for found in said_in_python(path) if found.line in lines}
    assert borrowed
    assert not borrowed - english(package), "The package says it differently now: take its new words over."
