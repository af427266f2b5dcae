"""What readiness is told, and what it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["blocks", "warns", "unknown"]  # can't travel so; look at it; we can't tell
SEVERITIES: tuple[Severity, ...] = ("blocks", "warns", "unknown")


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as its owner entered it: `state` pending, verified, rejected, expired; countries alpha-3; "" and None = not said."""

    type: str
    state: str
    country: str = ""
    issued_on: dt.date | None = None
    expires_on: dt.date | None = None
    holder_name: str = ""


@dataclass(frozen=True, slots=True)
class BookedName:
    """The name under which something of the trip is booked for this traveler."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class TravelerFacts:
    """One traveler. `with_parent`: it is the child of somebody who comes along too."""

    first_name: str
    last_name: str = ""
    birth_date: dt.date | None = None
    nationality: str = ""
    type: str = "adult"
    needs: frozenset[str] = frozenset()
    papers: tuple[Paper, ...] = ()
    booked: tuple[BookedName, ...] = ()
    consent_given: bool = False
    consent_until: dt.date | None = None
    with_parent: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch of the trip in one country."""

    country: str
    arrival: dt.date
    departure: dt.date


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop of the present plan; `accessibility` step_free, partial, steps, none, unknown; `effort` 1 to 5, None = not known."""

    name: str
    accessibility: str = "unknown"
    effort: int | None = None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """The present plan: its stops, kilometers on foot by day, days of rest."""

    stops: tuple[PlannedStop, ...]
    walk_km: tuple[float, ...]
    rest_days: int


@dataclass(frozen=True, slots=True)
class TripFacts:
    """`origin` is the country one starts from, "" when not known; `plan` None while none is chosen."""

    stays: tuple[Stay, ...]
    origin: str = ""
    plan: PlanFacts | None = None

    @property
    def first_day(self) -> dt.date:
        return min((stay.arrival for stay in self.stays), default=dt.date.max)

    @property
    def last_day(self) -> dt.date:
        return max((stay.departure for stay in self.stays), default=dt.date.min)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know: `link` says where it is put right (papers, traveler, plan, booking, official or "")."""

    code: str
    severity: Severity
    params: Mapping[str, object] = field(default_factory=dict)
    link: str = ""
