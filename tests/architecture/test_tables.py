"""Models, migrations, guards of the database, the admin."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from tests.architecture.source import FOLDER
from tests.migrated import make_migrated_file
from travelplanner.core import append_only, guards
from travelplanner.core.models import AppendOnlyModel, AuditEntry
from travelplanner.core.state_machine import StateMachine

OURS = ("core", "accounts", "trips", "bookings")
# Tables that staff need not see, each with its reason.
OUTSIDE_ADMIN: dict[str, str] = {}


def our_models() -> list[type[models.Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def machines() -> list[tuple[str, StateMachine]]:
    from importlib import import_module

    names = ("travelplanner.core.states", "accounts.states", "trips.states", "bookings.states")
    return [(name, value) for name in names for value in vars(import_module(name)).values() if isinstance(value, StateMachine)]


def test_models_when_listed_then_each_is_in_the_admin_or_has_a_reason() -> None:
    shown = {model._meta.label_lower for model in admin.site._registry}
    shown |= {inline.model._meta.label_lower for options in admin.site._registry.values() for inline in options.inlines}
    missing = {model._meta.label_lower for model in our_models()} - shown - OUTSIDE_ADMIN.keys()
    assert not missing
    assert not OUTSIDE_ADMIN.keys() & shown


@pytest.mark.django_db
def test_migrations_when_compared_with_models_then_complete() -> None:
    try:
        call_command("makemigrations", *OURS, check_changes=True, dry_run=True, stdout=StringIO())
    except SystemExit:
        pytest.fail("models changed without a migration: manage.py makemigrations <app> -n <name>")


def _migrations() -> list[tuple[str, object]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [(f"{label}.{name}", migration) for (label, name), migration in loader.disk_migrations.items() if label in OURS]


def test_migrations_when_listed_then_named_numbered_and_without_fork() -> None:
    names = [name for name, _migration in _migrations()]
    assert names
    assert all(re.fullmatch(r"\w+\.\d{4}_[a-z][a-z0-9_]+", name) and "_auto_" not in name for name in names), names
    assert not MigrationLoader(None, ignore_no_migrations=True).detect_conflicts()


def test_migrations_when_read_then_every_step_can_go_back() -> None:
    stuck = [f"{name}: {operation}" for name, migration in _migrations() for operation in migration.operations if not operation.reversible]
    assert not stuck


def _applied(file: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT app, name FROM django_migrations").fetchall()


def test_migrations_when_run_forward_back_and_forward_then_work(tmp_path: Path) -> None:
    make_migrated_file(tmp_path / "db.sqlite3")
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"}

    def manage(*arguments: str) -> None:
        run = subprocess.run([sys.executable, "manage.py", *arguments, "-v0"], cwd=FOLDER, env=environment, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr

    manage("migrate", "trips", "zero")  # and bookings with it, which stands on it
    assert not [migration for app, migration in _applied(tmp_path / "db.sqlite3") if app in ("trips", "bookings")]
    manage("migrate")
    manage("check", "--database", "default")  # the append-only guards are back


@pytest.mark.django_db
def test_append_only_tables_when_looked_at_then_each_has_its_triggers() -> None:
    assert len(append_only.guarded_tables()) >= 5
    assert guards.missing(connection) == []


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE core_auditentry SET action = 'x'", "DELETE FROM core_auditentry"])
def test_append_only_row_when_changed_by_sql_then_refused(statement: str) -> None:
    AuditEntry.objects.create(action="made", object_type="x", object_id="1")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().action == "made"


@pytest.mark.django_db
def test_append_only_row_when_replaced_then_refused() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    row = AuditEntry.objects.create(action="made", object_type="x", object_id="1")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT OR REPLACE INTO core_auditentry SELECT * FROM core_auditentry WHERE id = %s", [row.pk])


def test_history_tables_when_listed_then_append_only() -> None:
    assert all(issubclass(model.history_model, AppendOnlyModel) for model in our_models() if getattr(model, "history_model", None))


@pytest.mark.parametrize(("module", "machine"), machines(), ids=lambda value: value.name if isinstance(value, StateMachine) else "")
def test_state_machine_when_read_then_closed_reachable_and_checked_by_the_database(module: str, machine: StateMachine) -> None:
    states = set(machine.states)
    assert {after for following in machine.table.values() for after in following} <= states
    reached, queue = {machine.initial}, [machine.initial]
    while queue:
        new = machine.following(queue.pop()) - reached
        reached |= new
        queue += new
    assert reached == states
    owners = [
        model
        for model in our_models()
        for field in model._meta.concrete_fields
        if field.name == machine.field and field.choices and {value for value, _label in field.choices} == states and field.default == machine.initial
    ]
    assert owners, f"no column has the states of {module}.{machine.name}"
    for model in owners:
        assert any(constraint.name.endswith(f"_{machine.field}_known") for constraint in model._meta.constraints), model


def test_primary_keys_when_a_row_has_an_address_then_uuid() -> None:
    """What can be asked for by id must not be countable. Rows that are reached only through a parent may have a number."""
    addressed = [model for model in our_models() if any(field.name == "row_version" for field in model._meta.concrete_fields)]
    assert all(isinstance(model._meta.pk, models.UUIDField) for model in addressed)


def test_money_columns_when_declared_then_decimal_with_three_places() -> None:
    money = re.compile(r"(amount|total|price|fee|ceiling|held|spent|cost|budget_minimum|price_seen|list_price)$")
    loose = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.concrete_fields
        if money.search(field.name) and not (isinstance(field, models.DecimalField) and field.decimal_places == 3)
    ]
    assert not loose
