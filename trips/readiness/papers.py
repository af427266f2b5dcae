"""Passport or identity card against the countries and dates of a trip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from trips.readiness.dates import years_before
from trips.readiness.facts import Finding, Paper, Stay, TravelerFacts, TripFacts
from trips.readiness.rules import EntryRule, free_movement, rule_for

USABLE = ("pending", "verified")  # entered by its owner: looked at already, or not yet
FAR = dt.date.max


def travel_paper(traveler: TravelerFacts, trip: TripFacts) -> Paper | None:
    """The paper one would travel with: a passport that is good longest, or an identity card where that is enough everywhere."""
    passports = _usable(traveler, "passport")
    cards = _usable(traveler, "id_card") if all(_card_is_enough(traveler, trip, stay) for stay in trip.stays) else []
    best = sorted([*passports, *cards], key=lambda paper: (paper.expires_on or FAR, paper.type == "passport"))
    return best[-1] if best else None


def _usable(traveler: TravelerFacts, kind: str) -> list[Paper]:
    return [paper for paper in traveler.papers if paper.type == kind and paper.state in USABLE]


def _at_home(traveler: TravelerFacts, trip: TripFacts, stay: Stay) -> bool:
    """In one's own country, without coming in from abroad (when it isn't known where one starts: from home)."""
    return traveler.nationality == stay.country and trip.origin in ("", stay.country)


def _card_is_enough(traveler: TravelerFacts, trip: TripFacts, stay: Stay) -> bool:
    return _at_home(traveler, trip, stay) or free_movement(traveler.nationality, stay.country)


def paper_findings(traveler: TravelerFacts, trip: TripFacts) -> Iterator[Finding]:
    """Missing, rejected, expired, too short, not yet looked at; and openly what is not checked."""
    if not traveler.nationality:
        return  # said already; without it no rule can be named
    paper = travel_paper(traveler, trip)
    yield from _dead_papers(traveler, trip, paper)
    for stay in trip.stays:
        if _card_is_enough(traveler, trip, stay):
            yield from _with_card(traveler, trip, stay, paper)
        elif traveler.nationality == stay.country:
            yield from _passport(traveler, trip, stay, paper, None)
        else:
            rule = rule_for(stay.country)
            yield from _passport(traveler, trip, stay, paper, rule)
            if not _has_visa(traveler, stay):
                yield Finding("visa_not_checked", "unknown", {"country": stay.country, "nationality": traveler.nationality, "url": rule.check_url}, "official")
    if paper is not None and paper.state == "pending":
        yield Finding("paper_pending", "unknown", {"paper": paper.type}, "papers")
    if paper is not None and paper.country and paper.country != traveler.nationality:
        yield Finding("paper_of_another_country", "warns", {"paper": paper.type, "country": paper.country, "nationality": traveler.nationality}, "traveler")


def _dead_papers(traveler: TravelerFacts, trip: TripFacts, used: Paper | None) -> Iterator[Finding]:
    """What was rejected or has expired, as long as nothing else does its duty."""
    for paper in traveler.papers:
        instead = used is not None if paper.type in ("passport", "id_card") else any(
            other.type == paper.type and other.state in USABLE for other in traveler.papers
        )
        if instead:
            continue
        if paper.state == "rejected":
            yield Finding("paper_rejected", "blocks" if paper.type == "passport" else "warns", {"paper": paper.type}, "papers")
        elif paper.state == "expired":
            yield Finding("paper_expired", "blocks" if paper.type == "passport" else "warns", {"paper": paper.type}, "papers")
    for paper in traveler.papers:
        if paper.state in USABLE and paper.type not in ("passport", "id_card") and paper.expires_on is not None and paper.expires_on < trip.last_day:
            yield Finding("paper_ends", "warns", {"paper": paper.type, "expires": paper.expires_on.isoformat(), "end": trip.last_day.isoformat()}, "papers")


def _with_card(traveler: TravelerFacts, trip: TripFacts, stay: Stay, paper: Paper | None) -> Iterator[Finding]:
    """Where a card or a passport does: at home it only has to be shown to hotels and on trains, abroad to the border."""
    home = _at_home(traveler, trip, stay)
    if paper is None:
        if not any(other.type in ("passport", "id_card") for other in traveler.papers):  # a dead one was named already
            yield Finding("card_wanted" if home else "card_missing", "warns" if home else "blocks", {"country": stay.country}, "papers")
    elif paper.expires_on is None:
        yield Finding("expiry_missing", "unknown", {"paper": paper.type}, "papers")
    elif paper.expires_on < stay.departure:
        about = {"paper": paper.type, "expires": paper.expires_on.isoformat(), "end": trip.last_day.isoformat()}
        yield Finding("paper_ends_home" if home else "paper_ends", "warns" if home else "blocks", about, "papers")


def _passport(traveler: TravelerFacts, trip: TripFacts, stay: Stay, paper: Paper | None, rule: EntryRule | None) -> Iterator[Finding]:
    """A passport against one country's rule; `rule` None: one's own country, which asks for a valid one alone."""
    passport = paper if paper is not None and paper.type == "passport" else None
    if passport is None:
        if not any(other.type == "passport" for other in traveler.papers):
            yield Finding("passport_missing", "blocks", {"country": stay.country}, "papers")
        return
    if passport.expires_on is None:
        yield Finding("expiry_missing", "unknown", {"paper": "passport"}, "papers")
    elif passport.expires_on < trip.last_day:
        yield Finding("paper_ends", "blocks", {"paper": "passport", "expires": passport.expires_on.isoformat(), "end": trip.last_day.isoformat()}, "papers")
    elif rule is not None and passport.expires_on < (needed := rule.needed_until(stay)):
        about = {
            "country": stay.country,
            "expires": passport.expires_on.isoformat(),
            "needed": needed.isoformat(),
            "months": rule.months,
            "days": rule.days,
            "from": rule.counted_from,
        }
        if not rule.known:
            yield Finding("validity_unknown", "unknown", about, "papers")
        elif rule.depends:
            yield Finding("validity_depends", "warns", about | {"url": rule.check_url}, "official")
        else:
            yield Finding("validity_short", "blocks", about, "papers")
    if rule is None:
        return
    if not rule.known:
        yield Finding("rule_unknown", "unknown", {"country": stay.country}, "")
    if rule.issued_years:
        if passport.issued_on is None:
            yield Finding("issue_date_missing", "unknown", {"country": stay.country, "years": rule.issued_years}, "papers")
        elif passport.issued_on <= years_before(stay.arrival, rule.issued_years):
            yield Finding("passport_too_old", "blocks", {"country": stay.country, "issued": passport.issued_on.isoformat(), "years": rule.issued_years}, "papers")
    if rule.blank_pages:
        yield Finding("blank_pages", "unknown", {"country": stay.country, "pages": rule.blank_pages}, "")


def _has_visa(traveler: TravelerFacts, stay: Stay) -> bool:
    """A visa of that country, good for all of the stay."""
    return any(
        paper.type == "visa" and paper.state in USABLE and paper.country == stay.country and (paper.expires_on is None or paper.expires_on >= stay.departure)
        for paper in traveler.papers
    )
