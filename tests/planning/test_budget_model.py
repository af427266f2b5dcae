"""Known places, catalogue prices, what is disclosed, and the measured figures made again from the committed tables."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from trips.budget import BudgetEstimate, BudgetRequest, HotelPrice, Origin, PersonPrice, predict, predict_stays
from trips.budget.derive.calibration import CASES, Case, case_request, read_calibration
from trips.budget.derive.countries import listed_rates
from trips.budget.features import NEARBY_KM
from trips.budget.tables import FOLDER, load_tables
from trips.budget.unlisted import leave_one_country_out, leave_one_place_out, nearest_listed_error

ROOT = Path(__file__).resolve().parents[2]
RAW = ROOT.parent / "shared" / "data"
PARIS = BudgetRequest(
    "Paris", "FRA", 48.857, 2.352, 5, 2, "standard", "EUR", start_date=date(2027, 5, 10)
)  # fmt: skip
VARANASI = replace(PARIS, destination="Varanasi", country="IND", latitude=25.317, longitude=83.006, currency="INR")


def codes(estimate: BudgetEstimate) -> set[str]:
    return {s.code for s in estimate.assumptions}


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.destination}-{c.comfort}")
def test_predict_when_somebody_named_a_price_then_it_is_plausible(case: Case) -> None:
    total = predict(case_request(case)).total
    if case.low < case.high:
        assert case.low <= total.p50 <= case.high
    else:
        assert total.p10 <= case.low <= total.p90


def test_calibration_when_made_again_then_equals_the_committed_table() -> None:
    for case, committed in read_calibration(FOLDER / "calibration.csv"):
        total = predict(case_request(case)).total
        assert (total.p10, total.p50, total.p90) == committed


@pytest.mark.parametrize(("name", "index"), [("lodging", 0), ("meals", 1)])
def test_metrics_when_measured_again_then_equal_the_committed_figures(name: str, index: int) -> None:
    rates = [r for r in listed_rates(FOLDER)[index] if r.alpha3 != "USA"]
    metrics = predict(PARIS).model.metrics
    for way, found in (
        ("country", leave_one_place_out(rates)),
        ("continent", leave_one_country_out(rates)),
        ("nearby", nearest_listed_error(rates, NEARBY_KM)),
    ):
        assert metrics[f"{name}_{way}_count"] == found.count
        assert metrics[f"{name}_{way}_median_error"] == Decimal(f"{found.median_error:.3f}")
        assert metrics[f"{name}_{way}_sigma"] == Decimal(f"{found.sigma:.3f}")
        assert metrics[f"{name}_{way}_coverage"] == Decimal(f"{found.coverage:.3f}")


@pytest.mark.parametrize(
    ("destination", "country", "location"),
    [("Paris", "FRA", "Paris"), ("Delhi", "IND", "New Delhi"), ("Tokyo", "JPN", "Tokyo City"), ("goa", "IND", "Goa"),
     ("İstanbul", "TUR", "Istanbul"), ("New-York", "USA", "New York City"), ("Rome", "ITA", "Rome")],
)  # fmt: skip
def test_place_when_listed_under_a_known_name_then_is_looked_up(destination: str, country: str, location: str) -> None:
    request = replace(PARIS, destination=destination, country=country, latitude=0.0, longitude=0.0)
    assert not codes(predict(request)) & {"place_not_listed", "country_not_listed", "place_taken_from_nearby"}
    assert any(p.location == location for p in load_tables().places_of[country])


def test_place_when_unknown_name_lies_by_a_listed_one_then_says_so() -> None:
    assert "place_taken_from_nearby" in codes(predict(replace(PARIS, destination="Montmartre", latitude=48.886)))


def test_unlisted_place_when_compared_then_is_wider_than_listed() -> None:
    listed = predict(replace(VARANASI, destination="Goa")).breakdown.lodging
    unlisted = predict(VARANASI).breakdown.lodging
    assert unlisted.p90 / unlisted.p10 > listed.p90 / listed.p10


def test_season_when_new_york_in_october_then_dearer_than_february() -> None:
    new_york = replace(PARIS, destination="New York", country="USA", currency="USD")
    autumn = predict(replace(new_york, start_date=date(2027, 10, 4)))
    winter = predict(replace(new_york, start_date=date(2027, 2, 1)))
    assert autumn.breakdown.lodging.p50 > winter.breakdown.lodging.p50 * Decimal("1.5")
    season = next(s for s in autumn.drivers if s.code == "season").params["factor"]
    assert isinstance(season, Decimal)
    assert season > 1


def test_season_when_only_high_months_are_known_then_is_disclosed() -> None:
    high = predict(replace(VARANASI, high_months=(5,)))
    assert "season_assumed" in codes(high)
    assert high.breakdown.lodging.p50 > predict(VARANASI).breakdown.lodging.p50


def test_assumptions_when_any_prediction_then_disclose_the_shares_and_missing_journey() -> None:
    estimate = predict(VARANASI)
    ceilings = next(s for s in estimate.assumptions if s.code == "per_diem_ceilings")
    assert ceilings.params["comfort"] == "standard"
    assert isinstance(ceilings.params["lodgingShare"], Decimal)
    assert {"intercity_not_included", "people_per_room", "parts_do_not_add", "place_not_listed"} <= codes(estimate)
    assert estimate.breakdown.intercity.p90 == 0


def test_origin_when_given_then_journey_counts_both_ways_for_all() -> None:
    home = Origin(28.61, 77.21, "IND")
    far = predict(replace(VARANASI, origin=home))
    assert far.breakdown.intercity.p50 > 0
    assert "us_fares_used_abroad" in codes(far)
    four = predict(replace(VARANASI, origin=home, people=4))
    assert abs(four.breakdown.intercity.p50 - 2 * far.breakdown.intercity.p50) <= Decimal("0.02")
    assert "no_journey_needed" in codes(predict(replace(VARANASI, origin=Origin(25.32, 83.0, "IND"))))
    assert "ground_journey" in codes(predict(replace(VARANASI, origin=Origin(25.43, 81.84, "IND"))))


def test_hotels_when_given_then_draw_the_median_and_narrow_the_band() -> None:
    hotels = tuple(HotelPrice(Decimal(p), "INR", "standard") for p in (2000, 2200, 2500))
    without, given = predict(VARANASI).breakdown.lodging, predict(replace(VARANASI, hotels=hotels))
    lodging = given.breakdown.lodging
    assert 2200 * 4 <= lodging.p50 <= without.p50
    assert lodging.p90 / lodging.p10 < without.p90 / without.p10
    assert "catalogue_hotels" in codes(given)
    assert "catalogue" in {s.id for s in given.sources}


def test_hotels_when_of_another_comfort_then_change_nothing_but_are_mentioned() -> None:
    luxury = (HotelPrice(Decimal(50000), "INR", "luxury"),)
    estimate = predict(replace(VARANASI, hotels=luxury))
    assert estimate.total == predict(VARANASI).total
    assert "catalogue_hotels_unused" in codes(estimate)


def test_fees_when_free_then_activities_cost_less() -> None:
    free = tuple(PersonPrice(Decimal(0), "INR") for _ in range(20))
    estimate = predict(replace(VARANASI, fees=free))
    assert estimate.breakdown.activities.p50 < predict(VARANASI).breakdown.activities.p50
    assert "catalogue_fees" in codes(estimate)


def test_future_prices_when_trip_is_later_then_band_is_wider() -> None:
    soon = predict(replace(PARIS, as_of=date(2027, 5, 1))).breakdown.food
    late = predict(replace(PARIS, as_of=date(2025, 5, 1))).breakdown.food
    assert late.p50 == soon.p50
    assert late.p90 > soon.p90


def test_sources_when_listed_then_are_named_with_use_and_confidence() -> None:
    sources = {s.id: s for s in predict(replace(PARIS, origin=Origin(41.9, 12.5, "ITA"))).sources}
    assert {"state_department", "world_bank", "us_dot", "ecb", "editor"} <= set(sources)
    assert all(s.title and s.used_for and s.confidence in {"high", "medium", "low"} for s in sources.values())
    assert sources["editor"].confidence == "low"


def test_predict_when_rate_is_old_then_says_so() -> None:
    assert "exchange_rate_old" in codes(predict(replace(PARIS, currency="RUB")))
    assert "exchange_rate_old" not in codes(predict(PARIS))


def test_predict_when_travelers_differ_in_number_then_rooms_are_whole() -> None:
    lodging = [predict(replace(PARIS, people=n)).breakdown.lodging.p50 for n in (1, 2, 3, 4)]
    assert lodging[0] == lodging[1] < lodging[2] == lodging[3]


def test_us_rates_when_used_then_their_adjustment_is_disclosed() -> None:
    assert "us_rates_are_averages" in codes(predict(replace(PARIS, destination="New York", country="USA")))
    assert "us_rates_are_averages" not in codes(predict(PARIS))


def test_stays_when_two_then_cost_what_both_cost_and_the_night_between() -> None:
    rome = replace(PARIS, destination="Rome", country="ITA", latitude=41.9, longitude=12.5, days=3)
    moving = replace(rome, moves_on=True, origin=Origin(48.857, 2.352, "FRA"), one_way=True)
    both = predict_stays((moving, PARIS))
    lone, paris = predict(moving), predict(PARIS)
    assert abs(both.breakdown.food.p50 - lone.breakdown.food.p50 - paris.breakdown.food.p50) <= Decimal("0.02")
    assert lone.breakdown.lodging.p50 > predict(rome).breakdown.lodging.p50 * Decimal("1.4")
    assert both.total.p10 < both.total.p50 < both.total.p90
    assert max(lone.total.p50, paris.total.p50) < both.total.p50
    assert abs(both.per_day * 8 - both.total.p50) <= Decimal("0.08")
    assert {s.code for s in lone.assumptions} <= {s.code for s in both.assumptions}


def test_stays_when_none_or_of_different_people_then_value_error() -> None:
    with pytest.raises(ValueError, match="empty"):
        predict_stays(())
    with pytest.raises(ValueError, match="people"):
        predict_stays((PARIS, replace(PARIS, people=3)))


def test_runtime_when_imported_then_needs_neither_django_nor_numbers_libraries() -> None:
    code = (
        "import sys, trips.budget\n"
        "bad = {'django', 'numpy', 'currency_converter', 'trips.budget.derive'} & set(sys.modules)\n"
        "sys.exit(repr(bad) if bad else 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.skipif(not RAW.exists(), reason="the raw files lie beside the project, not in it")
def test_derive_when_raw_files_are_at_hand_then_gives_the_committed_rates(tmp_path: Path) -> None:
    from trips.budget.derive.fares import fit_fares
    from trips.budget.derive.perdiem import derive_per_diem

    for name in ("crosswalk_countries.csv", "crosswalk_locations.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    derive_per_diem(RAW / "costs", tmp_path)
    assert (tmp_path / "per_diem.csv").read_bytes() == (FOLDER / "per_diem.csv").read_bytes()
    fit = fit_fares(RAW / "costs", FOLDER)
    assert load_tables().figures["fare_a"] == Decimal(f"{fit.a:.3f}")
    assert load_tables().figures["fare_b"] == Decimal(f"{fit.b:.4f}")
