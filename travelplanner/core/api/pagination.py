"""Lists are paged: `page`, `page_size` (max 100)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import pagination

PAGE = OpenApiParameter("page", {"type": "integer", "minimum": 1}, description="1 is the first; a page that isn't there answers 404.")
PAGE_SIZE = OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 100}, description="Rows of a page, 25 by default.")


class PageNumberPagination(pagination.PageNumberPagination):
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        answer = super().get_paginated_response_schema(schema)
        answer["required"] = ["count", "next", "previous", "results"]
        return answer


def page_of(rows: Sequence[Any], *, page: int, size: int) -> Sequence[Any]:
    return rows[(page - 1) * size : page * size]
