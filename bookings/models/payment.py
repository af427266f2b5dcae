"""Money: payments with every attempt, refunds, and the ledger."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bookings.states import DISPUTE, PAYMENT, REFUND
from travelplanner.core import clock, ids
from travelplanner.core.models import AppendOnlyModel, TimestampedModel, TransitionRecord

ALIVE = ["created", "pending", "unknown", "succeeded"]


class Payment(TimestampedModel):
    """One charge that must happen once: its own `id` is the key the gateway gets, so a repeated request is the same charge.

    `amount` is what we asked for, `captured` what the gateway says it took (with its currency); `refunded` is what was promised back of it,
    whether or not it is there yet. The database keeps 0 <= refunded <= captured.
    """

    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, related_name="payments")
    share = models.ForeignKey(
        "bookings.PaymentShare", null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    # Who pays a share, when it isn't the booking's own user: the owner may pay for anyone, and what comes back goes where it came from.
    payer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    gateway = models.CharField(max_length=20)
    method = models.CharField(max_length=40)
    transaction_id = models.CharField(max_length=40, unique=True, default=ids.transaction_reference)
    provider_reference = models.CharField(max_length=100, blank=True)
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    captured = models.DecimalField(max_digits=15, decimal_places=3, default=0)
    captured_currency = models.CharField(max_length=3, blank=True)
    refunded = models.DecimalField(max_digits=15, decimal_places=3, default=0)
    state = models.CharField(max_length=12, default=PAYMENT.initial, choices=PAYMENT.choices)
    next_action = models.JSONField(default=dict, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    history_model: ClassVar[type[models.Model]]

    class Meta:
        ordering = ("-created_at",)
        permissions = [
            ("refund_payment", "Can give money back by hand, up to the limit"),
            ("refund_any", "Can give money back by hand, above the limit"),
        ]
        constraints = [
            PAYMENT.constraint("payment"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_not_negative"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0) & Q(refunded__lte=F("captured")), name="payment_refunds_within_capture"
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(state__in=ALIVE, share=None), name="payment_one_alive_per_booking"
            ),
            # One that was given back (another amount was taken than was asked for) leaves its share to be paid again.
            models.UniqueConstraint(
                fields=["share"], condition=Q(state__in=ALIVE, refunded=0), name="payment_one_alive_per_share"
            ),
        ]
        indexes = [
            models.Index(
                fields=["updated_at"],
                name="payment_unsettled",
                condition=Q(state__in=["created", "pending", "unknown"]),
            )
        ]

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
    """Money given back on a payment; made by `bookings.actions.refunds.open_refund` alone, which raises the payment's `refunded` first."""

    CAUSES = [
        ("late", "the hold had ended"),
        ("mismatch", "another amount was taken"),
        ("supplier", "a supplier said no"),
        ("share", "the shares were not complete"),
        ("cancellation", "cancelled"),
        ("staff", "by staff"),
    ]

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=12, choices=CAUSES, default="late")
    quote = models.ForeignKey(
        "bookings.CancellationQuote", null=True, blank=True, on_delete=models.PROTECT, related_name="refunds"
    )
    provider_reference = models.CharField(max_length=100, blank=True)
    due_by = models.DateField(null=True, blank=True)  # the latest day on which it is back, as it was promised
    transaction_id = models.CharField(max_length=40, unique=True, default=ids.transaction_reference)
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default=REFUND.initial, choices=REFUND.choices)
    settled_at = models.DateTimeField(null=True, blank=True)

    history_model: ClassVar[type[models.Model]]

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            REFUND.constraint("refund"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
        ]

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
        ("disputes", "held back by a bank while it looks at a dispute"),
        ("losses", "lost to disputes and rounding"),
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
        indexes = [
            models.Index(fields=["journal"], name="ledger_journal"),
            models.Index(fields=["account", "currency"], name="ledger_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount} {self.currency}"


class Dispute(TimestampedModel):
    """A payer's bank wants the money back. Opened and decided by the gateway's word alone; staff sends the evidence there."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    provider_reference = models.CharField(max_length=100, unique=True)
    amount = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, default=DISPUTE.initial, choices=DISPUTE.choices)
    evidence_due = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            DISPUTE.constraint("dispute"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_positive"),
        ]

    def __str__(self) -> str:
        return self.provider_reference
