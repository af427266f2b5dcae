"""A first budget range while the form is being filled in: no offers are read, so it answers at once."""

from __future__ import annotations

import datetime as dt

from trips import budget
from trips.models import Destination
from trips.queries.cities import find_city


def quick_estimate(
    destinations: list[Destination], *, days: int, people: int, comfort: str, pace: str, start: dt.date | None, origin: str, currency: str, today: dt.date
) -> budget.BudgetEstimate:
    """The predicted range of a wish that isn't saved; ValueError where it can't be predicted."""
    first = destinations[0]
    home = find_city(origin) if origin else None
    return budget.predict(
        budget.BudgetRequest(
            destination=first.name,
            country=first.country,
            latitude=first.latitude,
            longitude=first.longitude,
            days=days,
            people=people,
            comfort=comfort,
            currency=currency or first.currency,
            pace="packed" if pace == "full" else pace,
            start_date=start,
            months=() if start else tuple(first.best_months),
            aliases=tuple(first.aliases),
            origin=budget.Origin(home.latitude, home.longitude, home.country) if home else None,
            as_of=today,
        )
    )


def catalogue_names() -> list[tuple[str, str, str, tuple[str, ...], str]]:
    """(id, name, currency, aliases, slug) of every published destination, for reading sentences; one statement."""
    rows = Destination.objects.filter(published=True).values_list("pk", "name", "currency", "aliases", "slug")
    return [(str(pk), name, currency, tuple(aliases), slug) for pk, name, currency, aliases, slug in rows]
