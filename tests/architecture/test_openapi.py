"""`openapi.yaml` is what the server says of itself today, complete and without a warning.

After a change of the API: `manage.py spectacular --file openapi.yaml --validate --fail-on-warn`.
"""

from __future__ import annotations

import difflib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import URLPattern, get_resolver

from tests.contract import FILE, description
from travelplanner.core.api.views import ApiView

COMPONENTS = (
    "TripIntent",
    "BudgetPrediction",
    "DestinationResearch",
    "ItineraryCandidates",
    "ItineraryCandidate",
    "FinalItinerary",
    "Booking",
    "BookingConfirmation",
)
OPEN = ("/api/consent-texts", "/api/destinations", "/api/services", "/api/payments/{gateway}/webhook")  # for anyone; the last counts by its signature


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    methods = ("get", "post", "put", "patch", "delete")
    return [(method, path, item[method]) for path, item in description()["paths"].items() for method in methods if method in item]


def test_description_when_made_anew_then_it_is_the_committed_one(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    difference = list(difflib.unified_diff(FILE.read_text().splitlines(), made.read_text().splitlines(), "committed", "today", lineterm="", n=1))
    assert difference == [], "\n".join([__doc__ or "", *difference[:40]])


def test_components_when_looked_up_then_the_contracts_names_are_there_and_used() -> None:
    assert [name for name in COMPONENTS if name not in description()["components"]["schemas"]] == []
    text = FILE.read_text()
    assert [name for name in COMPONENTS if f"#/components/schemas/{name}'" not in text] == []


def test_names_when_listed_then_no_enum_was_numbered_or_named_by_a_hash() -> None:
    schemas = description()["components"]["schemas"]
    assert [name for name in schemas if name.endswith("Enum") and not name.isalpha()] == []
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))
    assert [name for name in ids if name[-1].isdigit()] == []


def test_references_when_followed_then_each_leads_to_a_component() -> None:
    """A program made from the description can't be made when one leads nowhere."""
    schemas = description()["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", FILE.read_text())) <= set(schemas)


def test_operations_when_described_then_in_their_own_words_not_those_of_a_class() -> None:
    """What a class says is for who writes its subclasses."""

    def below(view: type[ApiView]) -> set[type[ApiView]]:
        return {view}.union(*(below(one) for one in view.__subclasses__()))

    inward = {inspect.cleandoc(view.__doc__) for view in below(ApiView) if view.__doc__}
    assert [path for _, path, operation in operations() if operation["description"].strip() in inward] == []


def test_paths_when_compared_with_the_url_map_then_every_api_address_is_described() -> None:
    def walk(resolver: Any, prefix: str = "") -> list[str]:
        found = []
        for entry in resolver.url_patterns:
            found += [prefix + str(entry.pattern)] if isinstance(entry, URLPattern) else walk(entry, prefix + str(entry.pattern))
        return found

    routes = {path for path in walk(get_resolver()) if path.startswith("api/") and not path.startswith(("api/auth/", "api/schema", "api/docs"))}
    described = {path.strip("/").replace("{", "<").replace("}", ">") for path in description()["paths"]}

    def bare(path: str) -> str:
        return path.replace("<str:", "<").replace("<uuid:", "<").replace("<int:", "<").replace("<slug:", "<")

    assert {bare(path) for path in routes} == described


@pytest.mark.parametrize(("method", "path", "operation"), operations(), ids=lambda value: value if isinstance(value, str) else "")
def test_operation_when_described_then_with_its_errors_its_lock_and_an_answer(method: str, path: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    assert any(status.startswith("2") for status in answers)
    for status, answer in answers.items():
        if status.startswith(("4", "5")):
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}, status
    if path.startswith(OPEN):
        assert {} in operation.get("security", [{}])
    else:
        assert operation["security"] == [{"accessToken": []}]
        assert {"401", "403"} <= set(answers)
    assert {"400", "406", "503"} <= set(answers)
    assert operation.get("description"), "say in a sentence what it does"
