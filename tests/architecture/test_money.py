"""Promise 11, as far as the source shows it: money is Decimal all the way; floats are for drawings and for the documents' numbers."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.source import at, calls, python_files, tree

# Where an amount leaves as a number that nothing is computed with any more.
DRAWN = {
    Path("bookings/admin/dashboard.py"): "heights of bars",
    Path("bookings/web/sheet_context.py"): "the lock's bar",
    Path("bookings/web/receipts.py"): "estimates of the plan, in words",
}
SHAPES = "serializers.FloatField"  # of the contract: seed 000 prints money as a JSON number
NOT_MONEY = ("bookings/management/", "bookings/admin/", "bookings/web/", "bookings/api/")  # float literals there are seconds, chances, pixels
OTHER = {
    Path("bookings/gateways/webhooks.py"): "seconds",
    Path("bookings/actions/webhook_deliveries.py"): "seconds",
    Path("bookings/queries/staff_figures.py"): "percent of places taken",
}


def of_bookings() -> list[Path]:
    return [path for path in python_files() if path.parts[0] == "bookings"]


def test_money_when_computed_then_never_a_float() -> None:
    found = [at(path, call) for path in of_bookings() if path not in DRAWN for call, name in calls(path) if name == "float" and isinstance(call.func, ast.Name)]
    assert not found, "money is Decimal; see core.money"


def test_float_literals_when_in_code_that_counts_then_none() -> None:
    found = [
        at(path, node)
        for path in of_bookings()
        if not str(path).startswith(NOT_MONEY) and path not in OTHER
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    assert not found


def test_decimals_when_made_then_of_text_or_whole_numbers() -> None:
    """Decimal(0.1) is not a tenth."""
    found = [
        at(path, call)
        for path in of_bookings()
        for call, name in calls(path)
        if name == "Decimal" and call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, float)
    ]
    assert not found


def test_models_when_declared_then_no_float_column() -> None:
    found = [at(path, call) for path in of_bookings() if "models" in path.parts for call, name in calls(path) if name == "FloatField"]
    assert not found


def test_exceptions_when_listed_then_still_needed() -> None:
    needed = {path for path in of_bookings() for call, name in calls(path) if name == "float"}
    assert set(DRAWN) <= needed
