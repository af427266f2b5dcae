"""The expenses page: logged without script, items by rows, undo, settling up, CSV that no spreadsheet runs, nothing of the ceiling."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.cast import page_for
from tests.factories.trips import TripFactory
from tests.statements import HEADER, counted
from tests.trips.company import GUEST_TOKEN, Company, add_guest, make_company
from travelplanner.core.actor import visitor_hash
from travelplanner.core.web.actors import SESSION_KEY
from trips.models import Expense, Settlement, TripMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(alice: User, bob: User) -> Company:
    return make_company(alice, bob)


def words(answer: HttpResponse) -> str:
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def form(company: Company, **changes: Any) -> dict[str, Any]:
    return {
        "amount": "10.00", "currency": "EUR", "title": "Lunch", "paid_by": str(company.alice.pk), "category": "food", "spent_on": company.trip.start_date.isoformat(),
        "split": "equal", "members": company.ids("alice", "bob", "vera", "kim"), "rows": "2", "key": "a-key", **changes,
    }  # fmt: skip


def parts() -> dict[str, Decimal]:
    return {share.member.name: share.amount for share in Expense.objects.latest("created_at").shares.select_related("member")}


def test_page_when_nothing_was_spent_then_it_teaches(alice_page: Client, company: Company) -> None:
    answer = alice_page.get(company.page("expenses"))
    assert "Nothing spent yet" in words(answer)
    assert 'name="amount"' in answer.content.decode()


def test_expense_when_logged_then_it_says_in_plain_words_who_gives_whom(alice_page: Client, bob_page: Client, company: Company) -> None:
    answer = alice_page.post(company.page("expenses"), form(company, members=company.ids("alice", "bob")), follow=True)
    assert answer.redirect_chain == [(company.page("expenses"), 302)]
    said = words(answer)
    assert "Logged: Lunch." in said
    assert "Bob gives you €5.00." in said
    assert "You get back €5.00." in said
    assert "You give Alice €5.00." in words(bob_page.get(company.page("expenses")))
    assert "Bob gives Alice €5.00." in words(page_for(company.users["vera"]).get(company.page("expenses")))


def test_expense_when_the_button_is_pressed_twice_then_logged_once(alice_page: Client, company: Company) -> None:
    for _press in range(2):
        assert alice_page.post(company.page("expenses"), form(company)).status_code == 302
    assert Expense.objects.count() == 1


def test_expense_when_by_shares_then_the_fields_of_each_person_count(alice_page: Client, company: Company) -> None:
    answer = alice_page.get(company.page("expenses"))
    names = [field.label for field in answer.context["form"].weight_fields]
    weights = {f"weight_{number}": {"You": "2", "Bob": "1"}.get(name, "") for number, name in enumerate(names)}
    assert alice_page.post(company.page("expenses"), form(company, split="shares", **weights)).status_code == 302
    assert parts() == {"Alice": Decimal("6.67"), "Bob": Decimal("3.33")}


def test_items_when_a_row_is_added_without_script_then_what_was_typed_stays(alice_page: Client, company: Company) -> None:
    items = {"item-0-name": "Thali", "item-0-amount": "6", "item-0-members": company.ids("alice"), "item-1-name": "Dosa", "item-1-amount": "2"}
    typed = form(company, split="itemised", **items)
    more = alice_page.post(company.page("expenses"), {**typed, "title": "", "add_row": "1"})
    text = more.content.decode()
    assert more.status_code == 200
    assert 'name="item-2-name"' in text
    assert 'value="Thali"' in text
    assert "aria-invalid" not in text
    assert not Expense.objects.exists()
    missing = alice_page.post(company.page("expenses"), typed)
    assert missing.status_code == 400
    assert "Say for each item whom it is for." in words(missing)
    assert alice_page.post(company.page("expenses"), {**typed, "rows": "3", "item-1-members": company.ids("bob")}).status_code == 302
    assert parts() == {"Alice": Decimal("7.50"), "Bob": Decimal("2.50")}


@pytest.mark.parametrize(
    "changes",
    [{"amount": ""}, {"amount": "-1"}, {"amount": "1e400"}, {"amount": "NaN"}, {"amount": "0.001"}, {"title": ""}, {"currency": "XXX"}, {"paid_by": "x"}, {"members": []},
     {"spent_on": "soon"}, {"split": "x"}, {"category": "x"}, {"note": "x" * 501}, {"key": "x" * 50}, {"version": "x"}],
)  # fmt: skip
def test_expense_when_something_does_not_fit_then_said_and_typed_text_stays(alice_page: Client, company: Company, changes: dict[str, Any]) -> None:
    answer = alice_page.post(company.page("expenses"), form(company, **{"note": "keep me", **changes}))
    assert answer.status_code == 400
    assert "aria-invalid" in answer.content.decode() or "note--bad" in answer.content.decode()
    assert not Expense.objects.exists()


@pytest.mark.parametrize("rows", ["-1", "99999999", "x", ""])
def test_rows_when_the_number_makes_no_sense_then_the_page_has_what_it_can_have(alice_page: Client, company: Company, rows: str) -> None:
    answer = alice_page.post(company.page("expenses"), form(company, rows=rows, add_row="1"))
    assert (answer.status_code, len(answer.context["form"].items)) == (200, 1)


def test_expense_when_changed_then_saved_and_when_someone_was_faster_then_said(alice_page: Client, bob_page: Client, company: Company) -> None:
    alice_page.post(company.page("expenses"), form(company, amount="12", currency="USD"))
    path = company.page(f"expenses/{Expense.objects.get().pk}")
    shown = bob_page.get(path)
    assert "The rate is kept." in words(shown)
    version = shown.context["form"].initial["version"]
    assert bob_page.post(path, form(company, amount="14", currency="USD", version=version)).status_code == 302
    late = alice_page.post(path, form(company, amount="20", currency="USD", version=version))
    assert late.status_code == 412
    assert "Someone changed this in the meantime." in words(late)
    assert Expense.objects.get().amount == 14


def test_expense_when_it_is_anothers_then_a_viewer_may_look_and_not_change(alice_page: Client, company: Company) -> None:
    alice_page.post(company.page("expenses"), form(company))
    path, vera = company.page(f"expenses/{Expense.objects.get().pk}"), page_for(company.users["vera"])
    shown = vera.get(path)
    assert "You can change what you logged yourself." in words(shown)
    assert "<form" not in shown.content.decode().split("<main")[1].split("</main>")[0]
    assert vera.post(path, form(company, version=1)).status_code == 403
    assert vera.post(f"{path}/delete").status_code == 403
    assert Expense.objects.get().archived_at is None


def test_expense_when_deleted_then_the_next_page_brings_it_back(alice_page: Client, company: Company) -> None:
    alice_page.post(company.page("expenses"), form(company))
    path = company.page(f"expenses/{Expense.objects.get().pk}")
    after = alice_page.post(f"{path}/delete", follow=True)
    assert "Deleted: Lunch." in words(after)
    assert f'action="{path}/restore"' in after.content.decode()
    assert alice_page.post(f"{path}/delete").status_code == 404
    assert "It is back: Lunch." in words(alice_page.post(f"{path}/restore", follow=True))


def test_settling_up_when_done_then_even_and_taken_back_not(alice_page: Client, bob_page: Client, company: Company) -> None:
    alice_page.post(company.page("expenses"), form(company, members=company.ids("alice", "bob")))
    fields = bob_page.get(company.page("expenses")).context["transfers"][0]["fields"]
    for _press in range(2):
        assert bob_page.post(company.page("expenses/settle"), {**fields, "key": "k"}).status_code == 302
    assert Settlement.objects.count() == 1
    shown = words(bob_page.get(company.page("expenses")))
    assert "Nobody owes anybody anything." in shown
    assert "You gave Alice €5.00." in shown
    bob_page.post(company.page(f"settlements/{Settlement.objects.get().pk}/delete"))
    assert "You give Alice €5.00." in words(bob_page.get(company.page("expenses")))
    wrong = bob_page.post(company.page("expenses/settle"), {**fields, "amount": "many"})
    assert (wrong.status_code, "An amount above zero" in words(wrong)) == (400, True)


def test_transfer_between_two_others_when_shown_to_a_viewer_then_without_a_button(alice_page: Client, company: Company) -> None:
    alice_page.post(company.page("expenses"), form(company, members=company.ids("alice", "bob")))
    shown = page_for(company.users["vera"]).get(company.page("expenses"))
    assert shown.context["transfers"][0]["fields"] is None


def test_guest_without_account_when_in_the_trip_then_logs_and_pays(company: Company, page: Client) -> None:
    greta = add_guest(company)
    session = page.session
    session[SESSION_KEY] = GUEST_TOKEN
    session.save()
    assert greta.visitor == visitor_hash(GUEST_TOKEN)
    answer = page.post(company.page("expenses"), form(company, paid_by=str(greta.pk), members=[str(greta.pk), *company.ids("alice")]), follow=True)
    assert "Alice gives you €5.00." in words(answer)
    assert Expense.objects.get().made_by == greta


def test_ceiling_when_companions_look_then_it_is_nowhere(bob_page: Client, alice_page: Client, company: Company) -> None:
    alice_page.post(company.page("expenses"), form(company))
    assert "777.77" in alice_page.get(company.page("expenses")).content.decode()
    for path in ("expenses", "expenses/export.csv", f"expenses/{Expense.objects.get().pk}"):
        assert "777.77" not in bob_page.get(company.page(path)).content.decode()


def test_page_when_asked_by_a_stranger_or_who_left_then_404(charlie_page: Client, company: Company) -> None:
    for client in (charlie_page, page_for(company.users["emil"])):
        assert client.get(company.page("expenses")).status_code == 404
        assert client.post(company.page("expenses"), form(company)).status_code == 404
        assert client.get(company.page("expenses/export.csv")).status_code == 404


def test_page_when_nobody_signed_in_owns_the_trip_then_it_says_to_sign_in(page: Client) -> None:
    session = page.session
    session[SESSION_KEY] = GUEST_TOKEN
    session.save()
    trip = TripFactory(owner=None, visitor=visitor_hash(GUEST_TOKEN))
    answer = page.get(f"/trips/{trip.reference}/expenses")
    assert (answer.status_code, "Sign in first." in words(answer)) == (200, True)
    sent = {"amount": "1", "currency": "INR", "title": "x", "paid_by": "me", "category": "food", "spent_on": trip.start_date.isoformat(), "split": "equal", "members": "me"}
    assert page.post(f"/trips/{trip.reference}/expenses", sent).status_code == 409
    assert not TripMember.objects.exists()


@pytest.mark.parametrize("evil", ["=HYPERLINK(1)", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_when_a_cell_could_be_run_then_it_is_text(alice_page: Client, company: Company, evil: str) -> None:
    alice_page.post(company.page("expenses"), form(company, note="fine"))
    Expense.objects.update(title=evil, note=evil)
    TripMember.objects.filter(pk=company.bob.pk).update(name=evil)
    answer = alice_page.get(company.page("expenses/export.csv"))
    assert answer["Content-Disposition"] == f'attachment; filename="expenses-{company.reference}.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row]
    assert f"'{evil}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert rows[1][rows[0].index("amount_EUR")] == "10.00"
    assert sum(Decimal(cell) for cell in rows[1][10:]) == Decimal("10.00")


def test_names_when_they_hold_markup_then_it_is_shown_as_text(alice_page: Client, company: Company) -> None:
    TripMember.objects.filter(pk=company.bob.pk).update(name="<script>alert(1)</script>")
    alice_page.post(company.page("expenses"), form(company, title="<img src=x onerror=alert(1)>", note="<b>"))
    text = alice_page.get(company.page("expenses")).content.decode()
    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text


def test_statements_when_there_are_30_of_everything_then_as_few_as_with_one(alice_page: Client, company: Company) -> None:
    def add(number: int) -> None:
        TripMember.objects.create(trip=company.trip, name=f"Child {number}", role="viewer")
        everyone = [str(key) for key in TripMember.objects.filter(trip=company.trip, left_at=None).values_list("pk", flat=True)]
        assert alice_page.post(company.page("expenses"), form(company, key=str(number), members=everyone)).status_code == 302
        fields = {"payer": str(company.kim.pk), "payee": str(company.alice.pk), "amount": "0.01", "key": str(number)}
        assert alice_page.post(company.page("expenses/settle"), fields).status_code == 302

    def statements() -> int:
        alice_page.get(company.page("expenses"))
        with counted() as made:
            assert alice_page.get(company.page("expenses")).status_code == 200
        return len(made)

    add(0)
    with_one = statements()
    for number in range(1, 30):
        add(number)
    assert statements() == with_one <= 15 + HEADER
