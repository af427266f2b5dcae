"""Rows written as plain SQL, whose text is made once from the model: building it anew by the ORM costs more than the database needs to run it.

For the writes of which one deed has dozens: history, audit, journals, messages, a booking and what hangs on it. Values are prepared by the
model's own fields, so types, sealed columns and both databases are as ever. No signals, and no key is read back: a row whose key the database
makes stays without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

MOST_VALUES = 900  # in one statement: what the oldest SQLite takes
_SIMPLE = {models.CharField, models.TextField, models.EmailField, models.BooleanField, models.PositiveIntegerField, models.PositiveSmallIntegerField}
_AS_THEY_ARE = {str, int, bool}
Row = TypeVar("Row", bound=models.Model)


def insert(rows: Iterable[Row], *, ignore_conflicts: bool = False) -> list[Row]:
    """Write new rows of one model, all or none; one statement unless they are hundreds. Returns them.

    A time that is written by itself (`auto_now`) is the row's own where it has one. `ignore_conflicts`: what is there already stays.
    """
    rows = list(rows)
    if not rows:
        return rows
    model = type(rows[0])
    columns = _columns(model)
    most = max(1, MOST_VALUES // len(columns))
    if len(rows) <= most:
        _insert(model, rows, ignore_conflicts)
    else:
        with transaction.atomic(savepoint=False):
            for first in range(0, len(rows), most):
                _insert(model, rows[first : first + most], ignore_conflicts)
    return rows


@dataclass(frozen=True, slots=True)
class Plus:
    """A value of `change`: so much more than the column has when the database gets there. Money (see `core.exact`) stays exact on SQLite."""

    amount: Decimal | int


@dataclass(frozen=True, slots=True)
class Room:
    """A condition of `change`: the column is at most what this other `column` is when the database gets there, less `amount`."""

    column: str
    amount: int


def change(model: type[models.Model], values: Mapping[str, Any], *, where: Mapping[str, Any], keys: Sequence[Any] | None = None) -> int:
    """UPDATE the rows whose columns `where` have these values, and which have one of these `keys` where such are given; returns how many they were."""
    if keys is not None and not keys:
        return 0
    keys = keys or ()
    _refuse_none(where)
    connection = transaction.get_connection()
    params = [
        _field(model, name).get_db_prep_save(value.amount if isinstance(value, Plus | Room) else value, connection)
        for name, value in (*values.items(), *where.items())
    ]
    params += [model._meta.pk.get_db_prep_save(one, connection) for one in keys]
    sets = tuple((name, isinstance(value, Plus)) for name, value in values.items())
    return send(_update_text(model, sets, tuple((name, value.column if isinstance(value, Room) else "") for name, value in where.items()), len(keys)), params)


def drop(model: type[models.Model], any_of: Sequence[Mapping[str, Any]]) -> int:
    """DELETE the rows whose columns have the values of one of these; all name the same columns. For rows that nothing hangs on; returns how many."""
    for where in any_of:
        _refuse_none(where)
    connection = transaction.get_connection()
    params = [_field(model, name).get_db_prep_save(value, connection) for where in any_of for name, value in where.items()]
    return send(_delete_text(model, tuple(any_of[0]), len(any_of)), params)


def _refuse_none(where: Mapping[str, Any]) -> None:
    if nothing := [name for name, value in where.items() if value is None]:
        raise TypeError(f"{nothing}: None is another statement (IS NULL).")


def put(row: models.Model, *, otherwise: str) -> int:
    """INSERT a row or, where it meets one that is there, do `otherwise` (SQL after ON CONFLICT); returns how many rows were written."""
    connection = transaction.get_connection()
    params = [_prepared(column, row, connection) for column in _columns(type(row))]
    return send(f"{_insert_text(type(row), 1, False)} ON CONFLICT {otherwise}", params)


def send(text: str, params: Sequence[Any]) -> int:
    """Run a statement that writes, its values prepared; returns how many rows it hit. A failure ends the transaction, as the ORM's would."""
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), transaction.get_connection().cursor() as cursor:
        cursor.execute(text, params)
        return int(cursor.rowcount)


