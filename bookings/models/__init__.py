"""Tables of bookings: inventory, cart, booking, payment, ledger, confirmation."""

from .booking import Booking, BookingItem, BookingItemTransition, BookingTransition, BudgetLock, Hold
from .cart import CartItem
from .confirmation import Confirmation
from .inventory import CapacityRule, PriceRule, ServiceSlot
from .payment import LedgerEntry, Payment, PaymentAttempt, PaymentTransition, Refund, RefundTransition

__all__ = [
    "Booking",
    "BookingItem",
    "BookingItemTransition",
    "BookingTransition",
    "BudgetLock",
    "CapacityRule",
    "CartItem",
    "Confirmation",
    "Hold",
    "LedgerEntry",
    "Payment",
    "PaymentAttempt",
    "PaymentTransition",
    "PriceRule",
    "Refund",
    "RefundTransition",
    "ServiceSlot",
]
