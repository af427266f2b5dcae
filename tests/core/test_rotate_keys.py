"""Promise 26: every sealed thing comes under the first key, online, and nobody's edit is lost. And what is unreadable where."""

from __future__ import annotations

import base64
import io
import logging
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection, connections

from accounts.actions import documents
from accounts.models import Traveler, User, UserDocument, UserProfile
from accounts.queries.documents import file_context
from tests.cast import actor_for
from tests.factories.papers import paper, png
from travelplanner.core import clock, crypto, private_files, rotation, sealed
from travelplanner.core.management.commands import rotate_keys
from travelplanner.core.models import IdempotencyKey, OutboxMessage

NEW = base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_ROOT = tmp_path / "private"


def rotate(**options: Any) -> tuple[int, str, str]:
    """(exit code, stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("rotate_keys", stdout=out, stderr=err, **options)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def everything(alice: User) -> dict[str, Any]:
    """One of each kind of sealed thing."""
    row = paper(alice, number="AB-445566")
    documents.put_file(actor=actor_for(alice), document_id=row.pk, data=png())
    paper(alice, type="visa", number="")
    Traveler.objects.create(user=alice, first_name="Asha", needs=["step_free"], medical_notes="asthma", emergency_contact="")
    UserProfile.objects.create(user=alice, dietary_restrictions=["vegan"])
    OutboxMessage.objects.create(template="x", dedupe_key="1", secrets={"url": "https://x/token"})
    IdempotencyKey.objects.create(scope="s", key="k", fingerprint="f", lease_until=clock.now(), expires_at=clock.now(), body=crypto.encrypt(b"answer"))
    Authenticator.objects.create(user=alice, type="totp", data={"secret": crypto.encrypt(b"TOTPSECRET").decode()})
    Authenticator.objects.create(user=alice, type="recovery_codes", data={"seed": crypto.encrypt(b"SEED").decode(), "used_mask": 5})
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "phone", "credential": {"a": 1}})
    return {"document": row.pk, "file": UserDocument.objects.get(pk=row.pk).file_key}


def read_all(made: dict[str, Any]) -> list[Any]:
    row = UserDocument.objects.get(pk=made["document"])
    person = Traveler.objects.get()
    return [
        row.number,
        UserDocument.objects.filter(sealed.matching(UserDocument, "number_index", "ab445566")).count(),
        private_files.read(row.file_key, context=file_context(row))[:4],
        (person.needs, person.medical_notes, person.emergency_contact),
        UserProfile.objects.get().dietary_restrictions,
        OutboxMessage.objects.get().secrets,
        crypto.decrypt(IdempotencyKey.objects.get().body),
        crypto.decrypt(Authenticator.objects.get(type="totp").data["secret"].encode()),
        crypto.decrypt(Authenticator.objects.get(type="recovery_codes").data["seed"].encode()),
        Authenticator.objects.get(type="recovery_codes").data["used_mask"],
        Authenticator.objects.get(type="webauthn").data,
    ]


def test_rotation_when_done_then_the_old_key_may_go_and_everything_reads_and_is_found(everything: dict[str, Any], settings: Any) -> None:
    before, old = read_all(everything), settings.FIELD_KEYS[0]
    settings.FIELD_KEYS = [NEW, old]
    code, out, _err = rotate()
    assert code == 0
    assert "Everything is under the first key" in out
    assert "The other 1 may leave the ring" in out
    settings.FIELD_KEYS = [NEW]
    assert read_all(everything) == before
    settings.FIELD_KEYS = [old]
    with pytest.raises(crypto.CannotDecrypt):
        read_all(everything)


def test_rotation_when_run_twice_then_the_second_writes_nothing(everything: dict[str, Any], settings: Any) -> None:
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    rotate()
    raw = list(UserDocument.objects.values_list("number", "number_index", "updated_at"))
    file = private_files._path(everything["file"]).read_bytes()
    code, out, _err = rotate()
    assert code == 0
    assert "(0 renewed just now)" in out
    assert list(UserDocument.objects.values_list("number", "number_index", "updated_at")) == raw
    assert private_files._path(everything["file"]).read_bytes() == file


def test_dry_run_when_asked_then_counts_and_writes_nothing(everything: dict[str, Any], settings: Any) -> None:
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    raw = list(UserDocument.objects.values_list("number", flat=True))
    code, out, _err = rotate(dry_run=True)
    assert code == 0
    assert "accounts_userdocument: 1 looked at, 1 to renew" in out
    assert "mfa_authenticator: 3 looked at, 2 to renew" in out
    assert "Nothing was written. 8 to renew" in out
    assert list(UserDocument.objects.values_list("number", flat=True)) == raw


def test_every_sealed_thing_when_listed_then_the_rotation_knows_it() -> None:
    names = {target.name for target in rotation.targets()}
    assert {model._meta.db_table for model, _fields, _indexes in sealed.sealed_columns()} <= names
    assert {"core_idempotencykey", "mfa_authenticator", "files of accounts.UserDocument", "files of accounts.TravelerDocument"} <= names


def test_rotation_when_a_row_is_edited_between_read_and_write_then_the_edit_is_kept(alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [paper(alice, number=f"N{n}00") for n in range(5)]
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    write, edited = rotation.Rows.write, []

    def edit_then_write(self: rotation.Rows, changes: list[rotation.Change]) -> int:
        if not edited and self.model is UserDocument:
            row = UserDocument.objects.get(pk=rows[2].pk)
            settings.FIELD_KEYS = settings.FIELD_KEYS[::-1]  # the edit comes from a process that was not restarted yet
            documents.change_document(actor=actor_for(alice), document_id=row.pk, row_version=row.row_version, values={"number": "EDITED1"})
            settings.FIELD_KEYS = settings.FIELD_KEYS[::-1]
            edited.append(row.pk)
        return write(self, changes)

    monkeypatch.setattr(rotation.Rows, "write", edit_then_write)
    code, out, _err = rotate()
    assert edited
    assert code == 0, out
    settings.FIELD_KEYS = [NEW]
    assert [UserDocument.objects.get(pk=row.pk).number for row in rows] == ["N000", "N100", "EDITED1", "N300", "N400"]
    assert UserDocument.objects.filter(sealed.matching(UserDocument, "number_index", "edited1")).count() == 1


def test_rotation_when_its_update_does_not_name_the_old_bytes_then_the_edit_is_lost(alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the condition is for."""
    row = paper(alice, number="N100")
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]

    def write_blindly(self: rotation.Rows, changes: list[rotation.Change]) -> int:
        if self.model is UserDocument:
            found = UserDocument.objects.get(pk=row.pk)
            documents.change_document(actor=actor_for(alice), document_id=row.pk, row_version=found.row_version, values={"number": "EDITED1"})
        for change in changes:
            self.model._base_manager.filter(pk=change.pk).update(**change.new)
        return len(changes)

    monkeypatch.setattr(rotation.Rows, "write", write_blindly)
    rotate()
    assert UserDocument.objects.get(pk=row.pk).number == "N100"


