from django.apps import AppConfig


class TripsConfig(AppConfig):
    name = "trips"
    verbose_name = "Trips"

    def ready(self) -> None:
        from travelplanner.core import periodic

        from .actions import runs
        from .web import signals  # noqa: F401  (claims a browser's trips at sign-in)

        periodic.register("requeue_stranded_runs", every=15, run=runs.requeue_stranded_runs)
        periodic.register("archive_unclaimed_trips", every=86400, run=_archive_unclaimed)
        periodic.register("move_trips_by_date", every=900, run=_move_trips)


def _move_trips() -> str:
    from .actions import trips

    return trips.move_trips_by_date()


def _archive_unclaimed() -> str:
    from .actions import trips

    return trips.archive_unclaimed_trips()
