"""Addresses of the booking pages."""

from django.urls import path

from bookings.web import checkout, payment, receipts

app_name = "bookings"
urlpatterns = [
    path("trips/<str:reference>/book", checkout.show_checkout, name="checkout"),
    path("trips/<str:reference>/book/line", checkout.change_line, name="line"),
    path("trips/<str:reference>/book/reserve", checkout.reserve, name="reserve"),
    path("bookings", receipts.list_my_bookings, name="list"),
    path("bookings/<str:reference>", receipts.show_booking, name="confirmation"),
    path("bookings/<str:reference>/pay", payment.pay, name="pay"),
    path("bookings/<str:reference>/progress", payment.show_progress, name="progress"),
    path("bookings/<str:reference>/calendar.ics", receipts.download_calendar, name="calendar"),
]
