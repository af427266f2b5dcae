"""Money that changed hands to settle up.

Who may: the one who gave and the one who got it, and the owner and editors for anyone (a child, a guest without account, someone who left).
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from travelplanner.core import audit, clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid, NotAllowed, NotFound
from trips import rules
from trips.actions.expenses import KEPT_FOR, MAX_EXPENSE
from trips.actions.taking_part import TooMany, own_member
from trips.actions.trips import fetch_for_change
from trips.models import Settlement, Trip, TripMember
from trips.queries.roster import members_named

MOST_SETTLEMENTS = 1000


def record_settlement(
    *, actor: Actor, reference: str, payer: str, payee: str, amount: Decimal, request_key: str = "", now: dt.datetime | None = None
) -> Settlement:
    """Note that `payer` gave `payee` (member ids, or `me`) an amount in the trip's currency. Those who left the trip can still settle.

    Guarantees: the same `request_key` of the same member is noted once. Raises NotFound, NotAllowed, Invalid, Conflict (`too_many`). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_take_part)
        me = own_member(actor=actor, trip=trip, now=now)
        key = uuid.uuid5(trip.pk, f"settlement:{me.pk}:{request_key}") if request_key else uuid.uuid4()
        if request_key and (known := Settlement.objects.filter(pk=key).first()) is not None:
            return known
        everyone = TripMember.objects.filter(trip=trip).values_list("pk", flat=True)
        giver = members_named(trip=trip, ids=[payer], me=me, field="payer", also=everyone)[payer]
        taker = members_named(trip=trip, ids=[payee], me=me, field="payee", also=everyone)[payee]
        if me.pk not in (giver.pk, taker.pk) and not rules.may_edit(actor, trip):
            raise NotAllowed(_("You can note what you gave or got yourself. Ask the owner of the trip, or an editor."), code="not_yours")
        if giver.pk == taker.pk:
            raise Invalid(fields={"payee": [_("Nobody settles up with themselves.")]})
        if not (amount.is_finite() and 0 < amount <= MAX_EXPENSE and money.quantize(amount, trip.budget_currency) == amount):
            raise Invalid(fields={"amount": [_("An amount above zero in %s.") % trip.budget_currency]})
        if Settlement.objects.filter(trip=trip, archived_at=None).count() >= MOST_SETTLEMENTS:
            raise TooMany(MOST_SETTLEMENTS)
        row = Settlement(pk=key, trip=trip, payer=giver, payee=taker, amount=amount, made_by=me, created_at=now)
        row.save(force_insert=True)
        audit.record(actor=actor, action="settlement.recorded", row=row, now=now)
    return row


def archive_settlement(*, actor: Actor, reference: str, settlement_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Take a settlement back; it can be restored for 30 days. Raises NotFound (also the second time), NotAllowed. Records an audit entry."""
    now = now or clock.now()
    with transaction.atomic():
        row = _fetch(actor, reference, settlement_id, now, archived=False)
        Settlement.objects.filter(pk=row.pk).update(archived_at=now, updated_at=now)
        audit.record(actor=actor, action="settlement.archived", row=row, now=now)


def restore_settlement(*, actor: Actor, reference: str, settlement_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Bring back a settlement taken back in the last 30 days. Raises NotFound, NotAllowed. Records an audit entry."""
    now = now or clock.now()
    with transaction.atomic():
        row = _fetch(actor, reference, settlement_id, now, archived=True)
        Settlement.objects.filter(pk=row.pk).update(archived_at=None, updated_at=now)
        audit.record(actor=actor, action="settlement.restored", row=row, now=now)


def _fetch(actor: Actor, reference: str, settlement_id: uuid.UUID, now: dt.datetime, *, archived: bool) -> Settlement:
    trip: Trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_take_part)
    state = {"archived_at__gte": now - KEPT_FOR} if archived else {"archived_at": None}
    row = Settlement.objects.filter(pk=settlement_id, trip=trip, **state).first()
    if row is None:
        raise NotFound
    me = own_member(actor=actor, trip=trip, now=now)
    if not rules.may_change_entry(actor, trip, own=row.made_by_id == me.pk):
        raise NotAllowed(_("You can take back what you noted yourself. Ask the owner of the trip, or an editor."), code="not_yours")
    return row
