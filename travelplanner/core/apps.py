from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "travelplanner.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from travelplanner import checks as settings_checks  # noqa: F401  (registers itself)

        from . import append_only, checks, periodic  # noqa: F401  (checks registers itself)

        post_migrate.connect(append_only.install_after_migrate, dispatch_uid="append_only")
        post_migrate.connect(periodic.sync_after_migrate, dispatch_uid="periodic_jobs")
