"""Prepares a folder for local mode: virtual environment, dependencies, and `.env` with its keys. Standard library only: it runs first.

    python -m travelplanner.local [--dev] [--keys]

Guarantees: what is done is not done again (a stamp holds the hash of the requirements); a value that is in `.env` stays as it is; `.env` can
be read by its owner alone (mode 0600) and is never half written.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import secrets
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
HEADER = "# Made by `make run` for this machine alone; .env.example explains every setting. Never commit this file.\n"


def new_values() -> dict[str, str]:
    """What local mode needs: keys made at random, and a password for the demo users."""
    return {
        "LOCAL": "1",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),  # one Fernet key
        "DEMO_PASSWORD": "-".join(secrets.token_hex(2) for _ in range(4)),
    }


def names_in(text: str) -> set[str]:
    """Settings that a dotenv text sets, commented lines aside."""
    lines = (line.strip().removeprefix("export ").strip() for line in text.splitlines())
    return {line.split("=", 1)[0].strip() for line in lines if "=" in line and not line.startswith("#")}


def prepare_keys(folder: Path = FOLDER) -> list[str]:
    """Add what `.env` lacks and make the folders that local mode writes to. Returns the names of the settings that were added."""
    path = folder / ".env"
    text = path.read_text() if path.exists() else HEADER
    there = names_in(text)
    added = {name: value for name, value in new_values().items() if name not in there}
    if added:
        text = text.rstrip("\n") + "\n" + "".join(f"{name}={value}\n" for name, value in added.items())
        draft = folder / f".env.{os.getpid()}.tmp"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    path.chmod(0o600)
    for name in ("static", "mail"):
        (folder / "var" / name).mkdir(parents=True, exist_ok=True)
    return list(added)


def fingerprint(folder: Path, *, dev: bool) -> str:
    """What the environment was made from: both files' text and the Python version."""
    names = ["requirements.txt", *(["requirements-dev.txt"] if dev else [])]
    parts = [sys.version, *((folder / name).read_text() for name in names)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def prepare_environment(folder: Path = FOLDER, *, dev: bool = False) -> bool:
    """Make `.venv` and install the pinned packages; True when anything had to be done. Raises CalledProcessError when pip fails."""
    home = folder / ".venv"
    python = home / "bin" / "python"
    stamps = {kind: home / f"installed-{kind}" for kind in ("run", "dev")}
    wanted = fingerprint(folder, dev=dev)
    works = python.exists() and subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0  # noqa: S603
    run_only = fingerprint(folder, dev=False)
    current = {kind: stamp.read_text() if works and stamp.exists() else "" for kind, stamp in stamps.items()}
    if current["dev"] == fingerprint(folder, dev=True) or (not dev and current["run"] == run_only):
        return False
    if not works:
        _say("Making the virtual environment in .venv")
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)  # noqa: S603
    file = "requirements-dev.txt" if dev else "requirements.txt"
    _say(f"Installing {file} (a minute or two the first time)")
    for stamp in stamps.values():
        stamp.unlink(missing_ok=True)
    subprocess.run(  # noqa: S603
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r", folder / file], check=True
    )
    stamps["dev" if dev else "run"].write_text(wanted)
    return True


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m travelplanner.local", description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--keys", action="store_true", help="make .env for local mode")
    options = parser.parse_args(arguments)
    if sys.version_info < OLDEST:
        _say(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
        return 1
    try:
        prepare_environment(dev=options.dev)
    except subprocess.CalledProcessError as problem:
        _say(f"This did not work (its words are above): {' '.join(str(part) for part in problem.cmd)}")
        if "venv" in problem.cmd:
            _say("On Debian and Ubuntu the package python3-venv may be missing.")
        return 1
    if options.keys and (made := prepare_keys()):
        _say(f"Made {', '.join(made)} in .env")
    return 0


if __name__ == "__main__":
    sys.exit(main())
