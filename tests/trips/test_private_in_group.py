"""Private inside the group: the ceiling is its owner's, needs are their traveler's. Whatever else companions read tells neither."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import api_for, page_for
from tests.factories.catalogue import SmallCatalogue
from tests.factories.travelers import bring, make_traveler
from tests.trips.company import Company, make_company
from tests.trips.planned import ask, assert_error, chosen, orders, plan, planned
from travelplanner.core.models import AuditEntry
from trips.models import Document, Place, Trip

pytestmark = pytest.mark.django_db
API = (
    "",
    "/intent",
    "/budget",
    "/research",
    "/itineraries/candidates",
    "/itineraries/final",
    "/itineraries/final/revisions",
    "/itineraries/final/diff?from=1&to=1",
    "/travelers",
    "/readiness",
)
PAGES = (
    "", "/planning", "/progress", "/budget", "/research", "/compare", "/swap?into=A&day=1&candidate=B", "/plan", "/plan?day=1&add=all", "/plan/changes", "/limit",
    "/readiness", "/book",
)  # fmt: skip


def ready(alice: User, bob: User, alice_api: APIClient, **wish: Any) -> Company:
    return make_company(alice, bob, Trip.objects.get(reference=chosen(alice_api, **wish)))


def bodies(reference: str) -> dict[str, str]:
    """The stored documents of a trip without what differs between any two trips."""
    found = {}
    for document in Document.objects.filter(trip__reference=reference):
        body = {key: value for key, value in document.body.items() if key not in ("tripId", "createdAt")}
        found[f"{document.kind} {document.revision}"] = orjson.dumps(body).decode()
    return found


def costs(reference: str) -> list[float]:
    return [
        one["cost"]["total"]
        for one in Document.objects.get(trip__reference=reference, kind="candidates").body["candidates"]
    ]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(over=st.sampled_from([0, 1, 250]) | st.integers(0, 10**6))
def test_ceiling_when_above_all_costs_then_stored_documents_are_equal_byte_for_byte(
    alice_api: APIClient, catalogue: SmallCatalogue, over: int
) -> None:
    free = planned(alice_api, budgetRange={"currency": "INR"})
    ceiling = max(costs(free)) + over
    bound = planned(alice_api, budgetRange={"max": ceiling, "currency": "INR"})
    assert bodies(bound) == bodies(free)
    for reference in (free, bound):
        assert alice_api.post(f"/api/trips/{reference}/itineraries/final", {"candidateId": "B"}).status_code == 201
    assert bodies(bound) == bodies(free)


def test_ceiling_when_one_unit_below_the_dearest_plan_then_it_binds(
    alice_api: APIClient, catalogue: SmallCatalogue
) -> None:
    """The control: equal bodies prove something only if a ceiling can change them."""
    free = planned(alice_api, budgetRange={"currency": "INR"})
    bound = planned(alice_api, budgetRange={"max": max(costs(free)) - 1, "currency": "INR"})
    assert bodies(bound)["candidates 1"] != bodies(free)["candidates 1"]
    assert max(costs(bound)) <= max(costs(free)) - 1


@pytest.mark.parametrize("ceiling", [61234.56, 9371.25, 1733.5])
def test_scores_when_the_ceiling_binds_then_they_are_measured_against_the_public_prediction(
    alice_api: APIClient, catalogue: SmallCatalogue, ceiling: float
) -> None:
    """From a cost, the prediction and the formula a reader gets the score's money part, whatever the ceiling."""
    reference = planned(alice_api, budgetRange={"max": ceiling, "currency": "INR"})
    usual = Document.objects.get(trip__reference=reference, kind="budget").body["predictedBudget"]["p50"]
    for one in Document.objects.get(trip__reference=reference, kind="candidates").body["candidates"]:
        share = one["cost"]["total"] / usual
        value = (
            100.0
            if share <= 0.85
            else 100 - 30 * (share - 0.85) / 0.15
            if share <= 1
            else 70 * max(0.0, 1 - 3 * (share - 1))
        )
        assert one["scoreBreakdown"]["money"]["value"] == pytest.approx(value, abs=0.11)


# Digits that chance put there: ids, references, tokens, fractions of a second. One run in many they spell an amount.
RANDOM = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|TRIP_[0-9A-F]+|(?<=:\d\d)\.\d+(?=Z|[+-]\d\d:)|(?=\w*[A-Za-z])(?=\w*\d)\w{16,}",
    re.I,
)


