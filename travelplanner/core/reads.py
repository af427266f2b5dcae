"""Reads that many ask for: the ORM writes their SQL once, afterwards it is sent with other values.

Making a queryset and compiling it costs the CPU of a small answer several times over, and a list or a detail is the same SQL for everybody. So a
query module says what it reads in a function of a module, as ever with the rules' filters, and has it read here:

    def _notifications_of(*, actor: Actor, now: dt.datetime) -> QuerySet[Notification]:
        return visible(actor, now).order_by("-created_at", "id")

    return reads.Listing(_notifications_of, actor=actor, now=clock.now())

The function is called once with a `Slot` in the place of each value, and never again in this process: what it decides by must be in `shape` (which is
hashable and part of the key), what differs from request to request must come as a value. Rows are what the queryset would give: instances,
dicts, tuples. Only SQL is kept, never a row. What isn't asked for often, and searches by free text, stay ordinary querysets.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Expression, F, Func, QuerySet
from django.db.transaction import TransactionManagementError
from django.db.utils import DEFAULT_DB_ALIAS

from .actor import Actor

KEPT = 512  # statements of a process
FIELDS: dict[type, type[models.Field]] = {
    uuid.UUID: models.UUIDField, str: models.TextField, int: models.IntegerField, dt.datetime: models.DateTimeField, dt.date: models.DateField,
}  # fmt: skip
LOOKS_FROZEN = re.compile(r"\d{4}-\d\d-\d\d.*|[0-9a-f]{32}", re.DOTALL)  # dates, moments and keys as SQLite's driver takes them
Build: TypeAlias = Callable[..., QuerySet[Any, Any]]


class Slot(Expression):
    """Stands for a value that comes with each request. Always true, as what it stands for: an actor's empty parts have no slot."""

    def __init__(self, name: str, kind: type) -> None:
        if kind not in FIELDS:
            raise TypeError(f"{name}: there is no slot for {kind}.")
        self.name, self.kind = name, kind
        super().__init__(output_field=FIELDS[kind]())

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def prepared(self, value: Any, connection: Any) -> Any:
        return self.output_field.get_db_prep_value(value, connection)


class Slots(Slot):
    """Stands for any number of values, in `OneOf` alone: one parameter, so that the statement is the same for a page of 3 and of 100."""

    def prepared(self, value: Any, connection: Any) -> Any:
        many = [super(Slots, self).prepared(one, connection) for one in value]
        return many if connection.vendor == "postgresql" else json.dumps(many)


class OneOf(Func):
    """Filter: the column `name` holds one of the values of `slots`."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, name: Any, slots: Any) -> None:
        super().__init__(F(name) if isinstance(name, str) else name, slots)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        column, slots = self.get_source_expressions()
        sql, params = compiler.compile(column)
        return " IN ".join([sql, "(SELECT value FROM json_each(%s))"]), [*params, slots]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        column, slots = self.get_source_expressions()
        sql, params = compiler.compile(column)
        return sql + " = ANY(%s)", [*params, slots]


class _Rows(Func):
    """COUNT(*) of a whole statement. Not Django's own, which would group by what the queryset selects."""

    template = "COUNT(*)"
    output_field = models.IntegerField()


def rows(build: Build, *shape: Hashable, **values: Any) -> list[Any]:
    """What `build(*shape, **values)` reads. One statement."""
    return _read(build, shape, values, None)


def first(build: Build, *shape: Hashable, **values: Any) -> Any:
    """The first of its rows, or None. One statement."""
    return next(iter(_read(build, shape, values, slice(0, 1))), None)


def locked(build: Build, *shape: Hashable, **values: Any) -> list[Any]:
    """`rows` for an action whose `build` locks them (`select_for_update`). Raises TransactionManagementError outside of a transaction, as the ORM does."""
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise TransactionManagementError("Rows are locked inside a transaction.")
    kinds = tuple((name, _kind(value)) for name, value in values.items())
    return _prepare(connection.vendor, build, shape, kinds, "locked").run(values)


def count(build: Build, *shape: Hashable, **values: Any) -> int:
    """How many rows `build(*shape, **values)` has. One statement."""
    found = _read(build, shape, values, "count")
    return int(found[0][0]) if found else 0  # nothing was asked where the rules leave nothing to see


class Listing:
    """What `build(*shape, **values)` reads, to be counted and sliced (a paginator does). A statement each. `counted` builds the same rows without what
    only their columns need, where that has them grouped or joined."""

    def __init__(self, build: Build, *shape: Hashable, counted: Build | None = None, **values: Any) -> None:
        self._build, self._counted, self._shape, self._values = build, counted or build, shape, values

    def count(self) -> int:
        return count(self._counted, *self._shape, **self._values)

    def __getitem__(self, window: slice) -> list[Any]:
        return _read(self._build, self._shape, self._values, window)


def _read(build: Build, shape: tuple[Hashable, ...], values: Mapping[str, Any], part: slice | str | None) -> list[Any]:
    vendor, kinds = connections[DEFAULT_DB_ALIAS].vendor, tuple((name, _kind(value)) for name, value in values.items())
    if not isinstance(part, slice):
        return _prepare(vendor, build, shape, kinds, part).run(values)
    start, stop = int(part.start or 0), int(part.stop)
    if stop <= start:
        return []
    # The page is no part of what is kept: whoever pages through a list must not push the others' statements out.
    return _prepare(vendor, build, shape, kinds, "window").run(values, f" LIMIT {stop - start} OFFSET {start}")


