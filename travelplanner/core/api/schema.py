"""How views describe themselves for OpenAPI: errors and tags in one place."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc


class ContractSchema(AutoSchema):
    """Tags by the path's first part under /api."""

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.strip("/").split("/") if part]
        return [parts[1] if len(parts) > 1 and parts[0] == "api" else parts[0]]

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular asks it like this
        """What the method says of itself; never the words of a class, which tell our own programmers how its subclasses are written."""
        return get_doc(getattr(self.view, self.method.lower(), None))

    def _get_response_bodies(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from .serializers import ErrorSerializer

        bodies = super()._get_response_bodies(*args, **kwargs)
        wanted = ["400", "404", "406", "429", "503"] + ([] if not self.get_auth() else ["401", "403"])
        if self.method in ("POST", "PUT", "PATCH", "DELETE"):
            wanted += ["409", "413", "415", "422", "412", "428"]
        for status in wanted:
            if status not in bodies:
                bodies[status] = self._get_response_for_code(ErrorSerializer, status, media_types=["application/json"])
        return bodies
