"""Files of a form: in memory alone, and no more than settings.DOCUMENT_MAX_BYTES of them per request."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest


class CappedUploadHandler(FileUploadHandler):
    """Drops a file that grows past the cap, so that the rest of the form is still read and can say so (`was_too_large`)."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.taken = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.buffer = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.taken += len(raw_data)
        if self.taken > settings.DOCUMENT_MAX_BYTES:
            self.buffer = BytesIO()
            if self.request is not None:
                self.request.upload_too_large = True  # type: ignore[attr-defined]  # a mark on the request, read by `was_too_large` alone
            raise SkipFile
        self.buffer.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.buffer.seek(0)
        return InMemoryUploadedFile(
            file=self.buffer, field_name=self.field_name, name=self.file_name, content_type=self.content_type,
            size=file_size, charset=self.charset, content_type_extra=self.content_type_extra,
        )  # fmt: skip


def was_too_large(request: Any) -> bool:
    """Whether a file of this request was dropped for its size. `request` may be Django's or DRF's around it."""
    return bool(getattr(getattr(request, "_request", request), "upload_too_large", False))
