"""Mails and notifications to those who pay a share: asked for it, paid, all of it booked, money that comes back. The owner is told by `announce`."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions.notifications import notify_user
from accounts.models import User
from bookings.models import Booking, Payment, PaymentShare
from travelplanner.core import money, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.lines import harmless
from travelplanner.core.templatetags.money import format_amount
from trips.models import TripMember
from trips.queries.company import language_of


def tell_payers(*, actor: Actor, booking: Booking, happened: str, now: dt.datetime) -> None:
    """Tell each companion whom this concerns, by mail and in the app, in their language; inside the caller's transaction.

    `happened`: asked and booked (who has a share and is in the trip), given_back (they, and whoever's money goes back, in the trip or not).
    Nobody is told the owner's contact, nor anyone else's amount. The same event of the same booking is told once.
    """
    present = TripMember.objects.filter(trip=booking.trip_id, left_at=None, user=OuterRef("user"))
    shares = PaymentShare.objects.filter(Exists(present), collection__booking=booking).exclude(user=booking.user_id)
    amounts = {user_id: amount for user_id, amount in shares.values_list("user_id", "amount") if user_id}
    back: dict[uuid.UUID, Decimal] = {}
    if happened == "given_back":
        for payment in Payment.objects.filter(booking=booking, state="succeeded", payer__isnull=False):
            if payment.payer_id is not None and payment.payer_id != booking.user_id:
                back[payment.payer_id] = back.get(payment.payer_id, Decimal(0)) + payment.captured
    for user in _readers(amounts.keys() | back.keys()):
        amount = back.get(user.pk, Decimal(0)) if happened == "given_back" else amounts[user.pk]
        _queue(actor, user, booking, happened, amount, f"share_{happened}:{booking.pk}:{user.pk}", now)


def tell_paid(*, actor: Actor, payment: Payment, now: dt.datetime) -> None:
    """The payer of a share, and whose it is, learn that it is paid; the owner sees it on the booking's page."""
    share = payment.share
    if share is None:
        return
    for user in _readers({found for found in (payment.payer_id, share.user_id) if found and found != payment.booking.user_id}):
        _queue(actor, user, payment.booking, "paid", payment.amount, f"share_paid:{payment.pk}:{user.pk}", now)


def _readers(ids: set[uuid.UUID]) -> list[User]:
    return list(User.objects.filter(pk__in=ids, status="active").order_by("pk"))


def _words(happened: str, amount: str, trip: str, *, paid: bool) -> tuple[str, str]:
    """Title and text of the notification in the app, in the active language."""
    facts = {"amount": amount, "trip": trip}
    if happened == "asked":
        title, text = _("A share to pay"), _("Your share of “%(trip)s” is %(amount)s. All of it is booked once everyone has paid.")
    elif happened == "paid":
        title, text = _("Your share is paid"), _("%(amount)s for “%(trip)s” is there. If the others don't pay in time, it goes back in full.")
    elif happened == "booked":
        title, text = _("Everything is booked"), _("All shares of “%(trip)s” are paid, and every place is yours.")
    elif paid:
        title, text = _("Your money comes back"), _("“%(trip)s” was not booked. %(amount)s goes back to the card that paid it.")
    else:
        title, text = _("Nothing to pay any more"), _("“%(trip)s” was not booked, so your share is no longer asked for.")
    return title, text % facts


def _queue(actor: Actor, user: User, booking: Booking, happened: str, amount: Decimal, dedupe_key: str, now: dt.datetime) -> None:
    until = booking.hold_expires_at
    context = {
        "name": user.get_short_name(),
        "happened": happened,
        "trip_title": harmless(booking.trip.title, booking.reference),
        "reference": booking.reference,
        "amount": str(money.quantize(amount, booking.currency)) if amount else "",
        "currency": booking.currency,
        "until_day": until.date().isoformat() if until else "",
        "until_time": f"{until:%H:%M} UTC" if until else "",
        "demo": settings.PAYMENT_GATEWAY == "mock",
        "url": f"{settings.PUBLIC_URL.rstrip('/')}/bookings/{booking.reference}/shares",
    }
    language = language_of(user.pk)
    outbox.enqueue_mail(template="payment_share", recipient=user.email, context=context, dedupe_key=dedupe_key, language=language)
    with translation.override(language):
        title, message = _words(happened, format_amount(amount, booking.currency), booking.trip.title, paid=bool(amount))
    notify_user(
        actor=actor,
        user_id=user.pk,
        notification_type=f"share.{happened}",
        title=title,
        message=message,
        action_url=f"/bookings/{booking.reference}/shares",
        priority="high" if happened in ("asked", "given_back") else "normal",
        dedupe_key=dedupe_key,
        trip_id=booking.trip_id,
        booking_id=booking.pk,
        now=now,
    )
