"""`manage.py setup_local`: everything between the dependencies and the server, in one process. Local mode alone."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from travelplanner.core import guards

# By name: core knows no app. Each step is idempotent and quick when there is nothing to do.
STEPS = ("load_catalogue", "load_rates", "create_demo_users", "load_samples", "load_demo_trip")


class Command(BaseCommand):
    help = "Migrate, load the catalogue with its demo inventory, make the demo users, the sample trips and the trip of the demo users."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="empty the database first: every trip, booking and user of it is gone")
        parser.add_argument("--yes", action="store_true", help="do not ask before --reset")

    def handle(self, *args: Any, reset: bool, yes: bool, verbosity: int, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("This is for local mode (LOCAL=1) alone.")
        call_command("migrate", verbosity=0)
        if reset:
            self._reset(yes)
        for step in STEPS:
            call_command(step, verbosity=verbosity, stdout=self.stdout, stderr=self.stderr)

    def _reset(self, yes: bool) -> None:
        database = settings.DATABASES["default"]
        if not yes:
            if not sys.stdin.isatty():
                raise CommandError("This empties the database. Say --yes (make demo YES=1) if that is what you want.")
            answer = input(f"Every trip, booking and user in {database['NAME']} will be gone. Type yes to go on: ")
            if answer.strip().lower() != "yes":
                raise CommandError("Nothing was changed.")
        with guards.lifted():
            call_command("flush", interactive=False, verbosity=0)
        self.stdout.write("The database is empty.")
