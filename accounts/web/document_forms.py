"""Forms of papers. They translate; what fits is decided by the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.consent_texts import current_version, words_of
from accounts.files import ACCEPTED
from accounts.models import TravelDocument
from accounts.models.document import DOCUMENT_TYPES
from accounts.queries.documents import number_of
from travelplanner.core import countries
from travelplanner.core.errors import AppError

ACCEPT = ",".join(ACCEPTED)


class FileForm(forms.Form):
    """Two ways to one file: phones open the camera for the first, and everything for the second."""

    photo = forms.FileField(
        label=_("Take a photo"), required=False, allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}), help_text=_("On a phone this opens the camera."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Or choose a file"), required=False, allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),     )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("A photo (JPEG, PNG, WebP) or a PDF, up to %(most)s. We remove hidden data such as where it was taken.") % {
            "most": filesizeformat(settings.DOCUMENT_MAX_BYTES)
        }

    def sent(self) -> bytes | None:
        """The bytes of whichever was used."""
        upload: Any = self.cleaned_data.get("photo") or self.cleaned_data.get("file")
        if upload is None:  # an empty file counts as False too
            upload = next((self.files[name] for name in ("photo", "file") if name in self.files), None)
        return None if upload is None else upload.read()


class PaperForm(forms.Form):
    type = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose …")), *DOCUMENT_TYPES])
    number = forms.CharField(
        label=_("Number"), required=False, max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("We seal it; lists show its last signs only."),
    )  # fmt: skip
    holder_name = forms.CharField(label=_("Name as printed"), required=False, max_length=200, help_text=_("Letter by letter as on the document: tickets must match it."))
    country = forms.ChoiceField(label=_("Issued by"), required=False)
    issued_on = forms.DateField(label=_("Issued on"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    expires_on = forms.DateField(
        label=_("Last day it is good"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("We remind you 180, 90, 30 and 7 days before."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", _("Not known or not needed")), *countries.choices(get_language() or "en")]  # type: ignore[attr-defined]  # the stubs don't know this field's choices

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PaperForm.base_fields}

    def take(self, error: AppError) -> None:
        """Show a refusal beside its fields."""
        for name, sentences in error.fields.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, str(sentence))
        if not error.fields:
            self.add_error(None, str(error.message))


class NewPaperForm(PaperForm, FileForm):
    documents_consent = forms.BooleanField(label=_("I agree"), required=False)

    def __init__(self, *args: Any, agreed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if agreed:
            del self.fields["documents_consent"]
        else:
            self.fields["documents_consent"].help_text = str(words_of("documents", current_version("documents")))


class ChangePaperForm(PaperForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: TravelDocument, **kwargs: Any) -> None:
        number = number_of(row)
        stored = {name: getattr(row, name) for name in ("type", "holder_name", "country", "issued_on", "expires_on")}
        super().__init__(*args, initial={**stored, "number": number.full or "", "version": row.row_version}, **kwargs)
        self.readable = number.readable
        if not number.readable:
            self.fields["number"].help_text = _("We can't read the number that was stored. Our staff has been told. Enter it again, or leave this empty.")

    def values(self) -> dict[str, Any]:
        values = super().values()
        if not self.readable and not values["number"]:  # what can't be read is not overwritten by an empty field
            del values["number"]
        return values
