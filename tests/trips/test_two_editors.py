"""Promise 21 for plans: two people edit at once. One is saved, the other is asked; nothing is lost, nothing is overwritten unseen."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import actor_for, api_for, page_for
from tests.factories.catalogue import SmallCatalogue
from tests.trips.companions import joined
from tests.trips.planned import assert_error, chosen, orders
from travelplanner.core.errors import Conflict, Invalid
from trips.actions import itineraries, plan_changes
from trips.documents.difference import orders_difference
from trips.models import Document, Trip

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference(alice_api: APIClient, bob: User, catalogue: SmallCatalogue) -> str:
    found = chosen(alice_api)
    joined(alice_api, found, bob, "editor")
    return found


def final(reference: str, revision: int | None = None) -> dict[str, Any]:
    rows = Document.objects.filter(trip__reference=reference, kind="final").order_by("-revision")
    return (rows.get(revision=revision) if revision else rows[0]).body


def finals(reference: str) -> int:
    return Document.objects.filter(trip__reference=reference, kind="final").count()


def edit(page: Client, reference: str, **fields: Any) -> Any:
    headers = fields.pop("headers", {})
    return page.post(f"/trips/{reference}/plan/edit", fields, headers=headers)


def test_edit_when_someone_was_first_then_the_page_shows_theirs_and_mine_and_nothing_is_lost(alice_page: Client, bob_page: Client, reference: str) -> None:
    first, second = orders(final(reference))[0][0], orders(final(reference))[1][0]
    assert edit(alice_page, reference, action="remove", stop=first, version="1").status_code == 302
    answer = edit(bob_page, reference, action="remove", stop=second, version="1")
    names = {stop["placeId"]: stop["name"] for day in final(reference, 1)["itinerary"]["days"] for stop in day["stops"]}
    text = answer.content.decode()
    assert (answer.status_code, finals(reference)) == (409, 2)
    assert names[first] in text
    assert f"take out {names[second]}" in text
    assert [side["value"] for side in answer.context["sides"]] == ["mine", "theirs"]

    fields = {**answer.context["fields"], "keep": "mine"}
    assert fields["version"] == "2"
    assert edit(bob_page, reference, **fields).status_code == 302
    left = {key for day in orders(final(reference)) for key in day}
    assert not left & {first, second}
    assert finals(reference) == 3


def test_edit_when_theirs_is_kept_then_nothing_is_written(alice_page: Client, bob_page: Client, reference: str) -> None:
    first, second = orders(final(reference))[0][0], orders(final(reference))[1][0]
    edit(alice_page, reference, action="remove", stop=first, version="1")
    answer = edit(bob_page, reference, action="remove", stop=second, version="1")
    kept = bob_page.post(f"/trips/{reference}/plan/edit", {**answer.context["fields"], "keep": "theirs"}, follow=True)
    assert "your change was not made" in kept.content.decode()
    assert finals(reference) == 2


def test_edit_when_a_third_change_comes_between_then_asked_again(alice_page: Client, bob_page: Client, reference: str) -> None:
    days = orders(final(reference))
    edit(alice_page, reference, action="remove", stop=days[0][0], version="1")
    asked = edit(bob_page, reference, action="remove", stop=days[1][0], version="1")
    edit(alice_page, reference, action="remove", stop=days[0][1], version="2")
    again = edit(bob_page, reference, **asked.context["fields"], keep="mine")
    assert again.status_code == 409
    assert again.context["fields"]["version"] == "3"
    assert finals(reference) == 3


def test_edit_when_mine_does_not_fit_theirs_any_more_then_the_reason_is_told(alice_page: Client, bob_page: Client, reference: str) -> None:
    stop = orders(final(reference))[0][0]
    edit(alice_page, reference, action="remove", stop=stop, version="1")
    answer = edit(bob_page, reference, action="move", stop=stop, day="2", version="1")
    assert answer.status_code == 409
    assert [side["value"] for side in answer.context["sides"]] == ["theirs"]
    assert answer.context["sides"][0]["checked"]
    assert "This stop is not in the plan any more." in answer.content.decode()


def test_edit_when_htmx_asks_then_the_conflict_takes_the_plans_place(alice_page: Client, bob_page: Client, reference: str) -> None:
    days = orders(final(reference))
    edit(alice_page, reference, action="remove", stop=days[0][0], version="1")
    answer = edit(bob_page, reference, action="remove", stop=days[1][0], version="1", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in text
    assert 'hx-target="#plan"' in text
    kept = edit(bob_page, reference, **answer.context["fields"], keep="theirs", headers={"HX-Request": "true"})
    assert 'id="plan-day"' in kept.content.decode()


def test_edit_when_by_program_then_409_with_both(alice_api: APIClient, bob_api: APIClient, reference: str) -> None:
    path = f"/api/trips/{reference}/itineraries/final"
    days = orders(final(reference))
    assert alice_api.post(path, {"basedOn": 1, "days": [days[0][1:], *days[1:]]}).status_code == 201
    body = assert_error(bob_api.post(path, {"basedOn": 1, "days": [days[0], days[1][1:], *days[2:]]}), 409, "edited_meanwhile")
    details = body["details"]
    assert (details["revision"], details["basedOn"]) == (2, 1)
    assert ("removed", days[0][0]) in {(change["what"], change["placeId"]) for change in details["theirs"]}
    assert [(change["what"], change["placeId"], change["fromDay"]) for change in details["mine"]] == [("removed", days[1][0], 2)]


def test_choosing_when_someone_edited_since_then_conflict_not_an_overwrite(alice_page: Client, alice_api: APIClient, bob_page: Client, bob_api: APIClient, reference: str) -> None:
    stop = orders(final(reference))[0][0]
    edit(alice_page, reference, action="remove", stop=stop, version="1")
    assert_error(bob_api.post(f"/api/trips/{reference}/itineraries/final", {"candidateId": "B", "basedOn": 1}), 409, "edited_meanwhile")
    answer = bob_page.post(f"/trips/{reference}/choose", {"candidate": "B", "version": "1"}, follow=True)
    assert "Someone chose or changed a plan while you were looking" in answer.content.decode()
    assert finals(reference) == 2
    assert bob_api.post(f"/api/trips/{reference}/itineraries/final", {"candidateId": "B", "basedOn": 2}).status_code == 201
    assert f'name="version" value="{finals(reference)}"' in bob_page.get(f"/trips/{reference}/compare").content.decode()


def test_swap_into_when_another_plan_is_chosen_first_then_both_or_none(alice: User, alice_api: APIClient, bob: User, reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Choosing and swapping are one transaction: no half of it stays behind, and nobody's change between look and save is put aside."""
    found = None
    for day, letter in ((day, letter) for day in (1, 2, 3) for letter in ("A", "C")):
        try:
            found = plan_changes.preview_swap(actor=actor_for(alice), reference=reference, into="B", day=day, candidate_id=letter)
            break
        except Invalid:  # that day doesn't fit; try the next
            continue
    assert found is not None
    assert found.chooses
    assert found.based_on == 1
    wanted = {"reference": reference, "into": "B", "day": day, "candidate_id": letter}
    with pytest.raises(Conflict):
        plan_changes.swap_into(actor=actor_for(bob), based_on=0, **wanted)
    assert finals(reference) == 1

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the power went out between choosing and swapping")

    with monkeypatch.context() as patch:
        patch.setattr(itineraries, "_save_edit", broken)
        with pytest.raises(RuntimeError):
            plan_changes.swap_into(actor=actor_for(bob), based_on=1, **wanted)
    assert (finals(reference), Trip.objects.get(reference=reference).chosen_revision) == (1, 1)
    saved = plan_changes.swap_into(actor=actor_for(bob), based_on=1, **wanted)
    assert (saved.revision, saved.body["candidateId"]) == (3, "B")
    assert orders(saved.body) == [list(order) for order in orders(dict(found.after))]


