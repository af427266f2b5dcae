"""Money: payments with every attempt, refunds, and the ledger."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bookings.states import PAYMENT, REFUND
from travelplanner.core import clock, ids
from travelplanner.core.models import AppendOnlyModel, TimestampedModel, TransitionRecord


class Payment(TimestampedModel):
    """One charge that must happen once: its own `id` is the key the gateway gets, so a repeated request is the same charge."""

    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, related_name="payments")
    gateway = models.CharField(max_length=20)
    method = models.CharField(max_length=40)
    transaction_id = models.CharField(max_length=40, unique=True, default=ids.transaction_reference)
    provider_reference = models.CharField(max_length=100, blank=True)
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, default=PAYMENT.initial, choices=PAYMENT.choices)
    next_action = models.JSONField(default=dict, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    history_model: ClassVar[type[models.Model]]

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            PAYMENT.constraint("payment"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_not_negative"),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(state__in=["created", "pending", "unknown", "succeeded"]), name="payment_one_alive_per_booking"
            ),
        ]
        indexes = [models.Index(fields=["updated_at"], name="payment_unsettled", condition=Q(state__in=["created", "pending", "unknown"]))]

    def __str__(self) -> str:
        return self.transaction_id


class PaymentTransition(TransitionRecord):
    subject = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="transitions")


Payment.history_model = PaymentTransition


class PaymentAttempt(AppendOnlyModel):
    """One conversation with the gateway and what it answered."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    kind = models.CharField(max_length=12)  # charge, ask, continue
    outcome = models.CharField(max_length=20)
    code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.kind}: {self.outcome}"


class Refund(TimestampedModel):
    """Money given back on a payment; the sum never passes the payment (checked under its row's lock, and by a constraint per row)."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    transaction_id = models.CharField(max_length=40, unique=True, default=ids.transaction_reference)
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default=REFUND.initial, choices=REFUND.choices)
    settled_at = models.DateTimeField(null=True, blank=True)

    history_model: ClassVar[type[models.Model]]

    class Meta:
        ordering = ("-created_at",)
        constraints = [REFUND.constraint("refund"), models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive")]

    def __str__(self) -> str:
        return self.transaction_id


class RefundTransition(TransitionRecord):
    subject = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="transitions")


Refund.history_model = RefundTransition


class LedgerEntry(AppendOnlyModel):
    """Double entry: the entries of one `journal` add up to zero. Debit positive, credit negative."""

    ACCOUNTS = [
        ("gateway", "money at the payment gateway"),
        ("travelers", "owed to travelers until confirmed"),
        ("suppliers", "owed to suppliers"),
        ("refunds", "given back"),
    ]

    journal = models.UUIDField()
    account = models.CharField(max_length=20, choices=ACCOUNTS)
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, related_name="ledger_entries")
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger_entries")
    refund = models.ForeignKey(Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger_entries")
    why = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("created_at", "id")
        verbose_name_plural = "ledger entries"
        indexes = [models.Index(fields=["journal"], name="ledger_journal"), models.Index(fields=["account", "currency"], name="ledger_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount} {self.currency}"
