"""Database triggers that keep a table's promise whatever code, console or script writes to it; put back after every migration.

Apps register theirs in `AppConfig.ready()`, core those of every append-only table (`append_only`). SQLite drops a table's triggers when a migration rebuilds
the table, and can't rebuild a table that a trigger of another one reads: so triggers that read other tables are taken off before a
migration there, `install()` is idempotent and runs from `post_migrate`, and a system check (`checks.database_guards`) fails when one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger before `event` of each row (`UPDATE`, `UPDATE OF a, b`, `INSERT`, `DELETE`) of `table`; `TRUNCATE`, of PostgreSQL alone, is one per statement.

    `refuses` is a condition on NEW and OLD in the SQL that both databases speak, "" = always; it may read `reads`, other tables.
    `name` is unique among all guards and of at most 60 letters; `says` is the error, without quotes or percent signs.
    """

    name: str
    table: str
    event: str
    says: str
    refuses: str = ""
    reads: tuple[str, ...] = ()

    def sql(self, vendor: str) -> list[str]:
        """Statements that make it, whatever was there; none where the database can't have it."""
        if vendor == "sqlite":
            if self.event == "TRUNCATE":
                return []
            when = f" WHEN {self.refuses}" if self.refuses else ""
            return [f"CREATE TRIGGER \"{self.name}\" BEFORE {self.event} ON \"{self.table}\"{when} BEGIN SELECT RAISE(ABORT, '{self.says}'); END"]
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return [
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $guard${self.body()}$guard$',
            f'CREATE OR REPLACE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" FOR EACH {each} EXECUTE FUNCTION "{self.name}"()',
        ]

    def body(self) -> str:
        """PostgreSQL's half of it. The event stands in it, so that a comparison sees all that may have changed."""
        refusal = f"RAISE EXCEPTION '{self.says}' USING ERRCODE = 'integrity_constraint_violation';"
        if self.refuses:
            refusal = f"IF {self.refuses} THEN {refusal} END IF; RETURN NEW;"
        return f" /* {self.event} */ BEGIN {refusal} END "

    def known_by(self, vendor: str) -> str:
        """What the database shows of it when it stands as it should."""
        return self.sql(vendor)[0] if vendor == "sqlite" else self.body()


_registered: dict[str, Guard] = {}


def register(*guards: Guard) -> None:
    """Called by apps in `ready()`; the same name again replaces."""
    for guard in guards:
        if len(guard.name) > 60 or set(guard.says) & set("'%"):
            raise ValueError(guard.name)
        _registered[guard.name] = guard


def all_guards() -> list[Guard]:
    """What is registered, by table and name."""
    return sorted(_registered.values(), key=lambda guard: (guard.table, guard.name))


def _wanted(connection: BaseDatabaseWrapper) -> list[Guard]:
    """The guards whose tables are all there."""
    present = set(connection.introspection.table_names())
    return [guard for guard in all_guards() if {guard.table, *guard.reads} <= present and guard.sql(connection.vendor)]


def _standing(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    """(table, trigger) -> what `known_by` would say of it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT c.relname, t.tgname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND pg_table_is_visible(c.oid)"
            )
        return {(table, name): sql for table, name, sql in cursor.fetchall()}


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    """PostgreSQL takes them in one message: there may be a hundred."""
    with connection.cursor() as cursor:
        for sql in [";\n".join(statements)] if connection.vendor == "postgresql" and statements else statements:
            cursor.execute(sql)


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Create what is missing or has changed, for tables that exist."""
    connection = connections[using]
    vendor, there = connection.vendor, _standing(connection)
    statements: list[str] = []
    for guard in _wanted(connection):
        stands = there.get((guard.table, guard.name))
        if stands == guard.known_by(vendor):
            continue
        if stands is not None and vendor == "sqlite":
            statements.append(f'DROP TRIGGER "{guard.name}"')
        statements += guard.sql(vendor)
    if any(name == "append_only" for _table, name in there):  # what an earlier version of this product put up, under names that nobody drops
        statements.append("DROP FUNCTION IF EXISTS refuse_change() CASCADE")
    _run(connection, statements)


def missing(connection: BaseDatabaseWrapper) -> list[Guard]:
    """Guards that should stand by now and don't, or stand with other words."""
    there = _standing(connection)
    return [guard for guard in _wanted(connection) if there.get((guard.table, guard.name)) != guard.known_by(connection.vendor)]


def drop(guards: Iterable[Guard], using: str = DEFAULT_DB_ALIAS) -> None:
    connection = connections[using]
    there = _standing(connection)
    on = "" if connection.vendor == "sqlite" else ' ON "{}"'
    _run(connection, [f'DROP TRIGGER IF EXISTS "{guard.name}"{on.format(guard.table)}' for guard in guards if (guard.table, guard.name) in there])


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Without the guards that refuse emptying a table, for the flush of a test or of `make demo` only; they are back afterwards, whatever happens."""
    drop([guard for guard in all_guards() if guard.event in ("DELETE", "TRUNCATE")], using)
    try:
        yield
    finally:
        install(using)


def lift_before_migrate(using: str = DEFAULT_DB_ALIAS, app_config: Any = None, plan: Any = (), **kwargs: Any) -> None:
    """SQLite refuses to rebuild or drop a table that another table's trigger reads."""
    if plan and connections[using].vendor == "sqlite" and app_config is not None and app_config.label == "core":
        drop([guard for guard in all_guards() if guard.reads], using)


def install_after_migrate(using: str = DEFAULT_DB_ALIAS, app_config: Any = None, **kwargs: Any) -> None:
    if app_config is None or app_config.label not in _owners():
        return
    install(using)


def _owners() -> set[str]:
    """Apps with guarded tables. Core is left out: it comes first, and its own tables are covered when the next one's signal arrives."""
    tables = {guard.table for guard in all_guards()}
    return {model._meta.app_label for model in apps.get_models() if model._meta.db_table in tables} - {"core"}
