"""PDF: the pages are copied into a new document, and of each page only what is drawn.

Left behind: document metadata and XMP, JavaScript, actions that run or open something, links, attachments, forms' scripts, embedded media,
thumbnails, earlier versions, and bytes before or after the document. Pictures on the pages lose their EXIF.
"""

from __future__ import annotations

import io
import logging
import zlib
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from .jpeg_parts import without_boxes, without_metadata
from .refusal import Refused

MAX_PAGES = 60
MAX_OBJECTS = 20_000
MAX_DEPTH = 60
MAX_PICTURE = 40_000_000  # bytes of a picture's stream, unpacked
PAGE_KEYS = ("/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents")
# Notes, stamps, signatures and filled-in fields are kept as they look; what happens on a click is not.
NOTES = ("/Widget", "/Stamp", "/FreeText", "/Ink", "/Line", "/Square", "/Circle", "/Highlight", "/Underline", "/StrikeOut")
NOTE_KEYS = ("/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F", "/C", "/Border", "/BS", "/QuadPoints")
TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/OpenAction", "/JS", "/JavaScript", "/EF", "/AF", "/EmbeddedFiles", "/RichMediaContent", "/OPI", "/Alternates", "/URI", "/Launch")

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it repeats what it reads


def clean(data: bytes) -> bytes:
    """Raises Refused."""
    try:
        return _clean(data)
    except (PyPdfError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, NotImplementedError, OverflowError, zlib.error) as error:
        raise Refused("damaged") from error
    except (RecursionError, MemoryError) as error:
        raise Refused("too_complex") from error


def _clean(data: bytes) -> bytes:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise Refused("encrypted")
    if sum(len(entries) for entries in reader.xref.values()) + len(reader.xref_objStm) > MAX_OBJECTS:
        raise Refused("too_complex")
    pages = len(reader.pages)
    if pages > MAX_PAGES:
        raise Refused("too_many_pages")
    if pages == 0:
        raise Refused("damaged")
    for page in reader.pages:
        _keep_what_is_drawn(page)
    writer = _copied(reader)
    for found in list(writer._objects):
        if found is not None:
            _strip(found, 0)
    # Copied once more: what was taken out of its dictionary is still in the file until nothing names it.
    cleaned = _written(_copied(PdfReader(io.BytesIO(_written(writer)))))
    if len(PdfReader(io.BytesIO(cleaned)).pages) != pages:
        raise Refused("damaged")
    return cleaned


def _copied(reader: PdfReader) -> PdfWriter:
    """A new document with these pages and what they name."""
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
        if len(writer._objects) > MAX_OBJECTS:
            raise Refused("too_complex")
    writer.metadata = None
    return writer


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _keep_what_is_drawn(page: Any) -> None:
    """Before copying, so that what hangs on a page's other entries is not even reached."""
    notes = page.get("/Annots")
    notes = notes.get_object() if notes is not None else None
    kept = ArrayObject()
    for entry in notes if isinstance(notes, ArrayObject) else ():
        note = entry.get_object()
        if isinstance(note, DictionaryObject) and note.get("/Subtype") in NOTES and "/AP" in note:
            kept.append(DictionaryObject({NameObject(key): note.raw_get(key) for key in NOTE_KEYS if key in note}))
    for key in [key for key in page if key not in PAGE_KEYS and key != "/Parent"]:
        del page[key]
    if kept:
        page[NameObject("/Annots")] = kept


def _strip(found: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Refused("too_complex")
    if isinstance(found, DictionaryObject):
        for key in TELLING:
            if key in found:
                del found[key]
        if isinstance(found, StreamObject):
            _strip_picture(found)
        for value in list(found.values()):
            _strip(value, depth + 1)
    elif isinstance(found, ArrayObject):
        for value in found:
            _strip(value, depth + 1)


def _strip_picture(stream: StreamObject) -> None:
    """A photo that was put into a PDF keeps its GPS position in its stream."""
    raw = stream.get("/Filter")
    filters = [str(name) for name in (raw if isinstance(raw, ArrayObject) else [raw])] if raw is not None else []
    if not filters or filters[-1] not in ("/DCTDecode", "/DCT", "/JPXDecode"):
        return
    data = stream._data
    for name in filters[:-1]:
        if name not in ("/FlateDecode", "/Fl"):
            raise Refused("too_complex")
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(data, MAX_PICTURE)
        if unpacking.unconsumed_tail:
            raise Refused("too_complex")
    stream._data = without_boxes(data) if filters[-1] == "/JPXDecode" else without_metadata(data)
    if len(filters) > 1:
        stream[NameObject("/Filter")] = NameObject(filters[-1])
        parameters = stream.get("/DecodeParms")
        if parameters is not None:
            del stream["/DecodeParms"]
