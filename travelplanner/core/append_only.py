"""Database triggers that refuse UPDATE and DELETE on append-only tables; put back after every migration.

SQLite drops a table's triggers when a migration rebuilds the table, so `install()` is idempotent and runs from `post_migrate`;
a system check (`checks.append_only_guards`) fails when one is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def guarded_tables() -> list[str]:
    """Names of the append-only tables, sorted."""
    return sorted({model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False) and model._meta.managed})


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Create what is missing, for tables that exist."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    tables = [table for table in guarded_tables() if table in present]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
            )
            for table in tables:
                cursor.execute(f'CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION refuse_change()')
                cursor.execute(f'CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
        elif connection.vendor == "sqlite":
            for table in tables:
                for event in ("update", "delete"):
                    cursor.execute(
                        f'CREATE TRIGGER IF NOT EXISTS "append_only_{event}_{table}" BEFORE {event.upper()} ON "{table}" '
                        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                    )


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Append-only tables that exist without their guard."""
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'append_only%%' GROUP BY 1")
        else:
            cursor.execute("SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'append_only_%%' GROUP BY 1")
        guarded = {name for name, count in cursor.fetchall() if count >= 2}
    return [table for table in guarded_tables() if table in present and table not in guarded]


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Without the guards, for the flush of a test or of `make demo` only; they are back afterwards, whatever happens."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table in guarded_tables():
            if connection.vendor == "postgresql":
                cursor.execute(f'DROP TRIGGER IF EXISTS append_only ON "{table}"')
                cursor.execute(f'DROP TRIGGER IF EXISTS append_only_truncate ON "{table}"')
            else:
                cursor.execute(f'DROP TRIGGER IF EXISTS "append_only_update_{table}"')
                cursor.execute(f'DROP TRIGGER IF EXISTS "append_only_delete_{table}"')
    try:
        yield
    finally:
        install(using)


def install_after_migrate(using: str = DEFAULT_DB_ALIAS, app_config: Any = None, **kwargs: Any) -> None:
    if app_config is None or app_config.label == "core":
        return  # core comes first; its own tables are covered when the next app's signal arrives
    install(using)
