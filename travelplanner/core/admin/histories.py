"""The history of a state as staff read it: a list of its own, and lines on the row's page (models: `TransitionRecord`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .base import ReadOnlyAdmin, ReadOnlyInline

STEP = ("from_state", "to_state", "actor", "actor_label", "reason")


class HistoryAdmin(ReadOnlyAdmin):
    """All rows' steps, newest first; each admin says by what its rows are found."""

    select = ("subject", "actor")
    list_display = ("created_at", "subject", *STEP)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")


class HistoryInline(ReadOnlyInline):
    """The steps of one row."""

    select = ("actor",)
    fields = ("created_at", *STEP)
    tab = False
    verbose_name_plural = _("history")
