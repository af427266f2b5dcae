"""Rules 3 and 4: the day's frame, its transfers, its beds and its area."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan import Stop, Violation
from ..problem import Base, Transfer
from .case import DayCase, stands_at


def check_transfers(case: DayCase) -> Iterator[Violation]:
    """Rule 3: a transfer in is the first stop, a transfer out the last, and there is no other."""
    stops = case.plan.stops
    expected: dict[int, Transfer] = {}
    if case.day.arrival is not None:
        expected[0] = case.day.arrival
    if case.day.departure is not None:
        last = len(stops) - 1
        if last in expected or last < 0:
            yield Violation(3, "transfer_missing", case.index, params={"which": "departure"})
        else:
            expected[last] = case.day.departure
    for position, transfer in sorted(expected.items()):
        if position >= len(stops) or stops[position].kind != "transfer":
            which = "arrival" if transfer is case.day.arrival else "departure"
            yield Violation(3, "transfer_missing", case.index, params={"which": which})
        else:
            yield from _check_transfer(case, position, transfer)
    for position, stop in enumerate(stops):
        if stop.kind == "transfer" and position not in expected:
            yield Violation(3, "transfer_stray", case.index, position)


def _check_transfer(case: DayCase, position: int, transfer: Transfer) -> Iterator[Violation]:
    stops = case.plan.stops
    stop = stops[position]
    if stop.leave - stop.arrive != transfer.minutes:
        params: dict[str, object] = {"expected": transfer.minutes, "found": stop.leave - stop.arrive}
        yield Violation(3, "transfer_minutes", case.index, position, params)
    beside = position + 1 if transfer is case.day.arrival else position - 1
    bed = next((b for b in _own_bases(case) if 0 <= beside < len(stops) and _is_bed(stops[beside], b)), None)
    if bed is None:
        yield Violation(3, "bed_beside_transfer", case.index, position)
    # a transfer has no coordinates of its own: letting it stand anywhere would be a free ride across town
    if not any(stands_at(stop, base) for base in ([bed] if bed else _own_bases(case))):
        yield Violation(3, "transfer_position", case.index, position, {"found": [stop.latitude, stop.longitude]})


def check_opening(case: DayCase) -> Iterator[Violation]:
    """Rule 3: the day starts at its morning base (or with its transfer in), not before its start."""
    stops = case.plan.stops
    if not stops:
        yield Violation(3, "empty_day", case.index)
        return
    first = stops[0]
    begin = first.leave if first.kind == "lodging" else first.arrive
    if begin < case.day.start:
        yield Violation(3, "starts_too_early", case.index, 0, {"expected": case.day.start, "found": begin})
    if case.day.arrival is None:
        yield from _check_base(case, 0, case.day.morning_base, "morning")


def check_closing(case: DayCase) -> Iterator[Violation]:
    """Rule 3: the day is back at the base of its night (or ends with its transfer out), not after its end."""
    stops = case.plan.stops
    if not stops:
        return
    last = len(stops) - 1
    end = stops[last].arrive if stops[last].kind == "lodging" else stops[last].leave
    if end > case.day.end:
        yield Violation(3, "ends_too_late", case.index, last, {"expected": case.day.end, "found": end})
    if case.day.departure is None:
        if stops[last].kind == "lodging":
            yield from _check_base(case, last, case.day.night_base, "night")
        elif case.last:  # on other days the missing bed is rule 4's
            yield Violation(
                3, "not_back_at_base", case.index, last, {"expected": case.day.night_base, "found": stops[last].kind}
            )


def check_stray_lodgings(case: DayCase) -> Iterator[Violation]:
    """Rule 3: a lodging stop in the middle of a day is one of that day's two bases."""
    own = [
        base
        for base in (case.bases.get(case.day.morning_base), case.bases.get(case.day.night_base))
        if base is not None
    ]
    for position, stop in list(enumerate(case.plan.stops))[1:-1]:
        if stop.kind == "lodging" and not any(_is_at(stop, base) for base in own):
            yield Violation(3, "stray_lodging", case.index, position, {"found": stop.name})


def check_night(case: DayCase) -> Iterator[Violation]:
    """Rule 4: each night but the last day's has a bed, at a base of the day's area."""
    if case.last or (case.day.departure is not None and case.plan.stops and case.plan.stops[-1].kind == "transfer"):
        return  # a transfer out stands at a base of the area, which `check_transfers` sees to
    stops = case.plan.stops[-1:]
    if not stops or stops[0].kind != "lodging":
        yield Violation(4, "no_bed", case.index, params={"expected": case.day.night_base})
        return
    base = next((b for b in case.bases.values() if _is_at(stops[0], b)), None)
    if base is None or base.area != case.day.area:
        yield Violation(
            4, "bed_elsewhere", case.index, params={"expected": case.day.area, "found": base.area if base else None}
        )


def check_areas(case: DayCase) -> Iterator[Violation]:
    """Rule 4: the day is spent in its area, and so are its places."""
    if case.plan.area != case.day.area:
        yield Violation(4, "day_area", case.index, params={"expected": case.day.area, "found": case.plan.area})
    for position, _, place in case.visits():
        if place.area != case.day.area:
            yield Violation(
                4,
                "place_area",
                case.index,
                position,
                {"place": place.id, "expected": case.day.area, "found": place.area},
            )


def _check_base(case: DayCase, position: int, base_id: str, which: str) -> Iterator[Violation]:
    stop = case.plan.stops[position]
    base = case.bases.get(base_id)
    if base is None or stop.kind != "lodging" or not _is_at(stop, base):
        yield Violation(3, f"{which}_base", case.index, position, {"expected": base_id, "found": stop.name})


def _is_at(stop: Stop, base: Base) -> bool:
    return stop.name == base.name and stands_at(stop, base) and stop.place_id in (None, base.id)


def _is_bed(stop: Stop, base: Base) -> bool:
    return stop.kind == "lodging" and _is_at(stop, base)


def _own_bases(case: DayCase) -> list[Base]:
    ids = (case.day.morning_base, case.day.night_base)
    return [case.bases[i] for i in ids if i in case.bases and case.bases[i].area == case.day.area]
