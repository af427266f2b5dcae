"""Bringing everything that is encrypted under the ring's first key, while the site serves.

Rows are read in batches by primary key and written back by an UPDATE that names the old bytes: a row that someone edited in between is not
touched, but read again. A batch is one short transaction; nothing is locked while ciphers run. Stop it whenever you like: the next run finds
what is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q

from . import crypto, private_files
from .models import IdempotencyKey
from .sealed import BlindIndexField, Sealed, SealedTextField, context_of, sealed_columns

BATCH = 500  # rows read at once
LOCKED_FOR = 0.05  # seconds that a transaction may take
TURNS = 5  # re-reads of a batch in which others keep editing
Values = Mapping[str, Any]


@dataclass
class Tally:
    """`unreadable` names rows that no key of the ring opens, with the column."""

    looked_at: int = 0
    renewed: int = 0
    unreadable: list[str] = field(default_factory=list)
    contested: int = 0  # rows that changed under our hands in every turn

    def add(self, other: Tally) -> None:
        self.looked_at += other.looked_at
        self.renewed += other.renewed
        self.unreadable += other.unreadable
        self.contested += other.contested


@dataclass(frozen=True)
class Change:
    pk: Any
    old: Values
    new: Values


class Rows:
    """Columns of one table. `renew(pk, values)` gives new values for the columns that need one, with the columns that can't be opened."""

    def __init__(self, model: type[models.Model], columns: Sequence[str], renew: Callable[[Any, Values], tuple[dict[str, Any], list[str]]], *, where: Q | None = None) -> None:
        self.model, self.columns, self.renew, self.where = model, tuple(columns), renew, where or Q()
        self.name, self.slice = model._meta.db_table, 50

    @property
    def _all(self) -> models.QuerySet[Any]:
        return self.model._base_manager.filter(self.where).order_by("pk")

    def count(self) -> int:
        return self._all.count()

    def column_of(self, name: str) -> str:
        return str(self.model._meta.get_field(name).column)  # type: ignore[union-attr]  # a column of its own table, no relation back

    def run(self, *, dry_run: bool = False, size: int = BATCH) -> Iterator[Tally]:
        """One Tally per batch."""
        after: Any = None
        while True:
            rows = self._all if after is None else self._all.filter(pk__gt=after)
            read = list(rows.values_list("pk", *self.columns)[:size])
            if not read:
                return
            after = read[-1][0]
            yield self._batch(read, dry_run=dry_run)

    def _batch(self, read: list[tuple[Any, ...]], *, dry_run: bool) -> Tally:
        tally = Tally(looked_at=len(read))
        for turn in range(TURNS):
            changes, unreadable = self._changes(read)
            if turn == 0:
                tally.unreadable = unreadable
            if dry_run or not changes:
                tally.renewed += len(changes) if dry_run else 0
                return tally
            done = self._write_shortly(changes)
            tally.renewed += done
            if done == len(changes):
                return tally
            read = list(self._all.filter(pk__in=[change.pk for change in changes]).values_list("pk", *self.columns))
        tally.contested = len(self._changes(read)[0])
        return tally

    def _changes(self, read: list[tuple[Any, ...]]) -> tuple[list[Change], list[str]]:
        changes, unreadable = [], []
        for pk, *values in read:
            old = dict(zip(self.columns, values, strict=True))
            new, failed = self.renew(pk, old)
            if new:
                changes.append(Change(pk, {name: old[name] for name in new}, new))
            unreadable += [f"{self.name}.{name}:{pk}" for name in failed]
        return changes, unreadable

    def _write_shortly(self, changes: list[Change]) -> int:
        """As `write`, in transactions of about LOCKED_FOR at most, however slow the machine is just now: SQLite has one writer at a time."""
        done = at = 0
        while at < len(changes):
            some = changes[at : at + self.slice]
            at, started = at + len(some), time.monotonic()
            done += self.write(some)
            took = time.monotonic() - started
            if took > LOCKED_FOR / 2:
                self.slice = max(5, self.slice // 2)
            elif took < LOCKED_FOR / 5:
                self.slice = min(BATCH, self.slice * 2)
        return done

    def write(self, changes: list[Change]) -> int:
        """How many rows still held the old values and got the new ones; one transaction."""
        by_columns: dict[tuple[str, ...], list[Change]] = {}
        for change in changes:
            by_columns.setdefault(tuple(change.new), []).append(change)
        done, quote, meta = 0, connection.ops.quote_name, self.model._meta
        key: Any = meta.pk
        with transaction.atomic(), connection.cursor() as cursor:
            for columns, some in by_columns.items():
                names = [quote(self.column_of(column)) for column in columns]
                put = ", ".join(f"{name} = %s" for name in names)
                still = " AND ".join(f"{name} = %s" for name in [quote(key.column), *names])
                statement = f"UPDATE {quote(meta.db_table)} SET {put} WHERE {still}"  # noqa: S608  (names of our own columns)
                cursor.executemany(statement, [(*change.new.values(), key.get_db_prep_value(change.pk, connection), *change.old.values()) for change in some])
                done += max(cursor.rowcount, 0)
        return done

    def remaining(self) -> int:
        """Rows that are not under the first key, counted anew."""
        return sum(tally.renewed + len(tally.unreadable) for tally in self.run(dry_run=True, size=5000))


class SealedRows(Rows):
    """Sealed columns with the blind indexes beside them."""

    def __init__(self, model: type[models.Model], fields: Sequence[SealedTextField], indexes: Sequence[BlindIndexField]) -> None:
        self.fields = {one.attname: one for one in fields}
        self.indexes = {one.source: one for one in indexes}
        columns = [*self.fields, *(index.attname for index in indexes)]
        super().__init__(model, columns, self._renewed, where=reduce(or_, (Q(**{f"{name}__isnull": False}) for name in self.fields)))

    def _renewed(self, pk: Any, values: Values) -> tuple[dict[str, Any], list[str]]:
        new: dict[str, Any] = {}
        failed = []
        for name, one in self.fields.items():
            held, index = values[name], self.indexes.get(name)
            if not isinstance(held, Sealed):  # empty
                continue
            current = crypto.is_current(held)
            if current and index is None:
                continue
            try:
                plain = crypto.unseal(held, context=context_of(one, pk))
            except crypto.CannotDecrypt:
                failed.append(name)
                continue
            wanted = index.value_for(plain.decode()) if index else ""
            # The index goes with its text: naming the text's old bytes in the same UPDATE keeps the two together.
            if not current or (index and values[index.attname] != wanted):
                new[name] = Sealed(crypto.seal(plain, context=context_of(one, pk)))
                if index:
                    new[index.attname] = wanted
        return new, failed

    def remaining(self) -> int:
        quote, found = connection.ops.quote_name, 0
        with connection.cursor() as cursor:
            for name in self.fields:
                column = quote(self.column_of(name))
                cursor.execute(
                    f"SELECT COUNT(*) FROM {quote(self.name)} WHERE {column} IS NOT NULL AND substr({column}, 1, %s) <> %s",  # noqa: S608
                    [len(crypto.current_prefix()), crypto.current_prefix()],
                )
                found += cursor.fetchone()[0]
        return found


class Files:
    """Sealed files of one column: each is written once under its key, so that none can be edited in between."""

    def __init__(self, owner: private_files.Owner) -> None:
        self.owner, self.name = owner, f"files of {owner.model}"

    def count(self) -> int:
        return self.owner.rows.count()

    def run(self, *, dry_run: bool = False, size: int = BATCH) -> Iterator[Tally]:
        after: Any = None
        while True:
            rows = self.owner.rows.order_by("pk")
            read = list((rows if after is None else rows.filter(pk__gt=after)).values_list("pk", self.owner.column)[:size])
            if not read:
                return
            after = read[-1][0]
            for start in range(0, len(read), 20):  # files are large: a sign of life more often
                yield self._batch(read[start : start + 20], dry_run=dry_run)

    def _batch(self, read: list[tuple[Any, str]], *, dry_run: bool) -> Tally:
        tally = Tally(looked_at=len(read))
        for pk, key in read:
            try:
                if private_files.is_current(key):
                    continue
                if not dry_run:
                    private_files.reseal(key, context=self.owner.context(pk))
                tally.renewed += 1
            except (crypto.CannotDecrypt, private_files.Missing):
                if self.owner.rows.filter(pk=pk, **{self.owner.column: key}).exists():  # not deleted or replaced meanwhile
                    tally.unreadable.append(f"{self.name}:{pk}")
        return tally

    def remaining(self) -> int:
        return sum(tally.renewed + len(tally.unreadable) for tally in self.run(dry_run=True))


def renewed_encrypted(held: bytes) -> bytes | None:
    """A value of `crypto.encrypt` under the first key; None when it is already. Raises CannotDecrypt."""
    return None if crypto.is_current_encrypted(held) else crypto.reencrypt(held)


def _answers(pk: Any, values: Values) -> tuple[dict[str, Any], list[str]]:
    held = bytes(values["body"])
    if not held:
        return {}, []
    try:
        new = renewed_encrypted(held)
    except crypto.CannotDecrypt:
        return {}, ["body"]
    return ({"body": new} if new else {}), []


Target = Rows | Files
_more: list[Callable[[], Target]] = []


def register(make: Callable[[], Target]) -> None:
    """An app's own encrypted things (settings of a package, say); called in `ready()`."""
    _more.append(make)


def targets() -> list[Target]:
    """Everything that is under the ring."""
    rows: list[Target] = [SealedRows(model, fields, indexes) for model, fields, indexes in sealed_columns()]
    return [*rows, Rows(IdempotencyKey, ["body"], _answers), *(make() for make in _more), *(Files(owner) for owner in private_files.owners())]
