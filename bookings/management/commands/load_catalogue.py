"""`manage.py load_catalogue [--force]`: destinations, places, demo suppliers and their price rules."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bookings.actions.demo_rules import sync_demo_rules
from travelplanner.core.actor import Actor
from trips.actions.catalogue import load_catalogue


class Command(BaseCommand):
    help = "Loads trips/data into the catalogue; files that did not change are skipped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="load also what did not change (overwrites edits made in the admin)")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.system("load_catalogue")
        for slug, outcome in load_catalogue(actor=actor, force=options["force"]):
            if outcome == "loaded" or options["verbosity"] > 1:
                self.stdout.write(f"{slug}: {outcome}")
        made = sync_demo_rules(actor=actor)
        if made:
            self.stdout.write(f"{made} price rules made")
