"""Addresses of the booking pages."""

from django.urls import path

from bookings.web import (
    cancellation,
    cart,
    checkout,
    documents,
    flights,
    payment,
    receipts,
    services,
    shares,
    verification,
    webhooks,
)

app_name = "bookings"
urlpatterns = [
    path("services", services.show_services, name="services"),
    path("cart", cart.show_cart, name="cart"),
    path("cart/change", cart.change_cart, name="cart_change"),
    path("trips/<str:reference>/book", checkout.show_checkout, name="checkout"),
    path("trips/<str:reference>/book/line", checkout.change_line, name="line"),
    path("trips/<str:reference>/book/shares", checkout.work_out_shares, name="share_cost"),
    path("trips/<str:reference>/book/reserve", checkout.reserve, name="reserve"),
    path("trips/<str:reference>/flights", flights.show_flights, name="flights"),
    path("bookings", receipts.list_my_bookings, name="list"),
    path("bookings/<str:reference>", receipts.show_booking, name="confirmation"),
    path("bookings/<str:reference>/cancel", cancellation.ask, name="cancel"),
    path("bookings/<str:reference>/cancel/<uuid:quote_id>", cancellation.show, name="cancellation"),
    path("bookings/<str:reference>/cancel/<uuid:quote_id>/confirm", cancellation.confirm, name="cancellation_confirm"),
    path("bookings/<str:reference>/pay", payment.pay, name="pay"),
    path("bookings/<str:reference>/shares", shares.show_shares, name="shares"),
    path("bookings/<str:reference>/shares/close", shares.close, name="shares_close"),
    path("bookings/<str:reference>/shares/<uuid:share_id>/pay", shares.pay, name="share_pay"),
    path("bookings/<str:reference>/shares/<uuid:share_id>/progress", shares.show_progress, name="share_progress"),
    path("bookings/<str:reference>/progress", payment.show_progress, name="progress"),
    path("bookings/<str:reference>/calendar.ics", documents.download_calendar, name="calendar"),
    path("bookings/<str:reference>/confirmation.pdf", documents.download_confirmation, name="confirmation_pdf"),
    path("bookings/<str:reference>/items/<uuid:item_id>/voucher.pdf", documents.download_voucher, name="voucher"),
    path("bookings/<str:reference>/documents/<uuid:document_id>", documents.download_document, name="item_document"),
    path("verify/<str:token>", verification.show_verification, name="verify"),
    path(".well-known/confirmation-keys.json", verification.show_keys, name="confirmation_keys"),
    path("account/webhooks", webhooks.show_webhooks, name="webhooks"),
    path("account/webhooks/<uuid:endpoint_id>", webhooks.show_webhook, name="webhook"),
    path("account/webhooks/<uuid:endpoint_id>/switch", webhooks.switch, name="webhook_switch"),
    path("account/webhooks/<uuid:endpoint_id>/secret", webhooks.rotate, name="webhook_rotate"),
    path("account/webhooks/<uuid:endpoint_id>/ping", webhooks.ping, name="webhook_ping"),
    path("account/webhooks/<uuid:endpoint_id>/remove", webhooks.remove, name="webhook_remove"),
    path("account/webhooks/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/replay", webhooks.replay, name="webhook_replay"),
]
