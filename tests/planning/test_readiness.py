"""Findings about one traveler: papers, names, consent, needs. What isn't known is never taken for fine."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models.choices import NEEDS
from trips.documents import readiness as words
from trips.readiness import (
    BookedName,
    Finding,
    Paper,
    PlanFacts,
    PlannedStop,
    Stay,
    TravelerFacts,
    TripFacts,
    findings_of,
    is_ready,
)

FIRST, LAST = dt.date(2027, 2, 1), dt.date(2027, 2, 6)
PASSPORT = Paper("passport", "verified", "GBR", dt.date(2022, 5, 1), dt.date(2032, 5, 1), "ASHA RAO")
ASHA = TravelerFacts("Asha", "Rao", dt.date(1990, 3, 4), "GBR", papers=(PASSPORT,))


def trip(*countries: str, **more: Any) -> TripFacts:
    return TripFacts(tuple(Stay(country, FIRST, LAST) for country in countries or ("IND",)), **more)


def codes(traveler: TravelerFacts, about: TripFacts | None = None, severity: str = "") -> list[str]:
    return [finding.code for finding in findings_of(traveler, about or trip()) if severity in ("", finding.severity)]


def with_paper(traveler: TravelerFacts = ASHA, **changes: Any) -> TravelerFacts:
    return replace(traveler, papers=(replace(PASSPORT, **changes),))


def test_traveler_when_all_is_well_then_ready_and_what_is_not_checked_is_said() -> None:
    found = findings_of(ASHA, trip())
    assert is_ready(found)
    assert {finding.severity for finding in found} == {"unknown"}
    assert [finding.code for finding in found] == ["blank_pages", "visa_not_checked"]


@pytest.mark.parametrize(
    ("country", "expires", "code"),
    [
        ("IND", "2027-07-31", "validity_short"),  # six months from arrival: 1 August
        ("IND", "2027-08-01", ""),
        ("FRA", "2027-05-05", "validity_short"),  # three months after departure: 6 May
        ("FRA", "2027-05-06", ""),
        ("TUR", "2027-06-30", "validity_short"),  # 150 days from arrival: 1 July
        ("TUR", "2027-07-01", ""),
        ("JPN", "2027-02-06", ""),
        ("JPN", "2027-02-05", "paper_ends"),
        ("USA", "2027-08-05", "validity_depends"),
        ("NPL", "2027-07-31", "validity_unknown"),
        ("IND", "2027-02-03", "paper_ends"),
    ],
)
def test_passport_when_it_ends_near_the_trip_then_by_each_countrys_rule(country: str, expires: str, code: str) -> None:
    traveler = with_paper(expires_on=dt.date.fromisoformat(expires))
    found = [one for one in codes(traveler, trip(country)) if one.startswith(("validity", "paper_ends"))]
    assert found == ([code] if code else [])
    assert is_ready(findings_of(traveler, trip(country))) == (code in ("", "validity_depends", "validity_unknown"))


@pytest.mark.parametrize(
    ("papers", "blocking"),
    [
        ((), ["passport_missing"]),
        ((replace(PASSPORT, state="rejected"),), ["paper_rejected"]),
        ((replace(PASSPORT, state="expired"),), ["paper_expired"]),
        ((replace(PASSPORT, state="expired"), PASSPORT), []),
        ((replace(PASSPORT, type="id_card"),), ["passport_missing"]),
        ((replace(PASSPORT, issued_on=dt.date(2016, 1, 1)),), []),
    ],
)
def test_passport_when_missing_rejected_or_expired_then_it_blocks_unless_another_is_there(papers: tuple[Paper, ...], blocking: list[str]) -> None:
    assert codes(replace(ASHA, papers=papers), severity="blocks") == blocking


def test_passport_when_nobody_looked_at_it_yet_then_it_counts_and_that_is_said() -> None:
    traveler = with_paper(state="pending")
    assert "paper_pending" in codes(traveler, severity="unknown")
    assert is_ready(findings_of(traveler, trip()))


def test_passport_when_older_than_ten_years_then_not_for_schengen() -> None:
    assert codes(with_paper(issued_on=dt.date(2017, 2, 1)), trip("FRA"), "blocks") == ["passport_too_old"]
    assert codes(with_paper(issued_on=dt.date(2017, 2, 2)), trip("FRA"), "blocks") == []
    assert "issue_date_missing" in codes(with_paper(issued_on=None), trip("FRA"), "unknown")


def test_card_when_within_the_eu_then_enough_and_elsewhere_not() -> None:
    card = Paper("id_card", "verified", "DEU", None, dt.date(2027, 2, 6), "RAO ASHA")
    traveler = replace(ASHA, nationality="DEU", papers=(card,))
    assert codes(traveler, trip("FRA", "ITA")) == []
    assert codes(traveler, trip("FRA", "TUR"), "blocks") == ["passport_missing"]
    assert codes(replace(traveler, papers=()), trip("FRA"), "blocks") == ["card_missing"]
    assert codes(replace(traveler, papers=(replace(card, expires_on=dt.date(2027, 2, 5)),)), trip("FRA"), "blocks") == ["paper_ends"]


def test_home_when_traveling_there_then_no_passport_needed_and_a_card_only_wanted() -> None:
    traveler = replace(ASHA, nationality="IND", papers=())
    assert [(f.code, f.severity) for f in findings_of(traveler, trip("IND"))] == [("card_wanted", "warns")]
    assert codes(replace(traveler, papers=(Paper("id_card", "pending", "IND", None, dt.date(2030, 1, 1), "Asha Rao"),)), trip("IND")) == ["paper_pending"]


def test_home_when_coming_from_abroad_then_ones_own_passport_without_the_visitors_rule() -> None:
    traveler = replace(with_paper(country="IND", expires_on=dt.date(2027, 3, 1)), nationality="IND")
    assert codes(traveler, trip("IND", origin="FRA"), "blocks") == []
    assert codes(replace(traveler, papers=()), trip("IND", origin="FRA"), "blocks") == ["passport_missing"]


def test_facts_when_missing_then_said_and_never_taken_for_fine() -> None:
    assert codes(replace(ASHA, nationality=""), severity="blocks") == ["nationality_missing"]
    assert codes(replace(ASHA, birth_date=None), severity="warns") == ["birth_date_missing"]
    assert "expiry_missing" in codes(with_paper(expires_on=None), severity="unknown")
    assert "printed_name_missing" in codes(with_paper(holder_name=""), severity="unknown")
    assert "paper_of_another_country" in codes(with_paper(country="FRA"), severity="warns")


def test_visa_when_there_for_the_whole_stay_then_nothing_is_said_of_it() -> None:
    visa = Paper("visa", "verified", "IND", None, LAST, "")
    assert "visa_not_checked" not in codes(replace(ASHA, papers=(PASSPORT, visa)))
    assert "visa_not_checked" in codes(replace(ASHA, papers=(PASSPORT, replace(visa, expires_on=FIRST))))
    assert "visa_not_checked" in codes(replace(ASHA, papers=(PASSPORT, replace(visa, country="NPL"))))


@pytest.mark.parametrize(
    ("printed", "code", "severity"),
    [("RAO ASHA", "", ""), ("ASHA DEVI RAO", "name_in_part", "warns"), ("BINA RAO", "name_differs", "blocks")],
)
def test_name_when_the_document_has_another_then_by_how_much(printed: str, code: str, severity: str) -> None:
    found = [(f.code, f.severity) for f in findings_of(with_paper(holder_name=printed), trip()) if f.code.startswith("name")]
    assert found == ([(code, severity)] if code else [])


def test_name_when_booked_otherwise_than_in_the_passport_then_it_blocks() -> None:
    booked = (BookedName("Asha Rao", "Boat"), BookedName("Asha Roa", "Hotel"), BookedName("Asha", "Museum"))
    found = {f.code: f for f in findings_of(replace(ASHA, booked=booked), trip()) if f.code.startswith("booked")}
    assert found["booked_name_differs"].params["what"] == "Hotel"
    assert found["booked_name_differs"].severity == "blocks"
    assert found["booked_name_in_part"].params["what"] == "Museum"


def minor(**changes: Any) -> TravelerFacts:
    return replace(ASHA, birth_date=dt.date(2015, 1, 1), type="child", **changes)


def test_minor_when_nobody_consented_then_it_blocks_and_with_a_parent_it_warns() -> None:
    assert codes(minor(), severity="blocks") == ["consent_missing"]
    assert codes(minor(with_parent=True), severity="warns") == ["consent_missing_with_parent"]
    assert codes(minor(consent_given=True)) == codes(ASHA)
    assert codes(minor(consent_given=True, consent_until=LAST)) == codes(ASHA)
    assert codes(minor(consent_given=True, consent_until=LAST - dt.timedelta(days=1)), severity="blocks") == ["consent_ends"]


def test_minor_when_a_letter_is_there_then_it_counts_while_it_lasts() -> None:
    letter = Paper("consent_letter", "pending", "", None, LAST, "")
    assert codes(minor(papers=(PASSPORT, letter)), severity="blocks") == []
    assert "consent_missing" in codes(minor(papers=(PASSPORT, replace(letter, expires_on=FIRST))), severity="blocks")
    assert "consent_missing" in codes(minor(papers=(PASSPORT, replace(letter, state="rejected"))), severity="blocks")


@pytest.mark.parametrize(("born", "asked"), [("2009-02-02", True), ("2009-02-01", False), ("2009-01-31", False)])
def test_minor_when_eighteen_on_the_first_day_then_of_age(born: str, asked: bool) -> None:
    found = codes(replace(ASHA, birth_date=dt.date.fromisoformat(born)), severity="blocks")
    assert found == (["consent_missing"] if asked else [])


def test_minor_when_the_birth_date_is_missing_then_by_the_kind_of_traveler() -> None:
    assert "consent_missing" in codes(replace(ASHA, birth_date=None, type="infant"))
    assert "consent_missing" not in codes(replace(ASHA, birth_date=None))


PLAN = PlanFacts(
    stops=(PlannedStop("Ghat", "steps", 4), PlannedStop("Temple", "partial", 2), PlannedStop("Museum", "step_free", 1), PlannedStop("Fair", "unknown", None)),
    walk_km=(1.9, 2.1, 5.4, 0.5),
    rest_days=0,
)


def test_needs_when_the_plan_breaks_them_then_named_and_what_is_not_known_is_said() -> None:
    everything = replace(ASHA, needs=frozenset({"step_free", "short_walks", "easy_effort", "rest_days", "sight"}))
    found = {f.code: f for f in findings_of(everything, trip(plan=PLAN))}
    assert found["stops_with_steps"].params == {"names": ["Ghat"], "count": 1}
    assert found["stops_with_steps"].severity == "blocks"
    assert found["stops_perhaps_with_steps"].params == {"names": ["Temple", "Fair"], "count": 2}
    assert found["stops_perhaps_with_steps"].severity == "unknown"
    assert found["walks_too_long"].params == {"days": 2, "most": 5.4, "limit": 2.0}
    assert found["stops_too_hard"].params["names"] == ["Ghat"]
    assert found["stops_of_unknown_effort"].params["names"] == ["Fair"]
    assert found["rest_too_little"].params == {"planned": 0, "wanted": 1}
    assert found["needs_not_in_catalogue"].params == {"needs": ["sight"]}


def test_needs_when_there_are_none_or_no_plan_then_nothing_or_later() -> None:
    assert codes(ASHA, trip(plan=PLAN)) == codes(ASHA)
    assert "needs_no_plan" in codes(replace(ASHA, needs=frozenset({"step_free"})))


papers = st.builds(
    Paper,
    type=st.sampled_from(["passport", "id_card", "visa", "consent_letter", "insurance", "vaccination"]),
    state=st.sampled_from(["pending", "verified", "rejected", "expired"]),
    country=st.sampled_from(["", "IND", "FRA", "GBR"]),
    issued_on=st.none() | st.dates(dt.date(2010, 1, 1), dt.date(2026, 1, 1)),
    expires_on=st.none() | st.dates(dt.date(2026, 6, 1), dt.date(2035, 1, 1)),
    holder_name=st.sampled_from(["", "ASHA RAO", "BINA RAO", "ASHA DEVI RAO"]),
)
travelers = st.builds(
    TravelerFacts,
    first_name=st.just("Asha"),
    last_name=st.just("Rao"),
    birth_date=st.none() | st.dates(dt.date(1940, 1, 1), dt.date(2027, 1, 31)),
    nationality=st.sampled_from(["", "IND", "FRA", "GBR", "NPL"]),
    type=st.sampled_from(["adult", "child", "infant", "senior"]),
    needs=st.frozensets(st.sampled_from([key for key, _label in NEEDS])),
    papers=st.lists(papers, max_size=4).map(tuple),
    booked=st.lists(st.builds(BookedName, st.sampled_from(["Asha Rao", "Asha", "X"]), st.just("Boat")), max_size=2).map(tuple),
    consent_given=st.booleans(),
    consent_until=st.none() | st.dates(dt.date(2027, 1, 1), dt.date(2028, 1, 1)),
    with_parent=st.booleans(),
)
trips = st.builds(
    lambda countries, origin, plan: trip(*countries, origin=origin, plan=plan),
    st.lists(st.sampled_from(["IND", "FRA", "ITA", "TUR", "USA", "JPN", "NPL"]), min_size=1, max_size=3),
    st.sampled_from(["", "IND", "FRA"]),
    st.sampled_from([None, PLAN]),
)


@given(travelers, trips)
def test_findings_when_made_of_anything_then_each_once_gravest_first_and_with_words(traveler: TravelerFacts, about: TripFacts) -> None:
    found = findings_of(traveler, about)
    order = [("blocks", "warns", "unknown").index(finding.severity) for finding in found]
    assert order == sorted(order)
    assert len({(finding.code, repr(sorted(finding.params.items(), key=str))) for finding in found}) == len(found)
    for finding in found:
        assert words.text_of(finding.code, finding.params).endswith((".", "”."))
        assert words.remedy_of(finding.code, finding.params)


@given(travelers, trips)
def test_readiness_when_abroad_without_a_usable_passport_then_never_ready(traveler: TravelerFacts, about: TripFacts) -> None:
    usable = any(paper.type == "passport" and paper.state in ("pending", "verified") for paper in traveler.papers)
    abroad = any(stay.country not in (traveler.nationality, "FRA", "ITA") for stay in about.stays)
    if abroad and not usable:
        assert not is_ready(findings_of(traveler, about))


def test_words_when_listed_then_each_code_has_some_and_none_is_left_over() -> None:
    import re
    from pathlib import Path

    room = Path(__file__).parents[2] / "trips" / "readiness"
    made = {code for path in room.glob("*.py") for code in re.findall(r'"([a-z]+(?:_[a-z]+)+)"', path.read_text()) if code in words.known_codes()}
    assert made == words.known_codes()
    assert isinstance(findings_of(ASHA, trip())[0], Finding)
