"""JSON in: strict, no NUL, no lone surrogates, bounded by DATA_UPLOAD_MAX_MEMORY_SIZE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


def loads(raw: bytes) -> Any:
    """Parse one JSON document or raise ParseError with the place of the fault."""
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ParseError(_("This is not JSON: %s") % error) from error
    if b"\\u0000" in raw or b"\x00" in raw:
        raise ParseError(_("Text must not hold NUL characters."))
    return data


class OrjsonParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        return loads(raw) if raw.strip() else {}
