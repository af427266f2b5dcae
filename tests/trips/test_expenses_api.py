"""Shared expenses through the API: exact parts, frozen rates, roles, undo, balances, settling up."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.queries import spending
from tests.cast import actor_for
from tests.chance import without_chance
from tests.statements import counted
from tests.trips.company import Company, balances, log, lunch, make_company, money_of, parts, refused
from tests.trips.planned import assert_error, chosen
from travelplanner.core.models import AuditEntry
from trips import registries
from trips.actions import expenses as actions
from trips.budget.rates import find_rate
from trips.models import Expense, ExpenseShare, Settlement, Trip, TripMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(alice: User, bob: User) -> Company:
    return make_company(alice, bob)


def total_of(expense: dict[str, Any], name: str = "amount") -> Decimal:
    return sum((Decimal(share[name]["amount"]) for share in expense["shares"]), Decimal(0))


# --- logging and splitting ------------------------------------------------------------------------------------------
def test_expense_when_logged_then_everyone_present_shares_it_to_the_cent(alice_api: APIClient, company: Company) -> None:
    found = log(alice_api, company)
    assert sorted(parts(found)) == ["Alice", "Bob", "Kim", "Vera"]
    assert set(parts(found).values()) == {"2.50"}
    assert found["paidBy"] == {"id": str(company.alice.pk), "name": "Alice", "former": False, "you": True}
    assert (found["rate"], found["tripAmount"], found["mayChange"]) == (None, money_of("10.00"), True)


def test_expense_when_by_shares_and_itemised_then_parts_follow_and_add_up(alice_api: APIClient, company: Company) -> None:
    alice, bob, kim = company.ids("alice", "bob", "kim")
    by_shares = log(alice_api, company, split="shares", shares=[{"member": alice, "weight": "2"}, {"member": bob, "weight": "1"}])
    assert parts(by_shares) == {"Alice": "6.67", "Bob": "3.33"}
    items = [{"name": "Thali", "amount": "12", "members": [alice]}, {"name": "Dosa", "amount": "6", "members": [bob]}, {"name": "Lassi", "amount": "2", "members": [alice, bob]}]
    bill = log(alice_api, company, amount=money_of("22.00"), split="itemised", items=items, paidBy=kim)
    assert parts(bill) == {"Alice": "14.30", "Bob": "7.70"}
    assert bill["paidBy"]["name"] == "Kim"
    assert [item["name"] for item in bill["items"]] == ["Thali", "Dosa", "Lassi"]


def test_expense_when_in_another_currency_then_rate_and_date_are_kept_and_both_sums_are_exact(alice_api: APIClient, company: Company) -> None:
    found = log(alice_api, company, amount=money_of("1000", "JPY"), members=company.ids("alice", "bob", "kim"))
    assert (total_of(found), total_of(found, "tripAmount")) == (Decimal(1000), Decimal(found["tripAmount"]["amount"]))
    assert sorted(parts(found).values()) == ["333", "333", "334"]
    assert found["rate"]["date"] == find_rate("JPY").day.isoformat()
    assert found["rate"]["sources"] == ["ecb"]
    exact = Decimal(1000) * Decimal(found["rate"]["value"])
    assert Decimal(found["tripAmount"]["amount"]) == exact.quantize(Decimal("0.01"))
    old = log(alice_api, company, amount=money_of("5", "USD"), spentOn=find_rate("USD").day.isoformat())
    later = log(alice_api, company, amount=money_of("5", "USD"), spentOn=(find_rate("USD").day + dt.timedelta(days=8)).isoformat())
    assert (old["rate"]["stale"], later["rate"]["stale"]) == (False, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"amount": money_of("0")}, "amount"),
        ({"amount": money_of("-5")}, "amount"),
        ({"amount": money_of("1.001")}, "amount"),
        ({"amount": money_of("1.5", "JPY")}, "amount"),
        ({"amount": money_of("1000000000.00")}, "amount"),
        ({"amount": money_of("900000000", "KWD")}, "amount"),
        ({"amount": money_of("NaN")}, "amount"),
        ({"amount": money_of("5", "KPW")}, "currency"),
        ({"amount": 5}, "amount"),
        ({"category": "bribes"}, "category"),
        ({"split": "random"}, "split"),
        ({"spentOn": "1999-01-01"}, "spentOn"),
        ({"spentOn": "yesterday"}, "spentOn"),
        ({"paidBy": "nobody"}, "paidBy"),
        ({"members": [str(uuid.uuid4())]}, "members"),
        ({"members": ["me", "me"]}, "members"),
        ({"split": "shares"}, "shares"),
        ({"split": "shares", "shares": [{"member": "me", "weight": "0"}]}, "shares"),
        ({"split": "shares", "shares": [{"member": "me", "weight": "-1"}]}, "shares"),
        ({"split": "itemised"}, "items"),
        ({"split": "itemised", "items": [{"name": "x", "amount": "11", "members": ["me"]}]}, "items"),
        ({"split": "itemised", "items": [{"name": "x", "amount": "1", "members": []}]}, "items"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_expense_when_it_makes_no_sense_then_said_where_and_nothing_is_kept(alice_api: APIClient, company: Company, changes: dict[str, Any], field: str) -> None:
    refused(alice_api.post(company.url("expenses"), lunch(**changes)), field)
    assert (Expense.objects.count(), ExpenseShare.objects.count()) == (0, 0)


def test_expense_when_it_names_people_of_another_trip_or_gone_then_the_same_refusal(alice_api: APIClient, company: Company, bob: User, charlie: User) -> None:
    other = make_company(charlie, bob, Trip.objects.create(owner=charlie, title="X", start_date="2027-01-01", end_date="2027-01-02", budget_currency="EUR"))
    for member in (*other.ids("kim"), *company.ids("emil"), str(uuid.uuid4())):
        refused(alice_api.post(company.url("expenses"), lunch(paidBy=member)), "paidBy")
        refused(alice_api.post(company.url("expenses"), lunch(members=[member])), "members")


def test_expense_when_the_owner_has_no_company_yet_then_me_is_enough(alice_api: APIClient, alice: User) -> None:
    trip = Trip.objects.create(owner=alice, title="Alone", start_date="2027-01-01", end_date="2027-01-02", budget_currency="EUR")
    assert alice_api.get(f"/api/trips/{trip.reference}/balances").json()["members"][0]["member"]["id"] == "me"
    found = alice_api.post(f"/api/trips/{trip.reference}/expenses", lunch())
    assert found.status_code == 201
    assert [share["member"]["you"] for share in found.json()["shares"]] == [True]
    assert TripMember.objects.get().role == "owner"


def test_expense_when_sent_twice_with_one_key_then_logged_once(alice_api: APIClient, company: Company) -> None:
    first, second = (alice_api.post(company.url("expenses"), lunch(), headers={"Idempotency-Key": "lunch"}) for _ in range(2))
    assert first.json() == second.json()
    assert alice_api.post(company.url("expenses"), lunch(title="Other"), headers={"Idempotency-Key": "lunch"}).status_code == 422
    assert Expense.objects.count() == 1


def test_expense_when_the_same_page_is_sent_twice_then_logged_once(alice: User, company: Company) -> None:
    bill = actions.Bill(title="Taxi", amount=Decimal(9), currency="EUR")
    one, again = (actions.log_expense(actor=actor_for(alice), reference=company.reference, bill=bill, request_key="k") for _ in range(2))
    other = actions.log_expense(actor=actor_for(company.users["bob"]), reference=company.reference, bill=bill, request_key="k")
    assert one.pk == again.pk != other.pk


# --- changing, deleting, undo ---------------------------------------------------------------------------------------
def change(client: APIClient, company: Company, expense: dict[str, Any], body: dict[str, Any], match: str | None = None) -> Any:
    tag = match or f'"{expense["id"]}-{expense["rowVersion"]}"'
    return client.patch(company.url(f"expenses/{expense['id']}"), body, headers={"If-Match": tag})


def test_rate_when_only_the_amount_changes_then_it_stays_and_with_the_day_it_is_looked_up_anew(alice_api: APIClient, company: Company) -> None:
    logged = log(alice_api, company, amount=money_of("10", "USD"))
    Expense.objects.update(rate=Decimal("0.5"), rate_date=dt.date(2020, 1, 1))  # as it was on an older day
    kept = change(alice_api, company, logged, {"amount": money_of("20", "USD"), "title": "Dinner"}).json()
    assert (kept["rate"]["value"], kept["rate"]["date"], kept["tripAmount"]) == ("0.5", "2020-01-01", money_of("10.00"))
    assert total_of(kept, "tripAmount") == 10
    moved = change(alice_api, company, kept, {"spentOn": "2026-11-01"}).json()
    assert moved["rate"]["date"] == find_rate("USD").day.isoformat()
    assert change(alice_api, company, moved, {"amount": money_of("20", "EUR")}).json()["rate"] is None


def test_expense_when_changed_from_an_old_version_then_412_and_without_one_428(alice_api: APIClient, bob_api: APIClient, company: Company) -> None:
    logged = log(alice_api, company)
    assert change(bob_api, company, logged, {"title": "Brunch"}).json()["title"] == "Brunch"
    assert_error(change(alice_api, company, logged, {"title": "Supper"}), 412, "stale")
    assert alice_api.patch(company.url(f"expenses/{logged['id']}"), {"title": "x"}).status_code == 428
    assert Expense.objects.get().title == "Brunch"


def test_change_when_the_split_changes_then_parts_are_made_anew(alice_api: APIClient, company: Company) -> None:
    logged = log(alice_api, company)
    items = [{"name": "All", "amount": "10.00", "members": company.ids("bob", "vera")}]
    changed = change(alice_api, company, logged, {"split": "itemised", "items": items}).json()
    assert parts(changed) == {"Bob": "5.00", "Vera": "5.00"}
    back = change(alice_api, company, changed, {"split": "equal", "members": company.ids("kim")}).json()
    assert (parts(back), back["items"]) == ({"Kim": "10.00"}, [])
    assert change(alice_api, company, back, {"split": "equal"}).json()["rowVersion"] == back["rowVersion"]  # the same again changes nothing


def test_roles_when_changing_then_ones_own_and_owner_and_editors_all(alice_api: APIClient, bob_api: APIClient, company: Company) -> None:
    vera = company.api("vera")
    hers, alices = log(vera, company), log(alice_api, company)
    assert_error(change(vera, company, alices, {"title": "Mine"}), 403, "not_yours")
    assert_error(vera.delete(company.url(f"expenses/{alices['id']}")), 403, "not_yours")
    assert [row["mayChange"] for row in vera.get(company.url("expenses")).json()["results"]] == [False, True]
    assert change(vera, company, hers, {"title": "Hers"}).status_code == 200
    assert change(bob_api, company, alices, {"title": "By an editor"}).status_code == 200
    assert alice_api.delete(company.url(f"expenses/{hers['id']}")).status_code == 204


def test_expense_when_deleted_then_gone_from_everything_and_back_within_30_days(alice_api: APIClient, company: Company) -> None:
    logged = log(alice_api, company)
    path = company.url(f"expenses/{logged['id']}")
    assert_error(alice_api.delete(path, headers={"If-Match": '"other-1"'}), 412)
    assert alice_api.delete(path).status_code == 204
    assert_error(alice_api.delete(path), 404)
    assert_error(alice_api.get(path), 404)
    assert alice_api.get(company.url("expenses")).json()["count"] == 0
    assert balances(alice_api, company) == {}
    assert alice_api.post(f"{path}/restore").json()["title"] == "Lunch"
    assert_error(alice_api.post(f"{path}/restore"), 404)
    assert balances(alice_api, company)["Alice"] == "7.50"
    Expense.objects.update(archived_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=31))
    assert_error(alice_api.post(f"{path}/restore"), 404)


def test_member_who_left_when_in_an_old_expense_then_stays_in_it_and_comes_into_none(alice_api: APIClient, company: Company) -> None:
    TripMember.objects.filter(pk=company.emil.pk).update(left_at=None)
    old = log(alice_api, company, members=company.ids("alice", "emil"), paidBy=str(company.emil.pk))
    TripMember.objects.filter(pk=company.emil.pk).update(left_at=dt.datetime.now(dt.UTC))
    assert balances(alice_api, company) == {"Alice": "-5.00", "Emil": "5.00"}
    changed = change(alice_api, company, old, {"title": "Old lunch"}).json()
    assert [share["member"]["former"] for share in changed["shares"]] == [False, True]
    refused(alice_api.post(company.url("expenses"), lunch(members=company.ids("emil"))), "members")
    emil = company.api("emil")
    for path in ("expenses", "balances", "settlements", f"expenses/{old['id']}"):
        assert_error(emil.get(company.url(path)), 404)
    settled = {"payer": str(company.alice.pk), "payee": str(company.emil.pk), "amount": money_of("5.00")}
    assert alice_api.post(company.url("settlements"), settled).status_code == 201
    assert balances(alice_api, company) == {}


# --- reading --------------------------------------------------------------------------------------------------------
def test_list_when_filtered_then_by_kind_and_by_who_paid_or_has_a_part(alice_api: APIClient, company: Company) -> None:
    log(alice_api, company, title="A", members=company.ids("alice"))
    log(alice_api, company, title="B", category="lodging", members=company.ids("bob"))
    log(alice_api, company, title="C", paidBy=str(company.kim.pk), members=company.ids("alice"))

    def titles(query: str) -> list[str]:
        return sorted(row["title"] for row in alice_api.get(company.url(f"expenses?{query}")).json()["results"])

    assert titles("category=food") == ["A", "C"]
    assert titles(f"member={company.bob.pk}") == ["B"]
    assert titles(f"member={company.kim.pk}") == ["C"]
    assert titles("member=nonsense") == []
    assert titles("page_size=2&page=2") == ["A"]
    refused(alice_api.get(company.url("expenses?category=bribes")), "category")


def test_strangers_when_asking_then_as_if_there_were_nothing(charlie_api: APIClient, dana_api: APIClient, alice_api: APIClient, company: Company) -> None:
    logged = log(alice_api, company)
    for client in (charlie_api, dana_api):
        for path in ("expenses", "balances", "settlements", f"expenses/{logged['id']}"):
            assert_error(client.get(company.url(path)), 404)
        assert_error(client.post(company.url("expenses"), lunch()), 404)
        assert_error(client.delete(company.url(f"expenses/{logged['id']}"), headers={"If-Match": "*"}), 404)
    assert Expense.objects.filter(archived_at=None).count() == 1


def test_sample_when_its_expenses_are_asked_then_there_are_none_to_see(charlie_api: APIClient, company: Company) -> None:
    Trip.objects.update(sample=True)
    assert_error(charlie_api.get(company.url("expenses")), 404)
    assert_error(charlie_api.post(company.url("expenses"), lunch()), 403)


def test_balances_when_several_paid_then_the_fewest_transfers_and_nothing_of_the_ceiling(alice_api: APIClient, bob_api: APIClient, company: Company) -> None:
    log(alice_api, company, amount=money_of("40.00"), members=company.ids("alice", "bob", "vera", "kim"))
    log(bob_api, company, amount=money_of("10.00"), members=company.ids("kim"))
    vera = company.api("vera").get(company.url("balances"))
    body = vera.json()
    assert "777" not in without_chance(vera.content.decode())
    assert (body["total"], body["perHead"], body["exact"], body["expenses"]) == (money_of("50.00"), money_of("12.50"), True, 2)
    assert [(t["payer"]["name"], t["payee"]["name"], t["amount"]["amount"]) for t in body["transfers"]] == [("Kim", "Alice", "20.00"), ("Vera", "Alice", "10.00")]
    assert {row["member"]["name"]: row["balance"]["amount"] for row in body["members"]} == {"Alice": "30.00", "Bob": "0.00", "Vera": "-10.00", "Kim": "-20.00", "Emil": "0.00"}


def test_spending_when_something_is_booked_then_apart_from_what_is_logged(alice_api: APIClient, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registries, "_booked", [lambda trip_id: {"lodging": Decimal("200.00")} if trip_id == company.trip.pk else {}])
    log(alice_api, company, category="lodging", amount=money_of("15.00"))
    body = alice_api.get(company.url("balances")).json()
    row = next(row for row in body["spending"] if row["category"] == "lodging")
    assert (row["booked"], row["logged"], row["planned"]) == (money_of("200.00"), money_of("15.00"), None)
    assert (body["total"], body["spendingTotal"]["booked"]) == (money_of("15.00"), money_of("200.00"))
    company.trip.refresh_from_db()
    assert company.trip.actual_spent == 0  # that is what was booked, and stays so


@pytest.mark.usefixtures("catalogue")
def test_spending_when_the_trip_is_booked_and_planned_then_prediction_bookings_and_log_stand_beside_each_other(
    alice_api: APIClient, alice: User, bob: User, settings: Any, tmp_path: Any
) -> None:
    settings.MOCK_GATEWAY_BOOK, settings.PLANNING_EFFORT = str(tmp_path / "gateway.sqlite3"), 15
    reference = chosen(alice_api)
    company = make_company(alice, bob, Trip.objects.get(reference=reference))
    contact = {"name": "Alice Example", "email": "alice@example.org", "phone": "+91 98765 43210"}
    booked = alice_api.post("/api/bookings", {"tripId": reference, "userContact": contact}, headers={"Idempotency-Key": "b"})
    assert booked.status_code == 201, booked.content
    log(alice_api, company, amount=money_of("500", "INR"))
    body = company.api("vera").get(company.url("balances")).json()
    assert {row["category"] for row in body["spending"] if row["planned"]} >= {"lodging", "food", "activities"}
    company.trip.refresh_from_db()
    assert sum(spending.booked_costs(company.trip.pk).values()) == company.trip.actual_spent > 0
    assert Decimal(body["spendingTotal"]["booked"]["amount"]) == company.trip.actual_spent
    assert body["spendingTotal"]["logged"] == money_of("500.00", "INR")
    assert body["spendingTotal"]["planned"]["likely"]["currency"] == "INR"


# --- settling up ----------------------------------------------------------------------------------------------------
def test_settlement_when_noted_then_balances_take_it_in_and_taken_back_they_do_not(alice_api: APIClient, bob_api: APIClient, company: Company) -> None:
    log(alice_api, company, members=company.ids("alice", "bob"))
    body = {"payer": "me", "payee": str(company.alice.pk), "amount": money_of("5.00")}
    noted = bob_api.post(company.url("settlements"), body)
    assert noted.status_code == 201
    assert balances(alice_api, company) == {}
    assert bob_api.get(company.url("settlements")).json()["results"] == [noted.json()]
    path = company.url(f"settlements/{noted.json()['id']}")
    assert bob_api.delete(path).status_code == 204
    assert_error(bob_api.delete(path), 404)
    assert balances(alice_api, company) == {"Alice": "5.00", "Bob": "-5.00"}
    assert bob_api.post(f"{path}/restore").status_code == 204
    assert balances(alice_api, company) == {}


def test_settlement_when_between_two_others_then_for_owner_and_editors_only(alice_api: APIClient, bob_api: APIClient, company: Company) -> None:
    body = {"payer": str(company.kim.pk), "payee": str(company.bob.pk), "amount": money_of("1.00")}
    vera = company.api("vera")
    assert_error(vera.post(company.url("settlements"), body), 403, "not_yours")
    noted = bob_api.post(company.url("settlements"), body).json()
    assert_error(vera.delete(company.url(f"settlements/{noted['id']}")), 403, "not_yours")
    assert alice_api.delete(company.url(f"settlements/{noted['id']}")).status_code == 204


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"payee": "me"}, "payee"), ({"amount": money_of("0")}, "amount"), ({"amount": money_of("1.001")}, "amount"), ({"amount": money_of("1", "USD")}, "amount"), ({"payer": "x"}, "payer")],
)
def test_settlement_when_it_makes_no_sense_then_refused(alice_api: APIClient, company: Company, changes: dict[str, Any], field: str) -> None:
    body = {"payer": "me", "payee": str(company.bob.pk), "amount": money_of("5.00"), **changes}
    refused(alice_api.post(company.url("settlements"), body), field)
    assert not Settlement.objects.exists()


# --- what it leaves behind, what it costs ---------------------------------------------------------------------------
def test_audit_when_money_changes_then_who_and_what_but_no_personal_data(alice_api: APIClient, company: Company) -> None:
    logged = log(alice_api, company, title="Secret cake", note="for Kim")
    change(alice_api, company, logged, {"title": "More secret cake"})
    alice_api.delete(company.url(f"expenses/{logged['id']}"))
    rows = AuditEntry.objects.filter(object_type="trips.expense").order_by("id")
    assert [row.action for row in rows] == ["expense.logged", "expense.changed", "expense.archived"]
    assert all("ecret" not in str(row.after) + str(row.before) for row in rows)


def test_statements_when_there_are_30_of_everything_then_as_few_as_with_one(alice_api: APIClient, company: Company) -> None:
    paths = [company.url("expenses?page_size=100"), company.url("balances"), company.url("settlements?page_size=100")]

    def add(number: int) -> None:
        TripMember.objects.create(trip=company.trip, name=f"Child {number}", role="viewer")
        log(alice_api, company, title=f"No {number}", amount=money_of("31.00"))
        body = {"payer": "me", "payee": str(company.kim.pk), "amount": money_of("1.00")}
        assert alice_api.post(company.url("settlements"), body).status_code == 201

    def statements() -> list[int]:
        found = []
        for path in paths:
            alice_api.get(path)
            with counted() as made:
                assert alice_api.get(path).status_code == 200
            found.append(len(made))
        return found

    add(0)
    with_one = statements()
    for number in range(1, 30):
        add(number)
    assert statements() == with_one
    assert max(with_one) <= 9


def test_log_when_an_item_names_me_twice_then_once_and_it_can_still_be_changed(company: Company) -> None:
    bob = company.api("bob")
    expense = log(bob, company, split="itemised", items=[{"name": "Thali", "amount": "4", "members": ["me", *company.ids("bob")]}])
    assert expense["items"][0]["members"] == company.ids("bob")
    path = company.url(f"expenses/{expense['id']}")
    assert bob.patch(path, {"title": "Thali"}, headers={"If-Match": bob.get(path)["ETag"]}).status_code == 200


def test_log_when_the_title_breaks_or_turns_the_line_then_one_plain_line(company: Company) -> None:
    assert log(company.api("bob"), company, title=" Taxi\r\n=1+1 \u202egnp.exe", note="a\nb")["title"] == "Taxi =1+1 gnp.exe"
