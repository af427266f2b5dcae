"""What staff does with papers: a queue, looks that are recorded, checked or sent back; a permission of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.actions import document_checks, documents
from accounts.models import Consent, TravelDocument, Traveler, User, UserDocument, UserProfile
from tests.cast import actor_for, page_for
from tests.factories.papers import NUMBER, jpeg, paper, pdf
from tests.factories.people import UserFactory
from travelplanner.core import clock, outbox
from travelplanner.core.errors import Conflict, Invalid, NotAllowed
from travelplanner.core.models import AuditEntry, OutboxMessage


@pytest.fixture(params=["user", "traveler"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def row(kind: str, alice: User) -> TravelDocument:
    traveler = Traveler.objects.create(user=alice, first_name="Asha", last_name="Rao") if kind == "traveler" else None
    made = paper(alice, traveler=traveler)
    return documents.put_file(actor=actor_for(alice), traveler_id=traveler.pk if traveler else None, document_id=made.pk, data=jpeg())


def url(row: TravelDocument, what: str) -> str:
    return reverse(f"admin:accounts_{row._meta.model_name}_{what}", args=[] if what == "changelist" else [row.pk])


def press(browser: Client, row: TravelDocument, name: str, **data: str) -> str:
    return browser.post(url(row, name), {"_form_submitted": "True", **data}, follow=True).content.decode()


def look(browser: Client, row: TravelDocument) -> str:
    """The page and the file beside it, as a browser fetches them."""
    page = browser.get(url(row, "look"))
    assert page.status_code == 200
    assert browser.get(url(row, "file")).status_code == 200
    return page.content.decode()


def test_queue_when_opened_then_what_waits_with_a_file_oldest_first_and_no_number(dana_page: Client, alice: User, bob: User) -> None:
    now = clock.now()
    made = {}
    for days, (name, user) in enumerate({"newest": alice, "older": bob, "oldest": alice}.items(), 1):
        made[name] = paper(user, type="visa", number=f"{name}-998877", now=now - dt.timedelta(days=days))
        documents.put_file(actor=actor_for(user), document_id=made[name].pk, data=pdf())
    bare = paper(alice, number="BARE-556677")
    text = dana_page.get(url(bare, "changelist")).content.decode()
    places = [text.index(str(made[name].pk)) for name in ("oldest", "older", "newest")]
    assert places == sorted(places)
    assert "••••8877" in text
    assert "998877" not in text
    assert str(bare.pk) not in text
    assert str(bare.pk) in dana_page.get(url(bare, "changelist") + "?queue=bare").content.decode()


def test_queue_when_consent_was_taken_back_then_not_shown_and_not_checked(dana_page: Client, dana: User, row: TravelDocument, kind: str, alice: User) -> None:
    Consent.objects.create(user=alice, purpose="documents", text_version="2026-11", given=False, how="page")
    assert str(row.pk) not in dana_page.get(url(row, "changelist")).content.decode()
    with pytest.raises(Conflict, match="consent"):
        document_checks.verify_document(actor=actor_for(dana), kind=kind, document_id=row.pk)


def test_look_when_consent_was_taken_back_then_refused_without_number_or_file(dana_page: Client, row: TravelDocument, alice: User) -> None:
    Consent.objects.create(user=alice, purpose="documents", text_version="2026-11", given=False, how="page")
    for what in ("look", "file"):
        answer = dana_page.get(url(row, what), follow=True)
        assert answer.redirect_chain == [(url(row, "change"), 302)]
        assert "took back the consent" in answer.content.decode()
        assert NUMBER not in answer.content.decode()
    assert not AuditEntry.objects.filter(object_id=str(row.pk), action__in=("document.looked_at", "document.file_looked_at")).exists()


def test_search_when_the_number_is_whole_then_found_in_any_spelling_and_in_part_not(dana_page: Client, row: TravelDocument) -> None:
    for term, there in (("z 123-4567", True), (NUMBER, True), ("1234567", False), ("alice@example.org", True), ("bob@example.org", False)):
        text = dana_page.get(url(row, "changelist"), {"q": term}).content.decode()
        assert (str(row.pk) in text) is there, term
    assert "Z1234567" not in dana_page.get(url(row, "change")).content.decode()


def test_look_when_taken_then_number_and_picture_and_each_is_recorded(dana_page: Client, dana: User, row: TravelDocument) -> None:
    text = look(dana_page, row)
    assert NUMBER in text
    assert f'src="{url(row, "file")}"' in text
    entries = AuditEntry.objects.filter(object_id=str(row.pk), actor=dana)
    assert sorted(entries.values_list("action", flat=True)) == ["document.file_looked_at", "document.looked_at"]
    assert NUMBER not in str(list(entries.values()))
    file = dana_page.get(url(row, "file"))
    assert (file["Content-Disposition"], file["X-Content-Type-Options"]) == ('attachment; filename="passport-ind.jpg"', "nosniff")
    assert "sandbox" in file["Content-Security-Policy"]
    assert "no-store" in dana_page.get(url(row, "look"))["Cache-Control"]
    assert entries.count() == 4


def test_check_when_entries_and_file_were_seen_then_verified_with_history_and_a_mail(dana_page: Client, dana: User, row: TravelDocument, kind: str) -> None:
    look(dana_page, row)
    assert "Checked." in press(dana_page, row, "verify")
    row.refresh_from_db()
    assert row.state == "verified"
    step = row.checks.get()
    assert (step.from_state, step.to_state, step.actor) == ("pending", "verified", dana)
    outbox.deliver_due()
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.org"]
    assert letter.subject == "Passport: checked"
    assert str(row.pk) in str(letter.body)
    assert ("Asha Rao" in str(letter.body)) is (kind == "traveler")
    assert not any(hidden in str(letter.body) + letter.subject + str(letter.alternatives) for hidden in (NUMBER, "4567"))
    assert "can&#x27;t become verified" in press(dana_page, row, "verify")
    assert OutboxMessage.objects.count() == 1


def test_check_when_nothing_or_only_half_was_seen_or_it_changed_since_then_refused(dana_page: Client, dana: User, row: TravelDocument, kind: str, alice: User) -> None:
    def refused(code: str) -> None:
        with pytest.raises(Conflict) as caught:
            document_checks.verify_document(actor=actor_for(dana), kind=kind, document_id=row.pk)
        assert caught.value.code == code

    refused("not_looked_at")
    dana_page.get(url(row, "look"))
    refused("not_looked_at")
    dana_page.get(url(row, "file"))
    traveler_id = getattr(row, "traveler_id", None)
    row.refresh_from_db()
    documents.change_document(actor=actor_for(alice), traveler_id=traveler_id, document_id=row.pk, row_version=row.row_version, values={"country": "FRA"})
    refused("not_looked_at")
    documents.remove_file(actor=actor_for(alice), traveler_id=traveler_id, document_id=row.pk)
    refused("no_file")
    assert "Look at it first" not in press(dana_page, row, "verify")
    row.refresh_from_db()
    assert row.state == "pending"
    assert not OutboxMessage.objects.exists()


def test_document_when_sent_back_then_its_owner_reads_why_and_can_mend_it(dana_page: Client, row: TravelDocument, alice_page: Client, alice: User) -> None:
    why = "The photo is blurred. Please take it again in daylight."
    assert "Sent back." in press(dana_page, row, "reject", reason=why)
    row.refresh_from_db()
    assert (row.state, row.checks.get().reason) == ("rejected", why)
    outbox.deliver_due()
    assert why in str(mail.outbox[0].body)
    assert mail.outbox[0].subject == "Passport: please look at it again"
    traveler_id = getattr(row, "traveler_id", None)
    base = f"/account/travelers/{traveler_id}/documents" if traveler_id else "/account/documents"
    assert why in alice_page.get(base).content.decode()
    assert why in alice_page.get(f"{base}/{row.pk}").content.decode()
    documents.put_file(actor=actor_for(alice), traveler_id=traveler_id, document_id=row.pk, data=pdf())
    row.refresh_from_db()
    assert row.state == "pending"
    assert why not in alice_page.get(f"{base}/{row.pk}").content.decode()


def test_rejection_when_it_has_no_reason_or_names_the_number_then_refused(dana: User, row: TravelDocument, kind: str) -> None:
    for reason in ("", "   ", f"Number {NUMBER} is wrong", "Number z-123 45 67 is wrong", "x" * 301):
        with pytest.raises(Invalid) as caught:
            document_checks.reject_document(actor=actor_for(dana), kind=kind, document_id=row.pk, reason=reason)
        assert "reason" in caught.value.fields
    row.refresh_from_db()
    assert row.state == "pending"


def test_letter_when_its_owner_wants_another_language_or_no_mail_then_so(dana: User, row: TravelDocument, kind: str, alice: User) -> None:
    profile = UserProfile.objects.create(user=alice, preferred_language="hi")
    document_checks.reject_document(actor=actor_for(dana), kind=kind, document_id=row.pk, reason="Blurred.")
    assert OutboxMessage.objects.get().language == "hi"
    OutboxMessage.objects.all().delete()
    documents.put_file(actor=actor_for(alice), traveler_id=getattr(row, "traveler_id", None), document_id=row.pk, data=pdf())
    profile.notification_preferences = {"email": False}
    profile.save()
    document_checks.reject_document(actor=actor_for(dana), kind=kind, document_id=row.pk, reason="Blurred.")
    assert not OutboxMessage.objects.exists()


def test_staff_without_the_permission_when_they_try_then_every_door_is_shut(row: TravelDocument, kind: str) -> None:
    clerk = UserFactory(email="clerk@example.org", is_staff=True, email_verified=True)
    others = Permission.objects.filter(content_type__app_label="accounts").exclude(codename="check_documents")
    clerk.user_permissions.set(others)
    browser = page_for(clerk)
    for what in ("changelist", "change", "look", "file"):
        assert browser.get(url(row, what)).status_code == 403, what
    for name in ("verify", "reject"):
        browser.post(url(row, name), {"_form_submitted": "True", "reason": "x"})
    for deed in (document_checks.look_at_document, document_checks.open_file, document_checks.verify_document):
        with pytest.raises(NotAllowed):
            deed(actor=actor_for(clerk), kind=kind, document_id=row.pk)
    row.refresh_from_db()
    assert row.state == "pending"
    assert not AuditEntry.objects.filter(action__contains="looked_at").exists()
    clerk.user_permissions.add(Permission.objects.get(codename="check_documents"))
    clerk = User.objects.get(pk=clerk.pk)
    assert page_for(clerk).get(url(row, "look")).status_code == 200
    type(clerk).objects.filter(pk=clerk.pk).update(status="suspended")
    with pytest.raises(NotAllowed):
        document_checks.look_at_document(actor=actor_for(clerk), kind=kind, document_id=row.pk)


def test_traveler_when_they_claim_to_be_staff_then_not_believed(alice: User, row: TravelDocument, kind: str) -> None:
    from travelplanner.core.actor import Actor

    with pytest.raises(NotAllowed):
        document_checks.verify_document(actor=Actor(user_id=alice.pk, is_staff=True), kind=kind, document_id=row.pk)


def test_look_when_ciphertext_or_file_was_swapped_then_said_and_no_500(dana_page: Client, alice: User, caplog: Any) -> None:
    one, other = paper(alice), paper(alice, type="visa", number="OTHER999")
    for made in (one, other):
        documents.put_file(actor=actor_for(alice), document_id=made.pk, data=jpeg())
    raw = UserDocument.objects.filter(pk=other.pk).values_list("number", "file_key").get()
    UserDocument.objects.filter(pk=one.pk).update(number=raw[0], file_key=raw[1])
    assert "can’t be read" in dana_page.get(url(one, "look")).content.decode()
    assert "can&#x27;t be opened" in dana_page.get(url(one, "file"), follow=True).content.decode()
    assert "can&#x27;t be read" in dana_page.get(url(one, "changelist")).content.decode()
    assert "OTHER999" not in caplog.text
