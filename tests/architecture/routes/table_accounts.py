"""Rows of accounts: profile, preferences, travelers, papers, wallets, consents. Signing in is a group of its own (test_sign_in_routes)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.consent_texts import current_version
from accounts.models import Traveler, Wallet
from tests.architecture.routes.rows import Row, Thing, linked_page, open_api, own_api, own_page
from tests.architecture.routes.world import Making
from travelplanner.core import clock
from travelplanner.core.tokens import token_hash

NOWHERE = "00000000-0000-4000-8000-000000000000"


def _minor(making: Making, first: str, last: str, **more: Any) -> Traveler:
    born = clock.now().date() - dt.timedelta(days=3000)
    return Traveler.objects.create(user=making.alice, first_name=first, last_name=last, relation="friend", date_of_birth=born, type="child", **more)


def _traveler(making: Making) -> str:
    return str(_minor(making, "Tilda", "Toddler").pk)


def _archived(making: Making) -> str:
    return str(_minor(making, "Archie", "Archived", state="archived", archived_at=clock.now()).pk)


def _guardian_token(making: Making) -> str:
    _minor(making, "Lena", "Linked", guardian_name="Greta", guardian_asked_at=clock.now(), guardian_token_hash=token_hash("guardian-token-of-lena"))
    return "guardian-token-of-lena"


def _wallet(making: Making) -> str:
    return str(Wallet.objects.create(user=making.alice, address="0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", verified_at=clock.now()).pk)


TABLE: dict[str, Row] = {
    # the account, its parts
    "accounts:home": own_page("GET"),
    "accounts:profile": own_page("GET", "POST", bodies={"POST": {"version": "0", "first_name": "Alice", "preferred_language": "en", "timezone": "UTC"}}),
    "accounts:preferences": own_page("GET", "POST", bodies={"POST": {"version": "0", "pace": "full"}}),
    "accounts:travelers": own_page("GET"),
    "accounts:traveler_new": own_page("GET", "POST", bodies={"POST": {"relation": "friend", "first_name": "Nora", "type": "adult"}}),
    "accounts:traveler": own_page("GET", "POST", bodies={"POST": {"version": "1", "relation": "friend", "first_name": "Tilda", "type": "adult"}}),
    "accounts:traveler_preferences": own_page("POST", bodies={"POST": {"version": "1", "seat_preference": "aisle"}}),
    "accounts:traveler_active": own_page("POST", bodies={"POST": {"active": "0"}}),
    "accounts:traveler_archive": own_page("POST"),
    "accounts:traveler_restore": own_page("POST", gaps={"traveler_id": "archived_traveler"}),
    "accounts:traveler_guardian": own_page("POST", bodies={"POST": {"by": "me"}}),
    "accounts:guardian_answer": linked_page("GET", "POST", gaps={"token": "guardian_token"}, bodies={"POST": {"answer": "give"}}, shows=("alice@example.org", "Lena Linked")),
    "accounts:consents": own_page("GET", "POST", bodies={"POST": {"purpose": "marketing", "given": "1", "text_version": current_version("marketing")}}),
    "accounts:wallets": own_page("GET", "POST", bodies={"POST": {"address": "0x" + "1" * 40, "chain_id": "1"}}, unproven="a wallet is made by a signature alone"),
    "accounts:wallet_verify": own_page("POST", unproven="needs the signature of a message that was made a moment before"),
    "accounts:wallet_remove": own_page("GET", "POST"),
    "api_wallets": own_api("GET"),
    "api_wallet_nonce": own_api("POST", bodies={"POST": {"address": "0x" + "1" * 40}}),
    "api_wallet_verify": own_api("POST", unproven="needs the signature of a message that was made a moment before"),
    "api_wallet": own_api("DELETE"),
    "api_me": own_api("GET", "PATCH", bodies={"PATCH": {"first_name": "Alice"}}),
    "api_profile": own_api("GET", "PATCH", bodies={"PATCH": {"nationality": "IND"}}),
    "api_preferences": own_api("GET", "PATCH", bodies={"PATCH": {"pace": "full"}}),
    "api_consents": own_api("GET", "POST", bodies={"POST": {"purpose": "marketing", "given": True, "text_version": current_version("marketing")}}),
    "api_consent_texts": open_api("GET"),
    "api_travelers": own_api("GET", "POST", bodies={"POST": {"first_name": "Nora"}}),
    "api_traveler": own_api("GET", "PUT", "PATCH", "DELETE", bodies={"PUT": {"first_name": "Tilda"}, "PATCH": {"last_name": "New"}}),
    "api_traveler_restore": own_api("POST", gaps={"traveler_id": "archived_traveler"}),
    "api_traveler_preferences": own_api("GET", "PUT", "PATCH", bodies={"PUT": {"seat_preference": "aisle"}, "PATCH": {"seat_preference": "aisle"}}),
    "api_traveler_guardian": own_api("POST", "DELETE", bodies={"POST": {"by": "me"}}),
}
THINGS: dict[str, Thing] = {
    "wallet": Thing(_wallet, NOWHERE, marks=("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",), private=True, of_trip=False),
    "traveler": Thing(_traveler, NOWHERE, marks=("Tilda Toddler",), private=True, of_trip=False),
    "archived_traveler": Thing(_archived, NOWHERE, marks=("Archie Archived",), private=True, of_trip=False),
    "guardian_token": Thing(_guardian_token, "no-such-token-of-a-guardian-at-all", marks=("Lena Linked",), of_trip=False),
}
