"""Invitations by mail: what the link shows, who gets in, and who doesn't."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import actor_for
from tests.factories.catalogue import SmallCatalogue
from tests.factories.people import PASSWORD
from tests.trips.companions import guest_of, invited, joined, mailed_token, plain_trip, without_ids
from tests.trips.planned import assert_error
from travelplanner.core import clock, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from travelplanner.core.tokens import token_hash
from trips.actions import invitations
from trips.models import Trip, TripInvitation, TripMember
from trips.web.company_words import invitation_card

pytestmark = pytest.mark.django_db


@pytest.fixture
def trip(alice: User, catalogue: SmallCatalogue) -> Trip:
    User.objects.filter(pk=alice.pk).update(last_name="Ashworth")
    return plain_trip(alice, catalogue, title="Ganga walk", description="Bring the red bag")


def path(trip: Trip) -> str:
    return f"/api/trips/{trip.reference}/invitations"


def test_invite_when_sent_then_the_mail_has_the_link_and_only_its_hash_is_kept(alice_api: APIClient, trip: Trip) -> None:
    answer = alice_api.post(path(trip), {"email": " New@Example.org", "role": "editor", "message": "Come along <b>now</b>"})
    assert answer.status_code == 201
    assert "token" not in answer.content.decode()
    token = mailed_token("new@example.org")
    letter = mail.outbox[-1]
    assert "Alice invites you: Ganga walk" in letter.subject
    assert "Come along <b>now</b>" in str(letter.body)
    assert "&lt;b&gt;now" in letter.alternatives[0][0]
    for secret in ("Ashworth", "alice@example.org", trip.reference, "40000", "red bag"):
        assert secret not in str(letter.body)
    assert TripInvitation.objects.get().token_hash == token_hash(token)
    assert_nowhere(token)


def assert_nowhere(secret: str) -> None:
    """No column of any table holds it."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            assert secret not in str([[bytes(cell) if isinstance(cell, memoryview) else cell for cell in row] for row in cursor.fetchall()]), table


def test_invite_when_the_address_has_an_account_or_not_then_the_same_answer(alice_api: APIClient, bob: User, trip: Trip) -> None:
    known, unknown = alice_api.post(path(trip), {"email": "bob@example.org"}), alice_api.post(path(trip), {"email": "new@example.org"})
    same = [{key: value for key, value in answer.json().items() if key not in ("id", "email", "invitedAt", "expiresAt")} for answer in (known, unknown)]
    assert (known.status_code, same[0]) == (unknown.status_code, same[1])


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"email": "nobody"}, 400, "invalid"),
        ({"email": "new@example.org", "role": "owner"}, 400, "invalid"),
        ({"email": "alice@example.org"}, 400, "invalid"),
        ({"email": "new@example.org", "message": "win at https://evil.example"}, 400, "invalid"),
        ({"email": "new@example.org", "message": "x" * 501}, 400, "invalid"),
        ({"email": "new@example.org\nBcc: all@example.org"}, 400, "invalid"),
    ],
)
def test_invite_when_it_makes_no_sense_then_refused_and_no_mail(alice_api: APIClient, trip: Trip, body: dict[str, str], status: int, error: str) -> None:
    assert_error(alice_api.post(path(trip), body), status, error)
    outbox.deliver_due()
    assert mail.outbox == []


def test_invite_when_the_title_is_bait_then_it_is_not_mailed(alice_api: APIClient, trip: Trip) -> None:
    Trip.objects.filter(pk=trip.pk).update(title="Your bank: https://evil.example")
    invited(alice_api, trip.reference)
    assert "evil" not in mail.outbox[-1].subject + str(mail.outbox[-1].body)


def test_invite_when_invited_or_in_already_then_conflict(alice_api: APIClient, bob: User, trip: Trip) -> None:
    alice_api.post(path(trip), {"email": "new@example.org"})
    assert_error(alice_api.post(path(trip), {"email": "NEW@example.org"}), 409, "invited_already")
    joined(alice_api, trip.reference, bob)
    assert_error(alice_api.post(path(trip), {"email": "bob@example.org"}), 409, "member_already")


def test_invite_when_companions_try_then_the_owner_alone_may(alice_api: APIClient, bob: User, bob_api: APIClient, charlie_api: APIClient, trip: Trip) -> None:
    joined(alice_api, trip.reference, bob, "editor")
    assert_error(bob_api.post(path(trip), {"email": "x@example.org"}), 403, "role_too_small")
    assert_error(bob_api.get(path(trip)), 403, "role_too_small")
    assert_error(charlie_api.post(path(trip), {"email": "x@example.org"}), 404)


