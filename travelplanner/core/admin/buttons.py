"""Buttons of a page: each opens a dialog that says what will happen, and acts on POST alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

__all__ = ["ActionVariant", "ReasonForm", "button"]


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
    """Decorates `method(self, request, form, object_id)` for `actions_detail`; `says` tells what will happen."""
    return action(
        description=title,
        icon=icon,
        variant=variant,
        permissions=permissions,
        dialog={"title": title, "description": says, "form_class": form, "form_submit_text": title},
    )
