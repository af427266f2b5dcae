"""Duffel's words and ours: offers, orders, passengers, changes. Pure; what can't be read is None and never a guess."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from .contract import (
    Change,
    SupplierAnswer,
    SupplierDocument,
    SupplierOffer,
    SupplierOutcome,
    SupplierRequest,
    SupplierTraveler,
)

GONE = {"offer_expired", "offer_no_longer_available", "offer_request_expired", "offer_request_already_actioned"}
ALREADY_BOOKED = {"offer_request_already_booked"}
ALREADY_PAID = {"already_paid", "order_already_paid"}
ALREADY_CANCELLED = {"already_cancelled", "order_already_cancelled"}
REFUSALS = {
    "price_changed": "price_changed",
    "payment_amount_does_not_match_order_amount": "price_changed",
    "payment_amount_does_not_match": "price_changed",
    "seat_no_longer_available": "sold_out",
    "past_payment_required_by_date": "offer_expired",
}
TITLES = {"male": ("m", "mr"), "female": ("f", "ms")}  # the airlines' two; who is neither can't be booked through Duffel
FLIGHT_NUMBER = re.compile(r"[A-Z0-9]{2,3} ?[0-9]{1,4}[A-Z]?")
CABINS = ("economy", "premium_economy", "business", "first")
ADULT_FROM = 18  # https://duffel.com/docs/guides/adding-passengers: `adult` is 18 and over, everyone else is known by age


def moment(text: object) -> dt.datetime | None:
    """An aware moment; Duffel's own moments are in UTC."""
    try:
        found = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=dt.UTC) if found is not None and found.tzinfo is None else found


def amount(text: object) -> Decimal | None:
    try:
        found = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() and found >= 0 else None


