"""Addresses of bookings' API."""

from django.urls import path

from bookings.api import bookings, cart, services

urlpatterns = [
    path("services", services.ServiceList.as_view(), name="api_services"),
    path("services/<uuid:service_id>", services.ServiceDetail.as_view(), name="api_service"),
    path("services/<uuid:service_id>/availability", services.ServiceAvailability.as_view(), name="api_availability"),
    path("cart", cart.CartView.as_view(), name="api_cart"),
    path("cart/from-itinerary", cart.CartFromItineraryView.as_view(), name="api_cart_from_itinerary"),
    path("cart/<uuid:item_id>", cart.CartItemView.as_view(), name="api_cart_item"),
    path("bookings", bookings.BookingsView.as_view(), name="api_bookings"),
    path("bookings/<str:reference>", bookings.BookingView.as_view(), name="api_booking"),
    path("bookings/<str:reference>/confirmation", bookings.BookingConfirmationView.as_view(), name="api_booking_confirmation"),
    path("bookings/<str:reference>/payments", bookings.BookingPaymentsView.as_view(), name="api_booking_payments"),
]
