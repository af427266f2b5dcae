"""Who does something: a signed-in user, a browser without account, or a job of ours."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`visitor` is the SHA-256 of the browser's secret visitor token; `label` names a job when there is no person."""

    user_id: uuid.UUID | None = None
    visitor: str = ""
    is_staff: bool = False
    label: str = ""
    request_id: str = ""

    @classmethod
    def system(cls, label: str) -> Actor:
        return cls(label=label)

    @property
    def is_system(self) -> bool:
        return bool(self.label)

    @property
    def is_user(self) -> bool:
        return self.user_id is not None


def visitor_hash(token: str) -> str:
    """What is stored of a visitor token."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""
