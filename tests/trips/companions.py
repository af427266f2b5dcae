"""Companions of Alice's trips, as they really come in: by a mailed link."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import actor_for
from tests.factories.trips import TripFactory
from travelplanner.core import outbox
from trips.actions import invitations
from trips.models import Trip, TripDestination, TripMember


def plain_trip(owner: User, catalogue: Any, **fields: Any) -> Trip:
    """A trip to the small Varanasi without a plan, for what needs none."""
    trip = TripFactory(owner=owner, **fields)
    TripDestination.objects.create(trip=trip, destination=catalogue.destination, position=0, arrival=trip.start_date, departure=trip.end_date)
    return trip


def mailed_token(to: str, door: str = "join") -> str:
    """The token of the newest mail to this address, after sending what is due."""
    outbox.deliver_due()
    letter = [letter for letter in mail.outbox if letter.to == [to]][-1]
    found = re.search(rf"/{door}/([\w-]+)", str(letter.body))
    assert found, letter.body
    return found[1]


def invited(owner: APIClient, reference: str, email: str = "bob@example.org", role: str = "viewer") -> str:
    """Invite by the API; returns the token of the mailed link."""
    answer = owner.post(f"/api/trips/{reference}/invitations", {"email": email, "role": role})
    assert answer.status_code == 201, answer.content
    return mailed_token(email)


def joined(owner: APIClient, reference: str, user: User, role: str = "viewer") -> TripMember:
    """Invite a user, who accepts."""
    return invitations.accept(actor=actor_for(user), token=invited(owner, reference, user.email, role))


def guest_of(owner: APIClient, reference: str, *, role: str = "viewer", email: str = "gina@example.org") -> Client:
    """A browser without account that looks at the trip."""
    browser = Client()
    answer = browser.post(f"/join/{invited(owner, reference, email, role)}", {"do": "guest", "name": "Gina"})
    assert answer.status_code == 302, answer.content
    return browser


def without_ids(answer: Any) -> tuple[int, str]:
    """Status and text without request id, time stamp, form tokens and the asked address itself, to compare refusals."""
    text, path = answer.content.decode(), answer.wsgi_request.path
    text = text.replace(path, "").replace(quote(path, safe=""), "")
    text = re.sub(r'"(timestamp|request_id)":"[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"', "", text)
    return answer.status_code, text
