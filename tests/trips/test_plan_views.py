"""The pure presenters behind the pages of plans: orders, words, differences, reliefs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from travelplanner.core.errors import Invalid
from trips.models import Destination
from trips.web import (
    budget_view,
    compare_view,
    difference_view,
    itinerary_view,
    plan_words,
    research_view,
    route_view,
    timeline_view,
    written,
)
from trips.web.budget_help import reliefs
from trips.web.plan_edits import Edit, apply_edit, day_of, read_edit

ORDERS = (("a", "b", "c"), ("d",), ())


def stop(name: str, arrive: str, leave: str, **more: Any) -> dict[str, Any]:
    base = {
        "kind": "place", "placeId": name.lower(), "name": name, "arrive": f"2026-12-17T{arrive}+05:30", "leave": f"2026-12-17T{leave}+05:30",
        "latitude": 25.3, "longitude": 83.0, "fee": 0, "meal": None, "unverified": False, "serviceId": None, "category": "temple",
        "setting": "outdoor", "hours": "Mo-Su 06:00-21:00", "source": "A page", "checkedAt": "2026-01-15", "confidence": "high",
    }  # fmt: skip
    return {**base, **more}


def day(*stops: dict[str, Any], number: int = 1, date: str = "2026-12-17") -> dict[str, Any]:
    legs = [{"mode": "auto", "minutes": 20, "distanceKm": 3.2, "cost": 60} for _ in stops[1:]]
    return {
        "day": number, "date": date, "destination": "Varanasi", "destinationId": "v", "cost": 900, "fatigue": 3.1, "activeMinutes": 120,
        "walkKm": 1.2, "rest": False, "stops": list(stops), "legs": legs,
    }  # fmt: skip


BED = {"kind": "lodging", "placeId": None, "category": None, "latitude": 25.31}
PLAN_DAY = day(
    stop("Guest house", "08:00", "08:00", **BED),
    stop("Temple", "08:20", "09:20"),
    stop("Fort", "10:40", "11:40", latitude=25.4, fee=400, serviceId="s", serviceName="Fort ticket", placesLeft=3, servicePrice={"amount": "400", "currency": "INR"}),
    stop("lunch", "12:00", "13:00", kind="meal", placeId=None, meal="lunch", fee=800),
    stop("Guest house", "13:20", "13:20", **BED),
)


def rows_of(**more: Any) -> list[dict[str, Any]]:
    given_to: dict[str, Any] = {"currency": "INR", "people": 2, "moved": {}, "other_days": [], "editable": True, "stay": None, **more}
    return timeline_view.timeline(PLAN_DAY, **given_to)


@pytest.mark.parametrize(
    ("edit", "after"),
    [
        (Edit("earlier", "b"), (("b", "a", "c"), ("d",), ())),
        (Edit("later", "b"), (("a", "c", "b"), ("d",), ())),
        (Edit("remove", "d"), (("a", "b", "c"), (), ())),
        (Edit("move", "a", day=2, position=0), (("b", "c"), ("a", "d"), ())),
        (Edit("move", "a", day=1, position=2), (("b", "c", "a"), ("d",), ())),
        (Edit("move", "a", day=3), (("b", "c"), ("d",), ("a",))),
        (Edit("add", "x", day=2, position=9), (("a", "b", "c"), ("d", "x"), ())),
    ],
)
def test_edit_when_applied_then_only_what_it_names_moves(edit: Edit, after: Any) -> None:
    assert apply_edit(ORDERS, edit) == after


@pytest.mark.parametrize("edit", [Edit("earlier", "a"), Edit("later", "d"), Edit("remove", "z"), Edit("move", "a", day=4), Edit("add", "x", day=0)])
def test_edit_when_it_cannot_be_then_it_is_refused(edit: Edit) -> None:
    with pytest.raises(Invalid):
        apply_edit(ORDERS, edit)


@given(st.sampled_from("abcd"), st.integers(1, 3), st.integers(0, 5))
def test_move_when_applied_anywhere_then_no_stop_is_lost_or_doubled(name: str, to: int, position: int) -> None:
    moved = apply_edit(ORDERS, Edit("move", name, day=to, position=position))
    assert sorted(sum(moved, ())) == sorted(sum(ORDERS, ()))
    assert day_of(moved, name) == to


def test_form_when_a_button_needs_no_day_then_the_day_beside_it_is_ignored() -> None:
    edit = read_edit({"action": "remove", "stop": "a", "day": "2", "version": "4"})
    assert (edit.day, edit.based_on) == (None, 4)
    assert edit.fields == {"action": "remove", "stop": "a", "version": "4"}


def test_timeline_when_there_is_time_between_then_it_says_how_long() -> None:
    texts = [row["text"] for row in rows_of() if row["row"] == "leg" and row["text"]]
    assert texts == ["Auto rickshaw, 20 min, 3.2 km, ₹60", "Auto rickshaw, 20 min, 3.2 km, ₹60", "Free until 10:40"] + ["Auto rickshaw, 20 min, 3.2 km, ₹60"] * 2


def test_timeline_when_drawn_then_only_places_are_numbered_and_edges_known() -> None:
    stops = [row for row in rows_of() if row["row"] == "stop"]
    assert [row.get("number") for row in stops] == [None, 1, 2, None, None]
    assert [(row["first"], row["last"]) for row in stops if row.get("number")] == [(True, False), (False, True)]
    assert stops[3]["title"] == "Lunch near Fort"
    assert stops[2]["ticket"]["left"] == "Bookable, 3 places left"
    assert stops[1]["source"] == "A page, 15 Jan 2026, high confidence"


def test_timeline_when_a_stop_moved_then_it_is_tagged() -> None:
    tagged = [row for row in rows_of(moved={"fort": "Moved from Friday"}) if row.get("moved")]
    assert [row["title"] for row in tagged] == ["Fort"]
    assert tagged[0]["tags"][0]["label"] == "Moved from Friday"


def test_source_when_it_is_an_estimate_then_says_so() -> None:
    assert timeline_view.source_words({"source": "editor estimate", "confidence": "low"}) == "Editor's estimate, not checked, low confidence"


def test_map_when_stops_share_a_spot_then_legs_join_different_spots_only() -> None:
    maps = route_view.day_maps(PLAN_DAY, "Route")
    assert maps["modes"] == ["ride"]
    assert maps["tall"].startswith("<svg class=\"map\"")
    assert maps["tall"].count("m-pin") == 2


def body(*days: dict[str, Any], total: float = 1000.0, score: float = 90.0) -> dict[str, Any]:
    return {"itinerary": {"days": list(days), "walkKm": 2.0, "travelFatigueScore": 3.1}, "cost": {"total": total, "currency": "INR"}, "score": score}


def test_difference_when_a_paid_stop_goes_then_rows_add_up_to_the_balance() -> None:
    after = day(*[one for one in PLAN_DAY["stops"] if one["name"] != "Fort"])
    found = difference_view.difference_rows(body(PLAN_DAY), body(after, total=550.0, score=85.0))
    assert [(row["kind"], row["price"]) for row in found["rows"]] == [("removed", "−₹400"), ("changed", "−₹50")]
    assert found["balance"] == "₹450 less, score 90 to 85"


def test_difference_when_nothing_changed_then_says_the_total_stays() -> None:
    found = difference_view.difference_rows(body(PLAN_DAY), body(PLAN_DAY))
    assert found["same"]
    assert found["balance"] == "The trip's total stays ₹1,000"


@pytest.mark.parametrize(("rainy", "opening"), [(1.0, "Rain is rare in December"), (6.0, "It rains on about 6 days"), (14.0, "December is wet")])
def test_rain_when_told_then_names_the_wet_stops_and_the_dry_ones_left_out(rainy: float, opening: str) -> None:
    found = itinerary_view.rain(PLAN_DAY, {"rainDays": rainy, "source": "editor estimate"}, ["Museum"])
    assert found is not None
    assert found["text"].startswith(opening)
    assert "Temple and Fort" in found["text"]
    assert "not in your plan: Museum" in found["text"]
    assert found["swap"]


def test_rain_when_not_known_then_nothing_is_claimed() -> None:
    assert itinerary_view.rain(PLAN_DAY, {"rainDays": None, "source": "x"}, []) is None
    assert itinerary_view.rain(PLAN_DAY, None, []) is None


def test_hours_when_written_then_days_and_closing_are_words() -> None:
    assert research_view.hours_words("Tu-Su 10:00-17:00; Mo off") == "open Tue–Sun 10:00–17:00; Mon closed"
    assert research_view.hours_words("24/7") == "always open"


@pytest.mark.parametrize(("share", "words"), [(0.0, "hardly any"), (0.1, "about 1 in 10 stays"), (0.68, "about 7 in 10 stay"), (0.99, "nearly all")])
def test_share_when_said_then_in_tenths(share: float, words: str) -> None:
    found = budget_view.share_words(share, "₹40,000")
    assert found.startswith(words)
    assert found.endswith("under your ₹40,000")


def test_amounts_when_written_then_decimals_only_where_they_buy_something() -> None:
    assert written.amount(54.5, "INR") == "₹54"
    assert written.amount(12.5, "EUR") == "€12.50"
    assert written.amount(1234.56, "EUR") == "€1,235"
    assert written.signed(-1680, "INR") == "−₹1,680"
    assert written.signed(0, "INR") == ""
    assert written.rough(43356.35) == 43400


def test_months_when_a_trip_crosses_the_year_then_both_are_touched() -> None:
    assert research_view.months_between(dt.date(2026, 12, 30), dt.date(2027, 1, 3)) == {12, 1}


def test_titles_when_plans_are_thrifty_by_need_then_they_can_be_told_apart() -> None:
    plain = plan_words.title_of({"profile": "thrifty"}, "Goa")
    slow = plan_words.title_of({"profile": "thrifty", "engine": {"profile": "relaxed", "economy": True}}, "Goa")
    assert plain == "Goa for little money"
    assert slow == "Slow days in Goa, for little money"


def test_covers_when_plans_differ_then_the_early_one_is_at_dawn_and_the_late_one_at_dusk() -> None:
    def plan(arrive: str, leave: str) -> dict[str, Any]:
        return {"days": [day(stop("Temple", arrive, leave))]}

    assert compare_view.lights([plan("09:00", "17:00"), plan("10:00", "21:00"), plan("05:10", "16:00")]) == ["noon", "dusk", "dawn"]
    assert compare_view.lights([plan("09:00", "17:00")]) == ["dawn"]
    assert compare_view.lights([]) == []


def test_saved_when_written_then_the_zone_is_named() -> None:
    moment = dt.datetime(2026, 11, 21, 23, 41, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    said = itinerary_view.saved_words(4, moment)
    assert strip_tags(said) == "Revision 4, saved 22 Nov 2026, 04:41 UTC"
    assert 'datetime="2026-11-22T04:41:00+00:00" data-local-time="moment"' in said  # the reader's clock takes its place


def test_whole_trip_when_tickets_cost_extra_then_says_so() -> None:
    cost = {"total": 1000, "currency": "INR", "lodging": 600, "food": 400, "localTransport": 0, "activities": 0, "intercity": 0}
    limit = {"limit": 1500, "left": 500, "shortfall": 0}
    shown = itinerary_view.whole_trip({"cost": {**cost, "bookableExtras": 240}}, limit)
    assert [part["label"] for part in shown["parts"]] == ["Beds", "Food"]
    assert shown["against"] == "₹500 below your limit."
    assert shown["extras"] == "Bookable tickets would add ₹240."
    assert itinerary_view.whole_trip({"cost": cost}, None)["extras"] == ""


def intent(**preferences: Any) -> dict[str, Any]:
    wanted = {"comfortLevel": "standard", "tripType": "leisure", "pace": "balanced", **preferences}
    return {"tripDuration": {"days": 5, "people": 2}, "preferences": wanted, "destinations": [{"id": "v"}]}


def place() -> Destination:
    return Destination(name="Varanasi", country="IND", latitude=25.3, longitude=83.0, currency="INR", aliases=[], best_months=[1, 11, 12])


def test_reliefs_when_the_limit_is_near_then_fewer_days_and_simpler_beds_are_enough() -> None:
    found = reliefs(intent(), 40_000, 34_000, place(), dt.date(2026, 12, 17), dt.date(2026, 11, 1))
    kinds = {relief.kind: relief for relief in found}
    assert kinds["days"].detail == 4
    assert kinds["days"].enough
    assert kinds["comfort"].detail == "budget"
    assert all(relief.likely < 40_000 for relief in found)


def test_reliefs_when_the_limit_is_hopeless_then_the_shortest_trip_is_named_as_not_enough() -> None:
    found = reliefs(intent(), 40_000, 100, place(), dt.date(2026, 12, 17), dt.date(2026, 11, 1))
    days = next(relief for relief in found if relief.kind == "days")
    assert (days.detail, days.enough) == (2, False)


def test_reliefs_when_beds_are_the_simplest_already_then_comfort_is_not_offered() -> None:
    found = reliefs(intent(comfortLevel="budget"), 40_000, 100, place(), dt.date(2026, 12, 17), dt.date(2026, 11, 1))
    assert all(relief.kind != "comfort" for relief in found)
