"""`manage.py reconcile`: after a crash or an outage, bring bookings, payments and refunds into line with the gateway's word."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.actions import checkout
from bookings.management import arguments
from bookings.queries.ledger import ledger_faults, money_figures
from bookings.queries.supplier_leftovers import left_at_suppliers


class Command(BaseCommand):
    help = "End holds that ran out, ask the gateway about undecided charges, send unsettled refunds, then check that the books agree. Ends with 1 where they don't."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=arguments.seconds,
            default=0,
            metavar="SECONDS",
            help="ask only about charges undecided for so long (default 0)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(checkout.expire_due())
        self.stdout.write(checkout.reconcile_unknown(asked_after=dt.timedelta(seconds=options["older_than"])))
        self.stdout.write(checkout.reconcile_suppliers(asked_after=dt.timedelta(seconds=options["older_than"])))
        if left := left_at_suppliers():
            said = "1 item is left at its supplier" if len(left) == 1 else f"{len(left)} items are left at their suppliers"
            self.stdout.write(f"{said}, which refused to cancel: {', '.join(left)}")
        for one in money_figures():
            self.stdout.write(
                f"{one.currency}: captured {one.captured}, refunded {one.refunded}, confirmed {one.confirmed}, "
                f"paid for bookings that wait {one.open}, held {one.held}, spent {one.spent}; difference {one.difference}"
            )
        faults = ledger_faults()
        for fault in faults:
            self.stdout.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} faults in the books, the first is {faults[0]}", returncode=1)
        self.stdout.write("the books agree and no slot is oversold")
