"""Typed text as one line: what is seen stays, what hides or turns goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travelplanner.core.lines import one_line, readable


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Lunch \r\n at\tnoon ", "Lunch at noon"),
        ("a\u202egnp.exe", "a gnp.exe"),
        ("BEGIN:VEVENT\x85X", "BEGIN:VEVENT X"),
        ("क्\u200dष", "क्\u200dष"),
        ("می\u200cنا", "می\u200cنا"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("\u200d \u200c", ""),
        ("", ""),
    ],
)
def test_line_when_made_then_what_is_seen_stays(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_line_when_made_of_anything_then_one_readable_line_that_stays(text: str) -> None:
    line = one_line(text)
    assert readable(line)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert one_line(line) == line
