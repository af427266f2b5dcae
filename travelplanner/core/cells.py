"""Cells of CSV files: nothing that goes out is run by a spreadsheet."""

from __future__ import annotations

from typing import Any

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a cell that starts so is taken for a formula; the wide ones in East Asian spreadsheets


def neutral(cell: Any) -> str:
    """The cell so that no spreadsheet runs it: an apostrophe goes before what would be a formula. Numbers stay numbers."""
    text = "" if cell is None else str(cell)
    if not text.startswith(RUNS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return f"'{text}" if text != text.strip() else text


def original(cell: str) -> str:
    """Undoes `neutral`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RUNS) else cell
