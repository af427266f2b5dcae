"""Reads templates as text: what would break at first use, and what the content security policy or escaping forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.template import Engine, TemplateSyntaxError

_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}|<!--.*?-->", re.DOTALL)
_BANNED = (
    (re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*\btype=[\"']application/(?:ld\+)?json[\"'])[^>]*>", re.IGNORECASE), "inline script"),
    (re.compile(r"<style\b", re.IGNORECASE), "inline style sheet"),
    (re.compile(r"[\s\"']style\s*=", re.IGNORECASE), "style attribute"),
    (re.compile(r"[\s\"']on[a-z]{3,}\s*=\s*[\"'{]", re.IGNORECASE), "inline event handler"),
    (re.compile(r"(?:href|src|action)\s*=\s*[\"']\s*javascript:", re.IGNORECASE), "javascript: address"),
    (re.compile(r"\|\s*safe\b|\|\s*safeseq\b|\{%\s*autoescape\s+off", re.IGNORECASE), "unescaped output"),
    (re.compile(r"\bhx-on[:-]|\bhx-vals\s*=\s*[\"']js:|\bx-data\b", re.IGNORECASE), "script in an attribute"),
)
# Mail clients know no style sheets; the XML of PDF and feeds is not HTML of ours.
_INLINE_STYLE_ALLOWED = ("emails/",)


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def read(text: str, file: str) -> Iterator[Fault]:
    """Faults that the text shows. Comments don't count, but keep their lines."""
    bare = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)
    for pattern, what in _BANNED:
        if "style" in what and file.startswith(_INLINE_STYLE_ALLOWED):
            continue
        for match in pattern.finditer(bare):
            yield Fault(file, bare.count("\n", 0, match.start()) + 1, what)


def compiles(text: str, file: str, engine: Engine) -> Iterator[Fault]:
    try:
        engine.from_string(text)
    except TemplateSyntaxError as problem:
        token = getattr(problem, "token", None)
        yield Fault(file, getattr(token, "lineno", 0) or 0, str(problem))


def check_all(folder: Path | None = None) -> tuple[int, list[Fault]]:
    """(number of templates, faults) of the project's own templates."""
    folder = folder or Path(settings.BASE_DIR) / "templates"
    engine = Engine.get_default()
    faults: list[Fault] = []
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".html", ".txt", ".xml", ".svg"))
    for path in paths:
        text, file = path.read_text(), path.relative_to(folder).as_posix()
        faults += compiles(text, file, engine)
        if path.suffix == ".html":
            faults += read(text, file)
    return len(paths), faults
