"""`python -m tests.concurrency.outage_world N`: fills the database of DATABASE_URL with N people who want to book, and prints who they are as JSON."""

from __future__ import annotations

import json
import os
import random
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "travelplanner.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from accounts.models import User  # noqa: E402
from bookings.management.chaos.world import make_world  # noqa: E402
from tests.cast import token_for  # noqa: E402
from trips.models import Service  # noqa: E402

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    errands = make_world(random.Random(22), seed=22, checkouts=int(sys.argv[1]))
    Service.objects.filter(supplier__adapter="mock").update(external_reference="mock:ok")
    users = User.objects.in_bulk([errand.user_id for errand in errands])
    json.dump([{"token": token_for(users[errand.user_id]), "trip": errand.trip_reference, "key": errand.request_key} for errand in errands], sys.stdout)