def _insert(model: type[models.Model], rows: Sequence[models.Model], ignore_conflicts: bool) -> None:
    connection = transaction.get_connection()
    columns = _columns(model)
    params = [_prepared(column, row, connection) for row in rows for column in columns]
    send(_insert_text(model, len(rows), ignore_conflicts), params)
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@dataclass(frozen=True, slots=True)
class _Column:
    """`filled`: the field makes its value as it is written (a sealed one, a blind index, a time). `simple`: text and numbers are sent as they are."""

    field: models.Field[Any, Any]
    filled: bool
    simple: bool


def _prepared(column: _Column, row: models.Model, connection: BaseDatabaseWrapper) -> Any:
    field = column.field
    value = getattr(row, field.attname)
    if column.filled and (value is None or not getattr(field, "auto_now", False)):
        value = field.pre_save(row, True)
    if column.simple and (value is None or type(value) in _AS_THEY_ARE):
        return value
    return field.get_db_prep_save(value, connection)


@lru_cache(maxsize=256)
def _columns(model: type[models.Model]) -> tuple[_Column, ...]:
    """What is written of a row: all but a key that the database makes."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    for field in fields:
        if hasattr(field, "get_placeholder") and not isinstance(field, models.BinaryField):  # whose placeholder is MySQL's alone
            raise TypeError(f"{field} is written by an expression, which plain SQL can't do")
    return tuple(_Column(field, type(field).pre_save is not models.Field.pre_save, type(field) in _SIMPLE) for field in fields)


@lru_cache(maxsize=1024)
def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(name)
    return field


def _named(name: str | None) -> str:
    return transaction.get_connection().ops.quote_name(str(name))


@lru_cache(maxsize=512)
def _insert_text(model: type[models.Model], count: int, ignore_conflicts: bool) -> str:
    columns = _columns(model)
    row = f"({', '.join(['%s'] * len(columns))})"
    names = ", ".join(_named(one.field.column) for one in columns)
    text = f"INSERT INTO {_named(model._meta.db_table)} ({names}) VALUES {', '.join([row] * count)}"  # noqa: S608  # names of models, values apart
    return f"{text} ON CONFLICT DO NOTHING" if ignore_conflicts else text


@lru_cache(maxsize=128)
def _delete_text(model: type[models.Model], names: tuple[str, ...], count: int) -> str:
    one = " AND ".join(_condition(_field(model, name), None) for name in names)
    return f"DELETE FROM {_named(model._meta.db_table)} WHERE {' OR '.join([f'({one})'] * count)}"  # noqa: S608  # as above


def _set(field: models.Field[Any, Any], plus: bool) -> str:
    column = _named(field.column)
    if not plus:
        return f"{column} = %s"
    if isinstance(field, models.DecimalField):
        return f"{column} = ROUND({column} + %s, {field.decimal_places})"
    return f"{column} = {column} + %s"


def _condition(field: models.Field[Any, Any], room: models.Field[Any, Any] | None) -> str:
    return f"{_named(field.column)} <= {_named(room.column)} - %s" if room else f"{_named(field.column)} = %s"


@lru_cache(maxsize=512)
def _update_text(model: type[models.Model], names: tuple[tuple[str, bool], ...], where: tuple[tuple[str, str], ...], count: int) -> str:
    sets = [_set(_field(model, name), plus) for name, plus in names]
    conditions = [_condition(_field(model, name), _field(model, room) if room else None) for name, room in where]
    if count:
        conditions.append(f"{_named(model._meta.pk.column)} IN ({', '.join(['%s'] * count)})")
    return f"UPDATE {_named(model._meta.db_table)} SET {', '.join(sets)} WHERE {' AND '.join(conditions)}"  # noqa: S608  # as above
