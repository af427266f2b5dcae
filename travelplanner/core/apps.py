from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CoreConfig(AppConfig):
    name = "travelplanner.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from travelplanner import checks as settings_checks  # noqa: F401  (registers itself)

        from . import append_only, checks, guards, outbox, periodic, private_files, pruning  # noqa: F401  (checks registers itself)

        periodic.register("prune_outbox", every=86400, run=outbox.prune)
        periodic.register("sweep_private_files", every=86400, run=private_files.sweep_orphans)
        periodic.register("prune_tasks", every=86400, run=pruning.prune_tasks)
        periodic.register("prune_sessions", every=86400, run=pruning.prune_sessions)

        guards.register(*append_only.guards())  # ready() comes after the models of all apps
        pre_migrate.connect(guards.lift_before_migrate, dispatch_uid="guards")
        post_migrate.connect(guards.install_after_migrate, dispatch_uid="guards")
        post_migrate.connect(periodic.sync_after_migrate, dispatch_uid="periodic_jobs")
