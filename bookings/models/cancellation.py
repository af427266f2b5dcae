"""What comes back when something is given back: a quote that expires, then a confirm."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bookings.states import QUOTE
from travelplanner.core.models import TimestampedModel, TransitionRecord, UUIDModel


class CancellationQuote(TimestampedModel):
    """An offer to give back some items, or all. Only the newest of a booking can be confirmed, before `expires_at`.

    `refund` and `fee` are sums of the lines, in the booking's currency; `row_version` is the booking's when it was computed.
    """

    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, related_name="cancellation_quotes")
    state = models.CharField(max_length=12, default=QUOTE.initial, choices=QUOTE.choices)
    whole = models.BooleanField(default=True)  # every item that was left
    refund = models.DecimalField(max_digits=15, decimal_places=3)
    fee = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    booking_version = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    history_model: ClassVar[type[models.Model]]

    class Meta:
        ordering = ("-created_at", "id")
        constraints = [
            QUOTE.constraint("cancellation_quote"),
            models.CheckConstraint(condition=Q(refund__gte=0) & Q(fee__gte=0), name="cancellation_quote_not_negative"),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(state="confirmed"), name="cancellation_one_running"
            ),
        ]
        indexes = [models.Index(fields=["booking", "-created_at"], name="cancellation_newest")]

    def __str__(self) -> str:
        return f"{self.refund} {self.currency} back"


class CancellationQuoteTransition(TransitionRecord):
    subject = models.ForeignKey(CancellationQuote, on_delete=models.PROTECT, related_name="transitions")


CancellationQuote.history_model = CancellationQuoteTransition


class CancellationQuoteLine(UUIDModel):
    """What comes back for one item, from whom, by when. `refund` + `fee` = the item's total."""

    quote = models.ForeignKey(CancellationQuote, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey("bookings.BookingItem", on_delete=models.PROTECT, related_name="+")
    refund = models.DecimalField(max_digits=15, decimal_places=3)
    fee = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    refunded_by = models.CharField(max_length=200)  # whose terms these are: the supplier's name
    back_by = models.DateField()  # the latest day on which the money is back
    why = models.CharField(max_length=20)  # free, after_deadline, not_cancellable, given_before, called_off
    accepted = models.BooleanField(null=True, blank=True)  # cancelled, or the supplier said no; unknown before and while it is asked

    class Meta:
        ordering = ("quote", "id")
        constraints = [
            models.UniqueConstraint(fields=["quote", "item"], name="cancellation_line_once"),
            models.CheckConstraint(condition=Q(refund__gte=0) & Q(fee__gte=0), name="cancellation_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.refund} of {self.refund + self.fee} {self.currency}"
