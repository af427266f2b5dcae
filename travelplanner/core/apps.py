from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "travelplanner.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from travelplanner import checks as settings_checks  # noqa: F401  (registers itself)

        from . import append_only, checks, outbox, periodic, pruning  # noqa: F401  (checks registers itself)

        periodic.register("prune_outbox", every=86400, run=outbox.prune)
        periodic.register("prune_tasks", every=86400, run=pruning.prune_tasks)
        periodic.register("prune_sessions", every=86400, run=pruning.prune_sessions)

        post_migrate.connect(append_only.install_after_migrate, dispatch_uid="append_only")
        post_migrate.connect(periodic.sync_after_migrate, dispatch_uid="periodic_jobs")
