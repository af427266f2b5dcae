"""The cart: one per user on all devices."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from travelplanner.core.models import TimestampedModel


class InCart(models.Manager["CartItem"]):
    """Rows that are in the cart; those that were taken out are not."""

    def get_queryset(self) -> models.QuerySet[CartItem]:
        return super().get_queryset().filter(taken_out=False)


class CartItem(TimestampedModel):
    """`quantity` units are held and priced, `participants` heads use them, `booking_date` is the first date of use, `nights` only for beds.

    A line that stands for something of the trip's plan isn't deleted when it is taken out: it stays as a mark (`taken_out`), so that the
    checkout doesn't offer it again as if nobody had said no. `planned_as` is the `line_key` of what it stands for (empty: nothing, or what it is now), and
    `planned_use` the numbers with which the plan had it, as `queries.planned.numbers_of` writes them (empty: not known).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cart_items")
    trip = models.ForeignKey("trips.Trip", null=True, blank=True, on_delete=models.CASCADE, related_name="cart_items")
    service = models.ForeignKey("trips.Service", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=1)
    participants = models.PositiveIntegerField(default=1)
    booking_date = models.DateField()
    time = models.CharField(max_length=5, blank=True)
    nights = models.PositiveSmallIntegerField(default=1)
    special_requests = models.CharField(max_length=500, blank=True)
    price_seen = models.DecimalField(max_digits=15, decimal_places=3)  # of the whole line, in the service's currency
    currency = models.CharField(max_length=3)
    row_version = models.PositiveIntegerField(default=1)
    planned_as = models.CharField(max_length=40, blank=True, default="")
    planned_use = models.CharField(max_length=12, blank=True, default="")
    taken_out = models.BooleanField(default=False)

    objects = InCart()
    all_rows = models.Manager()

    class Meta:
        default_manager_name = "all_rows"  # the admin, export and erasure see every row
        ordering = ("booking_date", "created_at")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__range=(1, 99)), name="cart_quantity"),
            models.CheckConstraint(condition=Q(participants__range=(1, 99)), name="cart_participants"),
            models.CheckConstraint(condition=Q(nights__range=(1, 60)), name="cart_nights"),
            models.UniqueConstraint(fields=["user", "trip", "service", "booking_date", "time"], name="cart_line_once_per_trip"),
            models.UniqueConstraint(fields=["user", "service", "booking_date", "time"], condition=Q(trip=None), name="cart_line_once_without_trip"),
        ]
        indexes = [models.Index(fields=["user", "trip"], name="cart_user_trip")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.service_id} on {self.booking_date}"
