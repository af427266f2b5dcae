"""Webhooks by program and by page: added, changed, tested, rotated, removed; nobody else's."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions import webhook_deliveries, webhook_endpoints
from bookings.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from tests.cast import actor_for
from tests.statements import counted
from travelplanner.core.models import AuditEntry, OutboxMessage

pytestmark = pytest.mark.django_db
LIST = "/api/webhook-endpoints"
URL = "https://hooks.example.org/in"


@pytest.fixture
def endpoint(alice: User) -> WebhookEndpoint:
    return webhook_endpoints.add_endpoint(actor=actor_for(alice), url=URL, description="My calendar").endpoint


def deliveries(alice: User, endpoint: WebhookEndpoint, number: int) -> list[WebhookDelivery]:
    rows = [webhook_deliveries.send_ping(actor=actor_for(alice), endpoint_id=endpoint.pk) for _ in range(number)]
    WebhookAttempt.objects.bulk_create(WebhookAttempt(delivery=row, number=1, status=500, milliseconds=7) for row in rows)
    WebhookDelivery.objects.update(state="dead")
    return rows


# --- by program -----------------------------------------------------------------------------------------------------
def test_endpoint_when_added_then_its_secret_is_shown_once(alice_api: APIClient) -> None:
    answer = alice_api.post(LIST, {"url": URL, "description": "Mine", "events": ["refund.paid", "booking.failed"]})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert re.fullmatch(r"whsec_.{43}", made["secret"])
    assert answer["ETag"]
    assert answer["Location"] == f"{LIST}/{made['id']}"
    assert (made["events"], made["enabled"], made["failures_in_row"]) == (["booking.failed", "refund.paid"], True, 0)
    for path in (LIST, answer["Location"]):
        assert made["secret"] not in alice_api.get(path).content.decode()
    assert "secret" not in alice_api.get(answer["Location"]).json()
    assert made["secret"] not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://10.0.0.1/", "private"),
        ("http://127.0.0.1/", "private"),
        ("http://[::1]/", "private"),
        ("http://169.254.169.254/latest", "private"),
        ("http://2130706433/", "web address"),
        ("http://printer.local/", "private"),
        ("ftp://example.org/", "https"),
        ("https://a:b@example.org/", "password"),
        ("https://example.org:22/", "port"),
        ("https://example.org/ x", "web address"),
        ("", ""),
        ("https://example.org/" + "x" * 500, ""),
    ],
)
def test_endpoint_when_its_address_is_no_open_one_then_refused_with_the_reason(alice_api: APIClient, url: str, word: str) -> None:
    answer = alice_api.post(LIST, {"url": url})
    assert answer.status_code == 400
    assert word in str(answer.json()["fields"]["url"])
    assert not WebhookEndpoint.objects.exists()


def test_endpoint_when_plain_http_outside_local_mode_then_refused(alice_api: APIClient, settings: Any) -> None:
    settings.LOCAL = False
    assert "https" in str(alice_api.post(LIST, {"url": "http://hooks.example.org/"}, secure=True).json()["fields"]["url"])


def test_endpoint_when_an_event_is_unknown_then_refused(alice_api: APIClient) -> None:
    assert alice_api.post(LIST, {"url": URL, "events": ["booking.exploded"]}).status_code == 400


def test_endpoint_when_there_are_ten_then_conflict_until_one_is_removed(alice_api: APIClient) -> None:
    ids = [alice_api.post(LIST, {"url": f"{URL}/{number}"}).json()["id"] for number in range(10)]
    answer = alice_api.post(LIST, {"url": URL})
    assert (answer.status_code, answer.json()["error"]) == (409, "too_many")
    assert alice_api.delete(f"{LIST}/{ids[0]}").status_code == 204
    assert alice_api.delete(f"{LIST}/{ids[0]}").status_code == 404
    assert alice_api.post(LIST, {"url": URL}).status_code == 201
    assert alice_api.get(LIST).json()["count"] == 10


def test_endpoint_when_changed_then_only_with_the_version_that_was_read(alice_api: APIClient, endpoint: WebhookEndpoint) -> None:
    path = f"{LIST}/{endpoint.pk}"
    tag = alice_api.get(path)["ETag"]
    assert alice_api.patch(path, {"enabled": False}).status_code == 428
    changed = alice_api.patch(path, {"enabled": False, "events": ["refund.paid"]}, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["enabled"], changed.json()["events"]) == (200, False, ["refund.paid"])
    assert (changed.json()["url"], changed.json()["disabled_reason"]) == (URL, "by its owner")
    assert alice_api.patch(path, {"enabled": True}, headers={"If-Match": tag}).status_code == 412
    assert alice_api.post(f"{path}/ping").status_code == 409
    back = alice_api.patch(path, {"enabled": True}, headers={"If-Match": changed["ETag"]})
    assert back.json()["disabled_reason"] == ""
    assert alice_api.patch(path, {"url": "http://10.0.0.1"}, headers={"If-Match": back["ETag"]}).status_code == 400
    assert alice_api.patch(path, {"enabled": True, "failures_in_row": 5, "user": "x"}, headers={"If-Match": back["ETag"]}).json()["failures_in_row"] == 0


def test_secret_when_rotated_then_a_new_one_shown_once(alice_api: APIClient, endpoint: WebhookEndpoint) -> None:
    answer = alice_api.post(f"{LIST}/{endpoint.pk}/rotate-secret")
    assert answer.status_code == 200
    assert answer.json()["secret"].startswith("whsec_")
    assert answer.json()["previous_secret_until"]
    row = WebhookEndpoint.objects.get()
    assert (row.secret, row.previous_secret) == (answer.json()["secret"], endpoint.secret)


def test_ping_when_asked_then_queued_and_in_the_log(alice_api: APIClient, endpoint: WebhookEndpoint) -> None:
    answer = alice_api.post(f"{LIST}/{endpoint.pk}/ping")
    assert (answer.status_code, answer.json()["event"], answer.json()["state"], answer.json()["log"]) == (202, "ping", "queued", [])
    assert OutboxMessage.objects.get().kind == "webhook"
    page = alice_api.get(f"{LIST}/{endpoint.pk}/deliveries").json()
    assert [row["id"] for row in page["results"]] == [answer.json()["id"]]


def test_deliveries_when_listed_then_paged_with_attempts_in_as_many_statements(alice_api: APIClient, alice: User, endpoint: WebhookEndpoint) -> None:
    path = f"{LIST}/{endpoint.pk}/deliveries?page_size=5"
    deliveries(alice, endpoint, 1)
    alice_api.get(path)
    with counted() as few:
        alice_api.get(path)
    deliveries(alice, endpoint, 8)
    with counted() as many:
        page = alice_api.get(path).json()
    assert len(many) == len(few) <= 6
    assert (page["count"], len(page["results"])) == (9, 5)
    assert page["results"][0]["log"][0] | {"created_at": ""} == {"number": 1, "status": 500, "error": "", "milliseconds": 7, "created_at": ""}


def test_replay_when_dead_then_queued_and_again_is_a_conflict(alice_api: APIClient, alice: User, endpoint: WebhookEndpoint) -> None:
    (row,) = deliveries(alice, endpoint, 1)
    path = f"{LIST}/{endpoint.pk}/deliveries/{row.pk}/replay"
    assert alice_api.post(path).json()["state"] == "queued"
    assert alice_api.post(path).status_code == 409


def test_everything_when_charlie_asks_then_as_if_it_did_not_exist(charlie_api: APIClient, alice: User, endpoint: WebhookEndpoint) -> None:
    (row,) = deliveries(alice, endpoint, 1)
    path, nowhere = f"{LIST}/{endpoint.pk}", f"{LIST}/{uuid.uuid4()}"

    def word(answer: Any) -> Any:
        return answer.status_code, answer.json()["error"], answer.json()["message"]

    for method, end in [
        ("get", ""), ("patch", ""), ("delete", ""), ("post", "/ping"), ("post", "/rotate-secret"), ("get", "/deliveries"), ("post", f"/deliveries/{row.pk}/replay"),
    ]:  # fmt: skip
        asked = [getattr(charlie_api, method)(base + end, {}, headers={"If-Match": "*"}) for base in (path, nowhere)]
        assert asked[0].status_code == 404, (method, end)
        assert word(asked[0]) == word(asked[1]), (method, end)
    assert charlie_api.get(LIST).json()["count"] == 0
    own = webhook_endpoints.add_endpoint(actor=actor_for(User.objects.get(first_name="Charlie")), url=URL).endpoint
    assert charlie_api.post(f"{LIST}/{own.pk}/deliveries/{row.pk}/replay").status_code == 404  # hers, under his own endpoint


# --- by page --------------------------------------------------------------------------------------------------------
def test_page_when_one_is_added_then_the_secret_is_shown_this_once(alice_page: Client) -> None:
    page = reverse("bookings:webhooks")
    assert "Add a webhook" in alice_page.get(page).content.decode()
    answer = alice_page.post(page, {"url": URL, "events": ["refund.paid"]})
    row = WebhookEndpoint.objects.get()
    assert answer.status_code == 200
    assert row.secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    for where in (page, reverse("bookings:webhook", args=[row.pk])):
        shown = alice_page.get(where).content.decode()
        assert URL in shown
        assert row.secret not in shown


def test_page_when_the_address_is_inside_then_said_beside_the_field(alice_page: Client) -> None:
    answer = alice_page.post(reverse("bookings:webhooks"), {"url": "http://10.0.0.1/"})
    assert answer.status_code == 400
    assert "inside a private network" in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()


def test_page_when_used_without_script_then_everything_can_be_done(alice_page: Client, alice: User, endpoint: WebhookEndpoint) -> None:
    def at(name: str, *more: Any) -> str:
        return reverse(f"bookings:webhook{name}", args=[endpoint.pk, *more])

    assert "on its way" in alice_page.post(at("_ping"), follow=True).content.decode()
    row = WebhookDelivery.objects.get()
    alice_page.post(at("_replay", row.pk))  # it still waits: refused, and nothing happens
    assert OutboxMessage.objects.count() == 1
    (dead,) = deliveries(alice, endpoint, 1)
    page = alice_page.get(at("")).content.decode()
    assert "Answered 500 after 7 ms." in page
    assert "given up" in page
    alice_page.post(at("_replay", dead.pk))
    assert WebhookDelivery.objects.get(pk=dead.pk).state == "queued"
    assert "Switched off" in alice_page.post(at("_switch"), {"on": "0"}, follow=True).content.decode()
    assert "Switch it on first" in alice_page.post(at("_ping"), follow=True).content.decode()
    alice_page.post(at("_switch"), {"on": "1"})
    assert WebhookEndpoint.objects.get().enabled
    version = WebhookEndpoint.objects.get().row_version
    saved = alice_page.post(at(""), {"url": URL + "2", "description": "New", "version": version}, follow=True)
    assert "Saved." in saved.content.decode()
    assert URL + "2" in saved.content.decode()
    stale = alice_page.post(at(""), {"url": URL + "3", "version": version})
    assert stale.status_code == 412
    assert URL + "3" in stale.content.decode()
    rotated = alice_page.post(at("_rotate"))
    assert WebhookEndpoint.objects.get().secret in rotated.content.decode()
    assert "Keep it" in alice_page.get(at("_remove")).content.decode()
    alice_page.post(at("_remove"))
    assert alice_page.get(at("")).status_code == 404


def test_pages_when_charlie_asks_then_404(charlie_page: Client, alice: User, endpoint: WebhookEndpoint) -> None:
    (row,) = deliveries(alice, endpoint, 1)
    for name, more in (("", []), ("_switch", []), ("_rotate", []), ("_ping", []), ("_remove", []), ("_replay", [row.pk])):
        assert charlie_page.post(reverse(f"bookings:webhook{name}", args=[endpoint.pk, *more])).status_code == 404, name
    assert URL not in charlie_page.get(reverse("bookings:webhooks")).content.decode()


# --- by staff -------------------------------------------------------------------------------------------------------
def test_admin_when_staff_looks_then_no_secret_and_a_replay(dana_page: Client, alice: User, endpoint: WebhookEndpoint) -> None:
    rows = deliveries(alice, endpoint, 2)
    shown = dana_page.get(reverse("admin:bookings_webhookendpoint_change", args=[endpoint.pk])).content.decode()
    assert URL in shown
    assert endpoint.secret not in shown
    assert "whsec_" not in shown
    where = reverse("admin:bookings_webhookdelivery_changelist")
    dana_page.post(where, {"action": "replay_selected", "_selected_action": [str(row.pk) for row in rows]})
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"queued"}
    assert dana_page.get(reverse("admin:core_outboxmessage_changelist") + "?kind=webhook").status_code == 200
