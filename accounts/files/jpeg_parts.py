"""Pictures inside a PDF stay as they are but for what they tell besides: markers of JPEG, boxes of JPEG 2000."""

from __future__ import annotations

# JFIF (APP0) and Adobe's colour transform (APP14) change how the picture looks; ICC profiles (APP2) too.
KEPT = (0xE0, 0xE2, 0xEE)


def without_metadata(data: bytes) -> bytes:
    """A JPEG stream without EXIF, XMP, comments and what follows its end. Raises ValueError for bytes that are no JPEG."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG stream")
    kept, at = [data[:2]], 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise ValueError("not at a marker")
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == 0xD9:
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end <= at + 3 or end > len(data):
            raise ValueError("a segment that ends outside")
        if marker == 0xDA:  # the picture itself: up to the next marker that isn't part of it
            stop = _end_of_scan(data, end)
            kept.append(data[at:stop])
            at = stop
            continue
        plain = not (0xE0 <= marker <= 0xEF or marker == 0xFE)
        if plain or (marker in KEPT and not _tells(marker, data[at + 4 : end])):
            kept.append(data[at:end])
        at = end
    return b"".join(kept) + b"\xff\xd9"


def _tells(marker: int, body: bytes) -> bool:
    """APP0 with a thumbnail (JFXX), APP2 that is no colour profile (a list of further pictures)."""
    return (marker == 0xE0 and not body.startswith(b"JFIF\0")) or (marker == 0xE2 and not body.startswith(b"ICC_PROFILE\0"))


def _end_of_scan(data: bytes, at: int) -> int:
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:  # stuffed byte, restart marker
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at


def without_boxes(data: bytes) -> bytes:
    """A JPEG 2000 file without its XML and UUID boxes (XMP, EXIF, GeoTIFF). Raw code streams have none."""
    if not data.startswith(b"\x00\x00\x00\x0cjP  "):
        return data
    kept, at = [], 0
    while at + 8 <= len(data):
        length, name, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if length == 0:
            length = len(data) - at
        if length < head or at + length > len(data):
            raise ValueError("a box that ends outside")
        if name not in (b"xml ", b"uuid", b"uinf"):
            kept.append(data[at : at + length])
        at += length
    return b"".join(kept)
