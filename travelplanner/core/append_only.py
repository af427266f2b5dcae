"""Append-only tables: triggers refuse UPDATE and DELETE (and TRUNCATE, where a database has it). Core registers them with `guards`, which puts them up and checks them."""

from __future__ import annotations

from django.apps import apps

from .guards import Guard

EVENTS = ("UPDATE", "DELETE", "TRUNCATE")


def guarded_tables() -> list[str]:
    """Names of the append-only tables, sorted."""
    return sorted({model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False) and model._meta.managed})


def guards() -> list[Guard]:
    """What each of them needs; asked once every app's models are known."""
    return [Guard(f"append_only_{event.lower()}_{table}", table, event, f"{table} is append-only") for table in guarded_tables() for event in EVENTS]
