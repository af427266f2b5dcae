"""What is asked of a payment company, it can take and give back exactly: in every currency, whatever the prices, rates, fees and shares are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from bookings.actions import checkout, collections
from bookings.actions.cancellations import confirm_cancellation, quote_cancellation
from bookings.actions.collections import ShareWish
from bookings.actions.staff_payments import refund_by_staff
from bookings.gateways.payments.minor_units import RAZORPAY, STRIPE, NotChargeable, Units
from bookings.models import Booking, Payment, Refund
from bookings.pricing.cancellation import Sold, cap_refunds, refund_at, spread, terms_of
from bookings.pricing.exchange import Quotation, RateTable, exchange
from bookings.pricing.shares import UnfitShares, divide
from bookings.pricing.tariff import Terms
from bookings.queries.ledger import ledger_faults
from tests.bookings.companies import razorpay_takes_payments, stripe_takes_payments
from tests.bookings.shares import join
from tests.bookings.steps import reserve
from tests.cast import actor_for
from tests.factories.bookings import CONTACT, make_scarce_service, put_in_cart
from tests.factories.trips import TripFactory
from tests.fakes.razorpay_server import FakeRazorpay
from tests.fakes.stripe_server import FakeStripe
from travelplanner.core import money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid
from trips.models import Trip

THOUSANDTHS = ("BHD", "JOD", "KWD", "LYD", "OMR", "TND")
WHOLE = ("JPY", "KRW", "CLP", "VND", "UGX", "ISK", "XOF", "MGA")
CURRENCY = st.one_of(st.sampled_from(THOUSANDTHS), st.sampled_from(WHOLE), st.sampled_from(sorted(money.known_currencies())))
AMOUNT = st.decimals(0, 10**6, places=3)
NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 12, 11)
Company = FakeStripe | FakeRazorpay


def can_be_moved(amount: Decimal, currency: str) -> bool:
    """By both companies, to the unit; nothing is never asked for."""
    return amount == 0 or all(units.from_minor(units.to_minor(amount, currency), currency) == amount for units in (STRIPE, RAZORPAY))


@pytest.mark.parametrize("currency", sorted(money.known_currencies()))
def test_currencies_when_known_then_their_smallest_payable_amount_can_be_moved(currency: str) -> None:
    assert can_be_moved(money.payable_unit(currency), currency)


@pytest.mark.parametrize("units", [STRIPE, RAZORPAY])
@pytest.mark.parametrize("currency", ["BHD", "JOD", "KWD", "OMR", "TND"])
def test_units_when_the_last_thousandth_is_not_nought_then_never_another_amount(units: Units, currency: str) -> None:
    assert units.to_minor(Decimal("5.120"), currency) == 5120
    for amount in ("5.121", "5.129", "0.001"):
        with pytest.raises(NotChargeable):
            units.to_minor(Decimal(amount), currency)


# https://docs.stripe.com/currencies: UGX and ISK are whole and written with two decimals; HUF and TWD are whole in payouts alone.
@pytest.mark.parametrize(
    ("units", "currency", "minor"),
    [
        (STRIPE, "JPY", 500), (STRIPE, "UGX", 50000), (STRIPE, "ISK", 50000), (STRIPE, "HUF", 50000), (STRIPE, "TWD", 50000),
        (RAZORPAY, "JPY", 500), (RAZORPAY, "UGX", 500), (RAZORPAY, "ISK", 500), (RAZORPAY, "HUF", 50000), (RAZORPAY, "TWD", 50000),
    ],
)  # fmt: skip
def test_units_when_the_currency_is_a_special_case_then_by_the_companys_own_rule(units: Units, currency: str, minor: int) -> None:
    assert units.to_minor(Decimal(500), currency) == minor


@given(
    lines=st.lists(st.tuples(AMOUNT, st.decimals(0, 100, places=2)), min_size=1, max_size=5), currency=CURRENCY, other=CURRENCY,
    rates=st.tuples(st.decimals("0.001", 5000, places=6), st.decimals("0.001", 5000, places=6)), people=st.integers(1, 9),
    wished=AMOUNT, given_before=st.integers(0, 10**9), late=st.booleans(),
)  # fmt: skip
def test_amounts_when_priced_shared_and_given_back_then_each_can_be_moved(
    lines: list[tuple[Decimal, Decimal]], currency: str, other: str, rates: tuple[Decimal, Decimal], people: int, wished: Decimal, given_before: int, late: bool
) -> None:
    table = RateTable({other: Quotation(rates[0], DAY, "ecb"), currency: Quotation(rates[1], DAY, "ecb")})
    sold = []
    for price, percent in lines:
        price = money.quantize(price, other)
        try:
            own = exchange(price, other, currency, table)
        except ValueError:  # worth less than can be counted
            return
        terms = terms_of(Terms(True, 24, percent), total=price, currency=other, start=NOON)
        sold.append(Sold(own.amount, currency, True, terms.deadline, money.payable(terms.fee * own.rate, currency), NOON))
    total = sum((one.total for one in sold), Decimal(0))
    assert can_be_moved(total, currency)
    for wishes in ([None] * people, [money.quantize(wished, currency), None]):
        try:
            shares = divide(total, wishes, currency)
        except UnfitShares:
            continue
        assert sum(shares) == total
        assert all(can_be_moved(share, currency) for share in shares)
        moment = NOON - dt.timedelta(hours=1 if late else 48)
        refunds = [one for item in sold if (one := refund_at(item, moment=moment, back_by=DAY))]
        left = min(total, money.payable_unit(currency) * given_before)
        capped = cap_refunds(refunds, left, currency)
        for one in (*refunds, *capped):
            assert can_be_moved(one.refund, currency)
            assert can_be_moved(one.fee, currency)
        parts = spread(sum((one.refund for one in capped), Decimal(0)), shares, currency)
        assert all(can_be_moved(part, currency) for part in parts)


# --- through the whole checkout ---------------------------------------------------------------------------------------
@pytest.fixture(params=["stripe", "razorpay"])
def company(request: Any, settings: Any) -> Iterator[Company]:
    """Whoever takes the money."""
    with {"stripe": stripe_takes_payments, "razorpay": razorpay_takes_payments}[request.param](settings) as fake:
        yield fake


def trip_for(owner: User, *prices: str) -> Trip:
    """Things in dinars whose prices and fees end in any thousandth."""
    trip: Trip = TripFactory(owner=owner, budget_currency="KWD", budget_amount=None)
    for price in prices:
        put_in_cart(trip, make_scarce_service(currency="KWD", price=Decimal(price), cancel_hours=9999, cancel_fee_percent=Decimal(33)))
    return trip


def pay_there(company: Company, payment: Payment) -> None:
    payment.refresh_from_db()
    company.pay_page(str(payment.next_action["url"]).rsplit("/", 1)[-1], "ok")


@pytest.mark.django_db
def test_booking_when_prices_end_in_any_thousandth_then_charged_and_given_back_exactly(company: Company, alice: User, actor: Actor, dana: User) -> None:
    booking = reserve(actor, trip_for(alice, "12.345", "7.777"))
    assert booking.total == Decimal("20.120")  # 12.340 + 7.780
    checkout.pay_booking(actor=actor, reference=booking.reference)
    pay_there(company, Payment.objects.get())
    booking = checkout.pay_booking(actor=actor, reference=booking.reference)
    assert (booking.state, Payment.objects.get().captured) == ("CONFIRMED", booking.total)
    for amount in ("1.005", "0.001"):
        with pytest.raises(Invalid) as refused:
            refund_by_staff(actor=actor_for(dana), payment_id=Payment.objects.get().pk, amount=Decimal(amount), reason="The room was cold.")
        assert "0.01 KWD" in str(refused.value.fields["amount"])
    quote = quote_cancellation(actor=actor, reference=booking.reference).quote
    confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk)
    refund = Refund.objects.get()
    assert (refund.state, refund.amount) == ("succeeded", quote.refund)
    assert quote.refund + quote.fee == booking.total
    assert ledger_faults() == []


@pytest.mark.django_db
def test_shares_when_dinars_do_not_divide_then_each_is_charged_and_given_back_exactly(company: Company, alice: User, bob: User, actor: Actor) -> None:
    trip = trip_for(alice, "10.005")
    join(trip, bob)
    kid = join(trip, None, "Kid")
    with pytest.raises(Invalid) as refused:
        collections.open_collection(
            actor=actor, trip_reference=trip.reference, contact=CONTACT, shares=[ShareWish("me"), ShareWish(str(kid.pk), Decimal("3.335"))]
        )
    assert "in steps of" in str(refused.value.fields["collect"])
    everyone = [ShareWish("me"), *(ShareWish(str(one.pk)) for one in trip.members.exclude(user=alice))]
    booking = collections.open_collection(actor=actor, trip_reference=trip.reference, contact=CONTACT, shares=everyone)
    assert [str(share.amount) for share in booking.collection.shares.order_by("position")] == ["3.340", "3.330", "3.330"]
    for share in booking.collection.shares.order_by("position"):
        collections.pay_share(actor=actor, reference=booking.reference, share_id=share.pk)
        pay_there(company, Payment.objects.get(share=share))
        collections.pay_share(actor=actor, reference=booking.reference, share_id=share.pk)
    booking = Booking.objects.get(pk=booking.pk)
    assert booking.state == "CONFIRMED"
    quote = quote_cancellation(actor=actor, reference=booking.reference).quote
    confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk)
    assert set(Refund.objects.values_list("state", flat=True)) == {"succeeded"}
    assert sum(Refund.objects.values_list("amount", flat=True)) == quote.refund
    assert ledger_faults() == []