def price_of(row: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    return amount(row.get("total_amount")), str(row.get("total_currency") or "")[:3]


def _local(text: object, place: object) -> dt.datetime | None:
    """A segment's times are the airport's own clock, without a zone; the zone stands beside the airport."""
    try:
        zone = ZoneInfo(str((place or {}).get("time_zone"))) if isinstance(place, Mapping) else None
        found = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except (ValueError, OSError, KeyError):
        return None
    if found is None:
        return None
    return found.replace(tzinfo=zone) if found.tzinfo is None and zone is not None else found if found.tzinfo else None


def _number(segment: Mapping[str, Any]) -> str:
    carrier = segment.get("marketing_carrier") or {}
    number = f"{carrier.get('iata_code') or ''} {segment.get('marketing_carrier_flight_number') or ''}".strip()
    return number if FLIGHT_NUMBER.fullmatch(number) else ""


def _ends(slice_: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    segments = slice_.get("segments")
    return (segments[0], segments[-1]) if isinstance(segments, list) and segments and all(isinstance(one, Mapping) for one in segments) else None


def _line(text: object, most: int) -> str:
    return "".join(letter for letter in str(text or "") if letter.isprintable())[:most]


def offer_of(row: Mapping[str, Any], *, people: int) -> SupplierOffer | None:
    """An offer (https://duffel.com/docs/api/v2/offers/schema) that we can sell: None for one that wants passports or can't be read."""
    total, currency = price_of(row)
    slices = row.get("slices")
    if total is None or not currency or not isinstance(slices, list) or not slices or row.get("passenger_identity_documents_required"):
        return None
    ends = _ends(slices[0])
    if ends is None:
        return None
    first, last = ends
    departs, arrives = _local(first.get("departing_at"), first.get("origin")), _local(last.get("arriving_at"), last.get("destination"))
    if departs is None or arrives is None or not str(row.get("id", "")).startswith("off_"):
        return None
    airline = _line((row.get("owner") or {}).get("name"), 120)
    cancellable, penalty = _refund(row, currency)
    back = _ends(slices[1]) if len(slices) > 1 else None
    legs = [ends] if back is None else [ends, back]
    home = _local(back[1].get("arriving_at"), back[1].get("destination")) if back else None
    numbers = [_number(segment) for one in slices for segment in one.get("segments", ())]
    return SupplierOffer(
        reference=str(row["id"])[:120],
        type="flight",
        name=f"{airline} {_place(first, 'origin')} – {_place(last, 'destination')}"[:160],
        supplier_name=airline,
        starts_at=departs,
        ends_at=home or arrives,
        total=total,
        currency=currency,
        people=people,
        details={
            "schema": "flight_v1",
            "origin": _place(first, "origin"),
            "destination": _place(last, "destination"),
            "airline": airline,
            "flight_number": _number(first),
            "cabin": _cabin(first),
            "terminal": _line(first.get("origin_terminal"), 20),
            "origin_zone": str((first.get("origin") or {}).get("time_zone") or "UTC"),
            "destination_zone": str((last.get("destination") or {}).get("time_zone") or "UTC"),
            "departs_at": departs.isoformat(),
            "arrives_at": arrives.isoformat(),
        },
        cancellable=cancellable,
        penalty=penalty,
        expires_at=moment(row.get("expires_at")),
        return_at=_local(back[0].get("departing_at"), back[0].get("origin")) if back else None,
        flight_numbers=tuple(number for number in numbers if number),
        stops=sum(len(one.get("segments", ())) - 1 for one in slices) if legs else 0,
    )


def _place(segment: Mapping[str, Any], end: str) -> str:
    return _line((segment.get(end) or {}).get("iata_code"), 3)


def _cabin(segment: Mapping[str, Any]) -> str:
    people = segment.get("passengers")
    cabin = people[0].get("cabin_class") if isinstance(people, list) and people and isinstance(people[0], Mapping) else ""
    return str(cabin) if cabin in CABINS else ""


def _refund(row: Mapping[str, Any], currency: str) -> tuple[bool, Decimal]:
    """Whether it can be given back before departure, and what is kept then; unknown counts as no."""
    terms = (row.get("conditions") or {}).get("refund_before_departure") or {}
    kept = amount(terms.get("penalty_amount"))
    if not terms.get("allowed") or kept is None or (kept and terms.get("penalty_currency") != currency):
        return False, Decimal(0)
    return True, kept


def passengers_of(request: SupplierRequest, offer: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The travelers under the offer's passenger ids: adults for adults, others by their age at the departure. None when they don't fit."""
    wanted = offer.get("passengers")
    ends = _ends((offer.get("slices") or [{}])[-1])
    if not isinstance(wanted, list) or ends is None or len(wanted) != len(request.travelers):
        return None
    leaves = _local(ends[0].get("departing_at"), ends[0].get("origin"))
    if leaves is None:
        return None
    free = list(request.travelers)
    found = []
    for passenger in sorted(wanted, key=lambda one: one.get("age") is None):  # those of a certain age choose first
        who = next((one for one in free if _fits(one, passenger, leaves.date())), None)
        if who is None:
            return None
        free.remove(who)
        sex, title = TITLES[who.gender]
        found.append(
            {
                "id": passenger.get("id"),
                "title": title,
                "gender": sex,
                "given_name": who.first_name,
                "family_name": who.last_name,
                "born_on": who.born_on.isoformat() if who.born_on else "",
                "email": request.contact_email,
                "phone_number": re.sub(r"[ ()-]", "", request.contact_phone),
            }
        )
    return found


def _fits(who: SupplierTraveler, passenger: Mapping[str, Any], on: dt.date) -> bool:
    if who.born_on is None or who.gender not in TITLES:
        return False
    years = on.year - who.born_on.year - ((on.month, on.day) < (who.born_on.month, who.born_on.day))
    age = passenger.get("age")
    return years == age if isinstance(age, int) else years >= ADULT_FROM


def awaits_payment(order: Mapping[str, Any]) -> bool:
    return bool((order.get("payment_status") or {}).get("awaiting_payment"))


def held(order: Mapping[str, Any]) -> SupplierAnswer:
    """An order that waits for its payment; the price is guaranteed and the space is kept until the earlier of two moments."""
    total, currency = price_of(order)
    status = order.get("payment_status") or {}
    ends = [found for name in ("payment_required_by", "price_guarantee_expires_at") if (found := moment(status.get(name))) is not None]
    return SupplierAnswer(
        SupplierOutcome.DONE, reference=str(order.get("id", ""))[:100], total=total, currency=currency,
        expires_at=min(ends) if ends else None, record=record(order),
    )  # fmt: skip


def booked(order: Mapping[str, Any]) -> SupplierAnswer:
    """A paid order, with the airline's own reference and the numbers of its tickets."""
    total, currency = price_of(order)
    papers = []
    if reference := _line(order.get("booking_reference"), 80):
        papers.append(SupplierDocument("other", "Airline reference", reference))
    papers += [
        SupplierDocument("ticket", "E-ticket", number)
        for paper in order.get("documents") or ()
        if isinstance(paper, Mapping) and paper.get("type") == "electronic_ticket" and (number := _line(paper.get("unique_identifier"), 80))
    ]
    return SupplierAnswer(
        SupplierOutcome.DONE, reference=str(order.get("id", ""))[:100], total=total, currency=currency, record=record(order), documents=tuple(papers)
    )


def cancelled(cancellation: Mapping[str, Any], order: Mapping[str, Any]) -> SupplierAnswer:
    return SupplierAnswer(
        SupplierOutcome.DONE,
        reference=str(order.get("id", ""))[:100],
        total=amount(cancellation.get("refund_amount")),
        currency=str(cancellation.get("refund_currency") or "")[:3],
        record={"schema": "supplier_v1", "by": "duffel", "order": order.get("id"), "cancellation": cancellation.get("id")},
    )


def price_record(offer: Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": "supplier_v1", "by": "duffel", "offer": offer.get("id"), "checked": offer.get("total_amount"), "currency": offer.get("total_currency")}


def record(order: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an order: no names, no addresses, no documents of people."""
    status = order.get("payment_status") or {}
    return {
        "schema": "supplier_v1",
        "by": "duffel",
        "order": order.get("id"),
        "reference": order.get("booking_reference"),
        "type": order.get("type"),
        "live": bool(order.get("live_mode")),
        "total": order.get("total_amount"),
        "currency": order.get("total_currency"),
        "awaitsPayment": bool(status.get("awaiting_payment")),
        "flights": [
            {"number": _number(segment), "from": _place(segment, "origin"), "to": _place(segment, "destination"), "departs": segment.get("departing_at")}
            for slice_ in order.get("slices") or ()
            for segment in slice_.get("segments", ())
        ],
    }


def change_of(row: Mapping[str, Any]) -> Change | None:
    """An airline's change: later on the same flight number is a delay, nothing in its place a cancellation, all else another schedule."""
    before, after = _timetable(row.get("removed")), _timetable(row.get("added"))
    if not row.get("id") or not row.get("order_id") or not (before or after):
        return None
    if not after:
        kind = "cancelled"
    elif [one["flightNumber"] for one in before] == [one["flightNumber"] for one in after] and _later(before, after):
        kind = "flight_delay"
    elif [{**one, "terminal": ""} for one in before] == [{**one, "terminal": ""} for one in after]:
        kind = "gate_change"
    else:
        kind = "schedule_change"
    return Change(
        external_id=str(row["id"])[:120],
        reference=str(row["order_id"])[:100],
        kind=kind,
        facts={"from": before[0] if before else {}, "to": after[0] if after else {}},
        happened_at=moment(row.get("created_at")),
    )


def _timetable(slices: object) -> list[dict[str, Any]]:
    found = []
    for slice_ in slices if isinstance(slices, Sequence) and not isinstance(slices, str) else ():
        ends = _ends(slice_) if isinstance(slice_, Mapping) else None
        if ends is None:
            continue
        departs, arrives = _local(ends[0].get("departing_at"), ends[0].get("origin")), _local(ends[1].get("arriving_at"), ends[1].get("destination"))
        found.append(
            {
                "flightNumber": _number(ends[0]),
                "departureTime": departs.isoformat() if departs else None,
                "arrivalTime": arrives.isoformat() if arrives else None,
                "terminal": _line(ends[0].get("origin_terminal"), 20),
            }
        )
    return found


def _later(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    moments = [(moment(old["departureTime"]), moment(new["departureTime"])) for old, new in zip(before, after, strict=False)]
    return all(old is not None and new is not None and new >= old for old, new in moments) and any(old != new for old, new in moments)
