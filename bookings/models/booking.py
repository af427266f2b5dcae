"""A booking: what was bought, held, locked, and how it came to its state."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from bookings.states import BOOKING, HOLD, ITEM
from travelplanner.core import ids
from travelplanner.core.models import TimestampedModel, TransitionRecord, UUIDModel

ITEM_PAYMENT_STATES = [("pending", "pending"), ("paid", "paid"), ("refunded", "refunded"), ("failed", "failed")]
TYPES = [("flight", "flight"), ("hotel", "hotel"), ("activity", "activity"), ("car_rental", "car rental")]

HistoryModel = type[models.Model]  # named here, since `type` is a column below


class Booking(TimestampedModel):
    """Money is in the trip's currency; `total` is the sum of the items and the amount that is charged and locked."""

    reference = models.CharField(max_length=20, unique=True)
    trip = models.ForeignKey("trips.Trip", on_delete=models.PROTECT, related_name="bookings")
    itinerary_revision = models.PositiveIntegerField(null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bookings")
    contact_name = models.CharField(max_length=200)  # erasable
    contact_email = models.EmailField()
    contact_phone = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=16, default=BOOKING.initial, choices=BOOKING.choices)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=15, decimal_places=3)
    request_key = models.CharField(max_length=255, null=True, blank=True)  # the Idempotency-Key it was made under
    locked_at = models.DateTimeField(null=True, blank=True)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    booked_at = models.DateTimeField(null=True, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_reason = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=10, default="en")
    # A step at a supplier is begun or has to be taken back: `bookings.actions.supplier_steps` goes on with it, after a crash too.
    saga_open = models.BooleanField(default=False)
    row_version = models.PositiveIntegerField(default=1)

    history_model: ClassVar[type[models.Model]]

    class Meta:
        ordering = ("-created_at", "id")
        constraints = [
            BOOKING.constraint("booking"),
            models.CheckConstraint(condition=Q(total__gte=0), name="booking_total_not_negative"),
            models.UniqueConstraint(fields=["user", "request_key"], name="booking_request_once"),
            models.UniqueConstraint(
                fields=["trip"],
                condition=Q(state__in=["INITIATED", "PAYMENT_PENDING"]),
                name="booking_one_open_per_trip",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="booking_user_newest"),
            models.Index(fields=["trip"], name="booking_trip"),
            models.Index(fields=["state"], name="booking_state"),
            models.Index(
                fields=["hold_expires_at"], name="booking_due", condition=Q(state__in=["INITIATED", "PAYMENT_PENDING"])
            ),
            models.Index(fields=["updated_at"], name="booking_saga_open", condition=Q(saga_open=True)),
        ]

    def __str__(self) -> str:
        return self.reference


class BookingTransition(TransitionRecord):
    subject = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="transitions")


Booking.history_model = BookingTransition