def test_invite_when_there_are_many_then_limits_per_trip_and_day(alice: User, alice_api: APIClient, catalogue: SmallCatalogue, trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "MAX_PENDING", 2)
    monkeypatch.setattr(invitations, "MAX_PER_DAY", 3)
    for n in range(2):
        assert alice_api.post(path(trip), {"email": f"p{n}@example.org"}).status_code == 201
    assert_error(alice_api.post(path(trip), {"email": "p3@example.org"}), 409, "too_many_pending")
    other = plain_trip(alice, catalogue)
    assert alice_api.post(path(other), {"email": "p4@example.org"}).status_code == 201
    refused = alice_api.post(path(other), {"email": "p5@example.org"})
    assert_error(refused, 429, "too_many_invitations")
    assert refused["Retry-After"]


def test_link_when_opened_by_a_stranger_then_title_dates_and_first_name_alone(alice_api: APIClient, page: Client, trip: Trip) -> None:
    token = invited(alice_api, trip.reference, "new@example.org")
    answer = page.get(f"/join/{token}")
    text = answer.content.decode()
    assert "Alice invites you" in text
    assert "Ganga walk" in text
    for secret in ("Ashworth", "alice@example.org", "new@example.org", trip.reference, "40,000", "40000", "red bag", str(trip.pk)):
        assert secret not in text, secret
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("same-origin", "private, no-store")
    assert "noindex" in answer["X-Robots-Tag"]
    assert TripInvitation.objects.get().state == "pending"  # looking is not accepting


def test_link_when_a_new_account_is_made_then_it_lands_in_the_trip_after_the_code_from_its_own_mail(alice_api: APIClient, trip: Trip, settings: Any) -> None:
    """A mailed link may be forwarded: holding it proves no address, so the account's reader shows the code."""
    settings.ACCOUNT_EMAIL_VERIFICATION, settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = "mandatory", True
    token = invited(alice_api, trip.reference, "new@example.org", "editor")
    browser = Client()
    to_sign_up = browser.post(f"/join/{token}", {"do": "sign_up"})
    assert to_sign_up["Location"] == f"/accounts/signup/?next=%2Fjoin%2F{token}"
    browser.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD, "next": f"/join/{token}"})
    assert "_auth_user_id" not in browser.session
    assert not EmailAddress.objects.filter(verified=True, email="new@example.org").exists()
    code = re.search(r"^ {4}(\S+)$", str(mail.outbox[-1].body), re.M)
    assert code, mail.outbox[-1].body
    answer = browser.post("/accounts/confirm-email/", {"code": code[1]})
    assert (answer.status_code, answer["Location"]) == (302, f"/join/{token}"), answer.content
    assert EmailAddress.objects.get(email="new@example.org").verified
    assert b"went to another address" not in browser.get(f"/join/{token}").content
    landed = browser.post(f"/join/{token}", {"do": "accept", "name": "Nora"}, follow=True)
    assert landed.redirect_chain[0][0] == f"/trips/{trip.reference}"
    assert TripMember.objects.get(user__email="new@example.org").role == "editor"


def test_link_when_an_account_is_made_then_no_address_is_proven_by_it(alice_api: APIClient, trip: Trip) -> None:
    token = invited(alice_api, trip.reference, "new@example.org")
    for address in ("new@example.org", "other@example.org"):
        browser = Client()
        browser.post(f"/join/{token}", {"do": "sign_up"})
        browser.post("/accounts/signup/", {"email": address, "password1": PASSWORD, "password2": PASSWORD, "next": f"/join/{token}"})
        assert [row.verified for row in EmailAddress.objects.filter(user__email=address)] == [False]


def test_accept_when_signed_in_with_another_address_then_knowingly_and_the_owner_sees_who(alice_api: APIClient, charlie: User, charlie_page: Client, trip: Trip) -> None:
    token = invited(alice_api, trip.reference, "bob@example.org")
    assert "You are signed in as charlie@example.org" in charlie_page.get(f"/join/{token}").content.decode()
    charlie_page.post(f"/join/{token}", {"do": "accept", "name": "Charlie"})
    rows = alice_api.get(f"/api/trips/{trip.reference}/members").json()["results"]
    assert [row["email"] for row in rows] == ["alice@example.org", "charlie@example.org"]
    outbox.deliver_due()
    assert [letter.subject for letter in mail.outbox if letter.to == ["alice@example.org"]] == ["Charlie joined: Ganga walk"]


