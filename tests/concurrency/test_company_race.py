"""Two at once in a trip's company: one link lets one in, one edit wins, one owner's row. Each race has a twin without its protection."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import User
from tests.cast import actor_for, api_for
from tests.concurrency.crowd import Gate, run_together, tally
from tests.factories.catalogue import make_catalogue
from tests.factories.people import UserFactory
from tests.trips.companions import invited, plain_trip
from tests.trips.planned import chosen, orders
from trips.actions import invitations, itineraries, members
from trips.models import Document, Trip, TripMember

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def people(size: int) -> list[User]:
    return [UserFactory(email=f"{uuid.uuid4().hex}@example.org", first_name=f"P{n}") for n in range(size)]


def invitation_race(monkeypatch: pytest.MonkeyPatch, size: int) -> Any:
    """Everyone has found the invitation open before one of them joins."""
    owner, *others = people(size + 1)
    trip = plain_trip(owner, make_catalogue())
    token = invited(api_for(owner), trip.reference, "someone@example.org")
    gate, real = Gate(size), invitations.find_invitation

    def find_together(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        gate.pass_through()
        return found

    monkeypatch.setattr(invitations, "find_invitation", find_together)
    results = run_together([lambda user=user: invitations.accept(actor=actor_for(user), token=token) for user in others], workers=size)
    return tally(results), TripMember.objects.filter(trip=trip, left_at=None).exclude(role="owner").count()


def test_invitation_when_eight_accept_at_once_then_one_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    results, inside = invitation_race(monkeypatch, 8)
    assert (results, inside) == ({"TripMember": 1, "not_found": 7}, 1)


def test_invitation_when_unguarded_then_it_lets_in_more_than_one(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.INVITATIONS_ARE_GUARDED = False
    results, inside = invitation_race(monkeypatch, 8)
    assert results["TripMember"] == inside > 1


def edit_race(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, set[str], list[str]]:
    """Two editors have both planned their change on revision 1 before either saves."""
    make_catalogue()
    alice, bob = people(2)
    reference = chosen(api_for(alice))
    TripMember.objects.create(trip=Trip.objects.get(reference=reference), user=bob, name="Bob", role="editor")
    days = orders(Document.objects.get(trip__reference=reference, kind="final").body)
    gate, real = Gate(2), itineraries.plan_orders

    def plan_together(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        gate.pass_through()
        return found

    monkeypatch.setattr(itineraries, "plan_orders", plan_together)
    wanted = [(alice, [days[0][1:], *days[1:]]), (bob, [days[0], days[1][1:], *days[2:]])]
    results = run_together(
        [lambda user=user, orders=orders: itineraries.edit_itinerary(actor=actor_for(user), reference=reference, based_on=1, days=orders) for user, orders in wanted], workers=2
    )
    newest = Document.objects.filter(trip__reference=reference, kind="final").order_by("-revision")[0]
    return tally(results), {key for order in orders(newest.body) for key in order}, [days[0][0], days[1][0]]


def test_edit_when_two_save_at_once_then_one_wins_and_the_other_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    results, left, removed = edit_race(monkeypatch)
    assert results == {"Document": 1, "edited_meanwhile": 1}
    assert len(set(removed) - left) == 1  # the winner's change, whole
    assert Document.objects.filter(kind="final").count() == 2


def test_edit_when_unguarded_then_a_saved_change_is_overwritten(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.EDITS_ARE_GUARDED = False
    results, left, removed = edit_race(monkeypatch)
    assert results == {"Document": 2}  # both were told yes
    assert len(set(removed) - left) == 1  # and one of the two changes is gone


def test_ensure_owner_when_ten_ask_at_once_then_one_row() -> None:
    (owner,) = people(1)
    trip = plain_trip(owner, make_catalogue())
    results = run_together([lambda: members.ensure_owner(actor=actor_for(owner), trip=trip)] * 10, workers=10)
    assert len({row.pk for row in results}) == 1
    assert TripMember.objects.filter(trip=trip).count() == 1
