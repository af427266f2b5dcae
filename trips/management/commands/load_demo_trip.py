"""`manage.py load_demo_trip`: something to see for the demo users. Local mode alone."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError
from trips.actions.demo import load_demo_trip


class Command(BaseCommand):
    help = "Makes the shared trip of the demo users, with travelers, expenses and an open vote; one that is there stays."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = load_demo_trip(actor=Actor.system("load_demo_trip"))
        except AppError as error:
            raise CommandError(str(error.message)) from error
        if outcome != "there" or options["verbosity"] > 1:
            self.stdout.write(f"The demo trip: {outcome}")
