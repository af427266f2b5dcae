"""`manage.py makemessages -l hi`: Django's own, with the names under which our modules import gettext."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """All words of the product land in `travelplanner/locale`; without line numbers and wrapping, so that diffs stay small."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=lazy", "--keyword=_lazy", "--keyword=_t"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]  # a guess is worse than an empty line

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(no_location=True, no_obsolete=True, no_wrap=True, ignore_patterns=["tests", ".venv", "var"])

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        self.stdout.write("Translate what is new, then compile: pybabel compile -D django -d travelplanner/locale")
