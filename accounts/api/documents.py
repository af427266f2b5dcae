"""Papers: one's own under /api/me/documents, a traveler's under /api/travelers/{id}/documents; the same views."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle

from accounts import document_words as words
from accounts.actions import documents as actions
from accounts.files import ACCEPTED
from accounts.models import TravelDocument
from accounts.models.document import DOCUMENT_TYPES
from accounts.queries import documents as queries
from accounts.states import DOCUMENT_CHECK
from travelplanner.core.api import etags
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.views import ApiView
from travelplanner.core.errors import Invalid
from travelplanner.core.web.private_answers import attachment
from travelplanner.core.web.uploads import was_too_large


class TravelDocumentFileSerializer(serializers.Serializer):
    type = serializers.ChoiceField(choices=list(ACCEPTED))
    size = serializers.IntegerField(help_text="Bytes of the cleaned copy that is kept.")
    href = serializers.CharField()


class TravelDocumentSerializer(serializers.Serializer):
    """A paper. `number_masked` shows the last signs; `number_readable` is false when the stored number can't be opened any more."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=[key for key, _label in DOCUMENT_TYPES])
    number_masked = serializers.CharField()
    number_readable = serializers.BooleanField()
    holder_name = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-3 of who issued it, or empty.")
    issued_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=list(DOCUMENT_CHECK.states))
    reason = serializers.CharField(allow_null=True, help_text="Why it was sent back; null unless it was.")
    file = TravelDocumentFileSerializer(allow_null=True)
    row_version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class TravelDocumentDetailSerializer(TravelDocumentSerializer):
    number = serializers.CharField(allow_null=True, help_text="In full, for its owner alone; null when it can't be read.")


class TravelDocumentPatchSerializer(serializers.Serializer):
    type = serializers.ChoiceField(choices=[key for key, _label in DOCUMENT_TYPES], required=False)
    number = serializers.CharField(max_length=64, allow_blank=True, required=False)
    holder_name = serializers.CharField(max_length=200, allow_blank=True, required=False)
    country = serializers.CharField(max_length=3, allow_blank=True, required=False)
    issued_on = serializers.DateField(allow_null=True, required=False)
    expires_on = serializers.DateField(allow_null=True, required=False)


class TravelDocumentRequestSerializer(TravelDocumentPatchSerializer):
    type = serializers.ChoiceField(choices=[key for key, _label in DOCUMENT_TYPES])
    documents_consent = serializers.BooleanField(required=False, default=False, help_text="True gives the consent to keeping papers with this request.")


