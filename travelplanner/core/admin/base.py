"""What all admin pages have in common: audit of plain forms, rows that only actions change, refusals as messages.

Staff may look with a model's view permission, edit plain forms and press buttons with its change permission.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth import get_permission_codename
from django.db.models import Model, QuerySet
from django.forms import BaseModelFormSet, Form, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline

from .. import audit, logs
from ..actor import Actor
from ..errors import AppError

SHOWN_REFUSALS = 5


def staff_actor(request: HttpRequest) -> Actor:
    """The person behind an admin page; the admin site lets only staff in."""
    return Actor(user_id=request.user.pk, is_staff=True, request_id=logs.request_id.get())


def sentence_of(error: AppError) -> str:
    """A refusal with what it says of single fields."""
    said = [str(error.message), *(str(text) for texts in error.fields.values() for text in texts)]
    return " ".join(dict.fromkeys(said))


def redirect_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect that a dialog (htmx) follows with the whole page, too."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else HttpResponseRedirect(url)


def plain(value: Any) -> Any:
    """A form's value as the audit stores it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, QuerySet):
        return sorted(str(row.pk) for row in value)
    if isinstance(value, list | tuple | set):
        return [plain(each) for each in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return str(value)


class StaffAdmin(ModelAdmin):
    """Base of all: `select` names the foreign keys that lists and pages show, so that neither asks for them row by row."""

    select: ClassVar[tuple[str, ...]] = ()
    audit_values = True  # False where a form holds personal data: then only the fields' names are recorded
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    compressed_fields = True
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related(*self.select) if self.select else rows

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether buttons that move this model's rows may be pressed."""
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('change', self.opts)}")

    # --- what people do in forms is audited ------------------------------------------------------------------------
    def _record(self, request: HttpRequest, verb: str, rows: Sequence[Model], *, before: Any = None, after: Any = None) -> None:
        if rows:
            name = f"{rows[0]._meta.model_name}.{verb}"
            audit.record_all(actor=staff_actor(request), action=name, rows=rows, before=before, after=after)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        fields = sorted(form.changed_data)
        if not self.audit_values:
            self._record(request, "changed" if change else "added", [obj], after={"fields": fields})
        elif fields or not change:
            before = {name: plain(form.initial.get(name)) for name in fields} if change else {}
            self._record(request, "changed" if change else "added", [obj], before=before, after={name: plain(form.cleaned_data.get(name)) for name in fields})

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        self._record(request, "added", formset.new_objects)
        for row, fields in formset.changed_objects:
            self._record(request, "changed", [row], after={"fields": sorted(fields)})
        self._record(request, "deleted", formset.deleted_objects)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        rows = list(queryset)
        self._record(request, "deleted", rows, before={"count": len(rows)})
        return super().log_deletions(request, queryset)

    # --- what buttons do goes through actions ----------------------------------------------------------------------
    def perform(self, request: HttpRequest, object_id: str, deed: Callable[[Any], str], form: Form | None = None) -> HttpResponse:
        """Carry out `deed` on one row and go back to it; what it returns, or its refusal, becomes a message.

        With the dialog's `form` a refusal is let out: its button tells it in the dialog, where nothing that was typed is lost.
        """
        row = self.get_object(request, object_id)
        if row is None:
            messages.error(request, _("This is not there any more."))
            return redirect_to(request, reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        try:
            messages.success(request, deed(row))
        except AppError as error:
            if form is not None:
                raise
            messages.error(request, sentence_of(error))
        return redirect_to(request, reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk]))

    def perform_each(self, request: HttpRequest, rows: Iterable[Any], deed: Callable[[Any], Any]) -> None:
        """Carry out `deed` on each row, in a transaction of its own; refusals of some don't stop the others."""
        done, refused = 0, []
        for row in rows:
            try:
                deed(row)
                done += 1
            except AppError as error:
                refused.append(f"{row}: {sentence_of(error)}")
        if done:
            messages.success(request, ngettext("%(count)d done.", "%(count)d done.", done) % {"count": done})
        for sentence in refused[:SHOWN_REFUSALS]:
            messages.error(request, sentence)
        if len(refused) > SHOWN_REFUSALS:
            messages.error(request, _("… and %(count)d more refusals.") % {"count": len(refused) - SHOWN_REFUSALS})


class NoDeleteMixin:
    """For what is ended by its state, never removed."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(NoDeleteMixin, StaffAdmin):
    """Rows that only actions write (states, money, history): to be looked at. All columns, unless `fields` or `fieldsets` say otherwise."""

    hidden: ClassVar[tuple[str, ...]] = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if self.fields:
            return list(self.fields)
        return [field.name for field in self.opts.concrete_fields if field.name not in self.hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return flatten_fieldsets(self.fieldsets) if self.fieldsets else flatten_fieldsets([(None, {"fields": self.get_fields(request, obj)})])


class ReadOnlyInline(NoDeleteMixin, TabularInline):
    """Rows of a parent, to be looked at. `fields` names the columns, `select` the foreign keys they show."""

    select: ClassVar[tuple[str, ...]] = ()
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = True
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return list(self.fields or ())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related(*self.select) if self.select else rows