@pytest.mark.parametrize("guarded", [True, False])
def test_editing_when_both_stand_on_the_same_revision_then_one_wins_and_the_control_loses_a_change(
    alice: User, bob: User, alice_api: APIClient, reference: str, settings: Any, guarded: bool
) -> None:
    """With the check switched off the second save overwrites the first: that is what the check is for."""
    settings.EDITS_ARE_GUARDED = guarded
    days = orders(final(reference))
    first, second = days[0][0], days[1][0]
    itineraries.edit_itinerary(actor=actor_for(alice), reference=reference, based_on=1, days=[days[0][1:], *days[1:]])
    with pytest.raises(Conflict, match="Your change was not saved") if guarded else nullcontext():
        itineraries.edit_itinerary(actor=actor_for(bob), reference=reference, based_on=1, days=[days[0], days[1][1:], *days[2:]])
    left = {key for order in orders(final(reference)) for key in order}
    assert (first not in left) == guarded  # Alice's change is still there
    assert (second in left) == guarded


def test_two_browsers_when_they_take_turns_then_each_sees_the_others_revision(alice: User, bob: User, reference: str) -> None:
    a, b = page_for(alice), page_for(bob)
    days = orders(final(reference))
    edit(a, reference, action="remove", stop=days[0][0], version="1")
    assert 'data-version="2"' in b.get(f"/trips/{reference}/plan").content.decode()
    assert edit(b, reference, action="remove", stop=days[1][0], version="2").status_code == 302
    assert 'data-version="3"' in a.get(f"/trips/{reference}/plan").content.decode()
    assert api_for(bob).get(f"/api/trips/{reference}/itineraries/final/revisions").json()["count"] == 3


def body_of(days: list[list[str]]) -> dict[str, Any]:
    return {"itinerary": {"days": [{"stops": [{"placeId": key, "name": key.upper()} for key in day] + [{"placeId": None}]} for day in days]}}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ([["a", "b"], ["c"]], []),
        ([["b", "a"], ["c"]], [("reordered", "b", 1, 1), ("reordered", "a", 1, 1)]),
        ([["a"], ["c"]], [("removed", "b", None, 1)]),
        ([["a"], ["b", "c"]], [("moved", "b", 2, 1)]),
        ([["x", "a", "b"], ["c"]], [("added", "x", 1, None)]),
        ([["a", "b"]], [("removed", "c", None, 2)]),
        ([["a", "b"], ["c"], ["x"]], [("added", "x", 3, None)]),
    ],
)
def test_orders_difference_when_read_then_what_was_asked(new: list[list[str]], expected: list[tuple[str, str, int | None, int | None]]) -> None:
    found = orders_difference(body_of([["a", "b"], ["c"]]), new)
    assert [(row["what"], row["placeId"], row["day"], row["fromDay"]) for row in found] == expected
