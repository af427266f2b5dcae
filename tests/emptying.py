"""The database after a test that committed: no row but what migrations make. As Django's flush, which on PostgreSQL makes a hundred tables anew each time."""

from __future__ import annotations

from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction

MANY = 200  # rows of one table, from which on a TRUNCATE of all is quicker than their DELETE
MADE_BY_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}


def emptied_quickly() -> bool:
    """Delete what is there, if that is little and the database is PostgreSQL; else do nothing, and say so. The guards are lifted by the caller."""
    if connection.vendor != "postgresql":
        return False
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - MADE_BY_MIGRATE)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}', count(*) FROM (SELECT 1 FROM \"{table}\" LIMIT {MANY}) AS seen HAVING count(*) > 0)" for table in tables))
        filled = dict(cursor.fetchall())
        if max(filled.values(), default=0) >= MANY:
            return False
        with transaction.atomic():  # foreign keys are looked at when it ends, so that any order will do
            for table in filled:
                cursor.execute(f'DELETE FROM "{table}"')
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
    return True
