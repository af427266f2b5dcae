"""Photos and scans: decoded and drawn anew, so that nothing but pixels is left (no EXIF, GPS, XMP, comments, thumbnails, trailing bytes)."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

from PIL import Image, ImageOps

from .refusal import Refused

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MAX_PIXELS = {"image/jpeg": 120_000_000, "image/png": 40_000_000, "image/webp": 40_000_000}  # JPEG is decoded at a fraction of its size
MAX_SIDE = 20_000
KEPT_SIDE = 4000  # pixels: small print of a passport is readable at half of that
MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L"), "WEBP": ("RGB", "RGBA")}
# What Pillow's decoders raise for bytes that are not what they say.
BROKEN = (OSError, ValueError, SyntaxError, IndexError, KeyError, TypeError, EOFError, struct.error, zlib.error, MemoryError, OverflowError)


def clean(data: bytes, kind: str) -> bytes:
    """The same picture, turned as it is meant to be seen, at most KEPT_SIDE pixels a side. Raises Refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what is odd in metadata, which is thrown away, and of sizes, which are asked below
        return _clean(data, kind)


def _clean(data: bytes, kind: str) -> bytes:
    name = FORMATS[kind]
    try:
        with Image.open(io.BytesIO(data), formats=[name]) as image:
            width, height = image.size
            if width * height > MAX_PIXELS[kind] or max(width, height) > MAX_SIDE:
                raise Refused("too_many_pixels")
            if getattr(image, "n_frames", 1) > 1 and name != "JPEG":  # phones append a second picture to a JPEG; the first is the photo
                raise Refused("animated")
            image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))  # of JPEG: decode no more than is kept
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((KEPT_SIDE, KEPT_SIDE))
            return _drawn(upright, name)
    except Image.DecompressionBombError as error:
        raise Refused("too_many_pixels") from error
    except BROKEN as error:
        raise Refused("damaged") from error


def _drawn(image: Image.Image, name: str) -> bytes:
    """Pixels on a fresh canvas: what Pillow remembers of the original (`info`) stays behind."""
    if image.mode not in MODES[name]:
        image = image.convert("RGBA" if image.has_transparency_data and "RGBA" in MODES[name] else "RGB")
    canvas = Image.new(image.mode, image.size)
    canvas.paste(image)
    out = io.BytesIO()
    if name == "PNG":
        canvas.save(out, name, optimize=False)
    else:
        canvas.save(out, name, quality=88)
    return out.getvalue()
