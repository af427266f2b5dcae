"""The itinerary: one day at a time, edits with instant answers, undo, conflicts, changes in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.catalogue import SmallCatalogue
from tests.trips.pages_of_plans import make_trip, owner, text_of, visitor_browser
from travelplanner.core.actor import Actor
from trips.documents.itineraries import orders_of
from trips.models import Document, Trip

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def newest(trip: Trip) -> Document:
    return trip.documents.filter(kind="final").latest("revision")


def orders(trip: Trip) -> tuple[tuple[str, ...], ...]:
    return orders_of(newest(trip).body["itinerary"]["days"])


def edit(client: Client, trip: Trip, action: str, stop: str, **more: Any) -> Any:
    headers = more.pop("headers", {})
    fields = {"action": action, "stop": stop, "version": str(newest(trip).revision), **more}
    return client.post(f"/trips/{trip.reference}/plan/edit", fields, headers=headers)


@pytest.fixture
def trip(alice: User, catalogue: SmallCatalogue) -> Trip:
    return make_trip(owner(alice), chosen=True)


def test_itinerary_when_opened_then_shows_tabs_timeline_map_and_total(alice_page: Client, trip: Trip) -> None:
    answer = alice_page.get(f"/trips/{trip.reference}/plan?day=2")
    text = text_of(answer)
    assert text.count("<h1") == 1
    assert text.count('aria-current="page"') == 1
    assert text.count('class="stop') >= len(orders(trip)[1]) + 2
    assert "Whole trip" in text
    assert "Book this plan" in text
    assert "What if it rains?" in text
    assert "style=" not in text


@pytest.mark.parametrize("day", ["0", "99", "x", "-1", "²", ""])
def test_itinerary_when_the_day_does_not_exist_then_shows_the_first(day: str, alice_page: Client, trip: Trip) -> None:
    assert alice_page.get(f"/trips/{trip.reference}/plan", {"day": day}).context["day"] == 1


def test_itinerary_when_nothing_is_chosen_then_leads_to_the_comparison(alice: User, alice_page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_trip(owner(alice))
    assert alice_page.get(f"/trips/{trip.reference}/plan")["Location"] == f"/trips/{trip.reference}/compare"


def test_remove_when_posted_then_the_next_revision_is_without_the_stop(alice_page: Client, trip: Trip) -> None:
    stop = orders(trip)[0][0]
    answer = edit(alice_page, trip, "remove", stop, day="3")  # the form sends the day beside the button, too
    assert answer.status_code == 302
    assert answer["Location"] == f"/trips/{trip.reference}/plan?day=1"
    assert newest(trip).revision == 2
    assert all(stop not in order for order in orders(trip))
    assert "Removed" in text_of(alice_page.get(answer["Location"]))


def test_edit_when_htmx_asks_then_answers_with_the_plan_and_an_undo(alice_page: Client, trip: Trip) -> None:
    answer = edit(alice_page, trip, "remove", orders(trip)[0][0], headers=HTMX)
    text = text_of(answer)
    assert answer.status_code == 200
    assert "<html" not in text
    assert 'data-version="2"' in text
    assert "data-toast" in text
    assert f'action="/trips/{trip.reference}/plan/undo"' in text


def test_undo_when_posted_then_the_former_order_is_a_new_revision_and_can_be_undone(alice_page: Client, trip: Trip) -> None:
    before = orders(trip)
    edit(alice_page, trip, "remove", before[0][0])
    after = orders(trip)
    alice_page.post(f"/trips/{trip.reference}/plan/undo", {"version": "2", "day": "1"})
    assert (newest(trip).revision, orders(trip)) == (3, before)
    alice_page.post(f"/trips/{trip.reference}/plan/undo", {"version": "3"})
    assert (newest(trip).revision, orders(trip)) == (4, after)


def test_undo_when_another_plan_was_chosen_then_the_first_choice_comes_back(alice_page: Client, trip: Trip) -> None:
    before = orders(trip)
    alice_page.post(f"/trips/{trip.reference}/choose", {"candidate": "C"})
    alice_page.post(f"/trips/{trip.reference}/plan/undo", {"version": "2"})
    assert newest(trip).body["candidateId"] == "A"
    assert orders(trip) == before


def test_undo_when_there_is_nothing_to_undo_then_says_so(alice_page: Client, trip: Trip) -> None:
    answer = alice_page.post(f"/trips/{trip.reference}/plan/undo", {"version": "1"})
    assert answer.status_code == 409
    assert "There is nothing to undo" in text_of(answer)


def test_edit_when_the_plan_changed_meanwhile_then_tells_what_was_not_saved_and_offers_it_again(alice_page: Client, trip: Trip) -> None:
    stop, other = orders(trip)[0][0], orders(trip)[1][0]
    edit(alice_page, trip, "remove", other)
    answer = edit(alice_page, trip, "remove", stop, version="1")
    text = text_of(answer)
    assert answer.status_code == 409
    assert "Someone changed this plan while you were looking at it" in text
    assert "take out" in text
    assert newest(trip).revision == 2
    assert alice_page.post(f"/trips/{trip.reference}/plan/edit", {**answer.context["fields"], "keep": "mine"}).status_code == 302
    assert all(stop not in order for order in orders(trip))


def test_edit_when_it_does_not_fit_then_every_reason_is_told_and_nothing_saved(alice_page: Client, trip: Trip, catalogue: SmallCatalogue) -> None:
    every = [str(place.pk) for place in catalogue.places]
    planned = {place for order in orders(trip) for place in order}
    refused = None
    for place in [place for place in every if place not in planned]:
        answer = edit(alice_page, trip, "add", place, day="1", position="0")
        if answer.status_code == 400:
            refused = answer
            break
    assert refused is not None, "the day took everything"
    assert refused.context["refused"]["violations"]
    assert "Nothing was changed." in text_of(refused)


@pytest.mark.parametrize("fields", [{}, {"action": "fly"}, {"action": "move", "stop": "x"}, {"action": "add", "stop": "x", "day": "two"}])
def test_edit_when_the_form_makes_no_sense_then_it_is_a_bad_request(fields: dict[str, str], alice_page: Client, trip: Trip) -> None:
    assert alice_page.post(f"/trips/{trip.reference}/plan/edit", {"version": "1", **fields}).status_code == 400
    assert newest(trip).revision == 1


def test_edit_when_the_stop_is_unknown_then_it_is_refused(alice_page: Client, trip: Trip) -> None:
    assert edit(alice_page, trip, "remove", "nonsense").status_code == 400
    assert edit(alice_page, trip, "add", "not-a-uuid", day="1").status_code == 400


def test_edit_when_a_stranger_or_a_reader_of_a_sample_posts_then_nothing_changes(
    alice_page: Client, charlie_page: Client, page: Client, trip: Trip, catalogue: SmallCatalogue
) -> None:
    assert edit(charlie_page, trip, "remove", orders(trip)[0][0]).status_code == 404
    sample = make_trip(Actor.system("samples"), sample=True, chosen=True)
    for client in (page, alice_page):
        assert edit(client, sample, "remove", orders(sample)[0][0]).status_code == 403
        assert client.post(f"/trips/{sample.reference}/plan/undo", {"version": "1"}).status_code in (403, 409)
    assert newest(sample).revision == 1


def test_edit_when_a_browser_without_account_owns_the_trip_then_it_is_saved(catalogue: SmallCatalogue) -> None:
    client, actor = visitor_browser()
    trip = make_trip(actor, chosen=True)
    assert edit(client, trip, "remove", orders(trip)[0][0]).status_code == 302
    assert newest(trip).revision == 2


def test_preview_when_asked_for_a_stop_then_tells_what_each_button_would_do(alice_page: Client, trip: Trip) -> None:
    answer = alice_page.get(f"/trips/{trip.reference}/plan/preview", {"stop": orders(trip)[0][0]}, headers=HTMX)
    choices = answer.context["choices"]
    assert choices
    assert all(choice["text"] for choice in choices)
    assert newest(trip).revision == 1


def test_preview_when_asked_for_a_change_then_answers_without_saving(alice_page: Client, trip: Trip) -> None:
    fields = {"action": "remove", "stop": orders(trip)[0][0], "version": "1"}
    fragment = alice_page.get(f"/trips/{trip.reference}/plan/preview", fields, headers=HTMX)
    assert fragment.context["answer"]["fits"]
    assert 'data-fits="yes"' in text_of(fragment)
    whole = alice_page.get(f"/trips/{trip.reference}/plan/preview", fields)
    assert "Save this change" in text_of(whole)
    assert newest(trip).revision == 1


def test_add_list_when_opened_then_names_places_with_where_they_fit(alice_page: Client, trip: Trip) -> None:
    removed = orders(trip)[0][0]
    edit(alice_page, trip, "remove", removed)
    answer = alice_page.get(f"/trips/{trip.reference}/plan?day=1&add=all")
    places = {place["id"]: place for place in answer.context["add"]["places"]}
    assert places[removed]["fits"]
    fit = places[removed]["fits"][0]
    assert edit(alice_page, trip, "add", removed, day=str(fit["day"]), position=str(fit["position"])).status_code == 302
    assert removed in orders(trip)[fit["day"] - 1]


def test_changes_when_a_stop_was_removed_then_the_difference_names_it(alice_page: Client, trip: Trip) -> None:
    body = newest(trip).body
    stop = next(stop for stop in body["itinerary"]["days"][0]["stops"] if stop["placeId"])
    edit(alice_page, trip, "remove", stop["placeId"])
    answer = alice_page.get(f"/trips/{trip.reference}/plan/changes?from=1&to=2")
    rows = answer.context["difference"]["rows"]
    assert any(row["kind"] == "removed" and stop["name"] in row["text"] for row in rows)
    assert alice_page.get(f"/trips/{trip.reference}/plan/changes?from=9&to=x").status_code == 200


def test_booked_plan_when_opened_then_it_offers_no_change(alice_page: Client, trip: Trip) -> None:
    Trip.objects.filter(pk=trip.pk).update(locked_revision=1)
    answer = alice_page.get(f"/trips/{trip.reference}/plan")
    assert not answer.context["editable"]
    assert "This plan is booked." in text_of(answer)
    assert edit(alice_page, trip, "remove", orders(trip)[0][0]).status_code == 409


@pytest.mark.parametrize("state", [{"locked_revision": 1}, {"state": "booked"}])
def test_itinerary_when_held_or_booked_then_its_button_leads_to_the_booking(alice_page: Client, trip: Trip, state: dict[str, object]) -> None:
    Trip.objects.filter(pk=trip.pk).update(**state)
    text = text_of(alice_page.get(f"/trips/{trip.reference}/plan"))
    assert "See the booking" in text
    assert "Book this plan" not in text
