"""Rows of the shared expenses, of settling up, and of the votes on stops."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.architecture.routes.rows import Row, Thing, trip_api, trip_page
from tests.architecture.routes.world import Making
from tests.cast import actor_for
from travelplanner.core import clock
from trips.actions import expenses, polls, settlements
from trips.models import StopPoll
from trips.queries.polls import planned_places

NOWHERE = "00000000-0000-4000-8000-000000000000"
COFFEE = ("A secret coffee",)


def _expense(making: Making) -> str:
    bill = expenses.Bill(title="A secret coffee", amount=Decimal(90), currency="INR")
    return str(expenses.log_expense(actor=actor_for(making.alice), reference=making.trip.reference, bill=bill).pk)


def _deleted_expense(making: Making) -> str:
    bill = expenses.Bill(title="A secret coffee", amount=Decimal(40), currency="INR")
    row = expenses.log_expense(actor=actor_for(making.alice), reference=making.trip.reference, bill=bill)
    expenses.archive_expense(actor=actor_for(making.alice), reference=making.trip.reference, expense_id=row.pk)
    return str(row.pk)


def _settlement(making: Making) -> str:
    row = settlements.record_settlement(
        actor=actor_for(making.alice), reference=making.trip.reference, payer=str(making.members["editor"].pk), payee="me", amount=Decimal(10)
    )
    return str(row.pk)


def _deleted_settlement(making: Making) -> str:
    found = _settlement(making)
    settlements.archive_settlement(actor=actor_for(making.alice), reference=making.trip.reference, settlement_id=found)
    return found


def _ask(making: Making, number: int) -> StopPoll:
    place = list(planned_places(making.trip))[number]
    closes_at = clock.now() + dt.timedelta(days=2)
    return polls.ask(actor=actor_for(making.alice), reference=making.trip.reference, place_id=place, closes_at=closes_at, question="Shall we, secretly?")


def _poll(making: Making) -> str:
    return str(_ask(making, 0).pk)


def _decided_poll(making: Making) -> str:
    """Over, and against a stop of the plan."""
    poll, alice = _ask(making, 1), actor_for(making.alice)
    polls.vote(actor=alice, reference=making.trip.reference, poll_id=poll.pk, choice="no")
    polls.close_poll(actor=alice, reference=making.trip.reference, poll_id=poll.pk)
    return str(poll.pk)


SOON = (clock.now() + dt.timedelta(days=2)).isoformat()
LOGGED = {"title": "Tea", "amount": {"amount": "12.00", "currency": "INR"}, "category": "food"}
FORM = {"title": "Tea", "amount": "12", "currency": "INR", "paid_by": "{member}", "category": "food", "spent_on": SOON[:10], "split": "equal", "members": "{member}", "rows": "2"}
SETTLED = {"payer": "{editor_member}", "payee": "{owner_member}", "amount": {"amount": "5.00", "currency": "INR"}}
DELETED = {"expense_id": "deleted_expense"}
OF_MAKER = {"GET": "viewer", "POST": "editor", "PATCH": "editor", "DELETE": "editor"}  # or who logged it: Alice did

TABLE: dict[str, Row] = {
    "trips:expenses": trip_page("GET", "POST", least="viewer", bodies={"POST": FORM}),
    "trips:settle_up": trip_page("POST", least="editor", bodies={"POST": {"payer": "{editor_member}", "payee": "{owner_member}", "amount": "5.00", "key": "k"}}),
    "trips:expense_export": trip_page("GET", least="viewer"),
    "trips:expense": trip_page("GET", "POST", least=OF_MAKER, bodies={"POST": {**FORM, "version": "1"}}),
    "trips:expense_delete": trip_page("POST", least="editor"),
    "trips:expense_restore": trip_page("POST", least="editor", gaps=DELETED),
    "trips:settlement_delete": trip_page("POST", least="editor"),
    "trips:polls": trip_page("GET", "POST", least={"GET": "viewer", "POST": "editor"}, bodies={"POST": {"place": "{free_place}", "closes_at": SOON[:16]}}),
    "trips:poll_vote": trip_page("POST", least="viewer", bodies={"POST": {"choice": "yes"}}),
    "trips:poll_close": trip_page("POST"),
    "trips:poll_apply": trip_page("POST", least="editor", gaps={"poll_id": "decided_poll"}),
    "api_expenses": trip_api("GET", "POST", least="viewer", bodies={"POST": LOGGED}),
    "api_expense": trip_api("GET", "PATCH", "DELETE", least=OF_MAKER, bodies={"PATCH": {"title": "Coffee"}}),
    "api_expense_restore": trip_api("POST", least="editor", gaps=DELETED),
    "api_balances": trip_api("GET", least="viewer"),
    "api_settlements": trip_api("GET", "POST", least={"GET": "viewer", "POST": "editor"}, bodies={"POST": SETTLED}),
    "api_settlement": trip_api("DELETE", least="editor"),
    "api_settlement_restore": trip_api("POST", least="editor", gaps={"settlement_id": "deleted_settlement"}),
    "api_polls": trip_api("GET", "POST", least={"GET": "viewer", "POST": "editor"}, bodies={"POST": {"placeId": "{free_place}", "closesAt": SOON}}),
    "api_poll_vote": trip_api("PUT", least="viewer", bodies={"PUT": {"choice": "yes"}}),
    "api_poll_close": trip_api("POST"),
    "api_poll_apply": trip_api("POST", least="editor", gaps={"poll_id": "decided_poll"}),
}
THINGS: dict[str, Thing] = {
    "expense": Thing(_expense, NOWHERE, marks=COFFEE),
    "deleted_expense": Thing(_deleted_expense, NOWHERE, marks=COFFEE),
    "settlement": Thing(_settlement, NOWHERE),
    "deleted_settlement": Thing(_deleted_settlement, NOWHERE),
    "owner_member": Thing(lambda making: str(making.members["owner"].pk), NOWHERE),
    "free_place": Thing(lambda making: str(list(planned_places(making.trip))[2]), NOWHERE, public=True),
    "poll": Thing(_poll, NOWHERE, marks=("Shall we, secretly?",)),
    "decided_poll": Thing(_decided_poll, NOWHERE, marks=("Shall we, secretly?",)),
}

