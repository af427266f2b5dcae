"""The main job as a program does it: over HTTP to a live server, with the worker's queue worked off beside it. No client of Django's, no look
into the database; every answer is held against openapi.yaml."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.contract import check_answer
from tests.trips.planned import in_days

DESCRIBED_ELSEWHERE = ("/api/auth/", "/health")  # allauth's own shapes; the health of machines


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw) if self.raw else None


class Program:
    """A small HTTP client of the standard library, as a partner would write it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.token = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        data = json.dumps(body).encode() if body is not None else None
        sent = {"Accept": "application/json; version=1.0", **({"Content-Type": "application/json"} if data else {}), **headers}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                answer = Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, response.read())
        except urllib.error.HTTPError as error:
            answer = Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())
        if path.startswith("/api/") and not path.startswith(DESCRIBED_ELSEWHERE):
            check_answer(method, path, answer.status, answer.json)
        return answer

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        answer = self.call("GET", path, **headers)
        assert answer.status == status, (path, answer.status, answer.raw[:400])
        return answer.json

    def post(self, path: str, body: Any, status: int = 201, **headers: str) -> Any:
        answer = self.call("POST", path, body, **headers)
        assert answer.status == status, (path, answer.status, answer.raw[:400])
        return answer.json

    def sign_up(self, email: str) -> None:
        answer = self.post("/api/auth/app/v1/auth/signup", {"email": email, "password": "a long way to Kashi 1"}, 200)
        self.token = answer["meta"]["access_token"]
        assert answer["meta"]["refresh_token"]


@pytest.fixture
def gateway(settings: Any, tmp_path: Path) -> None:
    settings.MOCK_GATEWAY_BOOK = str(tmp_path / "gateway.sqlite3")


def test_main_job_when_a_program_does_it_then_it_holds_a_confirmation(
    transactional_db: None, gateway: None, live_server: LiveServer, full_catalogue: None, run_tasks: Callable[[], int]
) -> None:
    program = Program(live_server.url)
    assert program.call("GET", "/api/trips").status == 401
    found = program.get("/api/destinations?search=varanasi")["results"][0]  # open to all
    assert program.get(f"/api/destinations/{found['slug']}/places")["count"] >= 15
    program.sign_up("program@example.org")
    assert program.get("/api/trips")["count"] == 0

    refused = program.post("/api/trips/intent", {"destination": "Varanasy"}, 400)
    assert "Varanasi" in refused["details"]["nearest"]
    head = program.post(
        "/api/trips/intent",
        {
            "destination": "Varanasi",
            "startDate": in_days(45),
            "tripDuration": {"days": 4, "people": 2},
            "preferences": {"comfortLevel": "standard", "tripType": "spiritual", "interests": {"temples": 2, "food": 1}, "pace": "balanced"},
            "budgetRange": {"min": 20000, "max": 60000, "currency": "INR"},
            "constraints": {"earliestStart": "07:30", "restDays": 0},
        },
        **{"Idempotency-Key": uuid.uuid4().hex},
    )
    links = head["links"]
    waiting = program.call("GET", links["budget"])
    assert (waiting.status, waiting.json["planning"]["state"]) == (202, "queued")
    assert int(waiting.headers["retry-after"]) >= 1

    assert run_tasks() >= 1  # the worker
    assert program.get(links["self"])["planning"]["state"] == "done"
    intent, budget, research = (program.get(links[name]) for name in ("intent", "budget", "research"))
    assert intent["budgetRange"] == {"min": 20000, "max": 60000, "currency": "INR"}
    figures = budget["predictedBudget"]
    assert figures["p10"] < figures["p50"] < figures["p90"]
    assert research["destination"]["name"] == "Varanasi"
    assert len(research["attractions"]) >= 15

    candidates = program.get(links["candidates"])["candidates"]
    assert len(candidates) >= 3
    best = max(candidates, key=lambda candidate: candidate["score"])
    assert best["cost"]["total"] <= 60000
    assert program.get(links["final"], 404)["error"] == "not_chosen"
    final = program.post(links["final"], {"candidateId": best["candidateId"]})
    assert final["itinerary"]["days"] == best["days"]
    assert program.get(links["final"]) == final

    days = [[stop["placeId"] for stop in day["stops"] if stop["placeId"]] for day in final["itinerary"]["days"]]
    fuller = max(range(len(days)), key=lambda day: len(days[day]))
    days[fuller].pop()
    edited = program.post(links["final"], {"basedOn": 1, "days": days})
    assert edited["revision"] == 2
    assert [row["revision"] for row in program.get(links["final"] + "/revisions")["results"]] == [2, 1]
    assert program.get(links["final"] + "/diff?from=1&to=2")["changes"]

    trip = program.call("GET", links["self"])
    renamed = program.call("PATCH", links["self"], {"title": "Kashi, at last"}, **{"If-Match": trip.headers["etag"]})
    assert (renamed.status, renamed.json["title"]) == (200, "Kashi, at last")
    assert program.call("PATCH", links["self"], {"title": "Too late"}, **{"If-Match": trip.headers["etag"]}).status == 412

    cart = program.post("/api/cart/from-itinerary", {"tripId": head["tripId"]}, 200)
    assert any(line["service"]["type"] == "hotel" for line in cart["results"])
    total = float(next(total["amount"] for total in cart["totals"] if total["currency"] == "INR"))

    order = {"tripId": head["tripId"], "userContact": {"name": "Asha Rao", "email": "asha@example.org", "phone": "+91 98765 43210"}}
    assert program.post("/api/bookings", order, 400)["error"] == "idempotency_key_missing"
    key = {"Idempotency-Key": uuid.uuid4().hex}
    booking = program.post("/api/bookings", order, **key)
    assert booking["bookingState"]["current"] == "CONFIRMED"
    assert booking["lockedBudget"]["total"] == booking["paymentDetails"]["amount"] == sum(item["total"] for item in booking["items"]) == total
    assert booking["itineraryRevision"] == 2
    assert program.post("/api/bookings", order, **key) == booking
    assert program.get("/api/bookings")["count"] == 1

    confirmation = program.get(f"/api/bookings/{booking['bookingId']}/confirmation")
    assert re.fullmatch(r"CONF_\d{14}_[0-9A-F]{6}", confirmation["confirmationNumber"])
    assert (confirmation["destination"], confirmation["status"]) == ("Varanasi", "ACTIVE")
    assert confirmation["pricing"]["lockedBudget"] == total
    assert confirmation["itinerary"]["dailyActivityHours"] == edited["itinerary"]["dailyActivityHours"]

    booked = program.get(links["self"])
    assert (booked["status"], booked["lockedRevision"]) == ("booked", 2)
    assert program.get(links["final"])["locked"] is True
    assert program.post(links["final"], {"candidateId": "B"}, 409)["error"] == "locked"
    assert program.call("DELETE", links["self"]).status == 409
    assert program.get("/api/cart")["count"] == 0

    stranger = Program(live_server.url)
    stranger.sign_up("stranger@example.org")
    for path in (*links.values(), f"/api/bookings/{booking['bookingId']}", f"/api/bookings/{booking['bookingId']}/confirmation"):
        assert stranger.call("GET", path).status == 404
    assert stranger.get("/api/trips")["count"] == stranger.get("/api/bookings")["count"] == 0
