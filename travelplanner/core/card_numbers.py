"""Payment card numbers where none belongs: people paste them into any field, and what holds one falls under PCI DSS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# 13 to 19 digits, also in groups; not inside a longer number, a word or a UUID, and not after a plus, which a telephone number begins with.
RUN = re.compile(r"(?<![\w+.-])\d(?:[ -]?\d){12,18}(?![\w.-]*\w)")


def card_numbers(text: str) -> Iterator[str]:
    """The digits of each run that has a card number's length, first digit and check digit (Luhn)."""
    for found in RUN.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if digits[0] in "23456" and _checks(digits):
            yield digits


def _checks(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def refuse_card_numbers(text: str) -> None:
    """Validator for free texts. Raises ValidationError, which never holds what was typed."""
    if any(True for _number in card_numbers(str(text))):
        raise ValidationError(_("This looks like a card number. Never type one here."), code="card_number")
