"""Reading the project's own source: which files there are, what they call and assign."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2]
APPS = ("accounts", "trips", "bookings")
PACKAGES = ("travelplanner", *APPS)
FACES = ("api", "web", "admin")
MADE_BY_TOOLS = {".venv", ".git", "var", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache"}


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """The project's files (tracked, or new and not ignored), relative to its folder; all files without git."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=FOLDER, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = [Path(line) for line in listed.stdout.splitlines()]
    else:
        names = [path.relative_to(FOLDER) for path in FOLDER.rglob("*")]
    return tuple(
        sorted(name for name in names if (FOLDER / name).is_file() and not MADE_BY_TOOLS & set(name.parts) and (not suffixes or name.suffix in suffixes))
    )


def python_files(*, tests: bool = False) -> list[Path]:
    """Source files; migrations aside."""
    roots = (*PACKAGES, "tests") if tests else PACKAGES
    return [path for path in files(".py") if path.parts[0] in roots and "migrations" not in path.parts]


def layer_files(*layers: str) -> list[Path]:
    """Files of the given layers (a folder or one module) of the three apps, and of core's admin."""
    found = []
    for path in python_files():
        inside = path.parts[1:] if path.parts[0] in APPS else path.parts[2:] if path.parts[:2] == ("travelplanner", "core") else ()
        if not inside or (path.parts[0] == "travelplanner" and inside[0].removesuffix(".py") != "admin"):
            continue
        if inside[0].removesuffix(".py") in layers:
            found.append(path)
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((FOLDER / path).read_text(), filename=str(path))


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """(call, name of what is called: the attribute's or the function's own)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node, node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node, node.func.id


def receiver(call: ast.Call) -> str:
    """What the method is called on, as written."""
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def at(path: Path, node: ast.AST) -> str:
    return f"{path}:{getattr(node, 'lineno', 0)}"
