"""Sources of facts, for those who edit the catalogue."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from trips.models import ClimateMonth, Destination, DestinationNote, Source


def sources_of_destination(key: str) -> QuerySet[Source]:
    """Sources filed under the destination (slug `<destination>/<id>`) or used by its climate and notes; none for a key that is no id."""
    try:
        destination_id = uuid.UUID(key)
    except ValueError:
        return Source.objects.none()
    filed = Destination.objects.filter(pk=destination_id).values_list(Concat("slug", Value("/")))[:1]
    used = [Exists(model._default_manager.filter(destination=destination_id, source=OuterRef("pk"))) for model in (ClimateMonth, DestinationNote)]
    return Source.objects.filter(Q(slug__startswith=filed) | used[0] | used[1])
