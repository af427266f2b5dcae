"""Which way imports run, and that the engine computes on paper."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import FOLDER, at, python_files, tree

PURE = [("trips", "planning"), ("trips", "budget"), ("bookings", "pricing")]
NO_MODULES = {"os", "io", "socket", "subprocess", "urllib", "http", "requests", "time", "secrets", "shutil", "tempfile", "django", "rest_framework", "threading"}
NO_CALLS = {"open", "input", "print", "eval", "exec"}
GLOBAL_RANDOM = {"random", "randint", "shuffle", "choice", "choices", "sample", "uniform", "seed", "gauss", "randrange"}
# Derives the predictor's tables from the public data sets; a developer's tool, never imported by the product.
TOOLS = ("trips", "budget", "derive")
# Reads the tables that are shipped beside it, once; everything after is arithmetic.
READERS = {Path("trips/budget/tables.py")}
# Work tables of one search or one reading, filled while it runs; they never leave their module's answer.
WORK_TABLES = {"Aim", "AreaLegs", "DayTable", "Tables", "Reading"}


def test_import_linter_when_run_then_every_contract_is_kept() -> None:
    run = subprocess.run([sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"], cwd=FOLDER, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def pure_files() -> list[Path]:
    return [path for path in python_files() if path.parts[:2] in PURE and path.parts[:3] != TOOLS]


def test_pure_rooms_when_listed_then_are_there() -> None:
    assert {path.parts[:2] for path in pure_files()} >= set(PURE[:2])


@pytest.mark.parametrize("path", pure_files(), ids=str)
def test_pure_module_when_read_then_no_input_output_clock_or_global_random(path: Path) -> None:
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [at(path, node) for name in node.names if name.name.split(".")[0] in NO_MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [at(path, node)] if node.module.split(".")[0] in NO_MODULES else []
            found += [at(path, node) for name in node.names if node.module == "random" and name.name != "Random"]
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in NO_CALLS and path not in READERS:
                found.append(at(path, node))
            if isinstance(node.func, ast.Attribute):
                on = ast.unparse(node.func.value)
                if (on in ("random", "np.random", "numpy.random") and node.func.attr in GLOBAL_RANDOM) or (on.endswith(("datetime", "date")) and node.func.attr in ("now", "today", "utcnow")):
                    found.append(at(path, node))
    assert not found


def test_pure_dataclasses_when_declared_then_frozen() -> None:
    loose = []
    for path in pure_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                for decorator in node.decorator_list:
                    text = ast.unparse(decorator)
                    public = not node.name.startswith("_") and node.name not in WORK_TABLES
                    if text.startswith("dataclass") and public and "frozen=True" not in text:
                        loose.append(f"{at(path, node)} {node.name}")
    assert not loose
