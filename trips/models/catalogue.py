"""The catalogue: destinations, places and what is on sale, each fact with its source. Loaded from `trips/data/` and kept by staff."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from travelplanner.core.models import TimestampedModel

EDITOR_ESTIMATE = "editor estimate"
SOURCE_CONFIDENCE = {"official": "high", "reference": "medium", "web": "medium"}


class Source(TimestampedModel):
    """A page or file that was really opened. A fact without a row here is an editor's estimate."""

    KINDS = [("official", _("official")), ("reference", _("reference")), ("web", _("web page"))]

    slug = models.CharField(max_length=120, unique=True)  # <destination>/<id>
    title = models.CharField(max_length=250)
    url = models.CharField(max_length=500)
    opened_on = models.DateField()
    kind = models.CharField(max_length=12, choices=KINDS)

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.title

    @property
    def confidence(self) -> str:
        return SOURCE_CONFIDENCE[self.kind]


class Destination(TimestampedModel):
    KINDS = [("city", _("city")), ("region", _("region")), ("trek", _("trek"))]

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    aliases = models.JSONField(default=list, blank=True)  # list of strings
    search_text = models.CharField(max_length=600, editable=False)  # lower case name and aliases
    kind = models.CharField(max_length=10, choices=KINDS)
    country = models.CharField(max_length=3)  # ISO 3166-1 alpha-3
    region = models.CharField(max_length=120, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    location_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    timezone = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    reach_km = models.FloatField()
    relief = models.CharField(max_length=10)
    water = models.CharField(max_length=10)
    water_side = models.CharField(max_length=5, blank=True)
    climate_group = models.CharField(max_length=14)
    best_months = models.JSONField(default=list)  # list of 1..12
    best_months_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    languages = models.JSONField(default=list, blank=True)
    emergency_number = models.CharField(max_length=80, blank=True)
    emergency_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tagline = models.CharField(max_length=120, blank=True)
    summary = models.TextField(blank=True)
    airports = models.JSONField(default=list, blank=True)  # IATA codes
    arrival_hint = models.TextField(blank=True)
    data_hash = models.CharField(max_length=64, blank=True, editable=False)  # of the files it was loaded from
    published = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)), name="destination_on_earth"
            ),
            models.CheckConstraint(condition=models.Q(reach_km__gt=0), name="destination_reach_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.search_text = "|".join([self.name, *self.aliases]).lower()[:600]
        super().save(*args, **kwargs)


class ClimateMonth(models.Model):
    """Monthly normals of a destination."""

    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, related_name="climate")
    month = models.PositiveSmallIntegerField()
    low_c = models.FloatField()
    high_c = models.FloatField()
    rain_mm = models.FloatField()
    rain_days = models.FloatField(null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("destination", "month")
        constraints = [
            models.UniqueConstraint(fields=["destination", "month"], name="climate_month_once"),
            models.CheckConstraint(condition=models.Q(month__range=(1, 12)), name="climate_month_known"),
        ]

    def __str__(self) -> str:
        return f"{self.destination} {self.month}"


class DestinationNote(TimestampedModel):
    """What is worth knowing: safety, money, custom, transport."""

    KINDS = [("safety", _("safety")), ("money", _("money")), ("custom", _("custom")), ("transport", _("transport"))]

    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=10, choices=KINDS)
    text = models.TextField()
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("destination", "position")
        constraints = [models.UniqueConstraint(fields=["destination", "position"], name="note_position_once")]

    def __str__(self) -> str:
        return f"{self.destination}: {self.text[:60]}"


