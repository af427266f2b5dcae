"""`manage.py load_samples`: the sample trips of the home page."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from travelplanner.core.actor import Actor
from trips.actions.samples import load_samples


class Command(BaseCommand):
    help = "Plans the sample trips that are missing; the ones that are there stay."

    def handle(self, *args: Any, **options: Any) -> None:
        for title, outcome in load_samples(actor=Actor.system("load_samples")):
            if outcome != "there" or options["verbosity"] > 1:
                self.stdout.write(f"{title}: {outcome}")
