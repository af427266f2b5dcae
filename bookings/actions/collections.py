"""Fair-share collection: a booking that its company pays in shares. Booked when all of it is there, given back when it isn't in time.

What the last share and the end of the time do is `settlement`'s; here is who opens, pays and closes. The booking's own user may pay anyone's
share: of members without an account, and of one who left the trip (their unpaid share stays, and is the owner's to pay or to give up).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bookings import rules
from bookings.actions.aftermath import follow
from bookings.actions.checkout import PaymentWish, begin_charge, carry_out, refuse_unpayable
from bookings.actions.locks import lock_booking
from bookings.actions.named_travelers import NamedTraveler
from bookings.actions.reservation import Contact, reserve_booking
from bookings.actions.settlement import close_booking
from bookings.actions.share_plans import Collecting, ShareWish
from bookings.errors import HoldEnded
from bookings.models import Booking, Collection, Payment, PaymentShare
from bookings.queries.payments import is_paid
from bookings.states import UNSETTLED
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, IdempotencyMismatch, NotAllowed, NotFound

__all__ = ["ShareWish", "close_collection", "open_collection", "pay_share"]


def open_collection(
    *,
    actor: Actor,
    trip_reference: str,
    contact: Contact,
    travelers: Sequence[NamedTraveler] = (),
    shares: Sequence[ShareWish] | None = None,
    request_key: str | None = None,
    accepted_total: Decimal | None = None,
    with_plan: bool = False,
    shown: Sequence[str] | None = None,
    only_shown: bool = False,
    now: dt.datetime | None = None,
) -> Booking:
    """Reserve the trip as `reserve_booking` does, to be paid in shares; for the trip's owner.

    `shares` None: equal parts of all members with an account; else those members alone, each with an amount or an equal part of the rest.
    Guarantees: the shares add up to the total exactly; places and budget are held for COLLECTION_HOURS (not into the first day that is
    booked, nor longer than a supplier holds). Raises what `reserve_booking` does, Invalid (`shares_off`), Conflict (`nobody_to_share`).
    Records the collection, `collection.opened`, and a mail to each companion who owes a share.
    """
    collect = Collecting(None if shares is None else tuple(shares))
    booking = reserve_booking(
        actor=actor,
        trip_reference=trip_reference,
        contact=contact,
        travelers=travelers,
        request_key=request_key,
        accepted_total=accepted_total,
        collect=collect,
        with_plan=with_plan,
        shown=shown,
        only_shown=only_shown,
        now=now,
    )
    if not Collection.objects.filter(booking=booking).exists():  # the key was used for a booking that is paid at once
        raise IdempotencyMismatch
    return booking


def pay_share(
    *,
    actor: Actor,
    reference: str,
    share_id: uuid.UUID,
    wish: PaymentWish | None = None,
    approved: bool | None = None,
    now: dt.datetime | None = None,
) -> Booking:
    """Charge one share, go on after the payer's second step (`approved`), or ask what became of a charge that was begun.

    For whose share it is while they are in the trip, and for the booking's own user. Returns the booking: CONFIRMED by the last share, else
    PAYMENT_PENDING. A declined share stays due and is tried again by a payment of its own. Guarantees: one charge per share at a time, whoever
    presses; see `checkout.pay_booking`. Raises NotFound, NotAllowed, Invalid (method), Conflict (`hold_expired`, `wrong_state`, `share_paid`,
    `nothing_to_approve`).
    """
    moment = now or clock.now()
    with transaction.atomic():
        share = _locked_share(actor, reference, share_id)
        booking = share.collection.booking
        if not rules.may_pay(actor, booking, share):
            raise NotAllowed(_("This is someone else's share. Its owner or the trip's owner pays it."))
        refuse_unpayable(actor=actor, booking=booking)
        if share.state != "due":
            raise Conflict(_("This share is paid already."), code="share_paid", extra={"state": share.state})
        payment = (
            Payment.objects.select_for_update(of=("self",))
            .select_related("booking__trip")
            .filter(share=share, state__in=UNSETTLED)
            .first()
        )
        if payment is None:
            payment = Payment.objects.create(
                booking=booking,
                share=share,
                payer_id=actor.user_id,
                gateway=settings.PAYMENT_GATEWAY,
                amount=share.amount,
                currency=share.currency,
                created_at=moment,
            )
        fresh = begin_charge(actor=actor, payment=payment, wish=wish, approved=approved, now=moment)
    if fresh is None:
        follow(actor=actor, booking=booking, now=now)  # what was paid by others goes back at once
        raise HoldEnded
    return carry_out(actor=actor, payment=payment, fresh=fresh, wish=wish, approved=approved, now=now)


def close_collection(*, actor: Actor, reference: str, now: dt.datetime | None = None) -> Booking:
    """End a collection before its time: everything that was paid goes back in full; for the booking's own user.

    A charge that is under way is cancelled at the gateway, or refunded when it was too late for that. Raises NotFound, NotAllowed, Conflict
    (`wrong_state`: it is over, or all is paid and being booked). Returns the booking FAILED (`collection_closed`).
    """
    moment = now or clock.now()
    with transaction.atomic():
        booking = _locked_booking(actor, reference)
        collection = Collection.objects.select_for_update(of=("self",)).filter(booking=booking).first()
        if collection is None:
            raise NotFound
        if not rules.collects(actor, booking):
            raise NotAllowed(_("Only who opened the collection can close it."))
        if booking.state != "PAYMENT_PENDING" or is_paid(booking):
            raise Conflict(
                _("This collection can't be closed any more."), code="wrong_state", extra={"state": booking.state}
            )
        close_booking(
            actor=actor,
            booking=booking,
            to="FAILED",
            code="collection_closed",
            reason="its owner closed the collection",
            now=moment,
            cause="share",
        )
    return follow(actor=actor, booking=booking, now=now)


def _locked_booking(actor: Actor, reference: str) -> Booking:
    """The booking whose collection the actor may see, also after the wait for it (they may have left the trip meanwhile); else NotFound."""
    return lock_booking(actor=actor, rows=Booking.objects.filter(rules.shares_in(actor), reference=reference[:20].replace("\x00", "")))


def _locked_share(actor: Actor, reference: str, share_id: uuid.UUID) -> PaymentShare:
    booking = _locked_booking(actor, reference)
    share = (
        PaymentShare.objects.select_for_update(of=("self",))
        .select_related("collection")
        .filter(pk=share_id, collection__booking=booking)
        .first()
    )
    if share is None:
        raise NotFound
    share.collection.booking = booking
    return share
