"""Money: payments with every talk, refunds, the ledger. Staff may ask the gateway; nobody types a state or an amount."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from bookings.actions import staff_payments
from bookings.admin.books import WithBooks
from bookings.gateways.payments import GATEWAYS, Outcome
from bookings.models import (
    LedgerEntry,
    Payment,
    PaymentAttempt,
    PaymentTransition,
    Refund,
    RefundTransition,
)
from bookings.queries.cancellations import left_to_give_back
from bookings.states import PAYMENT
from travelplanner.core.admin.base import ReadOnlyAdmin, ReadOnlyInline, staff_actor
from travelplanner.core.admin.buttons import ActionVariant, button
from travelplanner.core.admin.columns import money_column, state_column
from travelplanner.core.admin.filters import words_filter
from travelplanner.core.admin.histories import HistoryAdmin, HistoryInline
from travelplanner.core.templatetags.money import format_amount

amount = money_column("amount", description=_("amount"))


class AttemptInline(ReadOnlyInline):
    model = PaymentAttempt
    fields = ("created_at", "kind", "outcome", "code")
    tab = False
    verbose_name_plural = _("talks with the gateway")


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = ("transaction_id", "state", amount, "cause", "reason", "due_by", "settled_at")
    tab = False
    verbose_name_plural = _("refunds")


class PaymentHistoryInline(HistoryInline):
    model = PaymentTransition


class RefundHistoryInline(HistoryInline):
    model = RefundTransition


class LedgerInline(ReadOnlyInline):
    model = LedgerEntry
    fields = ("created_at", "account", amount, "why", "journal")
    tab = False
    verbose_name_plural = _("ledger")


class RefundForm(BaseDialogForm):
    """How much goes back, and why."""

    beside: ClassVar = {"refund_too_large": "amount", "forbidden": "amount"}
    amount = forms.DecimalField(
        label=_("Amount, in the payment's currency"), max_digits=15, decimal_places=3, widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
    )
    reason = forms.CharField(
        label=_("Reason (at least 10 characters)"), min_length=10, max_length=200, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def __init__(self, request: HttpRequest, object_id: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, object_id, *args, **kwargs)
        with suppress(Payment.DoesNotExist, ValidationError):  # an address that somebody typed
            payment = Payment.objects.get(pk=object_id)
            left = format_amount(left_to_give_back(payment), payment.captured_currency or payment.currency)
            self.fields["amount"].help_text = _t("At most %(amount)s is left to give back.") % {"amount": left}


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    select = ("booking",)
    list_display = ("transaction_id", "booking", state_column(), amount, "gateway", "method", "failure_code", "created_at", "settled_at")
    list_filter = (("state", ChoicesDropdownFilter), words_filter("gateway", _("gateway"), GATEWAYS), ("created_at", RangeDateTimeFilter))
    search_fields = ("transaction_id", "provider_reference", "booking__reference", "booking__user__email", "=failure_code")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("transaction_id", "state"), (amount, "method"), "booking")}),
        (_("At the gateway"), {"fields": (("gateway", "provider_reference"), "failure_code", "next_action")}),
        (_("Times"), {"fields": (("created_at", "updated_at"), "settled_at")}),
    )
    inlines = (AttemptInline, RefundInline, LedgerInline, PaymentHistoryInline)
    actions_detail = ("ask_gateway", "refund")

    def has_refund_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.refund_payment")

    @button(
        _("Give money back"),
        says=_("Gives back a part of this payment, out of goodwill. The booking stays as it is. Never more than is left; recorded with your name."),
        icon="undo",
        form=RefundForm,
        variant=ActionVariant.DANGER,
        permissions=("refund",),
    )
    def refund(self, request: HttpRequest, form: RefundForm, object_id: str) -> HttpResponse:
        def deed(payment: Payment) -> str:
            given = staff_payments.refund_by_staff(
                actor=staff_actor(request), payment_id=payment.pk, amount=form.cleaned_data["amount"], reason=form.cleaned_data["reason"]
            )
            return _t("The refund of %(amount)s is %(state)s.") % {
                "amount": format_amount(given.amount, given.currency), "state": given.get_state_display(),
            }  # fmt: skip

        return self.perform(request, object_id, deed, form)

    @button(
        _("Ask the gateway"),
        says=_("Asks what became of this charge and does what follows from the answer. It never charges again."),
        icon="contact_support",
    )
    def ask_gateway(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def deed(payment: Payment) -> str:
            outcome = staff_payments.reconcile_payment(actor=staff_actor(request), payment_id=payment.pk)
            return _t("The gateway answered: %(outcome)s.") % {"outcome": outcome}

        return self.perform(request, object_id, deed)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    select = ("payment__booking", "quote")
    list_display = ("transaction_id", "payment", state_column(), amount, "cause", "reason", "created_at", "due_by", "settled_at")
    list_filter = (("state", ChoicesDropdownFilter), ("cause", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("transaction_id", "payment__transaction_id", "payment__booking__reference", "reason")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fields = (("transaction_id", "state"), (amount, "payment"), ("cause", "quote"), "reason", ("created_at", "updated_at"), ("due_by", "settled_at"))
    inlines = (RefundHistoryInline,)
    actions_detail = ("push",)

    @button(_("Ask the gateway again"), says=_("Asks to give the money back. However often it is asked, it goes back once."), icon="currency_exchange")
    def push(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def deed(refund: Refund) -> str:
            state = staff_payments.push_refund(actor=staff_actor(request), refund_id=refund.pk)
            return _t("The refund is %(state)s.") % {"state": state}

        return self.perform(request, object_id, deed)


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(ReadOnlyAdmin):
    select = ("payment",)
    list_display = ("created_at", "payment", "kind", "outcome", "code")
    list_filter = (words_filter("outcome", _("outcome"), list(Outcome)), ("created_at", RangeDateTimeFilter))
    search_fields = ("payment__transaction_id", "payment__booking__reference", "code")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(WithBooks, ReadOnlyAdmin):
    """Double entry, append-only: the entries of one journal add up to zero."""

    select = ("booking", "payment", "refund")
    list_display = ("created_at", "account", amount, "why", "booking", "payment", "journal")
    list_filter = (("account", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("=journal", "booking__reference", "payment__transaction_id")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")


@admin.register(PaymentTransition, RefundTransition)
class MoneyTransitionAdmin(HistoryAdmin):
    list_filter = (words_filter("to_state", _("to state"), PAYMENT.states), ("created_at", RangeDateTimeFilter))
    search_fields = ("subject__transaction_id", "actor__email", "=request_id")
