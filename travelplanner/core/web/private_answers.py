"""Private files leave as attachments that no browser runs, guesses about, or keeps."""

from __future__ import annotations

from django.http import HttpResponse

ALLOWED = frozenset({"image/jpeg", "image/png", "image/webp", "application/pdf"})


def attachment(data: bytes, *, type: str, name: str) -> HttpResponse:
    """`name` is one that we chose: ASCII letters, digits, dash and dot."""
    return HttpResponse(
        data,
        content_type=type if type in ALLOWED else "application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
