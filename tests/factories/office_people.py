"""The people of the office rows: profiles, travelers, papers and ways to sign in; and the company of their trip, with votes and expenses."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from eth_account import Account
from eth_account.messages import encode_defunct

from accounts.actions import consents, devices, documents, profiles, travelers, wallets
from accounts.consent_texts import current_version
from accounts.models import Traveler, TravelerDocument, User, UserDocument
from tests.cast import actor_for, session_for
from tests.factories.papers import jpeg, paper
from tests.factories.people import UserFactory
from travelplanner.core import clock, tokens
from trips.actions import expenses, feeds, invitations, polls, settlements, share_links, trip_travelers
from trips.actions.expenses import Bill, BillItem
from trips.models import Trip, TripMember


def make_signed_in(email: str) -> User:
    """Somebody with every way to sign in: proven address, browser, program, authenticator app, wallet, another company's account."""
    user = UserFactory(email=email)
    actor = actor_for(user)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key=uuid.uuid4().hex, user_agent="Test")
    key = session_for(user).session_key
    devices.add_refresh_token(actor=actor, token_id=uuid.uuid4(), session_key=key, expires_at=clock.now() + dt.timedelta(days=30))
    totp.TOTP.activate(user, totp.generate_totp_secret())
    SocialAccount.objects.create(user=user, provider="google", uid=email, extra_data={"email": "SECRETMARK@example.org"})
    signer = Account.create()
    _nonce, message = wallets.create_message(actor=actor, address=signer.address)
    wallets.verify_wallet(actor=actor, message=message, signature="0x" + signer.sign_message(encode_defunct(text=message)).signature.hex().removeprefix("0x"))
    return user


def tell_of_oneself(user: User, *, files: bool = True) -> Traveler:
    """Profile, preferences, consents, two travelers (one archived), a paper of one's own and one of a traveler that wait for a check.

    `files`: cleaned and sealed as they are in life; else the rows only say so (for many: each file takes a process of its own).
    """
    actor = actor_for(user)
    consents.decide(actor=actor, purpose="terms", given=True, text_version=current_version("terms"), how="page")
    profiles.change_profile(actor=actor, row_version=None, changes={"nationality": "IND", "timezone": "Asia/Kolkata"})
    profiles.change_preferences(actor=actor, row_version=None, changes={"pace": "relaxed", "home_city": "Pune"})
    values = {"first_name": "Asha", "last_name": "Rao", "nationality": "IND", "date_of_birth": dt.date(1990, 3, 4), "medical_notes": "SECRETMARK"}
    traveler = travelers.create_traveler(actor=actor, values=values, agreed=True)
    travelers.change_traveler_preferences(actor=actor, traveler_id=traveler.pk, row_version=None, changes={"seat_preference": "aisle"})
    gone = travelers.create_traveler(actor=actor, values={"first_name": "Gone"})
    travelers.archive_traveler(actor=actor, traveler_id=gone.pk)
    for holder, row in ((None, paper(user)), (traveler, paper(user, traveler=traveler))):
        _hand_in(actor, holder, row, files=files)
    return traveler


def _hand_in(actor: Any, traveler: Traveler | None, row: Any, *, files: bool) -> None:
    if files:
        documents.put_file(actor=actor, traveler_id=traveler.pk if traveler else None, document_id=row.pk, data=jpeg())
    else:
        model = TravelerDocument if traveler else UserDocument
        model.objects.filter(pk=row.pk).update(file_key=uuid.uuid4().hex, file_type="image/jpeg", file_size=1)


def bring_company(owner: User, trip: Trip, traveler: Traveler, email: str) -> TripMember:
    """A companion who came by invitation, another who has not answered, a link, a feed, the travelers, a vote, expenses, money back."""
    actor, companion = actor_for(owner), UserFactory(email=email)
    trip_travelers.set_travelers(actor=actor, reference=trip.reference, traveler_ids=[traveler.pk])
    sent = invitations.invite(actor=actor, reference=trip.reference, email=email, role="editor")
    token, sent.token_hash = tokens.new_token()  # the mailed one is sealed
    sent.save(update_fields=["token_hash"])
    member = invitations.accept(actor=actor_for(companion), token=token)
    invitations.invite(actor=actor, reference=trip.reference, email=f"not-yet-{email}", role="viewer")
    share_links.make_link(actor=actor, reference=trip.reference, scopes=["plan"], label="For my mother")
    feeds.rotate_feed(actor=actor, reference=trip.reference)
    _spend(owner, trip, member)
    place = trip.destinations.get().destination.places.order_by("pk")[0]
    poll = polls.ask(actor=actor, reference=trip.reference, place_id=place.pk, closes_at=clock.now() + dt.timedelta(days=2))
    polls.vote(actor=actor_for(companion), reference=trip.reference, poll_id=poll.pk, choice="yes")
    return member


def _spend(owner: User, trip: Trip, member: TripMember) -> None:
    actor, friend = actor_for(owner), str(member.pk)
    for bill in (
        Bill(title="Taxi", amount=Decimal(400), currency="INR"),
        Bill(title="Dinner", amount=Decimal(900), currency="INR", split="itemised", items=(BillItem("Thali", Decimal(900), ("me", friend)),)),
    ):
        expenses.log_expense(actor=actor, reference=trip.reference, bill=bill)
    settlements.record_settlement(actor=actor, reference=trip.reference, payer=friend, payee="me", amount=Decimal(100))
