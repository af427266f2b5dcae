"""Files of a booking, made when someone asks for them: PDF of the confirmation and of a voucher, iCalendar. Never inside a transaction."""

from __future__ import annotations

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from bookings.documents.calendar import calendar_bytes
from bookings.documents.sheet import confirmation_sheet, voucher_sheet
from bookings.models import Booking, BookingItem
from bookings.queries.bookings import BookingDetail
from bookings.queries.confirmations import ConfirmationView
from travelplanner.core.errors import NotFound
from travelplanner.core.typeset import typeset
from travelplanner.core.web.qr import qr_picture


def page_url(booking: Booking) -> str:
    """The booking's own page, or the site's first page where pages aren't served."""
    try:
        return settings.PUBLIC_URL + reverse("bookings:confirmation", args=[booking.reference])
    except NoReverseMatch:
        return settings.PUBLIC_URL + "/"


def confirmation_pdf(view: ConfirmationView | None, detail: BookingDetail) -> bytes:
    """Raises NotFound while nothing was confirmed, NotTypeset (503)."""
    view = _confirmed(view)
    url = view.verify_url
    sheet = confirmation_sheet(
        view.confirmation, detail.booking, detail.payment, detail.items, status=view.status, steps=view.next_steps, verify_url=url, qr=qr_picture(url)
    )
    return typeset("confirmation", sheet)


def voucher_pdf(view: ConfirmationView | None, detail: BookingDetail, item: BookingItem) -> bytes:
    """Raises NotFound while nothing was confirmed, NotTypeset (503)."""
    view = _confirmed(view)
    url = view.verify_url
    return typeset("voucher", voucher_sheet(item, detail.booking, verify_url=url, qr=qr_picture(url), issued_at=view.confirmation.created_at))


def calendar_file(view: ConfirmationView | None, detail: BookingDetail) -> bytes:
    """Raises NotFound while nothing was confirmed; after a cancellation it holds what is to be struck out."""
    _confirmed(view)
    return calendar_bytes(detail.booking, detail.items, url=page_url(detail.booking))


def _confirmed(view: ConfirmationView | None) -> ConfirmationView:
    if view is None:
        raise NotFound
    return view