def numbers_of(text: str) -> set[Decimal]:
    """Every number in an answer, group marks taken out; of drawings what is written in them, not where it stands."""
    text = RANDOM.sub(" ", text)
    text = re.sub(r"<svg.*?</svg>", lambda drawing: re.sub(r"<[^>]*>", " ", drawing.group()), text, flags=re.S)
    plain = re.sub(r"(?<=\d)[,  ](?=\d{2,3})", "", html.unescape(text))
    return {Decimal(found).normalize() for found in re.findall(r"\d+(?:\.\d+)?", plain)}


def telling(reference: str, ceiling: Decimal) -> set[Decimal]:
    """The ceiling, and what is left or missing of it for each plan and for the prediction; as exact and as pages round it."""
    predicted = Document.objects.get(trip__reference=reference, kind="budget").body["predictedBudget"]
    known = [Decimal(str(cost)) for cost in (*costs(reference), predicted["p10"], predicted["p50"], predicted["p90"])]
    known += [
        Decimal(str(document.body["cost"]["total"]))
        for document in Document.objects.filter(trip__reference=reference, kind="final")
    ]
    exact = {ceiling, *(abs(ceiling - cost) for cost in known)}
    return {
        shown.normalize()
        for value in exact
        for shown in (value, value.quantize(Decimal(1)), value.quantize(Decimal("0.01")))
        if shown > 100
    }


@pytest.mark.parametrize("ceiling", ["61234.56", "13371.25", "1733.5"])
def test_companions_when_they_read_everything_then_no_number_tells_the_ceiling(
    alice: User, bob: User, alice_api: APIClient, catalogue: SmallCatalogue, ceiling: str
) -> None:
    company = ready(
        alice, bob, alice_api, budgetRange={"max": float(ceiling), "min": 1111.5, "currency": "INR"}, sentence=""
    )
    secret = telling(company.reference, Decimal(ceiling)) | {Decimal("1111.5")}
    for who in (bob, company.users["vera"]):
        api, page = api_for(who), page_for(who)
        for path in API:
            answer = api.get(f"/api/trips/{company.reference}{path}")
            assert answer.status_code == 200, (path, answer.content[:200])
            assert numbers_of(answer.content.decode()) & secret == set(), path
        assert numbers_of(api.get("/api/trips").content.decode()) & secret == set()
        for path in PAGES:
            answer = page.get(f"/trips/{company.reference}{path}")
            assert answer.status_code in (200, 204, 302), (path, answer.status_code)
            assert numbers_of(answer.content.decode()) & secret == set(), path
        copied = page.get(f"/new?from={company.reference}").content.decode()
        assert numbers_of(copied) & secret == set()
    owner = "".join(page_for(alice).get(f"/trips/{company.reference}{path}").content.decode() for path in PAGES)
    assert numbers_of(owner) & secret, "the control: the owner does read it"


def test_trip_when_read_by_companions_then_no_budget_and_they_can_not_set_one(
    alice: User, bob: User, alice_api: APIClient, catalogue: SmallCatalogue
) -> None:
    company = ready(alice, bob, alice_api)
    for name in ("bob", "vera"):
        body = company.api(name).get(company.url("").rstrip("/")).json()
        assert body["budget"] is None
        tag = company.api(name).get(company.url("").rstrip("/"))["ETag"]
        assert_error(
            company.api(name).patch(company.url("").rstrip("/"), {"budgetMax": "1.00"}, headers={"If-Match": tag}), 403
        )
        assert (
            page_for(company.users[name])
            .post(company.page("limit"), {"limit": "1", "version": company.trip.row_version})
            .status_code
            == 403
        )
        said = page_for(company.users[name]).get(company.page("limit")).content.decode()
        assert "sample trip" not in said
        assert "the owner" in said
    alice_api.patch(
        company.url("").rstrip("/"),
        {"budgetMax": "54321.00"},
        headers={"If-Match": alice_api.get(company.url("").rstrip("/"))["ETag"]},
    )
    assert "54321" not in "".join(f"{entry.before}{entry.after}" for entry in AuditEntry.objects.all())


