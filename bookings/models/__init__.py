"""Tables of bookings: inventory, cart, booking, its kinds, payment, shares, ledger, cancellation, webhooks, confirmation."""

from .booking import Booking, BookingItem, BookingItemTransition, BookingTransition, BookingTraveler, BudgetLock, Hold
from .cancellation import CancellationQuote, CancellationQuoteLine, CancellationQuoteTransition
from .cart import CartItem
from .collection import Collection, PaymentShare
from .confirmation import Confirmation
from .details import ActivityDetail, CarRentalDetail, FlightDetail, HotelDetail, ItemDocument
from .inventory import CapacityRule, PriceRule, ServiceSlot
from .payment import Dispute, LedgerEntry, Payment, PaymentAttempt, PaymentTransition, Refund, RefundTransition
from .rates import ExchangeRate
from .saga import SagaEntry
from .supplier import SupplierChange
from .webhook import GatewayEvent, WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = [
    "ActivityDetail",
    "Booking",
    "BookingItem",
    "BookingItemTransition",
    "BookingTransition",
    "BookingTraveler",
    "BudgetLock",
    "CancellationQuote",
    "CancellationQuoteLine",
    "CancellationQuoteTransition",
    "CapacityRule",
    "CarRentalDetail",
    "CartItem",
    "Collection",
    "Confirmation",
    "Dispute",
    "ExchangeRate",
    "FlightDetail",
    "GatewayEvent",
    "Hold",
    "HotelDetail",
    "ItemDocument",
    "LedgerEntry",
    "Payment",
    "PaymentAttempt",
    "PaymentShare",
    "PaymentTransition",
    "PriceRule",
    "Refund",
    "RefundTransition",
    "SagaEntry",
    "ServiceSlot",
    "SupplierChange",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
