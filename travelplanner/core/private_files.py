"""Sealed files outside the database: one file per key in a folder that no address serves.

A file is sealed for its own name and the row that owns it, so that files swapped on the disk are refused. A key is written once and never
again (a new content is a new key); a row that stops naming a key lets the file go after the commit. What a failed transaction or a killed
process left behind, a file that no row names, is swept by a periodic job after a day.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from . import clock, crypto

KEY = re.compile(r"[0-9a-f]{40}")
SWEPT_AFTER = dt.timedelta(days=1)
PARTIAL = ".part"


class Missing(Exception):
    """There is no file of this key."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A column that names files: `model` is "accounts.UserDocument", `column` holds the key or ""."""

    model: str
    column: str

    @property
    def rows(self) -> models.QuerySet[Any]:
        """All rows that name a file."""
        return apps.get_model(self.model)._base_manager.exclude(**{self.column: ""})

    def context(self, pk: Any) -> str:
        model = apps.get_model(self.model)
        return f"{model._meta.db_table}.{self.column}:{pk}"


_owners: dict[tuple[str, str], Owner] = {}


def register(model: str, column: str) -> Owner:
    """Tell the sweep and the rotation of keys about a column; an app does so in `ready()`."""
    return _owners.setdefault((model, column), Owner(model, column))


def owners() -> list[Owner]:
    return list(_owners.values())


def put(plain: bytes, *, context: str) -> str:
    """Seal and store; returns the key. On the disk when this returns. Call it before the transaction that writes the key."""
    key = secrets.token_hex(20)
    _write(_path(key), crypto.seal(plain, context=_address(key, context)))
    return key


def read(key: str, *, context: str) -> bytes:
    """Raises Missing, and CannotDecrypt for a file that is damaged or another row's."""
    return crypto.unseal(_bytes(key), context=_address(key, context))


def delete(key: str) -> None:
    """Remove now; nothing happens when it is gone. Inside a transaction use `delete_after_commit`."""
    with contextlib.suppress(FileNotFoundError):
        _path(key).unlink()


def delete_after_commit(key: str) -> None:
    """Remove once the transaction in which no row names the key any more is committed; a rollback keeps the file."""
    if key:
        transaction.on_commit(lambda: delete(key), robust=True)


@contextlib.contextmanager
def stored(plain: bytes, *, context: str) -> Iterator[str]:
    """`put` around the transaction that writes the key: what the block raises takes the file back."""
    key = put(plain, context=context)
    try:
        yield key
    except BaseException:
        delete(key)
        raise


def is_current(key: str) -> bool:
    """Whether the ring's first key sealed it. Raises Missing."""
    try:
        with _path(key).open("rb") as file:
            return crypto.is_current(file.read(len(crypto.current_prefix())))
    except FileNotFoundError as error:
        raise Missing(key) from error


def reseal(key: str, *, context: str) -> None:
    """Seal it anew under the ring's first key, in place and at once. Raises Missing, CannotDecrypt.

    Readers see the old or the new bytes. A file that was deleted in between comes back without a row, and the sweep takes it.
    """
    address = _address(key, context)
    _write(_path(key), crypto.seal(crypto.unseal(_bytes(key), context=address), context=address))


def sweep_orphans(*, now: dt.datetime | None = None) -> str:
    """Remove files older than a day that no row names, and half-written ones; a periodic job."""
    before = ((now or clock.now()) - SWEPT_AFTER).timestamp()
    old = [path for path in _root().glob("??/*") if path.stat().st_mtime < before]
    gone = 0
    for start in range(0, len(old), 500):
        some = old[start : start + 500]
        named = {key for owner in owners() for key in owner.rows.filter(**{f"{owner.column}__in": [path.name for path in some]}).values_list(owner.column, flat=True)}
        for path in some:
            if path.name not in named:
                path.unlink(missing_ok=True)
                gone += 1
    return f"{gone} swept"


# --- on the disk -------------------------------------------------------------------------------------------------------
def _root() -> Path:
    root = Path(settings.PRIVATE_FILES_ROOT)
    if not root.is_dir():
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


def _path(key: str) -> Path:
    if not KEY.fullmatch(key):
        raise Missing(key)
    return Path(settings.PRIVATE_FILES_ROOT) / key[:2] / key


def _address(key: str, context: str) -> str:
    return f"file:{key}:{context}"


def _bytes(key: str) -> bytes:
    try:
        return _path(key).read_bytes()
    except FileNotFoundError as error:
        raise Missing(key) from error


def _write(path: Path, data: bytes) -> None:
    """All or nothing, also when the power fails: a temporary file, fsync, rename, fsync of the folder."""
    _root()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    """A rename is on the disk when its folder is; Windows can't and need not."""
    with contextlib.suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
