"""`manage.py load_rates`: exchange rates of the last 400 days, from the package that carries the ECB's and, with RATES_URL, from the ECB."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from bookings.actions.rates import load_rates


class Command(BaseCommand):
    help = "Adds the exchange rates that aren't there yet; what is there stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        said = load_rates()
        if options["verbosity"] > 1 or not said.startswith("0 ") or ";" in said:
            self.stdout.write(said)
