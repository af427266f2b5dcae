"""`manage.py create_demo_users`: traveler@, companion@ and staff@example.org, in local mode alone."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.actions import demo
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError


class Command(BaseCommand):
    help = "Make the demo users (idempotent) and print how to sign in. Refuses outside local mode."

    def handle(self, *args: Any, **options: Any) -> None:
        password = settings.DEMO_PASSWORD or secrets.token_urlsafe(12)
        try:
            demo.ensure_demo_users(actor=Actor.system("create_demo_users"), password=password)
        except AppError as problem:
            raise CommandError(str(problem)) from problem
        if options["verbosity"]:
            self.stdout.write("Sign in with one of these, password " + self.style.SUCCESS(password))
            for person in demo.DEMO_USERS:
                self.stdout.write(f"  {person.email:<22} {'the admin, at /admin/' if person.staff else 'a traveler'}")
