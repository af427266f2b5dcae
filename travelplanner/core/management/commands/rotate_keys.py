"""`manage.py rotate_keys`: everything that is encrypted comes under the first key of FIELD_KEYS, while the site serves.

    1. Put the new key in front of FIELD_KEYS and restart: new values use it, all keys still open.
    2. manage.py rotate_keys
    3. When it says so, take the old keys out and restart.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from travelplanner.core import rotation

WIDTH = 24
SHOWN = 20  # rows that can't be opened are named up to here
LINE_EVERY = 5.0  # seconds, where there is no terminal


class Progress:
    """A bar on a terminal, a line every few seconds elsewhere; to stderr, so that the result can be piped."""

    def __init__(self, stream: Any, total: int) -> None:
        self.stream, self.total, self.done = stream, total, 0
        self.bar = bool(getattr(stream, "isatty", lambda: False)())
        self.started = time.monotonic()
        self.said = self.started if not self.bar else 0.0

    def step(self, rows: int, what: str) -> None:
        self.done = min(self.done + rows, self.total)
        now = time.monotonic()
        if now - self.said < (0.1 if self.bar else LINE_EVERY) and self.done < self.total:
            return
        self.said = now
        share = self.done / self.total if self.total else 1.0
        rate = self.done / max(now - self.started, 0.001)
        left = int((self.total - self.done) / rate) if rate else 0
        words = f"{share:4.0%}  {self.done:,} of {self.total:,}  {rate:,.0f} rows/s  {left // 60}:{left % 60:02} left  {what}"
        if self.bar:
            full = round(share * WIDTH)
            self.stream.write(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {words:<70}", ending="")
        else:
            self.stream.write(words)
        self.stream.flush()

    def end(self) -> None:
        if self.bar and self.total:
            self.stream.write("")


class Command(BaseCommand):
    help = "Encrypts everything under the first key of FIELD_KEYS. Online, restartable; run it again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what would be renewed, write nothing")
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help=f"rows read at once (default {rotation.BATCH})")

    def handle(self, *args: Any, dry_run: bool, batch: int, **options: Any) -> None:
        targets = rotation.targets()
        progress = Progress(self.stderr, sum(target.count() for target in targets))
        self.stderr.style_func = None  # progress is no error: not red
        total = rotation.Tally()
        for target in targets:
            tally = rotation.Tally()
            for part in target.run(dry_run=dry_run, size=max(1, batch)):
                tally.add(part)
                progress.step(part.looked_at, target.name)
            if tally.looked_at:
                self.stdout.write(f"{target.name}: {tally.looked_at:,} looked at, {tally.renewed:,} {'to renew' if dry_run else 'renewed'}")
            total.add(tally)
        progress.end()
        for name in total.unreadable[:SHOWN]:
            self.stdout.write(f"can't be opened: {name}")
        if len(total.unreadable) > SHOWN:
            self.stdout.write(f"... and {len(total.unreadable) - SHOWN:,} more")
        self._conclude(total, sum(target.remaining() for target in targets), dry_run=dry_run)

    def _conclude(self, total: rotation.Tally, remaining: int, *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write(f"Nothing was written. {total.renewed:,} to renew, {len(total.unreadable):,} that can't be opened.")
        elif not remaining and not total.unreadable:
            others = len(settings.FIELD_KEYS) - 1
            self.stdout.write(f"Everything is under the first key ({total.renewed:,} renewed just now)." + (f" The other {others} may leave the ring once every process runs with this one." if others else ""))
        elif remaining and not total.unreadable:
            self.stdout.write(f"{remaining:,} are still under an older key: written meanwhile by a process that has not been restarted with the new ring? Restart it and run this again. Keep the old keys.")
        if total.unreadable:
            self.stdout.write(f"{len(total.unreadable):,} can't be opened by any key of the ring (damaged, moved, or their key is missing). Keep the old keys.")
            sys.exit(1)
        if remaining and not dry_run:
            sys.exit(1)
