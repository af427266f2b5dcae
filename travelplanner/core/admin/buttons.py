"""Buttons of a page: each opens a dialog that says what will happen, and acts on POST alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from ..errors import AppError

__all__ = ["ActionVariant", "ReasonForm", "blame", "button"]


class ReasonForm(BaseDialogForm):
    """Asks why; the answer goes into the history."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


def button(
    title: Any,
    *,
    says: Any,
    icon: str,
    form: type[BaseDialogForm] = BaseDialogForm,
    variant: ActionVariant = ActionVariant.DEFAULT,
    permissions: Iterable[str] = ("operate",),
) -> Callable[[Callable[..., Any]], Any]:
    """Decorates `method(self, request, form, object_id)` for `actions_detail`; `says` tells what will happen.

    A refusal that the method lets out (`perform` does, when it is given the form) is told in the open dialog, beside what was typed.
    """
    dialog: Any = {"title": title, "description": says, "form_class": form, "form_submit_text": title}

    def decorate(method: Callable[..., Any]) -> Any:
        @wraps(method)
        def told(self: Any, request: HttpRequest, form: BaseDialogForm, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return method(self, request, form, *args, **kwargs)
            except AppError as refusal:
                blame(form, refusal)
                return render(request, "unfold/helpers/dialog.html", {"dialog": dialog, "form": form, "form_submit_text": title})

        return action(description=title, icon=icon, variant=variant, permissions=permissions, dialog=dialog)(told)

    return decorate


def blame(form: forms.Form, refusal: AppError) -> None:
    """Put a refusal beside the fields it speaks of; `form.beside` says which field a code or a part of the contract belongs to, and the rest is
    said above them all."""
    beside = {**{name: name for name in form.fields}, **getattr(form, "beside", {})}
    said = refusal.fields or {refusal.code: [refusal.message]}
    for name, sentences in said.items():
        for sentence in sentences:
            form.add_error(beside.get(name, NON_FIELD_ERRORS), sentence)
