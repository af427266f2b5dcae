"""The schedule and the task queue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_tasks_db import admin as tasks_admin
from django_tasks_db.models import DBTaskResult
from unfold.decorators import action, display

from .. import health, periodic
from ..models import PeriodicJob
from .base import NoDeleteMixin, ReadOnlyAdmin, StaffAdmin, staff_actor
from .buttons import button
from .columns import EMPTY, as_block, as_json, state_column

admin.site.unregister(tasks_admin.DBTaskResult)  # registered again below, with our look and our rules


@admin.register(PeriodicJob)
class PeriodicJobAdmin(NoDeleteMixin, StaffAdmin):
    """Jobs come from the code; staff switch them off and on, or let one run at once."""

    list_display = ("name", "enabled", "interval_seconds", "next_run_at", "last_started_at", "last_finished_at", "last_result", "failures_in_row", "last_error")
    list_filter = ("enabled",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = (
        "name",
        "enabled",
        "interval_seconds",
        "next_run_at",
        ("last_started_at", "last_finished_at"),
        "last_result",
        ("failures_in_row", "last_error"),
    )
    readonly_fields = ("name", "interval_seconds", "next_run_at", "last_started_at", "last_finished_at", "last_result", "failures_in_row", "last_error")
    actions = ("run_selected",)
    actions_detail = ("run_now",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @action(description=_("Run now"), permissions=("operate",))
    def run_selected(self, request: HttpRequest, queryset: Any) -> None:
        self.perform_each(request, queryset, lambda job: periodic.make_due(actor=staff_actor(request), name=job.name))

    @button(_("Run now"), says=_("A worker runs it at its next look, within a second."), icon="play_arrow")
    def run_now(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def deed(job: PeriodicJob) -> str:
            periodic.make_due(actor=staff_actor(request), name=job.name)
            if health.worker_is_running():
                return _t("It is due now; a worker runs it within a second.")
            return _t("It is due now, but no worker is running: it waits for one.")

        return self.perform(request, object_id, deed)


@admin.register(DBTaskResult)
class TaskAdmin(ReadOnlyAdmin):
    """The queue's own rows, to look into; runs are ours, see planning runs."""

    list_display = ("task_name", state_column("status", _("status")), "queue_name", "enqueued_at", "started_at", "finished_at")
    list_filter = ("status",)
    search_fields = ("=id", "task_path")
    ordering = ("-enqueued_at",)
    fields = (
        "id",
        "task_path",
        ("queue_name", "priority"),
        "status",
        "enqueued_at",
        ("started_at", "finished_at"),
        "shown_arguments",
        "exception_class_path",
        "shown_traceback",
    )

    @display(description=_("arguments"))
    def shown_arguments(self, task: DBTaskResult) -> SafeString:
        return as_json(task.args_kwargs)

    @display(description=_("traceback"))
    def shown_traceback(self, task: DBTaskResult) -> Any:
        return as_block(task.traceback) if task.traceback else EMPTY
