"""Covers as files: drawn once per input, kept by its hash, cached for a week."""

from __future__ import annotations

import re
from typing import Any

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from trips.models import Destination
from trips.queries.catalogue import get_destination
from trips.web import covers

LIGHTS = ("dawn", "noon", "dusk")
CROPS = ("5:6", "10:7", "5:2", "3:1")
CROP_WORDS = {"5:6": "tall", "10:7": "plate", "5:2": "wide", "3:1": "strip"}
CROPS_BY_WORD = {word: crop for crop, word in CROP_WORDS.items()}
# One address per drawing: month 1-12, days 0-30, without leading zeros or digits of other scripts.
KEY = re.compile(rf"(?P<month>[1-9]|1[0-2])-(?P<light>{'|'.join(LIGHTS)})-(?P<days>[0-9]|[12][0-9]|30)-(?P<crop>{'|'.join(CROPS_BY_WORD)})")


def cover_url(destination: Destination, *, month: int, light: str = "dawn", days: int = 0, crop: str = "10:7") -> str:
    """Address of a destination's cover; every part of the input is in it, so the answer never changes."""
    key = f"{month}-{light}-{days}-{CROP_WORDS[crop]}"
    return reverse("trips:cover", args=[destination.slug, key])


@require_safe
def show_cover(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Draw (or take from the cache) the cover that the address describes; anything else is not found."""
    match = KEY.fullmatch(key)
    if match is None:
        raise Http404
    month, light, days, crop = int(match["month"]), match["light"], int(match["days"]), CROPS_BY_WORD[match["crop"]]
    name, cache = f"cover:{slug}:{month}:{light}:{days}:{match['crop']}", caches["drawings"]
    drawing = cache.get(name)
    if drawing is None:
        drawing = draw(get_destination(slug), month=month, light=light, days=days, crop=crop)
        cache.set(name, drawing, 86400)
    response = HttpResponse(drawing, content_type="image/svg+xml")
    # A change of generator or catalogue must show some day: a week, not a year.
    response["Cache-Control"] = "public, max-age=604800"
    # An image needs no script: whatever a browser makes of the file, nothing in it may run.
    response._csp_replace = {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"]}  # type: ignore[attr-defined]  # where django-csp's decorator puts it
    return response


def draw(destination: Destination, *, month: int, light: str, days: int, crop: str) -> str:
    categories: tuple[Any, ...] = tuple(destination.places.filter(published=True).order_by("-importance", "name").values_list("category", flat=True))
    words: dict[str, Any] = {  # the columns hold the words that CoverInput lists; the catalogue's loader checks them
        name: getattr(destination, name) for name in ("kind", "relief", "water", "water_side", "climate_group")
    }
    shown: dict[str, Any] = {"light": light, "crop": crop}
    return covers.draw_cover(
        covers.CoverInput(
            **words,
            **shown,
            month=month,
            places=categories,
            latitude=destination.latitude,
            longitude=destination.longitude,
            days=days,
            seed=str(destination.pk),
        )
    )
