"""Rows of bookings: cart, checkout, payment, receipts, what is on sale."""

from bookings.actions.cancellations import quote_cancellation
from bookings.actions.checkout import Contact, book_trip, reserve_booking
from bookings.actions.collections import ShareWish, open_collection
from bookings.actions.item_documents import add_document
from bookings.documents.verification import token_of
from bookings.models import Booking, CartItem, PaymentShare
from tests.architecture.routes.rows import Row, Thing, open_api, open_page, own_api, own_page, trip_api, trip_page
from tests.architecture.routes.world import CONTACT, Making
from tests.cast import actor_for
from tests.factories.papers import pdf
from tests.trips.planned import chosen, in_days
from travelplanner.core.actor import Actor
from trips.models import Trip, TripMember


def _booking(making: Making) -> str:
    answer = making.api["owner"].post("/api/bookings", {"tripId": making.booked, "userContact": CONTACT}, headers={"Idempotency-Key": "world"})
    assert answer.status_code == 201, answer.content
    return answer.json()["bookingId"]


def _unpaid(making: Making) -> str:
    """Held, with nothing charged yet."""
    trip = chosen(making.api["owner"])
    return reserve_booking(actor=actor_for(making.alice), trip_reference=trip, contact=Contact(*CONTACT.values())).reference


def _collected(making: Making) -> str:
    """To be paid in shares, all of them Alice's to pay: what companions with a share may is in tests/bookings/test_collection_api."""
    trip = chosen(making.api["owner"])
    wishes = [ShareWish("me"), ShareWish(str(TripMember.objects.create(trip=Trip.objects.get(reference=trip), name="Kid", role="viewer").pk))]
    return open_collection(actor=actor_for(making.alice), trip_reference=trip, contact=Contact(*CONTACT.values()), shares=wishes).reference


def _share(making: Making) -> str:
    return str(PaymentShare.objects.get(label="Kid").pk)  # of the thing before this one


def _line(making: Making) -> str:
    answer = making.api["owner"].post("/api/cart/from-itinerary", {"tripId": making.trip.reference})
    assert answer.status_code in (200, 201), answer.content
    return str(CartItem.objects.filter(trip=making.trip).first().pk)


def _given_up(making: Making) -> str:
    """Booked and paid, to be cancelled."""
    trip = chosen(making.api["owner"])
    return book_trip(actor=actor_for(making.alice), trip_reference=trip, contact=Contact(*CONTACT.values())).reference


def _quote(making: Making) -> str:
    given_up = Booking.objects.filter(user=making.alice, state="CONFIRMED").latest("created_at")  # the thing before this one
    return str(quote_cancellation(actor=actor_for(making.alice), reference=given_up.reference).quote.pk)


def _a_booking(making: Making) -> Booking:
    """The one that `booking` made of the other trip, or makes now."""
    found = Booking.objects.filter(trip__reference=making.booked, state="CONFIRMED").first()
    return found or Booking.objects.get(reference=_booking(making))


def _booked_item(making: Making) -> str:
    return str(_a_booking(making).items.first().pk)


def _kept_ticket(making: Making) -> str:
    """With a file, in the item's care."""
    staff = Actor(user_id=making.people["staff"].pk, is_staff=True)
    row = add_document(actor=staff, item_id=_a_booking(making).items.first().pk, kind="ticket", title="Ticket", data=pdf())
    return str(row.pk)


def _confirmation_token(making: Making) -> str:
    booking = _a_booking(making)
    return token_of(booking.confirmation, booking)


