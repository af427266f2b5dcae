"""Promise 18, the first half: what an upload is, and that nothing is left of it but what is to be seen."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from accounts.files import ACCEPTED, Refused, clean, images, kind_of, pdfs
from accounts.files.jpeg_parts import without_boxes, without_metadata
from accounts.gateways import file_cleaner as child
from tests.factories.papers import SECRET, huge_png, jpeg, pdf, picture, png, webp

MAX = 10_000_000
GOOD = {"image/jpeg": jpeg, "image/png": png, "image/webp": webp, "application/pdf": pdf}


def refusal(data: bytes, **options: Any) -> str:
    with pytest.raises(Refused) as caught:
        clean(data, max_bytes=options.get("max_bytes", MAX))
    return caught.value.code


@pytest.mark.parametrize("kind", ACCEPTED)
def test_file_when_good_then_known_by_its_content_and_clean_again(kind: str) -> None:
    found = clean(GOOD[kind](), max_bytes=MAX)
    assert found.type == kind == kind_of(found.data)
    assert SECRET not in found.data
    again = clean(found.data, max_bytes=MAX)
    assert again.type == kind


def test_photo_when_cleaned_then_gps_camera_and_comments_are_gone_and_it_stands_upright() -> None:
    before = jpeg(orientation=6)
    assert SECRET in before
    assert Image.open(io.BytesIO(before)).getexif().get_ifd(0x8825)
    found = clean(before + b"trailing " + SECRET, max_bytes=MAX)
    image = Image.open(io.BytesIO(found.data))
    assert not image.getexif()
    assert not image.info.keys() - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not any(mark in found.data for mark in (SECRET, b"Camera of Alice", b"Exif", b"xmpmeta"))
    assert image.size == (40, 60), "a quarter turn, drawn in"
    top, bottom = image.getpixel((20, 5)), image.getpixel((20, 55))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 150, bottom[2] > 150) == (True, True)


def test_photo_when_larger_than_we_keep_then_smaller_and_in_proportion() -> None:
    out = io.BytesIO()
    picture((6000, 3000)).save(out, "JPEG")
    assert Image.open(io.BytesIO(clean(out.getvalue(), max_bytes=MAX).data)).size == (4000, 2000)


def test_png_when_it_is_see_through_then_stays_so_without_its_texts() -> None:
    out = io.BytesIO()
    Image.new("P", (10, 10)).save(out, "PNG", transparency=0)
    assert Image.open(io.BytesIO(clean(out.getvalue(), max_bytes=MAX).data)).mode == "RGBA"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"x" * 20, "kind"),
        (b"<!doctype html><script>alert(1)</script>", "kind"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "kind"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "kind"),
        (b"MZ\x90\x00 an exe", "kind"),
        (b"PK\x03\x04 an archive", "kind"),
        (b"\xff\xd8\xff<html><script>alert(1)</script>", "damaged"),
        (b"\x89PNG\r\n\x1a\n and nothing", "damaged"),
        (b"RIFF\x04\x00\x00\x00WEBP", "damaged"),
        (b"%PDF-1.7\n%%EOF", "damaged"),
        (b"%PDF-1.7\n<script>alert(1)</script>", "damaged"),
        (b"<html>" + b"%PDF-1.7", "kind"),
    ],
)
def test_file_when_it_is_something_else_then_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_file_when_larger_than_the_cap_then_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images.Image, "open", lambda *args, **kwargs: pytest.fail("opened"))
    assert refusal(jpeg(), max_bytes=100) == "too_large"


def test_picture_when_it_would_unpack_to_gigabytes_then_refused_by_its_header() -> None:
    bomb = huge_png()
    assert len(bomb) < 5000
    assert refusal(bomb) == "too_many_pixels"
    assert refusal(huge_png(7000, 7000)) == "too_many_pixels"
    assert refusal(huge_png(25_000, 10)) == "too_many_pixels"
    assert refusal(huge_png(900, 900)) == "damaged", "a header that promises more than there is"


def test_picture_when_animated_then_refused() -> None:
    out = io.BytesIO()
    picture().save(out, "WEBP", save_all=True, append_images=[Image.new("RGB", (60, 40))])
    assert refusal(out.getvalue()) == "animated"


def test_photo_that_is_also_a_page_or_an_archive_when_cleaned_then_only_a_photo() -> None:
    for tail in (b"<script>alert(1)</script>", b"PK\x03\x04" + SECRET, pdf()):
        found = clean(jpeg() + tail, max_bytes=MAX)
        assert tail not in found.data
        assert found.data.endswith(b"\xff\xd9")
        assert b"%PDF" not in found.data


def test_pdf_that_is_also_a_page_when_cleaned_then_only_a_pdf() -> None:
    found = clean(pdf() + b"\n<script>alert(1)</script>" + SECRET, max_bytes=MAX)
    assert b"script" not in found.data
    assert found.data.endswith(b"%%EOF\n")


EVIL = (b"JavaScript", b"/JS", b"alertme", b"Launch", b"cmdexe", b"EmbeddedFile", b"payload", b"OpenAction", b"/AA", b"/URI", b"evilexample", b"Author", b"Producer", SECRET)


def test_pdf_when_it_holds_scripts_links_and_files_then_they_are_gone_and_the_page_is_there() -> None:
    before = pdf(evil=True, pages=3)
    assert [mark for mark in EVIL if mark not in before] == []
    found = clean(before, max_bytes=MAX)
    assert [mark for mark in EVIL if mark in found.data] == []
    reader = PdfReader(io.BytesIO(found.data))
    assert len(reader.pages) == 3
    assert b"filled in" in found.data, "a filled-in field keeps its looks"
    assert not reader.metadata
    assert not reader.attachments
    assert set(reader.root_object) <= {"/Type", "/Pages"}


@pytest.mark.parametrize("packed", [False, True])
def test_pdf_when_a_photo_is_in_it_then_the_photos_gps_is_gone_and_its_pixels_are_not(packed: bool) -> None:
    photo = jpeg()
    found = clean(pdf(photo=photo, packed=packed), max_bytes=MAX)
    assert not any(mark in found.data for mark in (SECRET, b"Exif", b"Camera of Alice"))
    kept = PdfReader(io.BytesIO(found.data)).pages[0]["/Resources"]["/XObject"]["/Im0"]._data
    assert Image.open(io.BytesIO(kept)).tobytes() == Image.open(io.BytesIO(photo)).tobytes()


@pytest.mark.parametrize(("data", "code"), [(pdf(password="x"), "encrypted"), (pdf(pages=pdfs.MAX_PAGES + 1), "too_many_pages")])
def test_pdf_when_locked_or_endless_then_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_pdf_when_it_has_too_many_objects_or_turns_in_circles_then_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "MAX_OBJECTS", 3)
    assert refusal(pdf(pages=4)) == "too_complex"
    monkeypatch.undo()
    deep = b"<<" + b"/A <<" * 3000 + b">>" * 3000 + b">>"
    assert refusal(pdf().replace(b"/Resources <<\n>>", b"/Resources " + deep, 1)) in ("too_complex", "damaged")


def test_jpeg_stream_when_its_segments_lie_then_refused_not_read_past() -> None:
    for broken in (b"", b"\xff\xd8\xff\xe1\xff\xff", b"\xff\xd8\xff\xe1\x00\x00rest", b"\xff\xd8abcd"):
        with pytest.raises(ValueError):
            without_metadata(broken)
    boxes = b"\x00\x00\x00\x0cjP  \r\n\x87\n" + b"\x00\x00\x00\x10uuid" + SECRET[:8] + b"\x00\x00\x00\x09jp2cX"
    assert SECRET[:8] not in without_boxes(boxes)
    assert without_boxes(boxes).endswith(b"jp2cX")


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP", b"%PDF-1.7\n"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_when_opened_then_clean_or_refused_and_nothing_else(tail: bytes, head: bytes) -> None:
    data = head + tail
    try:
        outcome = clean(data, max_bytes=MAX).type
    except Refused as refused:
        outcome = refused.code
    assert outcome in {"empty", "kind", "damaged", "too_complex", "too_many_pixels", "encrypted", kind_of(data)}


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_good_file_when_bytes_are_flipped_then_clean_or_refused_and_never_its_metadata(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(GOOD)))
    raw = bytearray(pdf(evil=True, photo=jpeg()) if kind == "application/pdf" else GOOD[kind]())
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = clean(bytes(raw), max_bytes=MAX)
    except Refused:
        return
    assert found.type in ACCEPTED
    if found.type.startswith("image/"):
        assert SECRET not in found.data


def test_child_when_it_cleans_then_the_same_as_here_and_it_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    assert child.clean(jpeg(), max_bytes=MAX) == clean(jpeg(), max_bytes=MAX)
    with pytest.raises(Refused, match="kind"):
        child.clean(b"<html>", max_bytes=MAX)
    seen: dict[str, Any] = {}
    run = subprocess.run
    monkeypatch.setenv("FIELD_KEYS", "not-for-the-child")
    monkeypatch.setattr(child.subprocess, "run", lambda *args, **kwargs: seen.update(kwargs) or run(*args, **kwargs))
    child.clean(png(), max_bytes=MAX)
    assert set(seen["env"]) <= {"PATH", "SYSTEMROOT", "LD_LIBRARY_PATH"}


def test_child_when_a_decoder_never_ends_or_eats_memory_then_the_sender_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    start = child._START
    monkeypatch.setattr(child, "_START", "import time; time.sleep(30)")
    with pytest.raises(Refused, match="too_slow"):
        child.clean(png(), max_bytes=MAX, seconds=1)
    monkeypatch.setattr(child, "_START", "import os; os.abort()")
    with pytest.raises(Refused, match="damaged"):
        child.clean(png(), max_bytes=MAX)
    if sys.platform == "linux":
        eat = "import accounts.gateways.file_cleaner as c; c.clean_here = lambda data, max_bytes: bytearray(3 * 1024**3); "
        monkeypatch.setattr(child, "_START", start.replace("from accounts", eat + "from accounts"))
        with pytest.raises(Refused, match="too_complex"):
            child.clean(png(), max_bytes=MAX)