def dear(company: Company, catalogue: SmallCatalogue) -> tuple[list[list[str]], list[list[str]]]:
    """The plan's orders, and the same with a paid place more on some day where it fits."""
    body = Document.objects.get(trip=company.trip, kind="final").body
    mine = orders(body)
    planned_ids = {key for day in mine for key in day}
    for place in Place.objects.filter(fee__gt=0).exclude(pk__in=planned_ids).exclude(category="museum"):
        for day in range(len(mine)):
            more = [[*order, str(place.pk)] if index == day else list(order) for index, order in enumerate(mine)]
            answer = company.api("bob").post(company.url("itineraries/final"), {"basedOn": 1, "days": more})
            if answer.status_code == 201:
                return mine, more
    raise AssertionError("no paid place fits anywhere")


def test_editor_when_going_over_the_ceiling_then_not_refused_so_that_nothing_can_be_tried_out(
    alice: User, bob: User, alice_api: APIClient, catalogue: SmallCatalogue
) -> None:
    company = ready(
        alice, bob, alice_api, budgetRange={"max": 900000, "currency": "INR"}, preferences={"pace": "relaxed"}
    )
    Trip.objects.filter(pk=company.trip.pk).update(budget_amount=Decimal(str(costs(company.reference)[0])))
    mine, more = dear(company, catalogue)
    final = alice_api.get(company.url("itineraries/final")).json()
    assert final["revision"] == 2
    assert final["limit"]["shortfall"] > 0
    turned = [list(reversed(order)) if index == 0 else order for index, order in enumerate(more)]
    same = alice_api.post(company.url("itineraries/final"), {"basedOn": 2, "days": more})
    assert same.status_code == 201, "a plan over the ceiling may be changed as long as it gets no dearer"
    back = alice_api.post(company.url("itineraries/final"), {"basedOn": 3, "days": mine})
    assert back.status_code == 201
    refused = alice_api.post(company.url("itineraries/final"), {"basedOn": 4, "days": more})
    assert refused.status_code == 400
    assert refused.json()["details"]["violations"][0]["code"] == "edit_over_budget"
    assert turned


def hard_place(catalogue: SmallCatalogue) -> Place:
    place = Place.objects.filter(destination=catalogue.destination, category="temple").order_by("pk").first()
    assert place is not None
    Place.objects.filter(pk=place.pk).update(accessibility="steps", effort=5)
    return place


@pytest.mark.parametrize(
    ("brings", "reader", "open_words"),
    [("alice", "alice", True), ("alice", "bob", False), ("bob", "alice", False), ("bob", "bob", False)],
)
def test_refusals_when_a_need_is_in_the_way_then_which_only_for_its_owner_alone(
    alice: User, bob: User, alice_api: APIClient, catalogue: SmallCatalogue, brings: str, reader: str, open_words: bool
) -> None:
    place = hard_place(catalogue)
    reference = ask(alice_api)
    company = make_company(alice, bob, Trip.objects.get(reference=reference))
    bring(company.trip, make_traveler(company.users[brings], needs=["step_free", "easy_effort"]))
    assert plan(reference) == "done"
    alice_api.post(company.url("itineraries/final"), {"candidateId": "A"})
    days = orders(alice_api.get(company.url("itineraries/final")).json())
    days[0].append(str(place.pk))
    answer = company.api(reader).post(company.url("itineraries/final"), {"basedOn": 1, "days": days})
    assert answer.status_code == 400
    told = answer.json()["details"]["violations"][0]
    if open_words:
        assert told["code"] == "edit_not_step_free"
    else:
        assert (told["code"], told["rule"]) == ("edit_not_suitable", None)
        assert set(told["params"]) <= {"place_id", "name", "help", "days"}
        assert "needs or wishes" in told["text"]
        for word in ("step", "effort", "accessib", "harder", "limit"):
            assert word not in answer.content.decode().replace(place.name, "")


