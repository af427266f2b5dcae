"""Core's pages of the staff admin, and what the admins of all apps are made of (`base`, `columns`, `buttons`, `exchange`)."""

from . import records, upkeep

__all__ = ["records", "upkeep"]
