"""Signed messages of payment gateways: taken at once, worked off by a job. A message is a hint and never a fact: the gateway is asked.

So every order of messages and every repetition leads to the same state: what the gateway says now.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Mapping

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F

from bookings.actions.aftermath import follow
from bookings.actions.disputes import ask_dispute
from bookings.actions.payment_inquiry import UNDECIDED, resolve_payment
from bookings.actions.refunds import ask_refund
from bookings.actions.settlement import settle_payment
from bookings.gateways.payments import ChargeResult, Notice, Outcome, gateway_named
from bookings.gateways.payments.references import charge_ref
from bookings.models import GatewayEvent, Payment
from bookings.states import GATEWAY_EVENT
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed, NotFound
from travelplanner.core.transitions import move

logger = logging.getLogger(__name__)
LISTENER = Actor.system("gateway_events")
LEASE = dt.timedelta(minutes=2)
MAX_ATTEMPTS = 8


class NotSettled(Exception):
    """The gateway's answer can't be acted on (yet); its text says why."""


def receive_event(*, actor: Actor, gateway: str, body: bytes, headers: Mapping[str, str], now: dt.datetime | None = None) -> bool:
    """Keep a message whose signature is the gateway's; returns whether it is new.

    Guarantees: the same message once, however often and from however many it comes; nothing is asked and nothing moves here. Raises NotFound
    (no such gateway, or none that may speak), NoticeRefused (then nothing is kept).
    """
    moment = now or clock.now()
    listening = gateway_named(gateway)
    if not listening.hears():
        raise NotFound
    notice = listening.read_notice(body=body, headers=headers, now=moment)
    event = GatewayEvent(
        gateway=gateway,
        event_id=notice.event_id if settings.EVENTS_ARE_GUARDED else f"{notice.event_id[:80]}:{uuid.uuid4()}",  # the twin: each counts
        type=notice.type,
        object_id=notice.object_id,
        facts=_facts(notice),
        happened_at=notice.happened_at,
        next_attempt_at=moment,
        created_at=moment,
    )
    GatewayEvent.objects.bulk_create([event], ignore_conflicts=True)
    return GatewayEvent.objects.filter(pk=event.pk).exists()


def _facts(notice: Notice) -> dict[str, str]:
    facts = {"about": notice.about, "payment": str(notice.payment_id or ""), "charge": notice.charge_reference, "claim": notice.claim}
    return {name: value for name, value in facts.items() if value}


def handle_due(*, actor: Actor = LISTENER, limit: int = 100, now: dt.datetime | None = None) -> str:
    """Work off what was received; returns how it went. A periodic job, safe to run twice at once: each message is claimed first.

    Guarantees: one that fails is tried again later, MAX_ATTEMPTS times, then dead for staff to look at; it keeps none of the others.
    """
    done = failed = 0
    for _turn in range(limit):
        moment = now or clock.now()
        due = GatewayEvent.objects.filter(state="received", next_attempt_at__lte=moment)
        event = due.order_by("next_attempt_at", "created_at").first()
        if event is None:
            break
        mine = GatewayEvent.objects.filter(pk=event.pk, state="received", next_attempt_at=event.next_attempt_at)
        if not mine.update(attempts=F("attempts") + 1, next_attempt_at=moment + LEASE):
            continue
        event.attempts += 1
        try:
            to = _handle(actor, event, now)
            move(event, GATEWAY_EVENT, to, actor=actor, now=moment, payment=_payment_of(event), last_error="")
            done += 1
        except Exception as problem:  # a gateway that is away, a row that can't move: a reason to try later
            _postpone(actor, event, problem, moment)
            failed += 1
    return f"{done} handled, {failed} postponed"


def _postpone(actor: Actor, event: GatewayEvent, problem: Exception, now: dt.datetime) -> None:
    if not isinstance(problem, (NotSettled, Conflict)):
        logger.warning("gateway event %s failed: %s", event.pk, type(problem).__name__)
    error = f"{type(problem).__name__}: {problem}"[:300] if not isinstance(problem, DatabaseError) else type(problem).__name__
    wait = dt.timedelta(seconds=min(3600, 5 * 2**event.attempts))
    try:
        if event.attempts >= MAX_ATTEMPTS:
            move(event, GATEWAY_EVENT, "dead", actor=actor, reason="attempts used up", now=now, last_error=error)
        else:
            GatewayEvent.objects.filter(pk=event.pk, state="received", attempts=event.attempts).update(next_attempt_at=now + wait, last_error=error)
    except Conflict:
        logger.info("gateway event %s was handled by another worker meanwhile", event.pk)


def _payment_of(event: GatewayEvent) -> Payment | None:
    """Ours, made with the gateway that speaks: by the id we gave it, else by its own name for the charge."""
    payments = Payment.objects.select_related("booking").filter(gateway=event.gateway)
    by_id, by_name = event.facts.get("payment"), event.facts.get("charge")
    found = payments.filter(pk=by_id).first() if by_id else None
    return found or (payments.filter(provider_reference=by_name).first() if by_name else None)


def _handle(actor: Actor, event: GatewayEvent, now: dt.datetime | None) -> str:
    about, payment = event.facts.get("about", ""), _payment_of(event)
    if about not in ("payment", "refund", "dispute"):
        return "ignored"
    if payment is None:
        if about == "dispute":  # a dispute names the charge alone, and we may not have been told its name yet
            raise NotSettled("no payment has this charge")
        return "ignored"
    if not settings.EVENTS_ARE_GUARDED:  # the twin: believes what it is told
        claim = Outcome(event.facts.get("claim", "unknown"))
        claimed = ChargeResult(claim, amount=payment.amount, currency=payment.currency)
        follow(actor=actor, booking=settle_payment(actor=actor, payment_id=payment.pk, result=claimed, kind="event", now=now), now=now)
        return "handled"
    if about == "payment" or payment.state in UNDECIDED:
        _ask_payment(actor, event, payment, now)
    if about == "dispute":
        ask_dispute(actor=actor, payment_id=payment.pk, reference=event.object_id, now=now)
    else:
        for refund_id in list(payment.refunds.exclude(state="failed").values_list("pk", flat=True)):
            if about == "refund" or payment.refunds.filter(pk=refund_id).exclude(state="succeeded").exists():
                ask_refund(actor=actor, refund_id=refund_id, now=now)
    return "handled"


def _ask_payment(actor: Actor, event: GatewayEvent, payment: Payment, now: dt.datetime | None) -> None:
    if payment.state in UNDECIDED:
        outcome = resolve_payment(actor=actor, payment=payment, now=now)
        if outcome in (Outcome.UNKNOWN, Outcome.ABSENT):
            raise NotSettled(f"asked about the payment, the gateway says {outcome}")
        return
    paid_after_all = payment.state == "failed" and event.facts.get("claim") == "succeeded"
    if paid_after_all and gateway_named(payment.gateway).ask(charge_ref(payment)).outcome is Outcome.SUCCEEDED:
        raise NotSettled("the gateway took money for a payment that had failed; give it back there")


def replay_event(*, actor: Actor, event_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Work off a dead message again. Staff only. Raises NotAllowed, NotFound, Conflict (`wrong_state`). Recorded in the audit."""
    if not (actor.is_staff or actor.is_system):
        raise NotAllowed
    moment = now or clock.now()
    event = GatewayEvent.objects.filter(pk=event_id).first()
    if event is None:
        raise NotFound
    with transaction.atomic():  # the move alone is conditional on the state that was read
        move(event, GATEWAY_EVENT, "received", actor=actor, reason="replayed", now=moment, attempts=0, next_attempt_at=moment)
