"""The store of sealed files: unreadable on the disk, bound to key and row, all or nothing, swept."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import transaction

from accounts.actions import documents
from accounts.models import User, UserDocument
from accounts.queries.documents import file_context
from tests.cast import actor_for
from tests.factories.papers import paper, png
from travelplanner.core import clock, crypto, periodic, private_files
from travelplanner.core.errors import NotFound

PLAIN = b"the plain content of a passport scan"
HERE = "accounts_userdocument.file_key:1"


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES_ROOT = tmp_path / "private"
    return settings.PRIVATE_FILES_ROOT


def path_of(root: Path, key: str) -> Path:
    return root / key[:2] / key


def test_file_when_kept_then_read_back_and_unreadable_on_the_disk(root: Path) -> None:
    key = private_files.put(PLAIN, context=HERE)
    assert private_files.read(key, context=HERE) == PLAIN
    path = path_of(root, key)
    assert b"passport" not in path.read_bytes()
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (root, path.parent)} == {0o700}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in root.glob("??/*")] == [key]
    assert private_files.put(PLAIN, context=HERE) != key


def test_files_when_swapped_on_the_disk_or_asked_for_by_another_row_then_refused(root: Path) -> None:
    mine, other = private_files.put(PLAIN, context=HERE), private_files.put(b"other", context=HERE)
    shutil.copy(path_of(root, other), path_of(root, mine))
    with pytest.raises(crypto.CannotDecrypt):
        private_files.read(mine, context=HERE)
    with pytest.raises(crypto.CannotDecrypt):
        private_files.read(other, context="accounts_userdocument.file_key:2")


@pytest.mark.parametrize("key", ["", "x", "../../etc/passwd", "/etc/passwd", "a" * 40 + "/..", "0" * 40, "G" * 40])
def test_key_when_it_is_none_of_ours_then_missing_and_never_a_path(key: str) -> None:
    with pytest.raises(private_files.Missing):
        private_files.read(key, context=HERE)


def test_file_when_writing_is_cut_short_then_nothing_is_left(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        private_files.put(PLAIN, context=HERE)
    assert [path for path in root.rglob("*") if path.is_file()] == []


@pytest.mark.django_db(transaction=True)
def test_file_when_the_transaction_fails_then_neither_row_nor_file(alice: User, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = paper(alice)
    documents.put_file(actor=actor_for(alice), document_id=row.pk, data=png())
    kept = UserDocument.objects.get(pk=row.pk)

    def fail(**kwargs: Any) -> None:
        raise RuntimeError("cut")

    monkeypatch.setattr(documents.audit, "record", fail)
    for change in (lambda: documents.put_file(actor=actor_for(alice), document_id=row.pk, data=png()), lambda: documents.remove_document(actor=actor_for(alice), document_id=row.pk)):
        with pytest.raises(RuntimeError, match="cut"):
            change()
        assert [path.name for path in root.glob("??/*")] == [kept.file_key], "the old one stays, the new one is taken back"
    assert UserDocument.objects.get(pk=row.pk).file_key == kept.file_key
    assert private_files.read(kept.file_key, context=file_context(kept))


@pytest.mark.django_db(transaction=True)
def test_file_when_replaced_or_removed_then_the_old_one_goes_after_the_commit(alice: User, root: Path) -> None:
    row = paper(alice)
    first = documents.put_file(actor=actor_for(alice), document_id=row.pk, data=png()).file_key
    second = documents.put_file(actor=actor_for(alice), document_id=row.pk, data=png()).file_key
    assert first != second
    assert [path.name for path in root.glob("??/*")] == [second]
    with transaction.atomic():
        documents.remove_document(actor=actor_for(alice), document_id=row.pk)
        assert path_of(root, second).exists()
    assert not path_of(root, second).exists()
    with pytest.raises(NotFound):
        documents.remove_document(actor=actor_for(alice), document_id=row.pk)


@pytest.mark.django_db
def test_sweep_when_files_have_no_row_then_gone_after_a_day_and_the_others_stay(alice: User, root: Path) -> None:
    row = paper(alice)
    kept = documents.put_file(actor=actor_for(alice), document_id=row.pk, data=png()).file_key
    orphan = private_files.put(PLAIN, context=HERE)
    half = path_of(root, orphan).with_name("x.part")
    half.write_bytes(b"half")
    assert private_files.sweep_orphans() == "0 swept", "what was just written may be about to get its row"
    assert private_files.sweep_orphans(now=clock.now() + dt.timedelta(hours=25)) == "2 swept"
    assert [path.name for path in root.glob("??/*")] == [kept]
    assert "sweep_private_files" in periodic.registered()


def test_check_when_the_folder_is_served_then_the_start_stops(settings: Any) -> None:
    assert not [found for found in run_checks(tags=["security"]) if found.id == "travelplanner.E004"]
    for folder in (settings.MEDIA_ROOT, settings.STATIC_ROOT / "private", settings.STATICFILES_DIRS[0], settings.MEDIA_ROOT.parent):
        settings.PRIVATE_FILES_ROOT = folder
        assert [found for found in run_checks(tags=["security"]) if found.id == "travelplanner.E004"], folder
