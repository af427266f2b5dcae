"""What a booked line is, by kind: one header (`BookingItem`) and one row here. The columns are seed 003's."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bookings.models.booking import BookingItem
from travelplanner.core import clock
from travelplanner.core.models import UUIDModel


class FlightDetail(models.Model):
    """`origin` and `destination` as the supplier writes them (IATA code or name); times aware, None while the supplier hasn't said."""

    item = models.OneToOneField(BookingItem, primary_key=True, on_delete=models.CASCADE, related_name="flight")
    origin = models.CharField(max_length=80, blank=True)
    destination = models.CharField(max_length=80, blank=True)
    departure_time = models.DateTimeField(null=True, blank=True)
    arrival_time = models.DateTimeField(null=True, blank=True)
    airline = models.CharField(max_length=120, blank=True)
    flight_number = models.CharField(max_length=16, blank=True)
    cabin = models.CharField(max_length=20, blank=True)
    passengers = models.PositiveIntegerField()
    seats = models.JSONField(default=list, blank=True)
    terminal = models.CharField(max_length=20, blank=True)
    gate = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(arrival_time__isnull=True)
                | Q(departure_time__isnull=True)
                | Q(arrival_time__gte=F("departure_time")),
                name="flight_times_in_order",
            )
        ]
        indexes = [models.Index(fields=["departure_time"], name="flight_departure")]

    def __str__(self) -> str:
        return f"{self.airline} {self.flight_number}".strip() or f"{self.origin} - {self.destination}"


class HotelDetail(models.Model):
    item = models.OneToOneField(BookingItem, primary_key=True, on_delete=models.CASCADE, related_name="hotel")
    hotel_name = models.CharField(max_length=200)
    check_in = models.DateField()
    check_out = models.DateField()
    room_type = models.CharField(max_length=80, blank=True)
    rooms = models.PositiveIntegerField()
    guests = models.PositiveIntegerField()
    address = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(check_out__gt=F("check_in")), name="hotel_leaves_after_it_arrives")
        ]
        indexes = [models.Index(fields=["check_in"], name="hotel_check_in")]

    def __str__(self) -> str:
        return self.hotel_name


class ActivityDetail(models.Model):
    item = models.OneToOneField(BookingItem, primary_key=True, on_delete=models.CASCADE, related_name="activity")
    activity_name = models.CharField(max_length=200)
    date = models.DateField()
    time = models.CharField(max_length=5, blank=True)
    location = models.CharField(max_length=300, blank=True)
    participants = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["date"], name="activity_date")]

    def __str__(self) -> str:
        return self.activity_name


class CarRentalDetail(models.Model):
    """A vehicle for a day or a ride; `with_driver` cars are picked up where `pick_up_place` says."""

    item = models.OneToOneField(BookingItem, primary_key=True, on_delete=models.CASCADE, related_name="car_rental")
    vehicle = models.CharField(max_length=120)
    pick_up_on = models.DateField()
    drop_off_on = models.DateField()
    pick_up_time = models.CharField(max_length=5, blank=True)
    pick_up_place = models.CharField(max_length=200, blank=True)
    drop_off_place = models.CharField(max_length=200, blank=True)
    vehicles = models.PositiveIntegerField()
    seats = models.PositiveIntegerField()
    with_driver = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(drop_off_on__gte=F("pick_up_on")), name="car_comes_back_after_it_went")
        ]
        indexes = [models.Index(fields=["pick_up_on"], name="car_pick_up")]

    def __str__(self) -> str:
        return self.vehicle


class ItemDocument(UUIDModel):
    """A ticket, voucher or invoice of an item: a sealed file (core.private_files), or only the number that the supplier gave (an e-ticket)."""

    KINDS = [
        ("ticket", "ticket"),
        ("voucher", "voucher"),
        ("invoice", "invoice"),
        ("receipt", "receipt"),
        ("other", "other"),
    ]

    item = models.ForeignKey(BookingItem, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=10, choices=KINDS)
    title = models.CharField(max_length=120)  # erasable, as are number, file name and the file: tickets name people
    number = models.CharField(max_length=80, blank=True)
    file_key = models.CharField(max_length=40, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=60, blank=True)
    size = models.PositiveIntegerField(default=0)
    added_by = models.CharField(max_length=60, blank=True)  # the actor's label: staff or the supplier's adapter
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("created_at", "id")
        constraints = [
            models.CheckConstraint(condition=~Q(file_key="") | ~Q(number=""), name="item_document_holds_something")
        ]

    def __str__(self) -> str:
        return self.title
