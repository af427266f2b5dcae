"""The settings refuse what would be unsafe, and production's are clean."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys

import pytest

from tests.architecture.source import FOLDER

KEY = secrets.token_urlsafe(48)
FIELD_KEY = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
PRODUCTION = {
    "SECRET_KEY": KEY,
    "FIELD_KEYS": FIELD_KEY,
    "PUBLIC_URL": "https://trips.example.com",
    "ALLOWED_HOSTS": "trips.example.com",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
    "ALLOW_MOCK_PAYMENTS": "1",
    "DATABASE_URL": "sqlite:////nowhere/db.sqlite3",
}


def check(*arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` in an environment that holds only these settings."""
    environment = {"PATH": os.environ["PATH"], "IGNORE_DOTENV": "1", **{name: value for name, value in values.items() if value}}
    return subprocess.run([sys.executable, "manage.py", "check", *arguments], cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=120)


def test_check_deploy_with_production_settings_then_clean() -> None:
    run = check("--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"FIELD_KEYS": ""}, "FIELD_KEYS"),
        ({"FIELD_KEYS": "not-a-key"}, "FIELD_KEYS"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://trips.example.com"}, "PUBLIC_URL"),
        ({"PORT": "eighty"}, "PORT"),
        ({"HOLD_MINUTES": "a while"}, "HOLD_MINUTES"),
        ({"FETCH_PORTS": "443,https"}, "FETCH_PORTS"),
        ({"LOCAL": "perhaps"}, "LOCAL"),
        ({"DATABASE_URL": "oracle-of-delphi://x/y"}, "DATABASE_URL"),
    ],
)
def test_settings_when_a_value_is_bad_then_the_start_stops_and_names_it(changes: dict[str, str], names: str) -> None:
    run = check(**{**PRODUCTION, **changes})
    assert run.returncode != 0
    assert names in run.stderr.strip().splitlines()[-1] + run.stderr.partition("ERRORS")[2]


@pytest.mark.parametrize(
    ("changes", "identity"),
    [
        ({"SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"}, "travelplanner.E002"),
        ({"FIELD_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}, "travelplanner.E003"),
        ({"LOCAL": "1"}, "travelplanner.W001"),
        ({"DEMO_PASSWORD": "left over from home"}, "travelplanner.W002"),
        ({"ALLOWED_HOSTS": "*"}, "travelplanner.W004"),
        ({"ALLOW_MOCK_PAYMENTS": ""}, "travelplanner.W005"),
        ({"EMAIL_URL": "consolemail://"}, "travelplanner.W006"),
    ],
)
def test_check_deploy_when_something_is_not_for_production_then_says_so(changes: dict[str, str], identity: str) -> None:
    run = check("--deploy", "--fail-level", "WARNING", **{**PRODUCTION, **changes})
    assert run.returncode != 0
    assert identity in run.stderr
