"""What travelers see of the catalogue only while it is published: taken out of sight, never removed, since plans point here."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from travelplanner.core.actor import Actor
from travelplanner.core.admin.base import NoDeleteMixin, staff_actor
from travelplanner.core.admin.exchange import ExchangeAdmin


class PublishedAdmin(NoDeleteMixin, ExchangeAdmin):
    readonly_fields = ("created_at", "updated_at")
    prepopulated_fields = {"slug": ("name",)}
    actions = ("publish", "unpublish")

    def publish_rows(self, actor: Actor, ids: Collection[uuid.UUID], published: bool) -> int:
        """The action that does it; returns how many changed."""
        raise NotImplementedError

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The slug is part of addresses and of the catalogue's files."""
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    @action(description=_("Publish"), permissions=("operate",))
    def publish(self, request: HttpRequest, queryset: Any) -> None:
        self._publish(request, queryset, True)

    @action(description=_("Take out of sight"), permissions=("operate",))
    def unpublish(self, request: HttpRequest, queryset: Any) -> None:
        self._publish(request, queryset, False)

    def _publish(self, request: HttpRequest, queryset: Any, published: bool) -> None:
        ids = list(queryset.order_by().values_list("pk", flat=True))
        count = self.publish_rows(staff_actor(request), ids, published)
        messages.success(request, _t("%(count)d changed.") % {"count": count})
