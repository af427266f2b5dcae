from django.apps import AppConfig


class TripsConfig(AppConfig):
    name = "trips"
    verbose_name = "Trips"

    def ready(self) -> None:
        from accounts.registries import TripWords, register_trip_words
        from travelplanner.core import periodic

        from .actions import run_queue
        from .documents.sentences import INTEREST_NAMES
        from .models.trip import TRIP_TYPES
        from .planning.wish import MAX_DAYS, MAX_PEOPLE
        from .web import signals  # noqa: F401  (claims a browser's trips at sign-in)

        register_trip_words(TripWords(interests=INTEREST_NAMES, trip_types=dict(TRIP_TYPES), max_days=MAX_DAYS, max_people=MAX_PEOPLE))
        periodic.register("requeue_stranded_runs", every=15, run=run_queue.requeue_stranded_runs)
        periodic.register("archive_unclaimed_trips", every=86400, run=_archive_unclaimed)
        periodic.register("move_trips_by_date", every=900, run=_move_trips)


def _move_trips() -> str:
    from .actions import trips

    return trips.move_trips_by_date()


def _archive_unclaimed() -> str:
    from .actions import trips

    return trips.archive_unclaimed_trips()
