"""Exact decimals in SQL on both databases."""

from __future__ import annotations

from django.db.models import DecimalField
from django.db.models.expressions import Combinable
from django.db.models.functions import Round


def exact(expression: Combinable) -> Round:
    """SQLite adds decimals as floats; rounded to the money columns' three places the sum is exact again."""
    return Round(expression, precision=3, output_field=DecimalField(max_digits=15, decimal_places=3))
