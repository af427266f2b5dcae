"""The API's own description, as committed in `openapi.yaml`, to hold answers against. OpenAPI 3.0's `nullable` is put into JSON Schema's words."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

FILE = Path(__file__).resolve().parent.parent / "openapi.yaml"


@cache
def description() -> dict[str, Any]:
    return yaml.load(FILE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # in Python it takes seconds


@cache
def _components() -> dict[str, Any]:
    found = copy.deepcopy(description()["components"]["schemas"])
    _without_nullable(found)
    return found


def _without_nullable(node: Any) -> None:
    """In place: `nullable: true` beside a type, an enum or an allOf becomes "or null"."""
    if isinstance(node, list):
        for item in node:
            _without_nullable(item)
    elif isinstance(node, dict):
        for item in node.values():
            _without_nullable(item)
        if node.pop("nullable", False) is True:
            inner = dict(node)
            node.clear()
            node["anyOf"] = [inner, {"type": "null"}]


def template_of(path: str) -> str:
    """The description's path that a real one is an instance of; the one with the most fixed parts wins."""
    parts = path.split("?")[0].split("/")
    found = []
    for template in description()["paths"]:
        names = template.split("/")
        if len(names) == len(parts) and all(name == part or (name.startswith("{") and part) for name, part in zip(names, parts, strict=True)):
            found.append((sum(not name.startswith("{") for name in names), template))
    assert found, f"{path} is not in openapi.yaml"
    return max(found)[1]


def check_answer(method: str, path: str, status: int, body: Any) -> None:
    """Fail unless the description has this status for this operation and the body fits its schema."""
    template = template_of(path)
    operation = description()["paths"][template].get(method.lower())
    assert operation, f"{method} {template} is not in openapi.yaml"
    answers = operation["responses"]
    assert str(status) in answers, f"{method} {template} does not name {status}"
    content = answers[str(status)].get("content")
    if content is None:
        assert body in (None, b"", ""), f"{method} {template} {status} should have no body"
        return
    schema = copy.deepcopy(content["application/json"]["schema"])
    _without_nullable(schema)
    whole = {**schema, "components": {"schemas": _components()}}
    checker = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
    faults = [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}" for fault in checker.iter_errors(body)]
    assert faults == [], f"{method} {template} {status}: {faults[:5]}"
