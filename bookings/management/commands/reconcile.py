"""`manage.py reconcile`: after a crash or an outage, bring bookings, payments and refunds into line with the gateway's word."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.actions import checkout
from bookings.queries.inventory import overbooked


class Command(BaseCommand):
    help = "End holds that ran out, ask the gateway about undecided charges, send unsettled refunds, and check that nothing is oversold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", type=int, default=0, metavar="SECONDS", help="ask only about charges undecided for so long (default 0)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(checkout.expire_due())
        self.stdout.write(checkout.reconcile_unknown(asked_after=dt.timedelta(seconds=options["older_than"])))
        if wrong := overbooked():
            raise CommandError(f"{len(wrong)} slots hold something else than their holds say, the first is {wrong[0][0]}")
        self.stdout.write("no slot is oversold")
