"""Who may change rows: actions. Who may change states: `core.transitions`."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.source import at, calls, layer_files, python_files, receiver, tree

WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "acreate", "asave", "adelete", "aupdate", "executemany"}
# Receivers whose methods of these names touch no table of ours.
NOT_ROWS = ("session", "cookies", "cache", "response", "headers", "super()", "storage")
STATE_COLUMNS = {"state", "status"}
# Where a column of that name is no state of a row.
NO_STATE = {
    Path("travelplanner/core/transitions.py"): "the one door",
    Path("travelplanner/core/api/idempotency.py"): "the HTTP status of a stored answer",
}
# Public functions in actions/ without an actor, each with its reason. Jobs (nothing but `now`, `limit`) act as the system and need no entry.
WITHOUT_ACTOR = {
    ("accounts/actions/users.py", "mark_email_verified"): "told by allauth's signal that the address was proven; there is no actor there",
}
JOB_PARAMETERS = {"now", "limit"}


def test_faces_when_read_then_write_no_row() -> None:
    found = []
    for path in layer_files("api", "web", "admin"):
        for call, name in calls(path):
            on = receiver(call)
            if not on or on.endswith(NOT_ROWS):
                continue
            updates = name == "update" and (call.keywords or isinstance(call.func.value, ast.Call))
            if name in WRITES or updates:
                found.append(f"{at(path, call)} {on}.{name}()")
    assert not found, "views translate and nothing more; move the write to actions/"


def test_faces_when_read_then_open_no_transaction() -> None:
    found = [at(path, call) for path in layer_files("api", "web", "admin") for call, name in calls(path) if name in ("atomic", "select_for_update")]
    assert not found


def test_queries_when_read_then_write_no_row() -> None:
    found = []
    for path in layer_files("queries", "rules"):
        for call, name in calls(path):
            if name in WRITES and "objects" in receiver(call):
                found.append(at(path, call))
    assert not found


def test_state_columns_when_written_then_only_through_transitions() -> None:
    found = []
    for path in python_files():
        if path in NO_STATE:
            continue
        for node in ast.walk(tree(path)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr in STATE_COLUMNS and ast.unparse(target.value) != "self":
                    found.append(f"{at(path, node)} {ast.unparse(target)} =")
        for call, name in calls(path):
            if name in ("update", "aupdate", "update_or_create") and STATE_COLUMNS & {keyword.arg for keyword in call.keywords}:
                found.append(f"{at(path, call)} update(state=...)")
            if name == "bulk_update" and any(isinstance(item, ast.Constant) and item.value in STATE_COLUMNS for arg in call.args for item in ast.walk(arg)):
                found.append(f"{at(path, call)} bulk_update state")
            if name == "setattr" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and call.args[1].value in STATE_COLUMNS:
                found.append(f"{at(path, call)} setattr state")
    assert not found, "use core.transitions.move"


def public_actions() -> list[tuple[Path, ast.FunctionDef]]:
    return [
        (path, node)
        for path in layer_files("actions")
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]


def test_actions_when_declared_then_keyword_only_with_an_actor_first() -> None:
    found = []
    for path, function in public_actions():
        names = [argument.arg for argument in function.args.kwonlyargs]
        if function.args.args or function.args.posonlyargs or function.args.vararg:
            found.append(f"{at(path, function)} {function.name}: arguments must be keyword-only")
        if (str(path), function.name) in WITHOUT_ACTOR or set(names) <= JOB_PARAMETERS:
            continue
        if names[:1] != ["actor"] or ast.unparse(function.args.kwonlyargs[0].annotation or ast.Constant(None)) != "Actor":
            found.append(f"{at(path, function)} {function.name}: the first argument must be actor: Actor")
    assert not found


def test_actions_when_declared_then_typed_and_described() -> None:
    found = []
    for path, function in public_actions():
        untyped = [argument.arg for argument in function.args.kwonlyargs if argument.annotation is None]
        if untyped or function.returns is None or not ast.get_docstring(function):
            found.append(f"{at(path, function)} {function.name} {untyped}")
    assert not found


def test_list_of_exceptions_when_compared_then_names_only_what_is_there() -> None:
    there = {(str(path), function.name) for path, function in public_actions()}
    assert set(WITHOUT_ACTOR) <= there


def test_external_calls_when_in_an_action_then_outside_its_transaction() -> None:
    """Nothing that talks to another machine inside `with transaction.atomic()`: a gateway's call there would hold locks while it waits."""
    found = []
    for path in layer_files("actions"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.With) and any("atomic" in ast.unparse(item.context_expr) for item in node.items):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and "gateway" in ast.unparse(inner.func.value).lower():
                        found.append(f"{at(path, inner)} {ast.unparse(inner.func)}")
    assert not found


LOCKED_IN = {"Trip": "trips/actions/", "Booking": "bookings/actions/locks.py"}


def test_trips_and_bookings_when_locked_then_only_where_the_order_is_written() -> None:
    """The trip first, then the booking: two actions that lock them the other way round wait for each other for ever."""
    found = []
    for path in python_files():
        for call, name in calls(path):
            model = receiver(call).partition(".objects")[0]
            if name == "select_for_update" and not str(path).startswith(LOCKED_IN.get(model, "")):
                found.append(f"{at(path, call)} {model}")
    assert not found, "use trips.actions.trips.lock_trip, or bookings.actions.locks"
