"""Readiness as pages show it: rows with words and links. Pure but for the active language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from travelplanner.core.countries import country_name
from trips.documents import readiness as words
from trips.documents.sentences import reader_language
from trips.queries.readiness import TravelerReadiness, TripReadiness
from trips.readiness import EntryRule, Finding
from trips.web import written

TONES = {"blocks": "bad", "warns": "warn", "unknown": ""}


def line(found: TripReadiness) -> dict[str, str]:
    """One sentence for the plan's page and the checkout: how many are ready. Empty when nobody has been put in."""
    count, ready = len(found.travelers), found.ready_count
    if not count:
        return {}
    if ready == count:
        text = ngettext("%(count)d traveler is ready to go.", "All %(count)d travelers are ready to go.", count) % {"count": count}
    else:
        text = ngettext("Ready: %(ready)d of %(count)d traveler.", "Ready: %(ready)d of %(count)d travelers.", count) % {"ready": ready, "count": count}
    return {"text": text, "tone": "good" if ready == count else "warn"}


def summary(found: TripReadiness) -> dict[str, Any]:
    """The first note of the page."""
    said = line(found)
    if said and found.more_than_planned:
        said["more"] = _("More travelers are named than the %(count)d that beds, meals and tickets are counted for. Plan a new trip for all of you, or take someone out.") % {
            "count": found.trip.traveler_count
        }
    return said


def traveler_rows(found: TripReadiness) -> list[dict[str, Any]]:
    """One's own travelers first, with findings by severity; then the others."""
    return [_row(traveler, found.trip.reference) for traveler in sorted(found.travelers, key=lambda traveler: not traveler.own)]


def _row(found: TravelerReadiness, reference: str) -> dict[str, Any]:
    findings = found.findings or ()
    worst = words.worst_of([finding.severity for finding in findings])
    return {
        "name": found.name,
        "own": found.own,
        "ready": found.ready,
        "label": _("ready") if found.ready else _("not ready"),
        "tone": "good" if found.ready else "bad",
        "note": _("Nothing stands in the way.") if found.own and not worst else "",
        "groups": [group for severity in words.SEVERITY_NAMES if (group := _group(severity, findings, found, reference))],
    }


def _group(severity: str, findings: Sequence[Finding], found: TravelerReadiness, reference: str) -> dict[str, Any] | None:
    rows = [finding for finding in findings if finding.severity == severity]
    if not rows:
        return None
    return {
        "label": written.capital(str(words.SEVERITY_NAMES[severity])),
        "tone": TONES[severity],
        "rows": [
            {"text": words.text_of(row.code, row.params), "remedy": words.remedy_of(row.code, row.params), **link_of(row, found, reference)} for row in rows
        ],
    }


def link_of(finding: Finding, found: TravelerReadiness, reference: str) -> dict[str, str]:
    """Where it is put right; nothing when there is no such page."""
    if finding.link == "official":
        return {"href": str(finding.params.get("url") or ""), "action": _("The authority's own page"), "rel": "noopener noreferrer"}
    places: dict[str, tuple[str, list[Any], str]] = {
        "papers": ("accounts:traveler_documents", [found.traveler.pk], _("Open the traveler's papers")),
        "traveler": ("accounts:traveler", [found.traveler.pk], _("Open the traveler")),
        "plan": ("trips:itinerary", [reference], _("Open the plan")),
        "booking": ("bookings:list", [], _("Open the bookings")),
    }
    if finding.link not in places:
        return {"href": "", "action": ""}
    name, args, action = places[finding.link]
    try:
        return {"href": reverse(name, args=args), "action": action}
    except NoReverseMatch:
        return {"href": "", "action": ""}


def link_to_travelers() -> str:
    """Where travelers are entered."""
    try:
        return reverse("accounts:travelers")
    except NoReverseMatch:
        return reverse("accounts:home")


def rule_rows(found: TripReadiness) -> list[dict[str, Any]]:
    """What the trip's countries ask for, each with its source."""
    return [_rule_row(rule) for rule in found.rules]


def _rule_row(rule: EntryRule) -> dict[str, Any]:
    country = country_name(rule.country, reader_language())
    if not rule.known:
        text = _("We have not checked what %(country)s asks of visitors. Ask the embassy before you book.") % {"country": country}
    else:
        text = words.rule_sentence(rule.country, rule.months, rule.days, rule.counted_from)
    return {
        "country": country,
        "text": text,
        "source": rule.title if rule.sourced else _("Editor's estimate, low confidence"),
        "url": rule.source if rule.sourced else "",
        "checked": rule.checked,
        "check_url": rule.check_url,
    }
