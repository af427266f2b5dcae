"""Budget and research pages: what they say, to whom, and in how many statements."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.catalogue import SmallCatalogue
from tests.statements import HEADER
from tests.trips.pages_of_plans import make_trip, owner, text_of, visitor_browser
from travelplanner.core.actor import Actor
from trips.actions import intents
from trips.planning.wish import Wish

SESSION_AND_USER = 2
pytestmark = pytest.mark.django_db


def test_budget_page_when_the_limit_is_ample_then_shows_range_table_and_next_step(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice), limit=400_000)
    answer = alice_page.get(f"/trips/{trip.reference}/budget")
    text = text_of(answer)
    assert answer.status_code == 200
    assert text.count("<h1") == 1
    assert "Most likely ₹" in text
    assert "stay under your ₹4,00,000" in text
    assert "The same as a table" in text
    assert "Whole trip" in text
    assert answer.context["shortfall"] is None
    assert f'href="/trips/{trip.reference}/compare"' in text


def test_budget_page_when_the_limit_is_hopeless_then_says_so_with_what_would_help(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice), days=5, limit=900)
    answer = alice_page.get(f"/trips/{trip.reference}/budget")
    shortfall = answer.context["shortfall"]
    assert shortfall["tone"] == "bad"
    assert "₹900 will not be enough" in shortfall["title"]
    assert "What binds is" in shortfall["binds"]
    assert {"days", "comfort"} <= {next(iter(one["query"])) for one in shortfall["helps"]}
    assert shortfall["nothing_helps"]


def test_budget_page_when_the_limit_is_below_the_middle_then_fewer_days_are_enough(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    ample = make_trip(owner(alice), days=6, limit=None)
    predicted = ample.documents.get(kind="budget").body["predictedBudget"]
    trip = make_trip(owner(alice), days=6, limit=int((predicted["p10"] + predicted["p50"]) / 2))
    shortfall = alice_page.get(f"/trips/{trip.reference}/budget").context["shortfall"]
    assert shortfall["tone"] == "warn"
    assert any(one["enough"] for one in shortfall["helps"])


@pytest.mark.parametrize("page_name", ["budget", "research", "compare", "plan"])
def test_page_when_a_stranger_asks_then_it_is_not_found(page_name: str, alice: User, charlie_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice), chosen=True)
    assert charlie_page.get(f"/trips/{trip.reference}/{page_name}").status_code == 404


@pytest.mark.parametrize("page_name", ["budget", "research", "compare", "plan"])
def test_page_when_not_planned_yet_then_leads_to_planning(page_name: str, alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = intents.create_trip(actor=owner(alice), wish=Wish(destinations=("Varanasi",), days=3, people=2))
    answer = alice_page.get(f"/trips/{trip.reference}/{page_name}")
    assert answer.status_code == 302
    assert answer["Location"] == f"/trips/{trip.reference}/planning"


@pytest.mark.parametrize("page_name", ["budget", "research", "compare", "plan"])
def test_page_when_a_sample_then_anyone_reads_it_without_limit_or_buttons(page_name: str, alice: User, page: Client, catalogue: SmallCatalogue) -> None:
    actor = Actor.system("samples")
    trip = make_trip(actor, limit=38_765, sample=True, chosen=True)
    answer = page.get(f"/trips/{trip.reference}/{page_name}")
    text = text_of(answer)
    assert answer.status_code == 200
    assert "This is a sample trip." in text
    assert "Plan your own" in text
    assert "38,765" not in text
    assert f"/trips/{trip.reference}/plan/edit" not in text.replace(f'data-edit="/trips/{trip.reference}/plan/edit"', "")
    assert f'action="/trips/{trip.reference}/choose"' not in text


@pytest.mark.parametrize("page_name", ["budget", "research", "compare", "plan"])
def test_page_when_a_browser_without_account_owns_the_trip_then_it_may_do_everything(page_name: str, catalogue: SmallCatalogue) -> None:
    client, actor = visitor_browser()
    trip = make_trip(actor, chosen=True)
    answer = client.get(f"/trips/{trip.reference}/{page_name}")
    assert answer.status_code == 200
    assert answer.context["editable"]


@pytest.mark.parametrize("page_name", ["budget", "research", "compare", "plan"])
def test_page_when_opened_then_takes_five_statements_at_most(
    page_name: str, alice: User, alice_page: Client, catalogue: SmallCatalogue, django_assert_max_num_queries: Any
) -> None:
    trip = make_trip(owner(alice), limit=12_000, chosen=True)
    alice_page.get(f"/trips/{trip.reference}/{page_name}")
    with django_assert_max_num_queries(5 + SESSION_AND_USER + HEADER):
        alice_page.get(f"/trips/{trip.reference}/{page_name}")


def test_research_page_when_opened_then_each_fact_says_where_it_is_from(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    text = text_of(alice_page.get(f"/trips/{trip.reference}/research"))
    assert text.count("<h1") == 1
    for heading in ("When to go", "Staying safe", "Money", "Holidays in your dates", "20 places for you"):
        assert heading in text
    assert "Editor&#x27;s estimate, not checked" in text
    assert 'href="tel:112"' in text


def test_pages_when_hindi_is_asked_for_then_they_render(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice), chosen=True)
    for name in ("budget", "research", "compare", "plan", "plan/changes"):
        answer = alice_page.get(f"/trips/{trip.reference}/{name}", headers={"Accept-Language": "hi"})
        assert answer.status_code == 200
        assert '<html lang="hi"' in text_of(answer)
