"""One door for every upload: which kind it is by its first bytes, then whether it really opens as that kind, then only what is to be seen."""

from __future__ import annotations

from dataclasses import dataclass

from . import images, pdfs
from .refusal import Refused

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
ACCEPTED = tuple(EXTENSIONS)


@dataclass(frozen=True, slots=True)
class Clean:
    """A file as it is kept: its media type and bytes that we wrote ourselves."""

    type: str
    data: bytes


def kind_of(data: bytes) -> str:
    """The media type that the first bytes promise, or "". Name and declared type of an upload are its sender's word and not asked."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    return ""


def clean(data: bytes, *, max_bytes: int) -> Clean:
    """Open it as what it is and write it anew without metadata, scripts, attachments, or anything before or behind it. Raises Refused.

    The result holds nothing of the original's container, so a file that is two kinds at once comes out as one.
    """
    if not data:
        raise Refused("empty")
    if len(data) > max_bytes:
        raise Refused("too_large")
    kind = kind_of(data)
    if not kind:
        raise Refused("kind")
    cleaned = pdfs.clean(data) if kind == "application/pdf" else images.clean(data, kind)
    if len(cleaned) > max_bytes:
        raise Refused("too_large")
    return Clean(kind, cleaned)
