"""How catalogue tables travel as CSV: rows are known by their slugs, foreign keys by theirs, lists are `a|b|c`."""

from __future__ import annotations

from typing import Any

from import_export.fields import Field
from import_export.widgets import CachedForeignKeyWidget, ForeignKeyWidget

from travelplanner.core.admin.exchange import CatalogueResource, ListWidget
from trips.catalogue_checks import check_destination, check_place, check_service
from trips.models import Destination, Place, Service, Source, Supplier


def source_field(name: str) -> Field:
    """A source by its slug; empty = an editor's estimate."""
    return Field(attribute=name, column_name=name, widget=CachedForeignKeyWidget(Source, "slug"))


def list_field(name: str, kind: type = str) -> Field:
    return Field(attribute=name, column_name=name, widget=ListWidget(kind))


class PlaceWidget(ForeignKeyWidget):
    """A place by its slug, among those of the row's destination."""

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> Any:
        return Place.objects.filter(destination__slug=row.get("destination", ""))


class DestinationResource(CatalogueResource):
    aliases = list_field("aliases")
    best_months = list_field("best_months", int)
    languages = list_field("languages")
    airports = list_field("airports")
    location_source = source_field("location_source")
    best_months_source = source_field("best_months_source")
    emergency_source = source_field("emergency_source")

    class Meta:
        model = Destination
        import_id_fields = ("slug",)
        fields = (
            "slug", "name", "aliases", "kind", "country", "region", "latitude", "longitude", "location_source", "timezone", "currency", "reach_km",
            "relief", "water", "water_side", "climate_group", "best_months", "best_months_source", "languages", "emergency_number", "emergency_source",
            "tagline", "summary", "airports", "arrival_hint", "published",
        )  # fmt: skip
        export_order = fields
        clean_model_instances = skip_unchanged = report_skipped = True

    def problems(self, row: Destination) -> dict[str, list[Any]]:
        return check_destination(row)


class PlaceResource(CatalogueResource):
    destination = Field(attribute="destination", column_name="destination", widget=CachedForeignKeyWidget(Destination, "slug"))
    interests = list_field("interests")
    location_source = source_field("location_source")
    visit_source = source_field("visit_source")
    hours_source = source_field("hours_source")
    fee_source = source_field("fee_source")
    accessibility_source = source_field("accessibility_source")
    effort_source = source_field("effort_source")

    class Meta:
        model = Place
        import_id_fields = ("destination", "slug")
        fields = (
            "destination", "slug", "name", "category", "interests", "latitude", "longitude", "location_source", "visit_minutes", "visit_source", "hours",
            "hours_exceptions", "hours_source", "fee", "fee_domestic", "fee_currency", "fee_source", "accessibility", "accessibility_source", "effort",
            "effort_source", "setting", "importance", "summary", "published",
        )  # fmt: skip
        export_order = fields
        clean_model_instances = skip_unchanged = report_skipped = True

    def problems(self, row: Place) -> dict[str, list[Any]]:
        return check_place(row, destination=row.destination if row.destination_id else None)


class SupplierResource(CatalogueResource):
    class Meta:
        model = Supplier
        import_id_fields = ("name",)
        fields = ("name", "demo", "active")
        export_order = fields
        clean_model_instances = skip_unchanged = report_skipped = True


class ServiceResource(CatalogueResource):
    supplier = Field(attribute="supplier", column_name="supplier", widget=CachedForeignKeyWidget(Supplier, "name"))
    destination = Field(attribute="destination", column_name="destination", widget=CachedForeignKeyWidget(Destination, "slug"))
    place = Field(attribute="place", column_name="place", widget=PlaceWidget(Place, "slug"))
    times = list_field("times")

    class Meta:
        model = Service
        import_id_fields = ("slug",)
        fields = (
            "slug", "supplier", "destination", "place", "type", "name", "comfort", "latitude", "longitude", "list_price", "currency", "unit", "sleeps",
            "capacity", "times", "minutes", "cancellable", "cancel_hours", "cancel_fee_percent", "details", "summary", "active",
        )  # fmt: skip
        export_order = fields
        clean_model_instances = skip_unchanged = report_skipped = True

    def problems(self, row: Service) -> dict[str, list[Any]]:
        return check_service(row, place=row.place if row.place_id else None)
