"""What the company really spent, and who owes whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from travelplanner.core.models import TimestampedModel
from trips.models.company import TripMember
from trips.models.trip import Trip

CATEGORIES = [
    ("lodging", _("lodging")),
    ("food", _("food")),
    ("local_transport", _("local transport")),
    ("activities", _("activities")),
    ("intercity", _("journey")),
    ("shopping", _("shopping")),
    ("other", _("other")),
]
SPLITS = [("equal", _("equal parts")), ("shares", _("by shares")), ("itemised", _("item by item"))]


class Expense(TimestampedModel):
    """`amount` in `currency`; `trip_amount` is the same in the trip's currency by the rate frozen on saving (units of trip currency per unit).

    The parts add up exactly, in both currencies: the remainder goes by the rule in trips/expenses/split.py.
    """

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="expenses")
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=16, choices=CATEGORIES, default="other")
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=24, decimal_places=12, default=1)
    rate_date = models.DateField(null=True, blank=True)
    trip_amount = models.DecimalField(max_digits=15, decimal_places=3)
    spent_on = models.DateField()
    paid_by = models.ForeignKey(TripMember, on_delete=models.PROTECT, related_name="paid")
    split = models.CharField(max_length=8, choices=SPLITS, default="equal")
    items = models.JSONField(default=list, blank=True)  # itemised: [{"name": "Thali", "amount": "120.00", "members": ["<uuid>", ...]}]
    note = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(TripMember, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)  # 30 days' undo
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-spent_on", "-created_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="expense_amount_positive"),
            models.CheckConstraint(condition=Q(split__in=["equal", "shares", "itemised"]), name="expense_split_known"),
            models.CheckConstraint(condition=Q(category__in=[key for key, _label in CATEGORIES]), name="expense_category_known"),
        ]
        indexes = [models.Index(fields=["trip", "-spent_on"], name="expense_trip", condition=Q(archived_at=None))]

    def __str__(self) -> str:
        return self.title


class ExpenseShare(models.Model):
    """What of an expense falls to one member: in the expense's currency and in the trip's."""

    expense = models.ForeignKey(Expense, on_delete=models.CASCADE, related_name="shares")
    member = models.ForeignKey(TripMember, on_delete=models.PROTECT, related_name="+")
    weight = models.DecimalField(max_digits=9, decimal_places=3, default=1)
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    trip_amount = models.DecimalField(max_digits=15, decimal_places=3)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["expense", "member"], name="expense_share_once"),
            models.CheckConstraint(condition=Q(amount__gte=0) & Q(trip_amount__gte=0), name="expense_share_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class Settlement(TimestampedModel):
    """Money that changed hands to settle up, in the trip's currency."""

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="settlements")
    payer = models.ForeignKey(TripMember, on_delete=models.PROTECT, related_name="+")
    payee = models.ForeignKey(TripMember, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    made_by = models.ForeignKey(TripMember, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="settlement_amount_positive"),
            models.CheckConstraint(condition=~Q(payer=F("payee")), name="settlement_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"
