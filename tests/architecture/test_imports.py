"""Which way imports run, and that the engine computes on paper."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
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


# What talks to other machines, and who may: gateways (companies that the operator chose) and the guard of addresses that users give.
TALKS = {"requests", "urllib.request", "urllib3", "http.client", "httpx", "aiohttp", "socket", "ssl", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "xmlrpc", "asyncio", "websockets", "paramiko"}
MAY_TALK = {
    Path("travelplanner/core/fetch.py"): "the guard itself",
    Path("travelplanner/core/connection.py"): "the guard's exchange over a socket it was given",
    Path("travelplanner/core/management/commands/serve.py"): "asks its own children whether they answer, on this machine",
    Path("bookings/management/commands/bench_http.py"): "a yardstick for one's own server",
    Path("accounts/web/social.py"): "names the exception of the gateway's library, asks nobody",
}
# A function whose name makes a connection, however its module came in.
DIALS = {"urlopen", "create_connection", "getaddrinfo", "gethostbyname", "HTTPConnection", "HTTPSConnection", "PoolManager"}


def talking(path: Path) -> list[str]:
    found = []
    for node in ast.walk(tree(path)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in DIALS:
            found.append(at(path, node))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("import_module", "__import__", "import_string") and node.args:
            names = [str(argument.value) for argument in node.args if isinstance(argument, ast.Constant)]
        found += [f"{at(path, node)} {name}" for name in names if any(name == module or name.startswith(f"{module}.") for module in TALKS)]
    return found


def test_network_when_it_is_reached_for_then_by_gateways_and_the_guard_alone() -> None:
    """Promise 20 holds only if there is no second way out."""
    talkers = {path: found for path in python_files() if "gateways" not in path.parts and (found := talking(path))}
    assert [found for path, found in talkers.items() if path not in MAY_TALK] == []
    assert set(MAY_TALK) - set(talkers) == set(), "exceptions that are needed no more"


def test_import_linter_when_run_then_every_contract_is_kept() -> None:
    run = subprocess.run([sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"], cwd=FOLDER, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def test_files_when_their_imports_are_followed_then_no_circle() -> None:
    """import-linter knows the layers' order; two files of one layer could still lean on each other, or hide it inside a function."""
    graph = grimp.build_graph("travelplanner", "accounts", "trips", "bookings", exclude_type_checking_imports=True, cache_dir=None)
    TopologicalSorter({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}).prepare()  # CycleError names the circle


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