class Place(TimestampedModel):
    """A real place; columns come in pairs of value and source (null source = editor's estimate)."""

    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, related_name="places")
    slug = models.SlugField(max_length=100)
    name = models.CharField(max_length=160)
    category = models.CharField(max_length=20)
    interests = models.JSONField(default=list)
    latitude = models.FloatField()
    longitude = models.FloatField()
    location_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    visit_minutes = models.PositiveSmallIntegerField()
    visit_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    hours = models.CharField(max_length=300)
    hours_exceptions = models.CharField(max_length=1000, blank=True)
    hours_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    fee = models.DecimalField(max_digits=15, decimal_places=3, default=0)
    fee_domestic = models.DecimalField(max_digits=15, decimal_places=3, null=True, blank=True)
    fee_currency = models.CharField(max_length=3)
    fee_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    accessibility = models.CharField(max_length=10)
    accessibility_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    effort = models.PositiveSmallIntegerField(default=1)
    effort_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    setting = models.CharField(max_length=8)
    importance = models.PositiveSmallIntegerField(default=3)
    summary = models.CharField(max_length=250, blank=True)
    published = models.BooleanField(default=True)

    class Meta:
        ordering = ("destination", "-importance", "name")
        constraints = [
            models.UniqueConstraint(fields=["destination", "slug"], name="place_once"),
            models.CheckConstraint(
                condition=models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)), name="place_on_earth"
            ),
            models.CheckConstraint(condition=models.Q(fee__gte=0), name="place_fee_not_negative"),
            models.CheckConstraint(
                condition=models.Q(effort__range=(1, 5), importance__range=(1, 5)), name="place_scales"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Supplier(TimestampedModel):
    name = models.CharField(max_length=160, unique=True)
    demo = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    adapter = models.CharField(
        max_length=20, blank=True
    )  # who sells it for us (bookings.gateways.suppliers); empty = our own inventory

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Service(TimestampedModel):
    """What exists for sale. Dated prices and places left are `bookings`'."""

    TYPES = [
        ("flight", _("flight")),
        ("hotel", _("hotel")),
        ("activity", _("activity")),
        ("car_rental", _("car rental")),
    ]
    UNITS = [
        ("room_night", _("room and night")),
        ("person", _("person")),
        ("vehicle_day", _("vehicle and day")),
        ("vehicle_trip", _("vehicle and ride")),
        ("party", _("whole party")),  # another company's offer: one price for all, on one date
    ]

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="services")
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="services")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="services")
    slug = models.SlugField(max_length=120, unique=True)
    type = models.CharField(max_length=12, choices=TYPES)
    name = models.CharField(max_length=160)
    comfort = models.CharField(max_length=10, blank=True)  # budget, standard, luxury; empty = any
    latitude = models.FloatField()
    longitude = models.FloatField()
    list_price = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    unit = models.CharField(max_length=14, choices=UNITS)
    sleeps = models.PositiveSmallIntegerField(default=1)  # people per unit
    capacity = models.PositiveIntegerField(default=1)  # units per date or departure, before capacity rules
    times = models.JSONField(default=list, blank=True)  # departures "HH:MM"; empty = whole day
    minutes = models.PositiveIntegerField(default=0)
    cancellable = models.BooleanField(default=True)
    cancel_hours = models.PositiveIntegerField(default=0)  # free until so many hours before
    cancel_fee_percent = models.DecimalField(max_digits=5, decimal_places=2, default=100)
    details = models.JSONField(default=dict, blank=True)
    summary = models.CharField(max_length=250, blank=True)
    active = models.BooleanField(default=True)
    # An offer that a supplier made for one date and party: the adapter's name of it, the one date it is for, and until when it stands.
    external_reference = models.CharField(max_length=120, blank=True)
    sold_on = models.DateField(null=True, blank=True)
    offered_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("destination", "type", "name")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__in=["flight", "hotel", "activity", "car_rental"]), name="service_type_known"
            ),
            models.CheckConstraint(condition=models.Q(list_price__gte=0), name="service_price_not_negative"),
            models.CheckConstraint(condition=models.Q(sleeps__gte=1), name="service_sleeps_someone"),
        ]
        indexes = [models.Index(fields=["destination", "type"], name="service_search", condition=models.Q(active=True))]

    def __str__(self) -> str:
        return self.name
