"""Outbox, audit and idempotency keys."""

from __future__ import annotations

import re
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display

from .. import outbox
from ..models import AuditEntry, IdempotencyKey, OutboxMessage
from .base import ReadOnlyAdmin, staff_actor
from .buttons import button
from .columns import as_json, state_column

SECRET = re.compile(r"token|secret|password|code|key|link|url", re.IGNORECASE)
HIDDEN = "•••"


def without_secrets(value: Any) -> Any:
    """A message's context as staff may see it: what opens a door (links, codes) is masked."""
    if isinstance(value, dict):
        return {name: HIDDEN if SECRET.search(name) and inner and not isinstance(inner, dict | list) else without_secrets(inner) for name, inner in value.items()}
    return [without_secrets(inner) for inner in value] if isinstance(value, list) else value


class KindFilter(DropdownFilter):
    """By what a message is; asked when the page is, since apps register their kinds as they start."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in outbox.kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OutboxMessage)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ("kind", "template", "recipient", state_column(), "attempts", "next_attempt_at", "sent_at", "last_error", "created_at")
    list_display_links = ("kind", "template")
    list_filter = (KindFilter, ("state", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("recipient", "template", "dedupe_key")
    search_help_text = _("Recipient, template, or key, such as booking_confirmed:<id>")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fields = (
        ("kind", "template"),
        ("recipient", "language"),
        "state",
        "attempts",
        ("next_attempt_at", "lease_until"),
        ("sent_at", "created_at"),
        "last_error",
        "dedupe_key",
        "shown_context",
    )
    actions = ("replay_selected",)
    actions_detail = ("replay",)

    @display(description=_("context"))
    def shown_context(self, message: OutboxMessage) -> SafeString:
        return as_json(without_secrets(message.context))

    @action(description=_("Send dead letters again"), permissions=("operate",))
    def replay_selected(self, request: HttpRequest, queryset: Any) -> None:
        self.perform_each(request, queryset, lambda message: outbox.replay(actor=staff_actor(request), message_id=message.pk))

    @button(_("Send again"), says=_("A dead letter is queued again and tried from the start."), icon="replay")
    def replay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def deed(message: OutboxMessage) -> str:
            outbox.replay(actor=staff_actor(request), message_id=message.pk)
            return _t("Queued again; the worker sends it within seconds.")

        return self.perform(request, object_id, deed)


class AuditedFilter(DropdownFilter):
    """By kind of row; the models say which there are, so that the audit need not be read through."""

    title = _("kind of row")
    parameter_name = "object_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted((model._meta.label_lower, model._meta.label) for model in apps.get_models())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(object_type=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    select = ("actor", "on_behalf_of")
    list_display = ("created_at", "action", "object_type", "object_id", "actor", "actor_label", "request_id")
    list_display_links = ("created_at", "action")
    list_filter = (AuditedFilter, ("created_at", RangeDateTimeFilter))
    search_fields = ("=object_id", "action", "=request_id", "actor__email")
    search_help_text = _("A row's id, a request's id, an action, or who did it")
    date_hierarchy = "created_at"
    ordering = ("-id",)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """The stored answer is encrypted and stays unread."""

    hidden = ("body",)
    list_display = ("scope", "key", "status", "created_at", "lease_until", "expires_at")
    list_filter = (("created_at", RangeDateTimeFilter),)
    search_fields = ("scope", "key")
    ordering = ("-created_at",)