def test_rotation_when_stopped_halfway_then_the_next_run_does_the_rest(alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        paper(alice, number=f"N{number}00")
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    write, batches = rotation.Rows.write, []

    def stop_at_the_third(self: rotation.Rows, changes: list[rotation.Change]) -> int:
        batches.append(len(changes))
        if len(batches) == 3:
            raise KeyboardInterrupt
        return write(self, changes)

    monkeypatch.setattr(rotation.Rows, "write", stop_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        rotate(batch=4)
    monkeypatch.undo()
    assert sum(crypto.is_current(raw) for raw in UserDocument.objects.values_list("number", flat=True)) == 8
    code, out, _err = rotate(batch=4)
    assert code == 0
    assert "accounts_userdocument: 12 looked at, 4 renewed" in out


def test_rotation_when_something_can_not_be_opened_then_named_exit_1_and_the_rest_is_done(everything: dict[str, Any], alice: User, settings: Any) -> None:
    lost = paper(alice, type="other", number="LOST99")
    UserDocument.objects.filter(pk=lost.pk).update(number=UserDocument.objects.filter(pk=everything["document"]).values_list("number", flat=True).get())
    gone = documents.put_file(actor=actor_for(alice), document_id=lost.pk, data=png())
    private_files.delete(gone.file_key)
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    code, out, _err = rotate()
    assert code == 1
    assert f"can't be opened: accounts_userdocument.number:{lost.pk}" in out
    assert f"can't be opened: files of accounts.UserDocument:{lost.pk}" in out
    assert "2 can't be opened" in out
    assert "Keep the old keys" in out
    settings.FIELD_KEYS = [NEW]
    assert UserDocument.objects.get(pk=everything["document"]).number == "AB-445566"


def test_rotation_when_a_process_still_writes_under_the_old_key_then_told_to_run_again(alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    paper(alice, number="N100")
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    run = rotation.Files.run

    def write_late(self: rotation.Files, **kwargs: Any) -> Any:
        settings.FIELD_KEYS = settings.FIELD_KEYS[::-1]
        UserDocument.objects.get_or_create(user=alice, type="visa", defaults={"number": "LATE1"})
        settings.FIELD_KEYS = settings.FIELD_KEYS[::-1]
        return run(self, **kwargs)

    monkeypatch.setattr(rotation.Files, "run", write_late)
    code, out, _err = rotate()
    assert code == 1
    assert "1 are still under an older key" in out
    assert rotate()[0] == 0


def test_progress_when_there_is_a_terminal_then_a_bar_else_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.management.base import OutputWrapper

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    moment = iter(range(1000))
    monkeypatch.setattr(rotate_keys.time, "monotonic", lambda: float(next(moment)))
    for stream, bar in ((Terminal(), True), (io.StringIO(), False)):
        progress = rotate_keys.Progress(OutputWrapper(stream), 1000)
        for _ in range(10):
            progress.step(100, "accounts_userdocument")
        progress.end()
        text = stream.getvalue()
        assert ("\r[" in text) is bar
        assert "100%  1,000 of 1,000" in text
        assert "rows/s" in text
        assert "0:00 left" in text
        assert text.count("\n") <= (1 if bar else 3)


# --- unreadable where ----------------------------------------------------------------------------------------------------
HIDDEN = ("QX-99887766", "QX99887766", "99887766")


@pytest.mark.django_db(transaction=True)
def test_number_when_the_database_itself_is_read_then_nowhere(alice: User, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    row = paper(alice, number=HIDDEN[0], holder_name="PLAINLY VISIBLE")
    documents.put_file(actor=actor_for(alice), document_id=row.pk, data=png())
    raw = b"".join(_raw_database(tmp_path))
    assert b"PLAINLY VISIBLE" in raw, "the control: what is not sealed is there"
    for hidden in HIDDEN:
        for form in (hidden.encode(), hidden.lower().encode(), hidden.encode().hex().encode(), hidden.encode("utf-16-le"), base64.b64encode(hidden.encode())):
            assert form not in raw
        assert hidden not in caplog.text
    stored = b"".join(path.read_bytes() for path in (tmp_path / "private").rglob("*") if path.is_file())
    assert stored
    assert b"PNG" not in stored


def _raw_database(folder: Path) -> list[bytes]:
    """SQLite: the file and its write-ahead log as they lie there. PostgreSQL: pg_dump, or COPY of every table where that is not installed."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return [Path(path).read_bytes() for path in (name, f"{name}-wal") if Path(path).exists()]
    conf = connection.settings_dict
    if shutil.which("pg_dump"):
        login = {"PGUSER": conf["USER"], "PGPASSWORD": conf["PASSWORD"], "PGHOST": conf["HOST"], "PGPORT": str(conf["PORT"] or 5432)}
        run = subprocess.run(["pg_dump", "--no-owner", conf["NAME"]], capture_output=True, env={**os.environ, **login}, check=True)
        return [run.stdout]
    found = []
    with connections["default"].cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                found += [bytes(part) for part in copy]
    return found
