"""What people were told, for staff to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter

from accounts.models import Notification
from travelplanner.core.admin.base import ReadOnlyAdmin


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Who reads it decides whether it is read; a mail that failed is replayed in the outbox."""

    select = ("user", "trip", "booking")
    list_display = ("title", "user", "notification_type", "priority", "status", "created_at", "sent_at", "read_at")
    list_filter = (("status", ChoicesDropdownFilter), ("priority", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("user__email", "=notification_type", "booking__reference", "=dedupe_key")
    search_help_text = _("The reader's e-mail, a type such as booking.failed, or a booking's reference")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