class BookingItem(TimestampedModel):
    """One line. `total` in the booking's currency; `supplier_amount` in the supplier's, with the rate and its date frozen."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="items")
    service = models.ForeignKey("trips.Service", on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=12, choices=TYPES)
    state = models.CharField(max_length=12, default=ITEM.initial, choices=ITEM.choices)
    name = models.CharField(max_length=200)
    supplier_name = models.CharField(max_length=200)
    supplier_reference = models.CharField(max_length=100, blank=True)
    adapter = models.CharField(
        max_length=20, blank=True
    )  # who books it at the supplier (bookings.gateways.suppliers); empty = our own inventory
    confirmation_code = models.CharField(max_length=20, unique=True, default=ids.item_confirmation_code)
    quantity = models.PositiveIntegerField()
    participants = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    time = models.CharField(max_length=5, blank=True)
    details = models.JSONField(default=dict)  # schema per type, see bookings.kinds
    provider_response = models.JSONField(default=dict, blank=True)
    special_requests = models.CharField(max_length=500, blank=True)
    total = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    supplier_amount = models.DecimalField(max_digits=15, decimal_places=3)
    supplier_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=9, default=1)
    rate_date = models.DateField(null=True, blank=True)
    rate_source = models.CharField(max_length=40, blank=True)  # who published it (bookings.pricing.exchange); empty = no exchange, or before it was kept
    payment_status = models.CharField(max_length=10, default="pending", choices=ITEM_PAYMENT_STATES)
    cancellable = models.BooleanField(default=True)
    cancellation_deadline = models.DateTimeField(null=True, blank=True)
    cancellation_fee = models.DecimalField(max_digits=15, decimal_places=3, default=0)  # after the deadline

    history_model: ClassVar[HistoryModel]

    class Meta:
        ordering = ("starts_on", "time", "id")
        constraints = [
            ITEM.constraint("booking_item"),
            models.CheckConstraint(condition=Q(total__gte=0), name="booking_item_total_not_negative"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="booking_item_dates_in_order"),
            models.CheckConstraint(
                condition=Q(payment_status__in=["pending", "paid", "refunded", "failed"]),
                name="booking_item_payment_known",
            ),
        ]
        indexes = [
            models.Index(fields=["type"], name="booking_item_type"),
            models.Index(fields=["ends_on"], name="booking_item_to_complete", condition=Q(state="confirmed")),
            models.Index(
                fields=["adapter", "supplier_reference"], name="booking_item_at_supplier", condition=~Q(adapter="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BookingItemTransition(TransitionRecord):
    subject = models.ForeignKey(BookingItem, on_delete=models.PROTECT, related_name="transitions")


BookingItem.history_model = BookingItemTransition


class BookingTraveler(UUIDModel):
    """Who uses an item, by the name it was booked under; `traveler` is gone when they were erased, the name goes by erasure too."""

    item = models.ForeignKey(BookingItem, on_delete=models.CASCADE, related_name="travelers")
    traveler = models.ForeignKey(
        "accounts.Traveler", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    position = models.PositiveSmallIntegerField()
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    traveler_type = models.CharField(max_length=8, default="adult")

    class Meta:
        ordering = ("item", "position")
        constraints = [models.UniqueConstraint(fields=["item", "position"], name="booking_traveler_position_once")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Hold(UUIDModel):
    """Units of a slot kept for an item: active until paid (consumed) or given back (released). A slot's `taken` is the sum of both."""

    item = models.ForeignKey(BookingItem, on_delete=models.PROTECT, related_name="holds")
    slot = models.ForeignKey("bookings.ServiceSlot", on_delete=models.PROTECT, related_name="holds")
    quantity = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=HOLD.initial, choices=HOLD.choices)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("created_at",)
        constraints = [
            HOLD.constraint("hold"),
            models.UniqueConstraint(fields=["item", "slot"], name="hold_once_per_slot"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="hold_quantity"),
        ]
        indexes = [models.Index(fields=["slot", "state"], name="hold_slot_state")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.state}"


class BudgetLock(TimestampedModel):
    """One per trip, in the trip's currency: what is held and spent never passes the ceiling (null = none)."""

    trip = models.OneToOneField("trips.Trip", on_delete=models.PROTECT, related_name="budget_lock")
    ceiling = models.DecimalField(max_digits=15, decimal_places=3, null=True, blank=True)
    held = models.DecimalField(max_digits=15, decimal_places=3, default=0)
    spent = models.DecimalField(max_digits=15, decimal_places=3, default=0)
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(condition=Q(held__gte=0) & Q(spent__gte=0), name="budget_lock_not_negative"),
            models.CheckConstraint(
                # Rounded, because SQLite adds decimals as floats: 0.1 + 0.2 would be over a ceiling of 0.3.
                condition=Q(ceiling__isnull=True) | Q(ceiling__gte=Round(F("held") + F("spent"), precision=3)),
                name="budget_lock_under_ceiling",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held} held, {self.spent} spent of {self.ceiling}"
