"""Opens a trip's page: who asks, which document, whether they may change it, and the step bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.requests import PageRequest
from trips import rules
from trips.models import Document, Trip
from trips.queries.documents import NotYet, find_document
from trips.web.company_bar import company_bar
from trips.web.trip_bar import trip_bar


@dataclass(frozen=True, slots=True)
class Opened:
    """A page's subject; `editable` is false for samples and for what is booked."""

    request: PageRequest
    actor: Actor
    document: Document

    @property
    def trip(self) -> Trip:
        return self.document.trip

    @property
    def owned(self) -> bool:
        return rules.owns(self.actor, self.trip)

    @property
    def role(self) -> str:
        """owner, editor, viewer, or "" (samples)."""
        return rules.role_of(self.actor, self.trip)

    @property
    def locked(self) -> bool:
        return self.trip.locked_revision is not None or self.trip.state != "planning"

    @property
    def editable(self) -> bool:
        return rules.may_edit(self.actor, self.trip) and not self.locked

    def url(self, name: str) -> str:
        return reverse(f"trips:{name}", args=[self.trip.reference])

    def render(self, template: str, here: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """The page with the step bar; `sample` and `own_url` feed the kind words for readers who may only look."""
        bar = trip_bar(self.actor, self.trip, here, planned=True)
        shared = {
            "bar": bar,
            "company": company_bar(self.actor, self.trip),
            "reference": self.trip.reference,
            "editable": self.editable,
            "role": self.role,
            "locked": self.locked,
            "sample": self.trip.sample,
            "own_url": reverse("trips:new") + f"?from={self.trip.reference}",
        }
        return render(self.request, template, shared | context, status=status)


def open_document(request: PageRequest, reference: str, kind: str, revision: int | None = None) -> Opened | HttpResponse:
    """The document to show, or the way to where it is being made: planning, or the comparison when nothing was chosen yet.

    Raises NotFound when the trip isn't theirs to see.
    """
    actor = actor_of(request)
    try:
        document = find_document(actor, reference, kind, revision)
    except Conflict:
        return redirect("trips:planning", reference=reference)  # it says there why planning failed, and offers to try again
    if isinstance(document, NotYet):
        return redirect("trips:planning", reference=reference)
    return Opened(request, actor, document)
