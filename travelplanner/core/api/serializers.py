"""Field types and shapes that every area shares."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from .. import money

CLOCK = re.compile(r"(\d{2}):([0-5]\d)", re.ASCII)


class ErrorSerializer(serializers.Serializer):
    """The error body."""

    status = serializers.IntegerField()
    error = serializers.CharField()
    message = serializers.CharField()
    timestamp = serializers.DateTimeField()
    request_id = serializers.CharField()
    fields = serializers.DictField(required=False)  # type: ignore[assignment]  # the contract's own name
    details = serializers.DictField(required=False)


class MoneySerializer(serializers.Serializer):
    """`{"amount": "12.50", "currency": "EUR"}`."""

    amount = serializers.CharField()
    currency = serializers.CharField(min_length=3, max_length=3)


class CurrencyField(serializers.CharField):
    """An ISO 4217 code in use today; lower case is accepted."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_length": 3, "max_length": 3, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data).upper()
        if code not in money.known_currencies():
            raise serializers.ValidationError(_("This is not a currency code in use, such as INR or EUR."))
        return code


class AmountField(serializers.DecimalField):
    """A non-negative amount that fits the columns."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 15, "decimal_places": 3, "min_value": Decimal(0), **kwargs})


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer; not a bool, a float or a string of digits."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", "example": "09:30"})
class ClockField(serializers.Field):
    """HH:MM in the API, minutes after midnight inside; 24:00 is the day's end."""

    default_error_messages = {"invalid": lazy("Write a time of day as HH:MM.")}

    def to_internal_value(self, data: Any) -> int:
        match = CLOCK.fullmatch(data) if isinstance(data, str) else None
        if match is None or int(match[1]) * 60 + int(match[2]) > 24 * 60:
            self.fail("invalid")
        return int(match[1]) * 60 + int(match[2])

    def to_representation(self, value: int) -> str:
        return f"{value // 60:02d}:{value % 60:02d}"


def page_shape(item: type[serializers.Serializer]) -> serializers.Serializer:
    """A page of a list, for the description: `TripSerializer` -> `TripPage`."""
    return inline_serializer(
        item.__name__.removesuffix("Serializer") + "Page",
        {
            "count": serializers.IntegerField(),
            "next": serializers.CharField(allow_null=True),
            "previous": serializers.CharField(allow_null=True),
            "results": item(many=True),
        },
    )
