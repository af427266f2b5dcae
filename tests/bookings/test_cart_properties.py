"""Seed 004's cart properties, written out: 1 round trip, 2 quantity, 4 deletion, 6 all devices; 7 and 8 are in test_cart_api."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from bookings.actions import cart as actions
from bookings.models import CartItem
from bookings.queries.cart import get_cart
from tests.cast import actor_for
from tests.factories.catalogue import SmallCatalogue
from travelplanner.core.errors import Invalid, NotFound

FIRST = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).date()
DATES = st.dates(FIRST, FIRST + dt.timedelta(days=500))
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=500)
relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "kind": draw(st.sampled_from(["bed", "ticket", "car"])),
        "booking_date": draw(DATES),
        "participants": draw(st.integers(1, 99)),
        "spare": draw(st.integers(0, 20)),
        "nights": draw(st.integers(1, 60)),
        "special_requests": draw(TEXT),
    }


def call_of(wish: dict[str, Any], catalogue: SmallCatalogue) -> dict[str, Any]:
    service = {"bed": catalogue.hotels[1], "ticket": catalogue.activities[0], "car": catalogue.car}[wish["kind"]]
    heads = wish["participants"]
    units = heads if wish["kind"] == "ticket" else -(-heads // service.sleeps)
    return {
        "service_id": service.pk,
        "booking_date": wish["booking_date"],
        "participants": heads,
        "quantity": min(99, units + wish["spare"]),
        "time": "14:00" if wish["kind"] == "ticket" else "",
        "nights": wish["nights"],
        "special_requests": wish["special_requests"],
    }


@relaxed
@given(wish=wishes())
def test_property_1_when_a_line_is_put_then_it_is_read_back_whole(alice: User, catalogue: SmallCatalogue, wish: dict[str, Any]) -> None:
    CartItem.objects.all().delete()
    call = call_of(wish, catalogue)
    line, created = actions.add_line(actor=actor_for(alice), **call)
    assert created
    (read,) = get_cart(actor_for(alice)).lines
    assert read.item.pk == line.item.pk
    for name in ("service_id", "booking_date", "participants", "quantity", "time", "special_requests"):
        assert getattr(read.item, name) == call[name]
    assert read.item.nights == (call["nights"] if wish["kind"] == "bed" else 1)
    assert not read.price_changed


@relaxed
@given(wish=wishes(), quantity=st.one_of(st.integers(-5, 120), st.integers()))
def test_property_2_when_quantity_is_changed_then_kept_exactly_or_refused(alice: User, catalogue: SmallCatalogue, wish: dict[str, Any], quantity: int) -> None:
    CartItem.objects.all().delete()
    actor = actor_for(alice)
    line, _created = actions.add_line(actor=actor, **call_of(wish, catalogue))
    unit = line.item.price_seen / line.item.quantity
    try:
        changed = actions.change_line(actor=actor, item_id=line.item.pk, changes={"quantity": quantity})
    except Invalid:
        assert get_cart(actor).lines[0].item.quantity == line.item.quantity
        return
    assert changed.item.quantity == quantity
    assert 1 <= quantity <= 99
    assert changed.item.price_seen == unit * quantity
    assert changed.item.row_version == line.item.row_version + 1


@relaxed
@given(chosen=st.lists(wishes(), min_size=1, max_size=6), data=st.data())
def test_property_4_when_deleted_again_then_nothing_more_changes(alice: User, catalogue: SmallCatalogue, chosen: list[dict[str, Any]], data: st.DataObject) -> None:
    CartItem.objects.all().delete()
    actor = actor_for(alice)
    for wish in chosen:
        actions.add_line(actor=actor, **call_of(wish, catalogue))
    before = [line.item.pk for line in get_cart(actor).lines]
    gone = data.draw(st.sampled_from(before))
    actions.remove_line(actor=actor, item_id=gone)
    after = [line.item.pk for line in get_cart(actor).lines]
    assert after == [pk for pk in before if pk != gone]
    with pytest.raises(NotFound):
        actions.remove_line(actor=actor, item_id=gone)
    assert [line.item.pk for line in get_cart(actor).lines] == after
    assert actions.clear_cart(actor=actor) == len(after)
    assert actions.clear_cart(actor=actor) == 0


@relaxed
@given(chosen=st.lists(wishes(), max_size=8))
def test_property_6_when_two_devices_put_lines_then_both_see_the_same(
    alice: User, charlie: User, catalogue: SmallCatalogue, chosen: list[dict[str, Any]]
) -> None:
    CartItem.objects.all().delete()
    phone, laptop = actor_for(alice), actor_for(alice)
    for n, wish in enumerate(chosen):
        actions.add_line(actor=phone if n % 2 else laptop, **call_of(wish, catalogue))
    seen = [[(line.item.pk, line.item.quantity) for line in get_cart(device).lines] for device in (phone, laptop)]
    assert seen[0] == seen[1]
    keys = {(call["service_id"], call["booking_date"], call["time"]) for call in (call_of(wish, catalogue) for wish in chosen)}
    assert len(seen[0]) == len(keys)
    assert get_cart(actor_for(charlie)).lines == ()


@relaxed
@given(wish=wishes())
def test_cart_when_any_line_is_put_then_totals_are_the_sum_of_its_prices(alice: User, catalogue: SmallCatalogue, wish: dict[str, Any]) -> None:
    CartItem.objects.all().delete()
    actions.add_line(actor=actor_for(alice), **call_of(wish, catalogue))
    actions.add_line(actor=actor_for(alice), service_id=catalogue.activities[1].pk, booking_date=FIRST, time="06:00")
    cart = get_cart(actor_for(alice))
    assert sum((total.amount for total in cart.totals), Decimal(0)) == sum(line.item.price_seen for line in cart.lines)
