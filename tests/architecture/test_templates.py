"""Templates: each compiles, names only what exists, and holds nothing that the content security policy refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

from tests.architecture.source import FOLDER, files, python_files
from travelplanner.core.web import template_lint

NAMED = re.compile(r"""\{%\s*(?:extends|include)\s+["']([^"']+)["']""")
IN_CODE = re.compile(r"""["']((?:[a-z0-9_]+/)+[a-z0-9_]+\.(?:html|txt))["']""")


def test_templates_when_linted_then_no_fault() -> None:
    count, faults = template_lint.check_all()
    assert count > 50
    assert not [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<script>go()</script>", "inline script"),
        ("<p>\n<style>p{}</style>", "inline style sheet"),
        ('<p class="a" style="color:red">', "style attribute"),
        ('<button onclick="go()">', "inline event handler"),
        ('<a href="javascript:go()">', "javascript: address"),
        ("{{ name|safe }}", "unescaped output"),
        ("{% autoescape off %}x{% endautoescape %}", "unescaped output"),
        ('<div hx-on:click="go()">', "script in an attribute"),
    ],
)
def test_lint_when_given_a_fault_then_finds_it(text: str, what: str) -> None:
    assert [fault.what for fault in template_lint.read(text, "page.html")] == [what]


@pytest.mark.parametrize(
    "text",
    ['<script src="/x.js" type="module"></script>', '<script type="application/json" id="x">{}</script>', "{# style= |safe #}", "{{ lonesome }}", "<p data-style='x'>"],
)
def test_lint_when_given_what_is_allowed_then_is_silent(text: str) -> None:
    assert not list(template_lint.read(text, "page.html"))


def test_lint_when_a_template_is_broken_then_says_where(tmp_path: Path) -> None:
    (tmp_path / "broken.html").write_text("fine\n{% if x %}")
    count, faults = template_lint.check_all(tmp_path)
    assert count == 1
    assert "broken.html" in str(faults[0])


def test_templates_when_named_then_exist() -> None:
    named: dict[str, str] = {}
    for path in files(".html", ".txt"):
        if path.parts[0] == "templates":
            named |= dict.fromkeys(NAMED.findall((FOLDER / path).read_text()), str(path))
    for path in python_files():
        named |= dict.fromkeys(IN_CODE.findall((FOLDER / path).read_text()), str(path))
    missing = []
    for name, where in named.items():
        try:
            get_template(name)
        except TemplateSyntaxError:
            continue  # there, but of an app that is not installed; our own are compiled by the lint
        except TemplateDoesNotExist:
            missing.append(f"{name} (in {where})")
    assert not missing


def test_pages_when_read_then_hold_no_query() -> None:
    """Templates ask no manager: what they show is in their context."""
    query = re.compile(r"\{[{%][^}%]*\.(?:objects|all|filter|exists)\b(?!\w)(?![^}%]*\bforloop)")
    found = []
    for path in files(".html"):
        if path.parts[0] == "templates":
            found += [f"{path}: {match.group()}" for match in query.finditer((FOLDER / path).read_text()) if "forloop" not in match.group()]
    assert not found


def test_staffs_templates_when_something_is_for_screen_readers_then_by_a_class_that_is_there() -> None:
    """The theme's style sheet holds only the classes that the theme itself uses: what is hidden by another of Tailwind's is in plain sight."""
    css = (FOLDER / "static" / "css" / "staff.css").read_text(encoding="utf-8")
    assert ".vh {" in css
    staff = [path for folder in ("admin", "unfold") for path in (FOLDER / "templates" / folder).rglob("*.html")]
    assert len(staff) > 5
    assert [path.name for path in staff if "sr-only" in path.read_text(encoding="utf-8")] == []
