"""`manage.py lint_templates`: every template compiles, and none holds what the content security policy would refuse."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from travelplanner.core.web import template_lint


class Command(BaseCommand):
    help = "Compile every template of the project and refuse inline script, style, event handlers and |safe."

    def handle(self, *args: Any, **options: Any) -> None:
        files, faults = template_lint.check_all()
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} faults in {files} templates.")
        self.stdout.write(f"{files} templates, no fault.")
