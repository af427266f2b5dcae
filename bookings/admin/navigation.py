"""The sidebar of the staff admin (settings: UNFOLD["SIDEBAR"]): only what the person may look at."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

# title, collapsed unless one is in it, (model, icon, title or "" for the model's own name)
GROUPS: tuple[tuple[Any, bool, tuple[tuple[str, str, Any], ...]], ...] = (
    (
        _("Bookings"),
        False,
        (
            ("bookings.Booking", "confirmation_number", _("Bookings")),
            ("bookings.Payment", "credit_card", _("Payments")),
            ("bookings.Refund", "currency_exchange", _("Refunds")),
            ("bookings.Dispute", "gavel", _("Disputes")),
            ("bookings.CancellationQuote", "event_busy", _("Cancellations")),
            ("bookings.LedgerEntry", "account_balance", _("Ledger")),
            ("bookings.Collection", "group_add", _("Shared payments")),
            ("bookings.SupplierChange", "published_with_changes", _("Changes by suppliers")),
            ("bookings.Confirmation", "verified", _("Confirmations")),
            ("bookings.ItemDocument", "attach_file", _("Tickets and vouchers")),
        ),
    ),
    (
        _("Inventory"),
        False,
        (
            ("bookings.ServiceSlot", "event_seat", _("Slots")),
            ("bookings.PriceRule", "percent", _("Price rules")),
            ("bookings.CapacityRule", "groups", _("Capacity rules")),
            ("bookings.Hold", "lock_clock", _("Holds")),
        ),
    ),
    (
        _("Catalogue"),
        False,
        (
            ("trips.Destination", "public", _("Destinations")),
            ("trips.Place", "place", _("Places")),
            ("trips.Service", "sell", _("Services")),
            ("trips.Supplier", "store", _("Suppliers")),
            ("trips.Source", "menu_book", _("Sources")),
        ),
    ),
    (
        _("Trips"),
        False,
        (
            ("trips.Trip", "luggage", _("Trips")),
            ("trips.PlanningRun", "sprint", _("Planning runs")),
            ("trips.Document", "description", _("Documents")),
            ("trips.ItineraryDay", "calendar_month", _("Itinerary days")),
            ("trips.TripMember", "group", _("Members")),
            ("trips.TripInvitation", "forward_to_inbox", _("Invitations")),
            ("trips.ShareLink", "share", _("Share links")),
            ("trips.CalendarFeed", "event_available", _("Calendar feeds")),
            ("trips.TripTraveler", "hail", _("Travelers of trips")),
        ),
    ),
    (
        _("People"),
        False,
        (
            ("accounts.User", "person", _("Users")),
            ("accounts.Traveler", "luggage", _("Travelers")),
            ("accounts.UserProfile", "contact_page", _("Profiles")),
            ("accounts.TravelPreferences", "tune", _("How people travel")),
            ("accounts.Consent", "handshake", _("Consents")),
            ("accounts.Wallet", "account_balance_wallet", _("Wallets")),
            ("accounts.UserDocument", "badge", _("Papers of users")),
            ("accounts.TravelerDocument", "badge", _("Papers of travelers")),
            ("auth.Group", "badge", _("Groups of staff")),
            ("account.EmailAddress", "alternate_email", _("E-mail addresses")),
            ("usersessions.UserSession", "devices", _("Sessions")),
            ("mfa.Authenticator", "key", _("Second factors")),
        ),
    ),
    (
        _("Machinery"),
        False,
        (
            ("core.OutboxMessage", "outbox", _("Outbox")),
            ("accounts.Notification", "notifications", _("Notifications")),
            ("bookings.WebhookEndpoint", "webhook", _("Webhooks")),
            ("bookings.WebhookDelivery", "send", _("Webhook deliveries")),
            ("core.PeriodicJob", "schedule", _("Periodic jobs")),
            ("django_tasks_database.DBTaskResult", "queue", _("Tasks")),
            ("core.AuditEntry", "policy", _("Audit")),
            ("core.IdempotencyKey", "key", _("Idempotency keys")),
        ),
    ),
    (
        _("Details"),
        True,
        (
            ("bookings.BookingItem", "receipt", _("Booked items")),
            ("bookings.SagaEntry", "footprint", _("Steps of bookings")),
            ("bookings.PaymentShare", "pie_chart", _("Shares")),
            ("bookings.FlightDetail", "flight", _("Flights")),
            ("bookings.HotelDetail", "bed", _("Stays")),
            ("bookings.ActivityDetail", "local_activity", _("Activities")),
            ("bookings.CarRentalDetail", "directions_car", _("Cars")),
            ("bookings.ExchangeRate", "currency_exchange", _("Exchange rates")),
            ("bookings.CartItem", "shopping_cart", _("Cart lines")),
            ("bookings.BudgetLock", "lock", _("Budget locks")),
            ("bookings.WebhookAttempt", "history", _("Webhook attempts")),
            ("bookings.PaymentAttempt", "forum", _("Talks with the gateway")),
            ("bookings.GatewayEvent", "mark_chat_unread", _("Messages of gateways")),
            ("trips.PrivateWish", "visibility_off", _("Private wishes")),
            ("accounts.TravelerPreference", "tune", _("How travelers travel")),
            ("accounts.TravelerTransition", "history", _("History of travelers")),
            ("accounts.WalletNonce", "pin", _("Numbers to sign for wallets")),
            ("accounts.RefreshToken", "sync_lock", _("Refresh tokens")),
            ("bookings.BookingTransition", "history", _("History of bookings")),
            ("bookings.BookingItemTransition", "history", _("History of items")),
            ("bookings.PaymentTransition", "history", _("History of payments")),
            ("bookings.RefundTransition", "history", _("History of refunds")),
            ("bookings.CancellationQuoteTransition", "history", _("History of cancellations")),
            ("trips.TripTransition", "history", _("History of trips")),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups with the pages that this person may open; empty groups are left out."""
    home = {"title": _("Dashboard"), "icon": "dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"title": "", "items": [home]}]
    for title, folded, items in GROUPS:
        shown = [_item(request, *item) for item in items]
        if any(shown):
            groups.append({"title": title, "separator": True, "collapsible": folded, "items": [item for item in shown if item]})
    return groups


def _item(request: HttpRequest, label: str, icon: str, title: Any) -> dict[str, Any] | None:
    model = apps.get_model(label)
    options = admin.site._registry.get(model)
    if options is None or not options.has_view_permission(request):
        return None
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return {"title": capfirst(title), "icon": icon, "link": url, "active": lambda request: request.path.startswith(url)}
