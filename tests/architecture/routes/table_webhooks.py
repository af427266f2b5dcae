"""Rows of notifications and of webhooks."""

from __future__ import annotations

from accounts.actions.notifications import notify_user
from accounts.models import Notification
from bookings.actions.webhook_deliveries import send_ping
from bookings.actions.webhook_endpoints import add_endpoint
from bookings.models import WebhookDelivery, WebhookEndpoint
from tests.architecture.routes.rows import Row, Thing, own_api, own_page
from tests.architecture.routes.world import Making
from tests.cast import actor_for

NOWHERE = "00000000-0000-4000-8000-000000000000"
URL = "https://hooks.example.org/alices-own"
ANOTHER = "https://hooks.example.org/another"


def _notification(making: Making) -> str:
    actor = actor_for(making.alice)
    notify_user(
        actor=actor, user_id=making.alice.pk, notification_type="booking.failed", title="A failing of hers", message="Told to Alice alone", dedupe_key="world"
    )
    return str(Notification.objects.get(user=making.alice, dedupe_key="world").pk)


def _endpoint(making: Making) -> str:
    return str(add_endpoint(actor=actor_for(making.alice), url=URL).endpoint.pk)


def _delivery(making: Making) -> str:
    """One that was given up, so that it may be sent again."""
    endpoint = WebhookEndpoint.objects.get(user=making.alice, url=URL)
    delivery = send_ping(actor=actor_for(making.alice), endpoint_id=endpoint.pk)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state="dead")
    return str(delivery.pk)


FORM = {"url": ANOTHER, "description": "mine", "version": "1"}
TABLE: dict[str, Row] = {
    "accounts:notifications": own_page("GET"),
    "accounts:notifications_read_all": own_page("POST"),
    "accounts:notification_open": own_page("POST"),
    "accounts:notification_read": own_page("POST"),
    "accounts:notification_dismiss": own_page("POST"),
    "api_notifications": own_api("GET"),
    "api_notifications_read_all": own_api("POST"),
    "api_notification_read": own_api("POST"),
    "api_notification_dismiss": own_api("POST"),
    "bookings:webhooks": own_page("GET", "POST", bodies={"POST": {"url": ANOTHER}}),
    "bookings:webhook": own_page("GET", "POST", bodies={"POST": FORM}),
    "bookings:webhook_switch": own_page("POST", bodies={"POST": {"on": "0"}}),
    "bookings:webhook_rotate": own_page("POST"),
    "bookings:webhook_ping": own_page("POST"),
    "bookings:webhook_remove": own_page("GET", "POST"),
    "bookings:webhook_replay": own_page("POST"),
    "api_webhook_endpoints": own_api("GET", "POST", bodies={"POST": {"url": ANOTHER}}),
    "api_webhook_endpoint": own_api("GET", "PATCH", "DELETE", bodies={"PATCH": {"description": "mine"}}),
    "api_webhook_rotate": own_api("POST"),
    "api_webhook_ping": own_api("POST"),
    "api_webhook_deliveries": own_api("GET"),
    "api_webhook_replay": own_api("POST"),
}
THINGS: dict[str, Thing] = {
    "notification": Thing(_notification, NOWHERE, marks=("A failing of hers", "Told to Alice alone"), private=True, of_trip=False),
    "endpoint": Thing(_endpoint, NOWHERE, marks=("alices-own",), private=True, of_trip=False),
    "delivery": Thing(_delivery, NOWHERE, private=True, of_trip=False),
}
