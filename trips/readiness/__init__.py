"""Whether a traveler is ready for a trip: papers, dates, names, a minor's consent, needs against the plan.

Pure: frozen dataclasses in, findings (code, severity, params) out; `trips.documents.readiness` says them in words. What isn't known is said
to be unknown, never taken for fine.
"""

from trips.readiness.assess import findings_of, is_ready
from trips.readiness.dates import months_after
from trips.readiness.facts import BookedName, Finding, Paper, PlanFacts, PlannedStop, Stay, TravelerFacts, TripFacts
from trips.readiness.names import NameMatch, compare_names, normalized_words
from trips.readiness.rules import EntryRule, entry_rules, free_movement, rule_for

__all__ = [
    "BookedName",
    "EntryRule",
    "Finding",
    "NameMatch",
    "Paper",
    "PlanFacts",
    "PlannedStop",
    "Stay",
    "TravelerFacts",
    "TripFacts",
    "compare_names",
    "entry_rules",
    "findings_of",
    "free_movement",
    "is_ready",
    "months_after",
    "normalized_words",
    "rule_for",
]