def _kind(value: Any) -> Any:
    """What of a value makes another statement: its type, and of an actor which of its parts are there."""
    if isinstance(value, Actor):
        return (value.user_id is not None, bool(value.visitor), value.is_staff, value.label)
    if isinstance(value, list):
        return (list, type(value[0]) if value else str)
    return str if isinstance(value, str) else type(value)  # SafeString and the like


def _slot(name: str, kind: Any) -> Any:
    if not isinstance(kind, tuple):
        return Slot(name, kind)
    if kind[0] is list:
        return Slots(name, kind[1])
    known, visitor, is_staff, label = kind
    user_id: Any = Slot(f"{name}.user_id", uuid.UUID) if known else None
    browser: Any = Slot(f"{name}.visitor", str) if visitor else ""
    return Actor(user_id=user_id, visitor=browser, is_staff=is_staff, label=label)


@lru_cache(maxsize=KEPT)
def _prepare(vendor: str, build: Build, shape: tuple[Hashable, ...], kinds: tuple[tuple[str, Any], ...], window: str | None) -> _Statement:
    queryset = build(*shape, **{name: _slot(name, kind) for name, kind in kinds})
    if window == "count":
        if queryset.query.distinct or queryset.query.group_by is not None:
            raise TypeError("COUNT(*) of distinct or grouped rows is another number.")
        queryset = queryset.order_by().values_list(_Rows())
    elif window == "window" and queryset.query.is_sliced:
        raise TypeError("Its window is cut already.")
    return _Statement(queryset, locks=window == "locked")


def forget() -> None:
    """Drop the kept statements: for tests that put other rules in the place of ours."""
    _prepare.cache_clear()


class _Statement:
    """A compiled queryset. It is never evaluated itself; `run` lends its compiler to the iterable that makes Django's rows."""

    def __init__(self, queryset: QuerySet[Any, Any], *, locks: bool = False) -> None:
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]  # the framework's own, not in its stubs
            raise TypeError("Read what you would prefetch in a statement of its own.")
        if queryset.query.select_for_update and not locks:
            raise TypeError("Locks are an action's, and asked for by `locked`, which sees whether there is a transaction.")
        self.queryset, self.compiler = queryset, queryset.query.get_compiler(queryset.db)
        try:
            self.sql, self.params = self.compiler.as_sql()
        except EmptyResultSet:
            self.sql, self.params = "", ()
            return
        if frozen := [one for one in self.params if isinstance(one, dt.date | uuid.UUID) or (isinstance(one, str) and LOOKS_FROZEN.fullmatch(one))]:
            raise TypeError(f"Pass these as values, they would stay what they are now: {frozen}")
        found = self.compiler.get_converters([column[0] for column in self.compiler.select[: self.compiler.col_count]])
        slow = getattr(self.compiler.connection.ops, "convert_uuidfield_value", None)  # SQLite's
        self.converters = {at: ([_key if one == slow else one for one in ways], column) for at, (ways, column) in found.items()}

    def run(self, values: Mapping[str, Any], tail: str = "") -> list[Any]:
        if not self.sql:
            return []
        connection = connections[self.queryset.db]
        params = tuple(one.prepared(_value(one.name, values), connection) if isinstance(one, Slot) else one for one in self.params)
        compiler = copy.copy(self.compiler)
        compiler.connection = connection  # this thread's
        compiler.as_sql = lambda *_args, **_options: (self.sql + tail, params)  # all that is new of this run
        compiler.get_converters = lambda _expressions: self.converters
        query = copy.copy(self.queryset.query)
        query.get_compiler = lambda *_args, **_options: compiler  # type: ignore[method-assign]  # this copy alone has it
        lent = self.queryset.__class__(model=self.queryset.model, query=query, using=self.queryset.db)
        lent._fields = self.queryset._fields  # type: ignore[attr-defined]  # the framework's own, not in its stubs
        rows: Iterable[Any] = self.queryset._iterable_class(lent)  # type: ignore[assignment]  # so it is at run time
        return list(rows)


def attach(rows: Sequence[Any], name: str, many: Iterable[Any], *, by: str) -> None:
    """Give rows what they are related to by `name`, read before: `by` is the column of the many that holds a row's key. As a prefetch does."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for one in many:
        found[getattr(one, by)].append(one)
    for row in rows:
        related = row._meta.get_field(name).related_model._default_manager.none()  # whatever else would be asked of it finds nothing of others
        related._result_cache, related._prefetch_done = found[row.pk], True
        row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = related


@lru_cache(maxsize=16384)
def _uuid(text: str) -> uuid.UUID:
    """The same few thousand keys (services, places) are read again and again, and reading one takes longer than the rest of its row."""
    return uuid.UUID(text)


def _key(value: str | None, expression: Any, connection: Any) -> uuid.UUID | None:
    return None if value is None else _uuid(value)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    of, _dot, part = name.partition(".")
    value = getattr(values[of], part) if part else values[of]
    if value is None:
        raise TypeError(f"{name}: None is another statement (IS NULL).")
    return value

