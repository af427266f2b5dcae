"""`.env` of local mode: made once, kept, private."""

from __future__ import annotations

import stat
from pathlib import Path

from cryptography.fernet import Fernet

from travelplanner import local


def _values(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_prepare_keys_in_a_new_folder_then_private_file_with_usable_keys(tmp_path: Path) -> None:
    added = local.prepare_keys(tmp_path)
    values = _values(tmp_path)
    assert set(added) == set(values) == {"LOCAL", "SECRET_KEY", "FIELD_KEYS", "DEMO_PASSWORD"}
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert len(values["SECRET_KEY"]) >= 50
    assert Fernet(values["FIELD_KEYS"]).decrypt(Fernet(values["FIELD_KEYS"]).encrypt(b"x")) == b"x"


def test_prepare_keys_when_repeated_then_changes_nothing(tmp_path: Path) -> None:
    local.prepare_keys(tmp_path)
    before = (tmp_path / ".env").read_bytes()
    assert local.prepare_keys(tmp_path) == []
    assert (tmp_path / ".env").read_bytes() == before


def test_prepare_keys_when_values_are_there_then_keeps_them_and_closes_the_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("export LOCAL=0\n# SECRET_KEY=commented\nFIELD_KEYS=mine")
    path.chmod(0o644)
    assert set(local.prepare_keys(tmp_path)) == {"SECRET_KEY", "DEMO_PASSWORD"}
    text = path.read_text()
    assert text.startswith("export LOCAL=0\n# SECRET_KEY=commented\nFIELD_KEYS=mine\nSECRET_KEY=")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.glob(".env*")] == [".env"]


def test_prepare_keys_in_two_folders_then_keys_differ(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    local.prepare_keys(tmp_path / "a")
    local.prepare_keys(tmp_path / "b")
    assert _values(tmp_path / "a")["SECRET_KEY"] != _values(tmp_path / "b")["SECRET_KEY"]
