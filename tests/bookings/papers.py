"""What tests of a booking's papers share: the text, pages and links of a PDF."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from typing import Any

from pypdf import PageObject, PdfReader


def squeezed(text: str) -> str:
    """Without spaces and marks that only say where a line may break."""
    return re.sub(r"[\s\u200b\u00ad]", "", text)


def text_of(pdf: bytes) -> str:
    """All pages' text, squeezed, as a reader that honours /ActualText copies it: Devanagari's joined signs are written so, and pypdf's own
    extraction passes over them."""
    return squeezed("".join("".join(_spoken(page)) for page in PdfReader(io.BytesIO(pdf)).pages))


def _spoken(page: PageObject) -> Iterator[str]:
    fonts = {name: _letters(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    letters: dict[int, str] = {}
    said: list[bool] = []  # per open mark: whether its text is written out
    for operands, operator in page.get_contents().operations:
        if operator == b"Tf":
            letters = fonts[operands[0]]
        elif operator == b"BDC":
            actual = operands[1].get("/ActualText") if isinstance(operands[1], dict) else None
            said.append(actual is not None)
            yield str(actual or "")
        elif operator == b"EMC":
            said.pop()
        elif operator in (b"TJ", b"Tj") and not any(said):
            for part in operands[0] if operator == b"TJ" else operands:
                if not isinstance(part, int | float):
                    codes = part.original_bytes
                    yield "".join(letters.get(code, "\ufffd") for code in struct.unpack(f">{len(codes) // 2}H", codes))


def _letters(font: Any) -> dict[int, str]:
    """The font's ToUnicode table."""
    found: dict[int, str] = {}
    table = font["/ToUnicode"].get_data().decode()
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.S):
        found |= {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in re.findall(r"<(\w+)>\s*<(\w*)>", block)}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.S):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = int(text, 16)
            found |= {code: chr(start + code - int(first, 16)) for code in range(int(first, 16), int(last, 16) + 1)}
    return found


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def links_of(pdf: bytes) -> set[str]:
    found = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for note in page.get("/Annots") or []:
            action = note.get_object().get("/A")
            if action and "/URI" in action:
                found.add(str(action["/URI"]))
    return found