class RawFileParser(BaseParser):
    """The body is the file, whatever it is said to be; its content decides."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        data = stream.read(settings.DOCUMENT_MAX_BYTES + 1)
        if len(data) > settings.DOCUMENT_MAX_BYTES:
            raise RequestDataTooBig
        return {"file": data}


class AnyAccept(DefaultContentNegotiation):
    """A program that asks for image/* or application/pdf gets the file; refusals are JSON all the same."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def document_json(row: TravelDocument, traveler_id: uuid.UUID | None, *, full: bool) -> dict[str, Any]:
    number = queries.number_of(row)
    base = "/api/me/documents" if traveler_id is None else f"/api/travelers/{traveler_id}/documents"
    body: dict[str, Any] = {
        "id": row.pk,
        "type": row.type,
        "number_masked": number.masked,
        "number_readable": number.readable,
        "holder_name": row.holder_name,
        "country": row.country,
        "issued_on": row.issued_on,
        "expires_on": row.expires_on,
        "state": row.state,
        "reason": row.why if row.state == "rejected" else None,  # type: ignore[attr-defined]  # of the concrete models; the abstract base has none
        "file": {"type": row.file_type, "size": row.file_size, "href": f"{base}/{row.pk}/file"} if row.file_key else None,
        "row_version": row.row_version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    return {**body, "number": number.full} if full else body


class _Papers(ApiView):
    def _found(self, traveler_id: uuid.UUID | None, document_id: uuid.UUID) -> TravelDocument:
        return queries.get_document(queries.get_holder(self.actor, traveler_id), document_id)

    def _answer(self, traveler_id: uuid.UUID | None, document_id: uuid.UUID, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        row = self._found(traveler_id, document_id)
        return Response(document_json(row, traveler_id, full=True), status=status, headers={"ETag": etags.etag(row.pk, row.row_version), **(headers or {})})


class DocumentList(_Papers):
    @extend_schema(operation_id="list_documents", parameters=[PAGE, PAGE_SIZE], responses=page_shape(TravelDocumentSerializer))
    def get(self, request: Request, traveler_id: uuid.UUID | None = None) -> Response:
        """Papers of one person, by kind, newest first; numbers masked."""
        pager = PageNumberPagination()
        page = pager.paginate_queryset(queries.list_documents(queries.get_holder(self.actor, traveler_id)), request, view=self)
        return pager.get_paginated_response([document_json(row, traveler_id, full=False) for row in page or []])

    @extend_schema(operation_id="add_document", request=TravelDocumentRequestSerializer, responses={201: TravelDocumentDetailSerializer})
    def post(self, request: Request, traveler_id: uuid.UUID | None = None) -> Response:
        """Add a paper; its file comes by PUT to its `/file`. Needs the consent `documents`, given before or with `documents_consent`."""
        queries.get_holder(self.actor, traveler_id)  # not yours is not yours, whatever the body
        data = self.validated(TravelDocumentRequestSerializer)
        agreed = data.pop("documents_consent")
        row = actions.add_document(actor=self.actor, traveler_id=traveler_id, values=data, agreed=agreed)
        return self._answer(traveler_id, row.pk, status=201, headers={"Location": f"{request.path}/{row.pk}"})


class DocumentDetail(_Papers):
    @extend_schema(operation_id="get_document", responses=TravelDocumentDetailSerializer)
    def get(self, request: Request, document_id: uuid.UUID, traveler_id: uuid.UUID | None = None) -> Response:
        """One paper with its number in full."""
        return self._answer(traveler_id, document_id)

    @extend_schema(operation_id="change_document", parameters=[etags.IF_MATCH], request=TravelDocumentPatchSerializer, responses=TravelDocumentDetailSerializer)
    def patch(self, request: Request, document_id: uuid.UUID, traveler_id: uuid.UUID | None = None) -> Response:
        """Change entries. A checked paper is looked at again (`state` pending) when they changed. Needs If-Match."""
        row = self._found(traveler_id, document_id)
        etags.require_match(request, etags.etag(row.pk, row.row_version))
        data = self.validated(TravelDocumentPatchSerializer)
        actions.change_document(actor=self.actor, traveler_id=traveler_id, document_id=document_id, row_version=row.row_version, values=data)
        return self._answer(traveler_id, document_id)

    @extend_schema(operation_id="remove_document", responses={204: None})
    def delete(self, request: Request, document_id: uuid.UUID, traveler_id: uuid.UUID | None = None) -> Response:
        """Remove the paper and its file for good."""
        actions.remove_document(actor=self.actor, traveler_id=traveler_id, document_id=document_id)
        return Response(status=204)


_UPLOAD: dict[str, Any] = {
    "multipart/form-data": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]},
    **{kind: {"type": "string", "format": "binary"} for kind in ACCEPTED},
}


class DocumentFile(_Papers):
    parser_classes = [MultiPartParser, RawFileParser]
    content_negotiation_class = AnyAccept
    throttle_scope = "upload"

    def get_throttles(self) -> list[Any]:
        """Opening a file takes a process of its own."""
        return [ScopedRateThrottle()] if self.request.method == "PUT" else []

    @extend_schema(operation_id="get_document_file", responses={(200, kind): OpenApiTypes.BINARY for kind in ACCEPTED})
    def get(self, request: Request, document_id: uuid.UUID, traveler_id: uuid.UUID | None = None) -> HttpResponse:
        """The kept copy, as an attachment."""
        row = self._found(traveler_id, document_id)
        return attachment(queries.read_file(row), type=row.file_type, name=words.file_name(row))

    @extend_schema(operation_id="put_document_file", request=_UPLOAD, responses=TravelDocumentDetailSerializer)
    def put(self, request: Request, document_id: uuid.UUID, traveler_id: uuid.UUID | None = None) -> Response:
        """Keep this file: JPEG, PNG, WebP or PDF by its content, as the body or as `file` of a form. Without metadata, scripts and attachments."""
        row = self._found(traveler_id, document_id)
        current = etags.etag(row.pk, row.row_version)
        etags.require_match(request, current, required=False)
        version = row.row_version if request.headers.get("If-Match", "*").strip() != "*" else None
        actions.put_file(actor=self.actor, traveler_id=traveler_id, document_id=document_id, data=self._sent(), row_version=version)
        return self._answer(traveler_id, document_id)

    @extend_schema(operation_id="remove_document_file", responses={204: None})
    def delete(self, request: Request, document_id: uuid.UUID, traveler_id: uuid.UUID | None = None) -> Response:
        """Remove the file and keep the entries."""
        actions.remove_file(actor=self.actor, traveler_id=traveler_id, document_id=document_id)
        return Response(status=204)

    def _sent(self) -> bytes:
        sent = self.request.data.get("file") if hasattr(self.request.data, "get") else None
        if was_too_large(self.request):
            raise RequestDataTooBig
        if isinstance(sent, bytes):
            return sent
        if sent is None or not hasattr(sent, "read"):
            raise Invalid(fields={"file": [_("Send a file.")]})
        return sent.read()


def _named(**operations: str) -> Any:
    return extend_schema_view(**{method: extend_schema(operation_id=name) for method, name in operations.items()})


@_named(get="list_traveler_documents", post="add_traveler_document")
class TravelerDocumentList(DocumentList):
    pass


@_named(get="get_traveler_document", patch="change_traveler_document", delete="remove_traveler_document")
class TravelerDocumentDetail(DocumentDetail):
    pass


@_named(get="get_traveler_document_file", put="put_traveler_document_file", delete="remove_traveler_document_file")
class TravelerDocumentFile(DocumentFile):
    pass
