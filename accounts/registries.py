"""What upper apps tell the people's app: the words of a trip, which preferences are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TripWords:
    """Keys with their labels (translated when written), and how far a wish may go."""

    interests: Mapping[str, Any] = field(default_factory=dict)
    trip_types: Mapping[str, Any] = field(default_factory=dict)
    max_days: int = 1
    max_people: int = 1


_registered: list[TripWords] = []


def register_trip_words(words: TripWords) -> None:
    _registered[:] = [words]


def trip_words() -> TripWords:
    return _registered[0] if _registered else TripWords()
