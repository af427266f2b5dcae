"""Fair-share collection: each companion pays a share; booked when all is there, given back when it isn't in time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.states import COLLECTION, SHARE
from travelplanner.core.models import TimestampedModel


class Collection(TimestampedModel):
    """One per booking that is paid in shares. The shares add up to the booking's total, exactly. `closes_at` is the booking's hold."""

    booking = models.OneToOneField("bookings.Booking", on_delete=models.PROTECT, related_name="collection")
    state = models.CharField(max_length=12, default=COLLECTION.initial, choices=COLLECTION.choices)
    closes_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at",)
        constraints = [COLLECTION.constraint("collection")]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.state}"


class PaymentShare(TimestampedModel):
    """What one companion pays, in the booking's currency. `member` is their row in the trip's company; the owner may pay for anyone."""

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="shares")
    member = models.ForeignKey("trips.TripMember", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="payment_shares"
    )
    label = models.CharField(max_length=120)  # how the company calls them; erasable
    position = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, default=SHARE.initial, choices=SHARE.choices)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("collection", "position")
        constraints = [
            SHARE.constraint("payment_share"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_share_positive"),
            models.UniqueConstraint(fields=["collection", "position"], name="payment_share_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.amount} {self.currency}"