def test_accept_when_used_revoked_declined_or_expired_then_the_same_404_as_for_an_unknown_link(alice: User, alice_api: APIClient, bob: User, page: Client, trip: Trip) -> None:
    used = invited(alice_api, trip.reference, "bob@example.org")
    invitations.accept(actor=actor_for(bob), token=used)
    revoked = invited(alice_api, trip.reference, "p1@example.org")
    row = TripInvitation.objects.get(email="p1@example.org")
    assert alice_api.delete(f"{path(trip)}/{row.pk}").status_code == 204
    assert_error(alice_api.delete(f"{path(trip)}/{row.pk}"), 404)
    declined = invited(alice_api, trip.reference, "p2@example.org")
    assert page.post(f"/join/{declined}", {"do": "decline"}).status_code == 200
    expired = invited(alice_api, trip.reference, "p3@example.org")
    TripInvitation.objects.filter(email="p3@example.org").update(expires_at=clock.now())
    unknown = without_ids(page.get("/join/no-such-token"))
    assert "Ask whoever sent it to you for a new one." in unknown[1]
    assert unknown[0] == 404
    for token in (used, revoked, declined, expired, "x" * 65, "x" * 3000):
        for answer in (page.get(f"/join/{token}"), page.post(f"/join/{token}", {"do": "guest", "name": "X"})):
            assert without_ids(answer) == unknown
            assert answer["Referrer-Policy"] == "same-origin"
    assert TripMember.objects.exclude(role="owner").count() == 1
    assert_error(api_join(alice_api, used), 404)


def api_join(client: APIClient, token: str) -> Any:
    return client.post("/api/trips/join", {"token": token})


def test_accept_when_by_program_then_in_the_trip(alice_api: APIClient, bob_api: APIClient, api: APIClient, trip: Trip) -> None:
    token = invited(alice_api, trip.reference, role="editor")
    assert_error(api_join(api, token), 401)
    assert_error(api_join(alice_api, token), 409, "own_trip")
    answer = api_join(bob_api, token)
    assert (answer.status_code, answer.json()) == (200, {"tripId": trip.reference, "role": "editor"})
    assert_error(api_join(bob_api, token), 404)


def test_accept_when_in_the_trip_already_then_once_and_the_role_grows(alice_api: APIClient, bob: User, trip: Trip) -> None:
    row = joined(alice_api, trip.reference, bob, "viewer")
    token = invited(alice_api, trip.reference, "bob-at-work@example.org", "editor")
    assert invitations.accept(actor=actor_for(bob), token=token).pk == row.pk
    assert TripMember.objects.filter(user=bob).values_list("role", flat=True).get() == "editor"


def test_accept_when_nobody_is_known_then_the_form_asks_for_a_name_and_the_action_refuses(alice_api: APIClient, page: Client, trip: Trip) -> None:
    token = invited(alice_api, trip.reference)
    assert page.post(f"/join/{token}", {"do": "guest", "name": "  "}).status_code == 400
    to_sign_in = page.post(f"/join/{token}", {"do": "accept", "name": "X"})
    assert to_sign_in["Location"].startswith("/accounts/login/?next=%2Fjoin")
    with pytest.raises(NotFound):
        invitations.accept(actor=Actor(visitor="v"), token="")
    assert TripMember.objects.filter(user=None).count() == 0


def test_guest_when_they_look_then_on_their_browser_only(alice_api: APIClient, page: Client, trip: Trip) -> None:
    browser = guest_of(alice_api, trip.reference, role="editor")
    assert browser.get(f"/trips/{trip.reference}/company").status_code == 200
    assert "Ganga walk" in browser.get("/trips").content.decode()
    assert page.get(f"/trips/{trip.reference}/company").status_code == 404
    assert TripMember.objects.get(name="Gina").role == "viewer"  # without an account nobody edits


def test_resend_when_pressed_then_a_new_link_works_and_the_old_one_does_not(alice_api: APIClient, page: Client, trip: Trip) -> None:
    old = invited(alice_api, trip.reference, "new@example.org")
    row = TripInvitation.objects.get()
    TripInvitation.objects.update(expires_at=clock.now() - dt.timedelta(days=1))
    answer = alice_api.post(f"{path(trip)}/{row.pk}/resend")
    assert (answer.status_code, answer.json()["sentCount"], answer.json()["status"]) == (200, 2, "pending")
    new = mailed_token("new@example.org")
    assert (page.get(f"/join/{old}").status_code, page.get(f"/join/{new}").status_code) == (404, 200)
    for _turn in range(invitations.MAX_SENT - 2):
        assert alice_api.post(f"{path(trip)}/{row.pk}/resend").status_code == 200
    assert_error(alice_api.post(f"{path(trip)}/{row.pk}/resend"), 409, "sent_often")


