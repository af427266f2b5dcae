"""Filters whose choices are known beforehand: a list of distinct values would read a whole table, which history tables are too long for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter


def words_filter(column: str, title: Any, words: Iterable[str]) -> type[DropdownFilter]:
    """A dropdown over the values of `column` that are `words`."""
    known = [(word, word) for word in words]

    class WordsFilter(DropdownFilter):
        parameter_name = column

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return known

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{column: self.value()}) if self.value() else queryset

    WordsFilter.title = title
    return WordsFilter
