"""Rows of papers: one's own and a traveler's, by page and by API."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actions import documents
from accounts.models import Traveler
from tests.architecture.routes.rows import Row, Thing, own_api, own_page
from tests.architecture.routes.world import Making
from tests.cast import actor_for
from tests.factories.papers import paper, png

NOWHERE = "00000000-0000-4000-8000-00000000d0c0"
MARKS = ("SECRETPASS77", "SS77", "HOLDER IN SECRET")  # the number, its shown end, the name as printed


def _holder(making: Making) -> Traveler:
    return Traveler.objects.get_or_create(user=making.alice, first_name="Holder", last_name="in Secret")[0]


def _with_file(making: Making, traveler: Traveler | None) -> str:
    row = paper(making.alice, traveler=traveler, number="SECRETPASS77", holder_name="HOLDER IN SECRET")
    documents.put_file(actor=actor_for(making.alice), traveler_id=traveler.pk if traveler else None, document_id=row.pk, data=png())
    return str(row.pk)


THINGS: dict[str, Thing] = {
    "paper": Thing(lambda making: _with_file(making, None), NOWHERE, MARKS, private=True, of_trip=False),
    "paper_holder": Thing(lambda making: str(_holder(making).pk), NOWHERE, ("Holder in Secret",), private=True, of_trip=False),
    "holder_paper": Thing(lambda making: _with_file(making, _holder(making)), NOWHERE, MARKS, private=True, of_trip=False),
}


def _file() -> dict[str, Any]:
    return {"file": SimpleUploadedFile("scan.png", png(), content_type="image/png")}


ENTRIES = {"type": "visa", "number": "ANOTHER 1", "documents_consent": True}
FORM = {"type": "visa", "number": "ANOTHER 1", "documents_consent": "on"}
CHANGED = {"type": "visa", "number": "ANOTHER 2", "version": "2"}
OWN = {"document_id": "paper"}
THEIRS = {"traveler_id": "paper_holder", "document_id": "holder_paper"}
HOLDER = {"traveler_id": "paper_holder"}

TABLE: dict[str, Row] = {
    "accounts:documents": own_page("GET"),
    "accounts:document_new": own_page("GET", "POST", bodies={"POST": FORM}),
    "accounts:document": own_page("GET", "POST", gaps=OWN, bodies={"POST": CHANGED}),
    "accounts:document_file": own_page("GET", "POST", gaps=OWN, bodies={"POST": _file}),
    "accounts:document_remove": own_page("GET", "POST", gaps=OWN, bodies={"POST": {"what": "document"}}),
    "accounts:traveler_documents": own_page("GET", gaps=HOLDER),
    "accounts:traveler_document_new": own_page("GET", "POST", gaps=HOLDER, bodies={"POST": FORM}),
    "accounts:traveler_document": own_page("GET", "POST", gaps=THEIRS, bodies={"POST": CHANGED}),
    "accounts:traveler_document_file": own_page("GET", "POST", gaps=THEIRS, bodies={"POST": _file}),
    "accounts:traveler_document_remove": own_page("GET", "POST", gaps=THEIRS, bodies={"POST": {"what": "document"}}),
    "api_documents": own_api("GET", "POST", bodies={"POST": ENTRIES}),
    "api_document": own_api("GET", "PATCH", "DELETE", gaps=OWN, bodies={"PATCH": {"number": "ANOTHER 3"}}),
    "api_document_file": own_api("GET", "PUT", "DELETE", gaps=OWN, bodies={"PUT": _file}),
    "api_traveler_documents": own_api("GET", "POST", gaps=HOLDER, bodies={"POST": ENTRIES}),
    "api_traveler_document": own_api("GET", "PATCH", "DELETE", gaps=THEIRS, bodies={"PATCH": {"number": "ANOTHER 3"}}),
    "api_traveler_document_file": own_api("GET", "PUT", "DELETE", gaps=THEIRS, bodies={"PUT": _file}),
}
