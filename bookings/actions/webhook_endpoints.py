"""Where a user's programs want to be told of bookings: added, changed, their secret replaced, removed."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from bookings import rules
from bookings.announced import EVENTS
from bookings.models import WebhookEndpoint
from bookings.queries.webhooks import get_endpoint, list_endpoints
from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, Stale
from travelplanner.core.fetch import FetchRefused, check_url

MOST_ENDPOINTS = 10  # of a user
BOTH_SIGN = dt.timedelta(hours=24)
LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """An endpoint with its new secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str


def new_secret() -> str:
    """256 random bits behind a prefix that scanners of leaked secrets can look for."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def add_endpoint(
    *, actor: Actor, url: str, description: str = "", events: list[str] | None = None, now: dt.datetime | None = None
) -> Shown:
    """Add an endpoint, at most ten. `events` empty = all of them.

    Raises NotAllowed when signed out, Conflict (`too_many`), Invalid: the address is checked here for its form, and at each delivery for
    where it leads. Records an audit entry without the address.
    """
    user_id, now = rules.require_user(actor), now or clock.now()
    with transaction.atomic():
        # One change of a user's endpoints after the other, so that the limit is counted right.
        User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user_id)
        values = _checked({"url": url, "description": description, "events": events or []})
        if list_endpoints(actor).count() >= MOST_ENDPOINTS:
            raise Conflict(_("There are ten endpoints already. Remove one first."), code="too_many")
        secret = new_secret()
        row = WebhookEndpoint.objects.create(user_id=user_id, secret=secret, created_at=now, **values)
        audit.record(actor=actor, action="webhook_endpoint.added", row=row, after={"events": row.events}, now=now)
    return Shown(row, secret)


def change_endpoint(
    *, actor: Actor, endpoint_id: uuid.UUID, row_version: int | None, changes: Mapping[str, Any], now: dt.datetime | None = None
) -> WebhookEndpoint:
    """Change address, description, events, or switch it on or off; switching on forgets old failures. Raises NotFound, Stale, Invalid.

    What waits for it goes to the new address. `row_version` None = whatever it is.
    """
    now = now or clock.now()
    with transaction.atomic():
        row = get_endpoint(actor, endpoint_id, lock=True)
        if row_version is not None and row.row_version != row_version:
            raise Stale
        values = _checked(changes)
        if values.get("enabled") and not row.enabled:
            values |= {"failures_in_row": 0, "disabled_reason": ""}
        elif values.get("enabled") is False and row.enabled:
            values["disabled_reason"] = "by its owner"
        for name, value in values.items():
            setattr(row, name, value)
        row.row_version += 1
        row.save(update_fields=[*values, "row_version", "updated_at"])
        audit.record(actor=actor, action="webhook_endpoint.changed", row=row, after={"fields": sorted(changes)}, now=now)
    return row


def rotate_secret(*, actor: Actor, endpoint_id: uuid.UUID, now: dt.datetime | None = None) -> Shown:
    """Give the endpoint a new secret; the old one signs beside it for 24 hours, and one that was still signing so stops. Raises NotFound."""
    now = now or clock.now()
    with transaction.atomic():
        row = get_endpoint(actor, endpoint_id, lock=True)
        secret = new_secret()
        row.previous_secret, row.previous_secret_until, row.secret = row.secret, now + BOTH_SIGN, secret
        row.row_version += 1
        row.save(update_fields=["secret", "previous_secret", "previous_secret_until", "row_version", "updated_at"])
        audit.record(actor=actor, action="webhook_endpoint.secret_rotated", row=row, now=now)
    return Shown(row, secret)


def remove_endpoint(*, actor: Actor, endpoint_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Remove one's own endpoint: nothing is sent there any more, address and secrets are wiped, the log's rows stay. Raises NotFound."""
    now = now or clock.now()
    with transaction.atomic():
        row = get_endpoint(actor, endpoint_id, lock=True)
        row.url = row.description = row.secret = row.previous_secret = ""
        row.enabled, row.disabled_reason, row.removed_at, row.previous_secret_until = False, "removed", now, None
        row.row_version += 1
        row.save()
        audit.record(actor=actor, action="webhook_endpoint.removed", row=row, now=now)


def forget_old_secrets(*, now: dt.datetime | None = None) -> str:
    """Wipe secrets whose 24 hours beside a new one are over; a periodic job."""
    rows = WebhookEndpoint.objects.filter(previous_secret_until__lte=now or clock.now())
    return f"{rows.update(previous_secret=None, previous_secret_until=None)} wiped"


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored. Raises Invalid with the field's name."""
    checked, faults = dict(values), {}
    if "url" in checked:
        checked["url"] = str(checked["url"]).strip()
        if fault := _fault_of(checked["url"]):
            faults["url"] = [fault]
    if "events" in checked:
        unknown = [name for name in checked["events"] if name not in EVENTS]
        if unknown:
            faults["events"] = [_("There is no event %(name)s. There are: %(known)s.") % {"name": str(unknown[0])[:40], "known": ", ".join(EVENTS)}]
        checked["events"] = [name for name in EVENTS if name in checked["events"]]
    if faults:
        raise Invalid(fields=faults)
    return checked


def _fault_of(url: str) -> str:
    if len(url) > LONGEST_URL:
        return _("This address is too long: 500 characters at most.")
    try:
        check_url(url)
    except FetchRefused as refusal:
        words = {
            "scheme": _("The address must begin with https://."),
            "credentials": _("Leave out the name and password; the signature says who sends."),
            "port": _("This port is not allowed. Use the usual one of https."),
            "private_name": _("This is a name inside a private network. It must be reachable from the internet."),
            "private_address": _("This is an address inside a private network. It must be reachable from the internet."),
        }
        return words.get(refusal.code) or _("This is not a web address that we can send to.")
    return ""
