"""Strong ETags from `row_version`, and If-Match."""

from __future__ import annotations

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter

from ..errors import PreconditionRequired, Stale

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of the version that you read; 428 without, 412 when it is stale.")


def etag(row_id: object, row_version: int) -> str:
    return f'"{row_id}-{row_version}"'


def require_match(request: HttpRequest, current: str, *, required: bool = True) -> None:
    """Raise PreconditionRequired (428) without If-Match where it is required, Stale (412) when it names another version."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        if required:
            raise PreconditionRequired
        return
    if sent != "*" and current not in [part.strip() for part in sent.split(",")]:
        raise Stale


def not_modified(request: HttpRequest, current: str) -> bool:
    """Whether If-None-Match names the current version."""
    sent = request.headers.get("If-None-Match", "")
    return bool(sent) and current in [part.strip().removeprefix("W/") for part in sent.split(",")]
