"""Import and export of catalogue tables as CSV: with a preview, an audit entry per row, and nothing that a spreadsheet would run."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any, ClassVar

import tablib
from django import forms
from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV
from import_export.resources import ModelResource
from import_export.tmp_storages import MediaStorage
from import_export.widgets import Widget
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from .. import audit, clock, logs
from ..actor import Actor
from ..cells import neutral, original
from .base import StaffAdmin

LARGEST_FILE = 5 * 1024 * 1024
MOST_ROWS = 5000
KEPT_FOR = dt.timedelta(days=1)


class SafeCSV(CSV):
    """CSV that goes out neutralised and comes in again as it was."""

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> str:
        safe = tablib.Dataset(*[[neutral(cell) for cell in row] for row in dataset], headers=dataset.headers)
        return safe.export("csv", **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        read = super().create_dataset(in_stream, **kwargs)
        return tablib.Dataset(*[[original(cell) for cell in row] for row in read], headers=read.headers)


class UploadStorage(MediaStorage):
    """Between preview and confirmation the file lies where every web process finds it; what nobody confirmed goes after a day."""

    def save(self, data: Any) -> None:
        folder, oldest = self.MEDIA_FOLDER, clock.now() - KEPT_FOR
        with contextlib.suppress(FileNotFoundError):
            for name in default_storage.listdir(folder)[1]:
                if default_storage.get_modified_time(f"{folder}/{name}") < oldest:
                    default_storage.delete(f"{folder}/{name}")
        super().save(data)


class ListWidget(Widget):
    """A list as `a|b|c`, as in `trips/data`; `kind` makes its members."""

    def __init__(self, kind: type = str) -> None:
        super().__init__()
        self.kind = kind

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[Any]:
        return [self.kind(part.strip()) for part in str(value or "").split("|") if part.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "|".join(str(each) for each in value or [])


class CatalogueResource(ModelResource):
    """Rows are known by their names (`import_id_fields`), checked as in the form, written in one transaction or not at all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._written: dict[str, list[Model]] = {"added": [], "changed": []}

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        if len(dataset) > MOST_ROWS:
            raise ValidationError(_("At most %(count)d rows at a time.") % {"count": MOST_ROWS})
        missing = [name for name in self.get_import_id_fields() if self.fields[name].column_name not in (dataset.headers or [])]
        if missing:
            raise ValidationError(_("These columns are missing: %(names)s") % {"names": ", ".join(missing)})

    def problems(self, row: Any) -> dict[str, list[Any]]:
        """What is wrong with the row beyond its columns' own rules, by field; apps say it."""
        return {}

    def validate_instance(self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        if found := self.problems(instance):
            raise ValidationError(found)

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        super().save_instance(instance, is_create, row, **kwargs)
        self._written["added" if is_create else "changed"].append(instance)

    def after_import(self, dataset: tablib.Dataset, result: Any, **kwargs: Any) -> None:
        """In the import's own transaction, which a preview takes back."""
        super().after_import(dataset, result, **kwargs)
        actor = Actor(user_id=kwargs["user"].pk, is_staff=True, request_id=logs.request_id.get())
        for verb, rows in self._written.items():
            if rows:
                audit.record_all(actor=actor, action=f"{rows[0]._meta.model_name}.{verb}", rows=rows, after={"import": str(kwargs.get("file_name") or "")[:200]})


class SmallImportForm(ImportForm):
    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file may have up to %(size)d MB.") % {"size": LARGEST_FILE // 1024**2})
        return file


class ExchangeAdmin(ImportExportMixin, StaffAdmin):
    """Import for who may add and change, export for who may look."""

    import_form_class = SmallImportForm
    export_form_class = ExportForm
    formats: ClassVar[list[type[CSV]]] = [SafeCSV]
    export_formats = import_formats = formats
    tmp_storage_class = UploadStorage

    def has_import_permission(self, request: HttpRequest) -> bool:
        return all(
            request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename(verb, self.opts)}")
            for verb in ("add", "change")
        )

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """All rows or none, in the end as in the preview."""
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:  # confirmed twice, or more than a day after the preview
            messages.error(request, _("This file isn't here any more. Choose it again."))
            return self._start_again()

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():  # the rows changed since the preview
            messages.error(request, _("Nothing was imported: a row does not fit any more. Look at the preview again."))
            return self._start_again()
        return super().process_result(result, request)

    def _start_again(self) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import"))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