TABLE: dict[str, Row] = {
    "bookings:checkout": trip_page("GET", least="viewer"),
    "bookings:line": trip_page("POST", elsewhere=("GET",), account=True),
    "bookings:reserve": trip_page("POST", account=True),
    "bookings:flights": trip_page("GET", "POST", empty=True),  # no such page while no company is connected
    "bookings:list": own_page("GET"),
    "bookings:confirmation": own_page("GET"),
    "bookings:cancel": own_page("POST", elsewhere=("GET",), gaps={"reference": "given_up"}),
    "bookings:cancellation": own_page("GET", gaps={"reference": "given_up", "quote_id": "quote"}),
    "bookings:cancellation_confirm": own_page("POST", gaps={"reference": "given_up", "quote_id": "quote"}),
    "bookings:pay": own_page("GET", "POST"),
    "bookings:progress": own_page("POST"),
    "bookings:calendar": own_page("GET"),
    "bookings:confirmation_pdf": own_page("GET"),
    "bookings:voucher": own_page("GET", gaps={"item_id": "booked_item"}),
    "bookings:item_document": own_page("GET", gaps={"document_id": "kept_ticket"}),
    "bookings:verify": open_page("GET", gaps={"token": "confirmation_token"}),
    "bookings:confirmation_keys": open_page("GET"),
    "bookings:services": open_page("GET"),
    "bookings:cart": open_page("GET"),  # the browser's before sign-in, the user's own after it
    "bookings:cart_change": open_page("POST", unproven="what it takes is one's own line, or what is on sale to all"),
    "api_trip_flights": trip_api(
        "GET", "POST", bodies={"POST": {"offerId": "duffel:off_1"}}, query="?origin=DEL&destination=VNS&date=2027-01-05", unproven="409 supplier_off: no company that sells flights is connected"
    ),
    "api_trip_left_out": trip_api("GET", "POST", bodies={"POST": {"key": "x"}}, unproven="400 to its owner: nothing was left out under this key"),
    "api_services": open_api("GET"),
    "api_service": open_api("GET"),
    "api_availability": open_api("GET"),
    "api_cart": own_api("GET", "POST", "DELETE", bodies={"POST": {"service_id": "{ticket}", "booking_date": "{day}", "time": "10:00", "quantity": 2}}),
    "api_cart_from_itinerary": trip_api("POST", bodies={"POST": {"tripId": "{trip}"}}),
    "api_cart_merge": own_api("POST", bodies={"POST": {"items": [{"service_id": "{ticket}", "booking_date": "{day}", "time": "10:00"}]}}),
    "api_cart_item": own_api("PUT", "DELETE", gaps={"item_id": "line"}, bodies={"PUT": {"quantity": 1}}),
    "api_bookings": trip_api("GET", "POST", bodies={"POST": {"tripId": "{trip}", "userContact": {"name": "C", "email": "c@example.org"}}}),
    "api_booking": own_api("GET"),
    "api_booking_confirmation": own_api("GET"),
    "api_booking_confirmation_pdf": own_api("GET"),
    "api_booking_calendar": own_api("GET"),
    "api_booking_documents": own_api("GET"),
    "api_booking_document": own_api("GET", gaps={"document_id": "kept_ticket"}),
    "api_voucher_pdf": own_api("GET", gaps={"item_id": "booked_item"}),
    "api_cancellation_quotes": own_api("POST", gaps={"reference": "given_up"}, bodies={"POST": {}}),
    "api_cancellation_quote": own_api("GET", gaps={"reference": "given_up", "quote_id": "quote"}),
    "api_cancellation_confirm": own_api("POST", gaps={"reference": "given_up", "quote_id": "quote"}, bodies={"POST": {}}),
    # Signed by a payment company; what isn't is refused. tests/bookings/test_gateway_events.py sends real ones.
    "api_gateway_webhook": open_api("POST", gaps={"gateway": "gateway"}, unproven="a body counts by its signature alone"),
    "bookings:share_cost": trip_page("POST", elsewhere=("GET",), account=True),
    "bookings:shares": own_page("GET", gaps={"reference": "collected"}),
    "bookings:shares_close": own_page("POST", gaps={"reference": "collected"}),
    "bookings:share_pay": own_page("GET", "POST", gaps={"reference": "collected"}),
    "bookings:share_progress": own_page("POST", gaps={"reference": "collected"}),
    "api_booking_collection": own_api("GET", gaps={"reference": "collected"}),
    "api_collection_close": own_api("POST", gaps={"reference": "collected"}),
    "api_share_payments": own_api("POST", gaps={"reference": "collected"}, bodies={"POST": {"method": "card", "token": "tok_success"}}),
    "api_booking_payments": own_api("POST", gaps={"reference": "unpaid"}, bodies={"POST": {"method": "card", "token": "tok_success"}}),
}
THINGS: dict[str, Thing] = {
    "booked_item": Thing(_booked_item, "f1696de9-8cb3-5519-bc5d-15e4d2c6db57", private=True, of_trip=False),
    "kept_ticket": Thing(_kept_ticket, "f1696de9-8cb3-5519-bc5d-15e4d2c6db57", private=True, of_trip=False),
    "confirmation_token": Thing(_confirmation_token, "CONF_20200101000000_ABCDEF.20200101.1.0123456789abcdef.01234567." + "A" * 86, of_trip=False),
    "booking": Thing(_booking, "BK_20200101_01234567", marks=("alice@example.org", "+91 91919 40404"), of_trip=False),
    "line": Thing(_line, "f1696de9-8cb3-5519-bc5d-15e4d2c6db57", private=True, of_trip=False),
    "unpaid": Thing(_unpaid, "BK_20200101_01234567", of_trip=False),
    "given_up": Thing(_given_up, "BK_20200101_01234567", of_trip=False),
    "quote": Thing(_quote, "f1696de9-8cb3-5519-bc5d-15e4d2c6db57", private=True, of_trip=False),
    "collected": Thing(_collected, "BK_20200101_01234567", of_trip=False),
    "share": Thing(_share, "f1696de9-8cb3-5519-bc5d-15e4d2c6db57", private=True, of_trip=False),
    "ticket": Thing(lambda making: str(making.catalogue.activities[0].pk), "f1696de9-8cb3-5519-bc5d-15e4d2c6db57", public=True),
    "day": Thing(lambda making: in_days(33), "", public=True),
    "gateway": Thing(lambda making: "mock", "paypigeon", public=True),
    "service": Thing(lambda making: str(making.catalogue.hotels[0].pk), "f1696de9-8cb3-5519-bc5d-15e4d2c6db57", public=True),
}
