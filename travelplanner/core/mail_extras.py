"""What a mail gets only as it is sent, and nobody stores: words of rows as they are now, and attachments made for it.

    mail_extras.register("booking_confirmed", make)      # make(context) -> Extras, in the mail's language, outside of any transaction

What `make` raises postpones the mail like a gateway that is down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Attachment:
    """`name` is one that we chose: ASCII letters, digits, dash, underscore and dot."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Extras:
    """`context` goes over the stored one."""

    context: Mapping[str, Any] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()


_makers: dict[str, Callable[[Mapping[str, Any]], Extras]] = {}


def register(template: str, make: Callable[[Mapping[str, Any]], Extras]) -> None:
    """One maker per template; the last one counts."""
    _makers[template] = make


def extras_for(template: str, context: Mapping[str, Any]) -> Extras:
    """What this mail gets besides its stored context; nothing for most."""
    make = _makers.get(template)
    return make(context) if make else Extras()
