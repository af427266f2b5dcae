"""All findings about one traveler, the gravest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from accounts import ages
from trips.readiness.facts import SEVERITIES, Finding, Paper, Severity, TravelerFacts, TripFacts
from trips.readiness.names import compare_names
from trips.readiness.papers import paper_findings, travel_paper
from trips.readiness.plan_needs import need_findings


def findings_of(traveler: TravelerFacts, trip: TripFacts) -> tuple[Finding, ...]:
    """What stands in this traveler's way, what to look at, and what can't be told; each once."""
    found = [
        *_missing(traveler),
        *paper_findings(traveler, trip),
        *_names(traveler, trip),
        *_consent(traveler, trip),
        *need_findings(traveler, trip),
    ]
    once: dict[tuple[object, ...], Finding] = {}
    for finding in found:
        once.setdefault((finding.code, *sorted((key, str(value)) for key, value in finding.params.items())), finding)
    return tuple(sorted(once.values(), key=lambda finding: SEVERITIES.index(finding.severity)))


def is_ready(findings: Sequence[Finding]) -> bool:
    """Nothing blocks. What is to be looked at, or isn't known, keeps nobody at home."""
    return all(finding.severity != "blocks" for finding in findings)


def _missing(traveler: TravelerFacts) -> Iterator[Finding]:
    if not traveler.nationality:
        yield Finding("nationality_missing", "blocks", {}, "traveler")
    if traveler.birth_date is None:
        yield Finding("birth_date_missing", "warns", {}, "traveler")


def is_minor(traveler: TravelerFacts, first_day: dt.date) -> bool:
    """Under 18 on the first day; without a birth date by what kind of traveler they are."""
    if traveler.birth_date is not None:
        return ages.is_minor(traveler.birth_date, first_day)
    return traveler.type in ("child", "infant")


def _consent(traveler: TravelerFacts, trip: TripFacts) -> Iterator[Finding]:
    """Of those who look after a minor: given by the guardian for all of the trip, or a letter. With a parent along it is wanted less often."""
    if not is_minor(traveler, trip.first_day):
        return
    last = trip.last_day
    if any(_holds(paper, last) for paper in traveler.papers if paper.type == "consent_letter"):
        return
    severity: Severity = "warns" if traveler.with_parent else "blocks"
    if not traveler.consent_given:
        yield Finding("consent_missing_with_parent" if traveler.with_parent else "consent_missing", severity, {}, "traveler")
    elif traveler.consent_until is not None and traveler.consent_until < last:
        yield Finding("consent_ends", severity, {"until": traveler.consent_until.isoformat(), "end": last.isoformat()}, "traveler")


def _holds(paper: Paper, last: dt.date) -> bool:
    return paper.state in ("pending", "verified") and (paper.expires_on is None or paper.expires_on >= last)


def _names(traveler: TravelerFacts, trip: TripFacts) -> Iterator[Finding]:
    """The name on the paper one travels with against the traveler's own, and each booking against the paper (else the traveler's)."""
    paper = travel_paper(traveler, trip)
    true_name = traveler.full_name
    if paper is not None:
        match = compare_names(true_name, paper.holder_name)
        about = {"name": true_name, "printed": paper.holder_name, "paper": paper.type}
        if match.kind == "missing":
            yield Finding("printed_name_missing", "unknown", {"paper": paper.type}, "papers")
        elif match.kind == "different":
            yield Finding("name_differs", "blocks", {**about, "left": list(match.only_left), "right": list(match.only_right)}, "papers")
        elif match.kind == "part":
            yield Finding("name_in_part", "warns", {**about, "words": [*match.only_left, *match.only_right]}, "papers")
        true_name = paper.holder_name or true_name
    for booked in traveler.booked:
        kind = compare_names(true_name, booked.name).kind
        about = {"name": true_name, "booked": booked.name, "what": booked.what}
        if kind in ("different", "missing"):
            yield Finding("booked_name_differs", "blocks", about, "booking")
        elif kind == "part":
            yield Finding("booked_name_in_part", "warns", about, "booking")
