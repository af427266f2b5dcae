"""JSON schemas of details, and what is wrong with details in words. A schema's name carries its version and is stored beside the data.

Two shapes per kind: `service` (what a supplier says of a thing on sale, snake_case) and `booked` (what a booked line says of itself, camelCase).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

FORMATS = FormatChecker(formats=())
Problems = dict[str, list[str]]


@FORMATS.checks("percent")
def _is_percent(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return number.is_finite() and -90 <= number <= 1000


@FORMATS.checks("zone")
def _is_zone(value: object) -> bool:
    return not isinstance(value, str) or value in available_timezones()


@FORMATS.checks("moment")
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or moment_of(value) is not None


@FORMATS.checks("day")
def _is_day(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


def moment_of(text: object) -> dt.datetime | None:
    """An aware moment from ISO 8601 with a zone, else None."""
    try:
        moment = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def text(most: int) -> dict[str, Any]:
    """One line of up to `most` characters."""
    return {"type": "string", "maxLength": most, "pattern": r"^[^\x00-\x1f\x7f]*$"}


def count(least: int = 1, most: int = 9999) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


MOMENT = {"type": "string", "format": "moment"}
DAY = {"type": "string", "format": "day"}
TIME = {"type": "string", "pattern": r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$"}
NULLABLE_TIME = {"anyOf": [{"type": "null"}, TIME]}
NULLABLE_MOMENT = {"anyOf": [{"type": "null"}, MOMENT]}
ZONE = {"type": "string", "format": "zone"}
SEASON: dict[str, Any] = {  # of the demo catalogue: its price rules are made from these
    "weekend_percent": {"type": "string", "format": "percent"},
    "high_percent": {"type": "string", "format": "percent"},
    "high_months": {"type": "array", "items": count(1, 12), "uniqueItems": True},
}


def service_schema(name: str, **properties: Any) -> dict[str, Any]:
    """Everything is optional: a supplier says what it knows. What isn't named here is a typing mistake."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "type": "object",
        "properties": {"schema": {"const": name}, **SEASON, **properties},
        "additionalProperties": False,
    }


def booked_schema(name: str, required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "type": "object",
        "properties": {"schema": {"const": name}, **properties},
        "required": ["schema", *required],
        "additionalProperties": False,
    }


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FORMATS)


def sound_parts(check: Draft202012Validator, details: object) -> dict[str, Any]:
    """What of `details` fits the schema: what doesn't is left out, so that a supplier's oddity never stops a booking."""
    if not isinstance(details, Mapping):
        return {}
    errors = list(check.iter_errors(details))
    bad = {str(error.absolute_path[0]) for error in errors if error.absolute_path}
    known = check.schema["properties"]
    return {key: value for key, value in details.items() if key in known and key not in bad}


def sentences(errors: Iterator[ValidationError]) -> list[str]:
    """One plain sentence per mistake, each beginning with the field's name."""
    return sorted({_sentence(error) for error in errors})


def _sentence(error: ValidationError) -> str:
    field = ".".join(str(part) for part in error.absolute_path)
    kind, wanted = error.validator, error.validator_value
    if kind == "additionalProperties":
        unknown = sorted(set(error.instance) - set(error.schema["properties"]))
        return _("Unknown: %(names)s. Known are: %(known)s.") % {"names": ", ".join(map(str, unknown))[:200], "known": ", ".join(error.schema["properties"])}
    if kind == "required":
        missing = [name for name in error.schema["required"] if name not in error.instance]
        return _("Missing: %(names)s.") % {"names": ", ".join(missing)}
    if not field:
        return _("This must be a JSON object.")
    if kind == "const":
        return _("%(field)s: must be %(wanted)s.") % {"field": field, "wanted": wanted}
    if kind == "enum":
        return _("%(field)s: one of %(wanted)s.") % {"field": field, "wanted": ", ".join(map(str, wanted))}
    if kind == "maxLength":
        return _("%(field)s: up to %(most)s characters.") % {"field": field, "most": wanted}
    if kind == "format":
        return {
            "percent": _("%(field)s: a percentage written as text, from -90 to 1000.") % {"field": field},
            "zone": _("%(field)s: a time zone like Asia/Kolkata.") % {"field": field},
            "moment": _("%(field)s: a moment with its zone, like 2027-01-15T09:30:00+05:30.") % {"field": field},
            "day": _("%(field)s: a date as YYYY-MM-DD.") % {"field": field},
        }[str(wanted)]
    if kind in ("minimum", "maximum"):
        return _("%(field)s: from %(least)s to %(most)s.") % {"field": field, "least": error.schema.get("minimum"), "most": error.schema.get("maximum")}
    return _("%(field)s: this value doesn't fit.") % {"field": field}
