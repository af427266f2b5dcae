"""`manage.py worker`: the background worker of one process. Start as many as you like; `manage.py serve` starts one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from travelplanner.core.worker import Worker


class Command(BaseCommand):
    help = "Run background tasks and the schedule until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Worker().run():
            raise CommandError("The schedule stopped; start the worker again.")