def test_invitation_when_the_trip_is_archived_or_its_owner_suspended_then_404(alice: User, alice_api: APIClient, page: Client, trip: Trip) -> None:
    token = invited(alice_api, trip.reference)
    User.objects.filter(pk=alice.pk).update(status="suspended")
    assert page.get(f"/join/{token}").status_code == 404
    User.objects.filter(pk=alice.pk).update(status="active")
    assert page.get(f"/join/{token}").status_code == 200
    assert alice_api.delete(f"/api/trips/{trip.reference}").status_code == 204
    assert page.get(f"/join/{token}").status_code == 404


def test_page_when_the_owner_invites_then_it_stands_there_until_taken_back(alice_page: Client, trip: Trip) -> None:
    company = f"/trips/{trip.reference}/company"
    wrong = alice_page.post(f"{company}/invite", {"email": "nobody", "role": "viewer"})
    assert wrong.status_code == 400
    assert not TripInvitation.objects.exists()
    alice_page.post(f"{company}/invite", {"email": "new@example.org", "role": "viewer", "message": "Hi"})
    assert "new@example.org" in alice_page.get(company).content.decode()
    row = TripInvitation.objects.get()
    alice_page.post(f"{company}/invitations/{row.pk}/resend")
    alice_page.post(f"{company}/invitations/{row.pk}/revoke")
    assert TripInvitation.objects.get().state == "revoked"
    text = alice_page.get(company).content.decode()
    assert "Nobody at the moment." in text


def test_invite_when_repeated_too_fast_then_429(alice_api: APIClient, alice_page: Client, trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    from rest_framework.throttling import SimpleRateThrottle

    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"invite": "2/hour", "join": "2/hour"})
    for n in range(2):
        assert alice_api.post(path(trip), {"email": f"p{n}@example.org"}).status_code == 201
    assert_error(alice_api.post(path(trip), {"email": "p9@example.org"}), 429)
    assert alice_page.post(f"/trips/{trip.reference}/company/invite", {"email": "p8@example.org", "role": "viewer"}).status_code == 429  # one limit for both


@pytest.mark.parametrize("text", ["see evil.com/phish", "evil.com", "Look at EVIL.COM!", "mail me@evil.org", "https://x", "www.evil", "a.co.uk/x", "evil.example/", "xn--80ak6aa92e.com"])
def test_message_when_a_mail_program_would_make_a_link_of_it_then_refused(alice_api: APIClient, trip: Trip, text: str) -> None:
    answer = alice_api.post(path(trip), {"email": "bob@example.org", "role": "viewer", "message": text})
    assert_error(answer, 400, "invalid")
    assert "message" in answer.json()["fields"]


@pytest.mark.parametrize("text", ["See you soon.Then we go.", "At 9.30 a.m., e.g. at St.Peter's...", "क्\u200dष 👩\u200d👧", "3.5 km/day", "Bring tea.\nAnd a hat."])
def test_message_when_it_only_has_dots_then_mailed_as_it_is(alice_api: APIClient, trip: Trip, text: str) -> None:
    assert alice_api.post(path(trip), {"email": "bob@example.org", "role": "viewer", "message": text}).json()["message"] == text


def test_joined_when_the_guests_name_is_bait_then_it_is_not_mailed(alice_api: APIClient, page: Client, trip: Trip) -> None:
    page.post(f"/join/{invited(alice_api, trip.reference, 'gina@example.org')}", {"do": "guest", "name": "Claim at evil.com"})
    outbox.deliver_due()
    (letter,) = [letter for letter in mail.outbox if letter.to == ["alice@example.org"]]
    assert "evil.com" not in f"{letter.subject}{letter.body}{letter.alternatives}"
    assert "A traveler" in letter.subject


@pytest.mark.parametrize(("ahead", "said"), [
    (dt.timedelta(days=14), "good for 14 more days"), (dt.timedelta(days=1), "good for 1 more day"), (dt.timedelta(minutes=30), "good until today"),
    (dt.timedelta(0), "expired"),
])  # fmt: skip
def test_card_when_an_invitation_waits_then_its_days_are_counted_as_people_do(ahead: dt.timedelta, said: str) -> None:
    """Sent a moment ago for 14 days, it has 14 more, not 13."""
    now = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
    row = TripInvitation(email="bob@example.org", role="viewer", created_at=now, expires_at=now + ahead)
    assert invitation_card(row, now + (dt.timedelta(minutes=5) if ahead > dt.timedelta(hours=1) else dt.timedelta(0)))["left"] == said
