"""An item whose supplier never answered its cancellation: staff writes down what they were told otherwise, and the booking goes on."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from bookings.actions import hand_settlements
from bookings.admin.supplier_changes import WithChanges
from bookings.models import BookingItem
from travelplanner.core.admin.base import staff_actor
from travelplanner.core.admin.buttons import ActionVariant, button

OUTCOMES = [("cancelled", _("It is cancelled there")), ("not_cancelled", _("It is not cancelled there: it stays booked"))]


class SettleForm(BaseDialogForm):
    """What the supplier said on another way."""

    beside: ClassVar = {"givenBack": "given_back", "forbidden": "given_back"}
    outcome = forms.ChoiceField(label=_("What the supplier said"), choices=OUTCOMES, widget=UnfoldAdminSelectWidget)
    given_back = forms.DecimalField(
        label=_("What it gives back, in the booking's currency"),
        help_text=_("What was quoted, or less; 0 when nothing. Empty when it is not cancelled, or when the booking failed or expired."),
        max_digits=15, decimal_places=3, required=False, widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Who said so, and when (at least 10 characters)"), min_length=10, max_length=200, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class WithSettling:
    """Gives the admin of booked items the button that decides what a supplier never answered."""

    actions_detail = (*WithChanges.actions_detail, "settle")

    def has_settle_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.refund_payment")

    @button(
        _("Settle by hand"),
        says=_(
            "For a cancellation that the supplier hasn't answered for 24 hours. Cancelled there: the traveler gets what was quoted, and what the supplier "
            "gives back less is our loss. Not cancelled: the item stays booked and paid. A later answer changes nothing. Recorded with your name."
        ),
        icon="gavel",
        form=SettleForm,
        variant=ActionVariant.DANGER,
        permissions=("settle",),
    )
    def settle(self, request: HttpRequest, form: SettleForm, object_id: str) -> HttpResponse:
        said = form.cleaned_data

        def deed(item: BookingItem) -> str:
            booking = hand_settlements.settle_by_hand(
                actor=staff_actor(request), item_id=item.pk, cancelled=said["outcome"] == "cancelled", given_back=said["given_back"], reason=said["reason"]
            )
            return _t("Settled. The booking is %(state)s.") % {"state": booking.get_state_display()}

        return self.perform(request, object_id, deed, form)  # type: ignore[attr-defined]  # a mixin: what it calls is its admin's
