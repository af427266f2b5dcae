"""Addresses of bookings' API."""

from django.urls import path

from bookings.api import (
    bookings,
    cancellations,
    cart,
    collections,
    documents,
    flights,
    gateway_webhooks,
    services,
    webhook_endpoints,
)

urlpatterns = [
    path("services", services.ServiceList.as_view(), name="api_services"),
    path("services/<uuid:service_id>", services.ServiceDetail.as_view(), name="api_service"),
    path("services/<uuid:service_id>/availability", services.ServiceAvailability.as_view(), name="api_availability"),
    path("trips/<str:reference>/flights", flights.TripFlights.as_view(), name="api_trip_flights"),
    path("cart", cart.CartView.as_view(), name="api_cart"),
    path("cart/from-itinerary", cart.CartFromItineraryView.as_view(), name="api_cart_from_itinerary"),
    path("cart/merge", cart.CartMergeView.as_view(), name="api_cart_merge"),
    path("cart/<uuid:item_id>", cart.CartItemView.as_view(), name="api_cart_item"),
    path("webhook-endpoints", webhook_endpoints.WebhookEndpointList.as_view(), name="api_webhook_endpoints"),
    path("webhook-endpoints/<uuid:endpoint_id>", webhook_endpoints.WebhookEndpointDetail.as_view(), name="api_webhook_endpoint"),
    path("webhook-endpoints/<uuid:endpoint_id>/rotate-secret", webhook_endpoints.WebhookSecretRotation.as_view(), name="api_webhook_rotate"),
    path("webhook-endpoints/<uuid:endpoint_id>/ping", webhook_endpoints.WebhookPing.as_view(), name="api_webhook_ping"),
    path("webhook-endpoints/<uuid:endpoint_id>/deliveries", webhook_endpoints.WebhookDeliveries.as_view(), name="api_webhook_deliveries"),
    path("webhook-endpoints/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/replay", webhook_endpoints.WebhookReplay.as_view(), name="api_webhook_replay"),
    path("payments/<str:gateway>/webhook", gateway_webhooks.GatewayWebhookView.as_view(), name="api_gateway_webhook"),
    path("bookings", bookings.BookingsView.as_view(), name="api_bookings"),
    path("bookings/<str:reference>", bookings.BookingView.as_view(), name="api_booking"),
    path("bookings/<str:reference>/cancellation-quotes", cancellations.CancellationQuotesView.as_view(), name="api_cancellation_quotes"),
    path("bookings/<str:reference>/cancellation-quotes/<uuid:quote_id>", cancellations.CancellationQuoteView.as_view(), name="api_cancellation_quote"),
    path("bookings/<str:reference>/cancellation-quotes/<uuid:quote_id>/confirm", cancellations.CancellationConfirmView.as_view(), name="api_cancellation_confirm"),
    path("bookings/<str:reference>/confirmation", bookings.BookingConfirmationView.as_view(), name="api_booking_confirmation"),
    path("bookings/<str:reference>/confirmation.pdf", documents.ConfirmationPdfView.as_view(), name="api_booking_confirmation_pdf"),
    path("bookings/<str:reference>/calendar.ics", documents.BookingCalendarView.as_view(), name="api_booking_calendar"),
    path("bookings/<str:reference>/documents", documents.BookingDocumentsView.as_view(), name="api_booking_documents"),
    path("bookings/<str:reference>/documents/<uuid:document_id>", documents.BookingDocumentView.as_view(), name="api_booking_document"),
    path("bookings/<str:reference>/items/<uuid:item_id>/voucher.pdf", documents.VoucherPdfView.as_view(), name="api_voucher_pdf"),
    path("bookings/<str:reference>/collection", collections.CollectionView.as_view(), name="api_booking_collection"),
    path("bookings/<str:reference>/collection/close", collections.CollectionCloseView.as_view(), name="api_collection_close"),
    path("bookings/<str:reference>/shares/<uuid:share_id>/payments", collections.SharePaymentsView.as_view(), name="api_share_payments"),
    path("bookings/<str:reference>/payments", bookings.BookingPaymentsView.as_view(), name="api_booking_payments"),
]
