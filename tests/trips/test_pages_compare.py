"""The comparison: three plans, choosing one, swapping a day."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.catalogue import SmallCatalogue
from tests.trips.pages_of_plans import make_trip, owner, text_of
from trips.documents.itineraries import orders_of
from trips.models import Document, Trip

pytestmark = pytest.mark.django_db


def finals(trip: Trip) -> list[Document]:
    return list(trip.documents.filter(kind="final").order_by("revision"))


def swap_query(trip: Trip, *, into: str = "A", candidate: str = "C", day: int = 2) -> str:
    return f"/trips/{trip.reference}/swap?into={into}&candidate={candidate}&day={day}"


def test_comparison_when_opened_then_each_plan_has_map_bars_cost_and_choice(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    text = text_of(alice_page.get(f"/trips/{trip.reference}/compare"))
    assert text.count("<h1") == 1
    assert text.count('class="map"') == 3
    assert text.count('<dl class="bars">') == 3
    assert "At a glance" in text
    for letter in "ABC":
        assert f"Choose plan {letter}" in text
    assert "Leaves out" in text
    assert "style=" not in text


def test_choose_when_posted_then_the_plan_opens(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    answer = alice_page.post(f"/trips/{trip.reference}/choose", {"candidate": "B"})
    assert answer["Location"] == f"/trips/{trip.reference}/plan"
    assert [document.body["candidateId"] for document in finals(trip)] == ["B"]
    assert "Open your plan" in text_of(alice_page.get(f"/trips/{trip.reference}/compare"))


def test_choose_when_a_stranger_posts_then_nothing_is_chosen(alice: User, charlie_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    assert charlie_page.post(f"/trips/{trip.reference}/choose", {"candidate": "A"}).status_code == 404
    assert finals(trip) == []


def test_swap_when_asked_by_get_then_shows_words_and_prices_and_saves_nothing(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    answer = alice_page.get(swap_query(trip))
    swap = answer.context["swap"]
    assert answer.status_code in (200, 400)
    assert swap["heading"].endswith("of plan C in plan A")
    assert swap.get("difference") or swap["refused"]["violations"]
    assert finals(trip) == []


def test_swap_when_asked_by_htmx_then_answers_with_the_fragment_alone(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    answer = alice_page.get(swap_query(trip), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in text_of(answer)


def fitting_swap(alice_page: Client, trip: Trip) -> dict[str, str]:
    """A swap of the trip that fits and changes something; the small catalogue always has one."""
    for into, candidate in (("A", "C"), ("A", "B"), ("B", "C"), ("C", "A"), ("B", "A"), ("C", "B")):
        for day in (1, 2, 3):
            context = alice_page.get(swap_query(trip, into=into, candidate=candidate, day=day)).context
            difference = context["swap"].get("difference")
            if difference and not difference["same"]:
                return {"into": into, "candidate": candidate, "day": str(day)}
    raise AssertionError("no swap fits")


def test_swap_when_nothing_is_chosen_then_chooses_the_plan_and_swaps(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    fields = fitting_swap(alice_page, trip)
    answer = alice_page.post(f"/trips/{trip.reference}/swap", fields)
    assert answer["Location"] == f"/trips/{trip.reference}/plan?day={fields['day']}"
    chosen, swapped = finals(trip)
    candidates = {plan["candidateId"]: plan for plan in trip.documents.get(kind="candidates").body["candidates"]}
    index = int(fields["day"]) - 1
    assert chosen.body["candidateId"] == fields["into"]
    assert orders_of(swapped.body["itinerary"]["days"])[index] == orders_of(candidates[fields["candidate"]]["days"])[index]


def test_swap_when_the_plan_was_edited_meanwhile_then_conflict_is_told_and_nothing_saved(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    fields = fitting_swap(alice_page, trip)
    alice_page.post(f"/trips/{trip.reference}/choose", {"candidate": fields["into"]})
    answer = alice_page.post(f"/trips/{trip.reference}/swap", {**fields, "version": "7"})
    assert answer.status_code == 409
    assert "Nothing was changed" in text_of(answer)
    assert len(finals(trip)) == 1


@pytest.mark.parametrize("query", ["into=A&candidate=A&day=1", "into=A&candidate=Z&day=1", "into=A&candidate=B&day=99", ""])
def test_swap_when_the_question_makes_no_sense_then_says_so(query: str, alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    assert alice_page.get(f"/trips/{trip.reference}/swap?{query}").status_code == 400