def test_documents_when_made_for_someones_needs_then_they_name_none(
    alice: User, bob: User, alice_api: APIClient, catalogue: SmallCatalogue
) -> None:
    """Read as a companion: the plan itself, and why places are left out; the checker's doubts about steps are not in it."""
    place = hard_place(catalogue)
    reference = ask(alice_api)
    company = make_company(alice, bob, Trip.objects.get(reference=reference))
    bring(company.trip, make_traveler(bob, needs=["step_free", "short_walks", "easy_effort", "rest_days"]))
    assert plan(reference) == "done"
    body = company.api("vera").get(company.url("itineraries/candidates")).json()
    for one in body["candidates"]:
        reasons = {item["placeId"]: item["reason"] for item in one["leftOut"]}
        assert reasons[str(place.pk)]["code"] == "left_out_not_suitable"
        assert all(
            item["code"] not in ("left_out_not_step_free", "left_out_over_budget", "left_out_excluded")
            for item in reasons.values()
        )
        assert {item["what"]["code"] for item in one["checks"]["unverified"]} <= {"unverified_hours"}
        stops = [stop for day in one["days"] for stop in day["stops"] if stop["placeId"]]
        verified = set(map(str, Place.objects.filter(hours_source__isnull=False).values_list("pk", flat=True)))
        assert all(not stop["unverified"] for stop in stops if stop["placeId"] in verified)
    text = company.api("vera").get(company.url("itineraries/candidates")).content.decode()
    for word in ("stepFree", "step_free", "maxWalk", "maxEffort", "steps"):
        assert word not in text


def test_scores_when_needs_are_added_then_effort_is_still_measured_against_the_pace(
    alice: User, alice_api: APIClient, catalogue: SmallCatalogue
) -> None:
    """Two plans with the same days have the same score, whether somebody needs short walks or not."""
    from dataclasses import replace

    from trips.planning.assembly import assemble
    from trips.queries.planning_input import build_setting, read_input

    reference = planned(alice_api)
    trip = Trip.objects.get(reference=reference)
    data = read_input(trip, Document.objects.select_related("wish").get(trip=trip, kind="intent"))
    easy = build_setting(
        replace(data, needs=replace(data.needs, max_walk_km=8.0, max_effort=3)),
        food_minor=100000,
        intercity_minor=0,
        expected_minor=10**6,
    ).problem
    usual = build_setting(data, food_minor=100000, intercity_minor=0, expected_minor=10**6).problem
    assert easy.limits != usual.limits
    days = tuple(
        tuple(day[:1])
        for day in orders({"itinerary": Document.objects.get(trip=trip, kind="candidates").body["candidates"][0]})
    )
    kept = tuple(tuple(key for key in day if Place.objects.get(pk=key).effort <= 3) for day in days)
    one, other = assemble(easy, kept, profile="balanced"), assemble(usual, kept, profile="balanced")
    assert one.walk_km == other.walk_km
    assert {part.name: part.value for part in one.score_parts}["effort"] == {
        part.name: part.value for part in other.score_parts
    }["effort"]


def test_checkout_when_seen_by_companions_then_it_says_that_the_owner_books(
    alice: User, bob: User, alice_api: APIClient, catalogue: SmallCatalogue
) -> None:
    company = ready(alice, bob, alice_api)
    said = page_for(bob).get(f"/trips/{company.reference}/book").content.decode()
    assert "Only the owner of this trip can book it." in said
    assert "sample trip" not in said
    assert page_for(bob).post(
        f"/trips/{company.reference}/book/reserve", {"name": "Bob", "email": "bob@example.org"}
    ).status_code in (403, 404)


def test_old_documents_when_read_then_their_words_are_still_known(
    alice_api: APIClient, catalogue: SmallCatalogue
) -> None:
    """What older revisions stored: reasons with money and pace, and doubts about steps."""
    from trips.documents import sentences

    old = {
        "leftOut": [
            {"reason": {"code": "left_out_over_budget", "params": {"cost": 5, "currency": "INR"}}},
            {"reason": {"code": "left_out_lower_value", "params": {"value": 2}}},
        ]
    }
    old["checks"] = [{"what": {"code": "unverified_access", "params": {}}}]
    told = orjson.dumps(sentences.with_text(old)).decode()
    assert "Would pass the budget" in told
    assert "Other places suit your wishes better." in told
    assert "free of steps" in told


def test_wish_when_copied_by_a_companion_then_without_money_needs_and_sentence(
    alice: User, bob: User, alice_api: APIClient, bob_page: Client, catalogue: SmallCatalogue
) -> None:
    company = ready(
        alice,
        bob,
        alice_api,
        budgetRange={"max": 61234, "currency": "INR"},
        constraints={"stepFree": True, "maxWalkKm": 2.5},
    )
    copied = bob_page.get(f"/new?from={company.reference}").content.decode()
    assert "Varanasi" in copied
    assert "61234" not in copied
    assert 'value="2.5"' not in copied
    assert not re.search(r'name="step_free"[^>]* checked', copied)
    assert company.trip.start_date > dt.datetime.now(dt.UTC).date()
