"""Reads the documents for someone: the stored text, plus what only this reader may see or what changes later."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from django.core.cache import caches
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from travelplanner.core import money, reads
from travelplanner.core.actor import Actor
from travelplanner.core.api.renderers import dumps
from travelplanner.core.errors import Conflict, NotFound
from trips import rules
from trips.documents import budget as budget_document
from trips.documents import sentences
from trips.models import Document, PrivateWish, Trip
from trips.queries.trips import failure_of, get_trip, latest_run

CACHE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class NotYet:
    """The document is being made; ask again after so many seconds."""

    progress: int
    step: str
    retry_after: int = 1


def find_document(actor: Actor, reference: str, kind: str, revision: int | None = None) -> Document | NotYet:
    """The newest (or the named) revision, one statement. NotFound when the trip isn't theirs or the revision doesn't exist;
    Conflict `planning_failed` when its run failed; NotYet while it runs."""
    asked = {"revision": revision} if revision is not None else {}
    document = reads.first(_documents, kind, actor=actor, reference=reference[:32].replace("\x00", ""), **asked)
    if document is not None:
        return document
    trip = get_trip(actor, reference, whole=False)
    if revision is not None:
        raise NotFound
    return _missing(trip, kind)


def _documents(kind: str, *, actor: Actor, reference: str, revision: int | None = None) -> QuerySet[Document]:
    """The newest first, its text left in the database."""
    rows = Document.objects.filter(rules.visible_to(actor, "trip__"), trip__reference=reference, kind=kind).select_related("trip").defer("text")
    if kind == "intent":
        rows = rows.select_related("wish")
    return rows.filter(revision=revision) if revision is not None else rows.order_by("-revision")


def _missing(trip: Trip, kind: str) -> NotYet:
    run = latest_run(trip)
    if run is not None and run.state == "failed":
        raise Conflict(_("Planning failed: %s") % failure_of(run), code="planning_failed", extra={"reason": run.error_code})
    if kind == "final" and run is not None and run.state == "done":
        raise NotFound(_("No itinerary has been chosen yet."), code="not_chosen")
    return NotYet(progress=run.progress if run else 0, step=run.step if run else "intent")


def served(document: Document) -> tuple[bytes, dict[str, Any]]:
    """The stored text with its sentences in the reader's language, and the few figures that `computed` needs.

    Made once per language and kept: a revision never changes. `find_document` leaves the text in the database until it is needed here.
    """
    key = f"document:{document.pk}:{sentences.reader_language()}"
    kept = caches["drawings"].get(key)
    if kept is None:
        body = document.body
        kept = (dumps(sentences.with_text(body)), _figures(document.kind, body))
        caches["drawings"].set(key, kept, CACHE_SECONDS)
    return kept


def _figures(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    if kind == "budget":
        return {"predictedBudget": body["predictedBudget"]}
    if kind == "candidates":
        return {"totals": [candidate["cost"]["total"] for candidate in body["candidates"]]}
    return {"totals": [body["cost"]["total"]]} if kind == "final" else {}


def text_for(document: Document) -> bytes:
    return served(document)[0]


def body_for(document: Document) -> dict[str, Any]:
    """The same as a dict, for pages."""
    return orjson.loads(text_for(document))


def spliced(text: bytes, extra: dict[str, Any]) -> bytes:
    """Stored JSON object + computed fields, without parsing the large part."""
    return text[:-1] + b"," + dumps(extra)[1:] if extra else text


def answer_for(actor: Actor, document: Document) -> bytes:
    """What the API serves: stored text, joined with the private side for its owner and with what is computed on read."""
    return spliced(text_for(document), computed(actor, document))


def computed(actor: Actor, document: Document) -> dict[str, Any]:
    """Fields that the stored text may not or can not hold. The private side only for those who own the trip (samples hide it)."""
    trip = document.trip
    private = rules.owns(actor, trip)
    if document.kind == "intent":
        typed = {} if "origin" in document.body else {"origin": trip.origin_city or None}
        return {**typed, **_wish(document)} if private else {}
    if document.kind == "budget":
        return budget_document.against_limit(served(document)[1], trip.budget_minimum, trip.budget_amount) if private else {}
    if document.kind == "candidates":
        return {"limits": [limit_of(trip, total) for total in served(document)[1]["totals"]]} if private else {}
    if document.kind == "final":
        extra: dict[str, Any] = {"locked": trip.locked_revision == document.revision, "status": trip.state}
        return extra | ({"limit": limit_of(trip, served(document)[1]["totals"][0])} if private and trip.budget_amount is not None else {})
    return {}


def _wish(document: Document) -> dict[str, Any]:
    wish: PrivateWish = document.wish
    currency = wish.budget_currency
    return {
        "budgetRange": {
            "min": money.as_number(wish.budget_minimum, currency) if wish.budget_minimum is not None else None,
            "max": money.as_number(wish.budget_maximum, currency) if wish.budget_maximum is not None else None,
            "currency": currency,
        },
        "constraints": {key: _clock(value) if key in ("earliestStart", "latestEnd") else value for key, value in wish.constraints.items()},
    }


def _clock(minutes: int) -> str:
    """As the API takes it: 490 -> "08:10"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def limit_of(trip: Trip, total: float) -> dict[str, Any]:
    """A cost against the trip's ceiling: what is left, or by how much it falls short."""
    if trip.budget_amount is None:
        return {"limit": None, "left": None, "shortfall": 0}
    left, currency = trip.budget_amount - Decimal(str(total)), trip.budget_currency
    return {
        "limit": money.as_number(trip.budget_amount, currency),
        "left": money.as_number(max(Decimal(0), left), currency),
        "shortfall": money.as_number(max(Decimal(0), -left), currency),
    }


def revisions_of(actor: Actor, reference: str) -> list[dict[str, Any]]:
    """Revisions of the final itinerary, newest first."""
    trip = get_trip(actor, reference, whole=False)
    return [
        {"revision": row.revision, "createdAt": row.created_at, "basis": row.basis, "locked": trip.locked_revision == row.revision}
        for row in trip.documents.filter(kind="final").defer("text").order_by("-revision")
    ]
