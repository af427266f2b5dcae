"""A guardian's consent for travelers under 18: said by the owner, or by a link that is good once."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts import ages
from accounts.actions import guardians, travelers
from accounts.models import Traveler, User, UserProfile
from accounts.queries.guardians import find_request
from accounts.queries.travelers import guardian_standing
from tests.cast import actor_for
from tests.trips.planned import assert_error
from travelplanner.core import clock, outbox
from travelplanner.core.errors import NotFound
from travelplanner.core.models import AuditEntry, OutboxMessage
from travelplanner.core.tokens import token_hash

pytestmark = pytest.mark.django_db


@pytest.fixture
def kid(alice: User) -> Traveler:
    """Ten years old."""
    born = ages.birthday(clock.now().date() - dt.timedelta(days=200), -10)
    return travelers.create_traveler(actor=actor_for(alice), values={"first_name": "Mila", "last_name": "Example", "date_of_birth": born, "relation": "child"})


def ask(alice: User, kid: Traveler, **more: Any) -> str:
    """Asks by mail and sends it; returns the token from the mail."""
    guardians.ask_guardian(actor=actor_for(alice), traveler_id=kid.pk, name="Greta Guardian", email="greta@example.org", **more)
    outbox.deliver_due()
    found = re.search(r"/consent/([\w-]+)", mail.outbox[-1].body)
    assert found is not None
    return found[1]


def standing(kid: Traveler) -> str:
    kid.refresh_from_db()
    return guardian_standing(kid, clock.now().date(), now=clock.now())


def test_declare_when_the_owner_is_the_guardian_then_recorded_with_its_day(alice: User, kid: Traveler, alice_api: APIClient) -> None:
    assert standing(kid) == "missing"
    answer = alice_api.post(f"/api/travelers/{kid.pk}/guardian", {"by": "me"})
    assert answer.status_code == 200, answer.content
    said = answer.json()["guardian"]
    assert (said["standing"], said["email"]) == ("given", alice.email)
    kid.refresh_from_db()
    assert kid.date_of_birth is not None
    assert kid.guardian_consent_until == ages.birthday(kid.date_of_birth, 18) - dt.timedelta(days=1)
    entry = AuditEntry.objects.get(action="guardian.declared")
    assert (entry.actor_id, entry.object_id) == (alice.pk, str(kid.pk))


def test_declare_when_a_minor_or_no_minor_then_409(alice: User, kid: Traveler, alice_api: APIClient) -> None:
    grown = travelers.create_traveler(actor=actor_for(alice), values={"first_name": "Old", "date_of_birth": dt.date(1990, 1, 1)})
    unknown = travelers.create_traveler(actor=actor_for(alice), values={"first_name": "Who"})
    for row in (grown, unknown):
        assert_error(alice_api.post(f"/api/travelers/{row.pk}/guardian", {"by": "me"}), 409, "not_a_minor")
    UserProfile.objects.create(user=alice, date_of_birth=ages.birthday(clock.now().date(), -16))
    assert_error(alice_api.post(f"/api/travelers/{kid.pk}/guardian", {"by": "me"}), 409, "minor_yourself")
    assert standing(kid) == "missing"


def test_ask_when_mailed_then_only_the_hash_is_kept_and_the_link_works_once(alice: User, kid: Traveler, page: Client) -> None:
    token = ask(alice, kid)
    assert mail.outbox[-1].to == ["greta@example.org"]
    assert "Mila Example" in mail.outbox[-1].subject
    kid.refresh_from_db()
    assert kid.guardian_token_hash == token_hash(token)
    message = OutboxMessage.objects.get(template="guardian_asked")
    assert token not in f"{message.context} {message.dedupe_key} {message.secrets} {list(AuditEntry.objects.values())}"
    assert standing(kid) == "asked"
    shown = page.get(f"/consent/{token}")
    text = shown.content.decode()
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "private, no-store"
    for words in ("May Mila Example travel?", alice.email, "Greta Guardian"):
        assert words in text
    assert kid.date_of_birth is not None
    assert kid.date_of_birth.isoformat() not in text.replace(f'value="{ages.birthday(kid.date_of_birth, 18)}', "")
    done = page.post(f"/consent/{token}", {"answer": "give", "until": (clock.now().date() + dt.timedelta(days=30)).isoformat()})
    assert "Your consent is noted" in done.content.decode()
    assert standing(kid) == "given"
    assert kid.guardian_consent_until == clock.now().date() + dt.timedelta(days=30)
    assert AuditEntry.objects.get(action="guardian.gave").actor_label == "guardian, by link"
    for again in (page.get(f"/consent/{token}"), page.post(f"/consent/{token}", {"answer": "refuse"})):
        assert again.status_code == 404
    assert standing(kid) == "given"
    outbox.deliver_due()
    assert mail.outbox[-1].to == [alice.email]
    assert "Greta Guardian agrees" in mail.outbox[-1].subject


def test_link_when_wrong_used_or_old_then_the_same_page(alice: User, kid: Traveler, page: Client) -> None:
    def seen(token: str) -> str:
        answer = page.get(f"/consent/{token}")
        assert answer.status_code == 404
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|value="/consent/[^"]*"|next=[^"]*"', "", answer.content.decode())

    wrong = seen("x" * 43)
    used = ask(alice, kid)
    page.post(f"/consent/{used}", {"answer": "refuse"})
    assert standing(kid) == "refused"
    assert seen(used) == wrong
    long_ago = clock.now() - dt.timedelta(days=14, minutes=1)
    old = ask(alice, kid, now=clock.now() + dt.timedelta(minutes=11))
    Traveler.objects.update(guardian_asked_at=long_ago)
    assert seen(old) == wrong
    assert seen("short") == wrong
    assert "Mila" not in wrong


def test_link_when_the_traveler_is_archived_or_grown_then_gone(alice: User, kid: Traveler) -> None:
    token = ask(alice, kid)
    assert kid.date_of_birth is not None
    with pytest.raises(NotFound):
        find_request(token, now=dt.datetime.combine(ages.birthday(kid.date_of_birth, 18), dt.time(), dt.UTC))
    assert find_request(token, now=clock.now()).traveler_name == "Mila Example"
    travelers.archive_traveler(actor=actor_for(alice), traveler_id=kid.pk)
    with pytest.raises(NotFound):
        find_request(token, now=clock.now())


def test_ask_when_again_then_the_first_link_is_dead_and_not_at_once(alice: User, kid: Traveler, alice_api: APIClient, page: Client) -> None:
    first = ask(alice, kid)
    body = {"by": "mail", "name": "Greta", "email": "greta@example.org"}
    assert_error(alice_api.post(f"/api/travelers/{kid.pk}/guardian", body), 409, "asked_just_now")
    second = ask(alice, kid, now=clock.now() + dt.timedelta(minutes=11))
    assert page.get(f"/consent/{first}").status_code == 404
    assert page.get(f"/consent/{second}").status_code == 200


def test_ask_when_taken_back_or_renamed_in_between_then_still_not_at_once(alice: User, kid: Traveler, alice_api: APIClient) -> None:
    ask(alice, kid)
    path, body = f"/api/travelers/{kid.pk}", {"by": "mail", "name": "Greta", "email": "stranger@example.org"}
    assert alice_api.delete(f"{path}/guardian").status_code == 204
    assert_error(alice_api.post(f"{path}/guardian", body), 409, "asked_just_now")
    assert alice_api.patch(path, {"first_name": "Max"}).status_code == 200
    assert_error(alice_api.post(f"{path}/guardian", body), 409, "asked_just_now")
    assert OutboxMessage.objects.filter(template="guardian_asked").count() == 1


def test_consent_when_the_person_becomes_another_then_it_ends(alice: User, kid: Traveler, alice_api: APIClient) -> None:
    for change in ({"first_name": "Max"}, {"date_of_birth": "2014-01-01"}):
        guardians.declare_guardian(actor=actor_for(alice), traveler_id=kid.pk)
        assert alice_api.patch(f"/api/travelers/{kid.pk}", {"nationality": "IND"}).json()["guardian"]["standing"] == "given"
        assert alice_api.patch(f"/api/travelers/{kid.pk}", change).json()["guardian"]["standing"] == "missing"


def test_consent_when_taken_back_then_missing_and_audited(alice: User, kid: Traveler, alice_api: APIClient) -> None:
    guardians.declare_guardian(actor=actor_for(alice), traveler_id=kid.pk)
    assert alice_api.delete(f"/api/travelers/{kid.pk}/guardian").status_code == 204
    assert standing(kid) == "missing"
    assert AuditEntry.objects.filter(action="guardian.taken_back").exists()


def test_standing_when_the_trip_is_after_the_last_day_then_missing(alice: User, kid: Traveler) -> None:
    until = clock.now().date() + dt.timedelta(days=10)
    kid = guardians.declare_guardian(actor=actor_for(alice), traveler_id=kid.pk, until=until)
    assert guardian_standing(kid, until, now=clock.now()) == "given"
    assert guardian_standing(kid, until + dt.timedelta(days=1), now=clock.now()) == "missing"
    assert kid.date_of_birth is not None
    assert guardian_standing(kid, ages.birthday(kid.date_of_birth, 18), now=clock.now()) == "not_needed"


@pytest.mark.parametrize("body", [{"by": "mail"}, {"by": "mail", "name": "G", "email": "no"}, {"by": "mail", "name": "<b>", "email": "g@example.org"}, {"by": "magic"}, {"by": "me", "until": "2001-01-01"}])
def test_ask_when_the_body_does_not_fit_then_400_and_no_mail(kid: Traveler, alice_api: APIClient, body: dict[str, str]) -> None:
    assert_error(alice_api.post(f"/api/travelers/{kid.pk}/guardian", body), 400)
    assert OutboxMessage.objects.count() == 0
    assert standing(kid) == "missing"


def test_answer_when_nothing_is_chosen_or_the_day_is_over_then_asked_again(alice: User, kid: Traveler, page: Client) -> None:
    token = ask(alice, kid)
    assert page.post(f"/consent/{token}", {}).status_code == 400
    answer = page.post(f"/consent/{token}", {"answer": "give", "until": "2001-01-01"})
    assert answer.status_code == 400
    assert "This day is over." in answer.content.decode()
    assert standing(kid) == "asked"


def test_answer_when_two_at_the_same_moment_then_the_second_finds_nothing(alice: User, kid: Traveler) -> None:
    token = ask(alice, kid)
    assert guardians.answer_request(actor=actor_for(alice), token=token, given=True) == "Mila Example"
    with pytest.raises(NotFound):
        guardians.answer_request(actor=actor_for(alice), token=token, given=False)
    assert standing(kid) == "given"


def test_page_when_limit_is_reached_then_429(settings: Any, page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from travelplanner.core.web.limits import PageThrottle

    monkeypatch.setattr(PageThrottle, "THROTTLE_RATES", {"guardian": "3/hour"})
    answers = [page.get(f"/consent/{uuid.uuid4().hex}").status_code for _turn in range(5)]
    assert answers == [404, 404, 404, 429, 429]


def test_traveler_page_when_a_minor_then_asks_and_tells(alice: User, kid: Traveler, alice_page: Client, charlie_page: Client) -> None:
    path = f"/account/travelers/{kid.pk}"
    assert "A guardian&#x27;s consent" in alice_page.get(path).content.decode() or "A guardian's consent" in alice_page.get(path).content.decode()
    assert charlie_page.post(f"{path}/guardian", {"by": "me"}).status_code == 404
    bad = alice_page.post(f"{path}/guardian", {"by": "mail", "guardian_name": "Greta", "guardian_email": "no"})
    assert (bad.status_code, 'value="Greta"' in bad.content.decode()) == (400, True)
    alice_page.post(f"{path}/guardian", {"by": "mail", "guardian_name": "Greta", "guardian_email": "greta@example.org"})
    assert "We asked greta@example.org" in alice_page.get(path).content.decode()
    alice_page.post(f"{path}/guardian", {"by": "me"})
    assert standing(kid) == "given"
    alice_page.post(f"{path}/guardian", {"by": "none"})
    assert standing(kid) == "missing"
