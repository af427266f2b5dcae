"""What a supplier of our own inventory told us on the phone, typed in by staff: a delay, a gate, another time, called off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookings.actions import supplier_changes
from bookings.admin.item_documents import WithDocuments
from bookings.kinds.schema import moment_of
from bookings.models import BookingItem, SupplierChange
from travelplanner.core.admin.base import staff_actor
from travelplanner.core.admin.buttons import ActionVariant, button

MOMENT = _("With its zone: 2027-01-15T09:30:00+05:30")


class ChangeForm(BaseDialogForm):
    """What is different now; what isn't said stays."""

    kind = forms.ChoiceField(label=_("What happened"), choices=SupplierChange.KINDS, widget=UnfoldAdminSelectWidget)
    departure_time = forms.CharField(label=_("New departure"), help_text=MOMENT, max_length=40, required=False, widget=UnfoldAdminTextInputWidget())
    arrival_time = forms.CharField(label=_("New arrival"), help_text=MOMENT, max_length=40, required=False, widget=UnfoldAdminTextInputWidget())
    terminal = forms.CharField(label=_("Terminal"), max_length=20, required=False, widget=UnfoldAdminTextInputWidget())
    gate = forms.CharField(label=_("Gate"), max_length=20, required=False, widget=UnfoldAdminTextInputWidget())
    note = forms.CharField(label=_("A line for the traveler"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget())

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in ("departure_time", "arrival_time"):
            if said.get(name) and moment_of(said[name]) is None:
                self.add_error(name, _("A moment with its zone, like 2027-01-15T09:30:00+05:30."))
        return said

    def facts(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "departureTime": said["departure_time"], "arrivalTime": said["arrival_time"], "terminal": said["terminal"], "gate": said["gate"], "note": said["note"],
        }  # fmt: skip


class WithChanges:
    """Gives the admin of booked items the button that writes a change down."""

    actions_detail = (*WithDocuments.actions_detail, "note_change")

    @button(
        _("Write a change down"),
        says=_("The traveler is told at once and sees it on the booking's page. Called off by the supplier: all that was paid for it goes back."),
        icon="update",
        form=ChangeForm,
        variant=ActionVariant.DANGER,
    )
    def note_change(self, request: HttpRequest, form: ChangeForm, object_id: str) -> HttpResponse:
        def deed(item: BookingItem) -> str:
            change = supplier_changes.note_change(actor=staff_actor(request), item_id=item.pk, kind=form.cleaned_data["kind"], facts=form.facts())
            return _t("Written down: %(what)s.") % {"what": change.get_kind_display()}

        return self.perform(request, object_id, deed, form)  # type: ignore[attr-defined]  # a mixin: what it calls is its admin's
