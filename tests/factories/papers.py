"""Files that people upload, good and bad, and the papers they belong to."""

from __future__ import annotations

import datetime as dt
import io
import zlib
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    RectangleObject,
    StreamObject,
    TextStringObject,
)

from accounts.actions import documents
from accounts.models import Consent, TravelDocument, User
from tests.cast import actor_for

NUMBER = "Z1234567"
SECRET = b"SECRETMARK"  # in metadata: may be nowhere afterwards


def agree(user: User) -> None:
    """The consent to keeping papers."""
    Consent.objects.create(user=user, purpose="documents", text_version="2026-11", given=True, how="page")


def paper(user: User, *, traveler: Any = None, now: dt.datetime | None = None, **values: Any) -> TravelDocument:
    """A passport, made through the action."""
    given = {"type": "passport", "number": NUMBER, "country": "IND", **values}
    return documents.add_document(actor=actor_for(user), traveler_id=traveler.pk if traveler else None, values=given, agreed=True, how="page", now=now)


def picture(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Left half red, right half blue, so that turning it shows."""
    image = Image.new("RGB", size, (200, 0, 0))
    image.paste((0, 0, 200), (size[0] // 2, 0, size[0], size[1]))
    return image


def jpeg(*, size: tuple[int, int] = (60, 40), orientation: int = 1) -> bytes:
    """A photo as phones make them: GPS, camera, description, XMP, comment."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x010F] = orientation, SECRET.decode(), "Camera of Alice"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (25.0, 18.0, 33.5), "E", (83.0, 0.0, 41.0)
    out = io.BytesIO()
    picture(size).save(out, "JPEG", exif=exif, comment=b"comment " + SECRET, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>", quality=95)
    return out.getvalue()


def png() -> bytes:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", SECRET.decode())
    out = io.BytesIO()
    picture().save(out, "PNG", pnginfo=info)
    return out.getvalue()


def webp() -> bytes:
    out = io.BytesIO()
    picture().save(out, "WEBP", xmp=b"<x>" + SECRET + b"</x>")
    return out.getvalue()


def huge_png(width: int = 30_000, height: int = 30_000) -> bytes:
    """A few kilobytes that unpack to gigabytes of pixels."""
    import struct

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")


def pdf(*, pages: int = 1, evil: bool = False, photo: bytes = b"", packed: bool = False, password: str = "") -> bytes:
    """A small PDF; `evil` hangs everything on it that may not stay, `photo` is put on the first page."""
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(300, 300)
        page[NameObject("/Contents")] = writer._add_object(_stream(b"0 0 50 50 re f"))
    first = writer.pages[0]
    if photo:
        stream = _stream(zlib.compress(photo) if packed else photo)
        filters = [NameObject("/FlateDecode"), NameObject("/DCTDecode")] if packed else [NameObject("/DCTDecode")]
        stream.update(
            {
                NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image"), NameObject("/Width"): NumberObject(60),
                NameObject("/Height"): NumberObject(40), NameObject("/ColorSpace"): NameObject("/DeviceRGB"), NameObject("/BitsPerComponent"): NumberObject(8),
                NameObject("/Filter"): ArrayObject(filters) if packed else filters[0], NameObject("/Metadata"): writer._add_object(_stream(SECRET)),
            }
        )  # fmt: skip
        first[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): DictionaryObject({NameObject("/Im0"): writer._add_object(stream)})})
    if evil:
        script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("alertme")})
        launch = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmdexe")})
        link = DictionaryObject(
            {NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Link"), NameObject("/Rect"): RectangleObject((0, 0, 50, 50)), NameObject("/A"): launch}
        )
        field = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget"), NameObject("/Rect"): RectangleObject((0, 0, 50, 50)),
                NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(_stream(b"filled in"))}), NameObject("/AA"): DictionaryObject({NameObject("/F"): script}),
                NameObject("/A"): script,
            }
        )  # fmt: skip
        first[NameObject("/Annots")] = ArrayObject([writer._add_object(link), writer._add_object(field)])
        first[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
        writer.root_object[NameObject("/OpenAction")] = script
        writer.add_attachment("virus.exe", b"payload " + SECRET)
        writer.add_uri(0, "http://evilexample/", RectangleObject((0, 0, 9, 9)))
        writer.add_metadata({"/Author": SECRET.decode()})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _stream(data: bytes) -> StreamObject:
    stream = StreamObject()
    stream._data = data
    return stream
