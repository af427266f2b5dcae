"""Rows of the company: members, invitations, share links, calendar feeds, travelers of a trip, votes."""

from __future__ import annotations

import datetime as dt

from tests.architecture.routes.rows import Row, Thing, linked_page, own_api, trip_api, trip_page
from tests.architecture.routes.world import Making
from tests.factories.people import UserFactory
from travelplanner.core import clock
from travelplanner.core.tokens import token_hash
from trips.models import CalendarFeed, ShareLink, TripInvitation, TripMember

INVITED = "invited@example.org"
NOWHERE = "00000000-0000-4000-8000-000000000000"
TITLE = ("A secret walk",)


def _member(making: Making) -> str:
    """Someone whom nobody of the walk is: one's own row may be left by anyone."""
    otto = UserFactory(email="otto@example.org", first_name="Otto")
    return str(TripMember.objects.create(trip=making.trip, user=otto, name="Otto", role="viewer", invited_by=making.alice).pk)


def _invitation(making: Making, name: str) -> TripInvitation:
    return TripInvitation.objects.create(
        trip=making.trip, email=f"{name}-{INVITED}", role="viewer", token_hash=token_hash(name), invited_by=making.alice, expires_at=clock.now() + dt.timedelta(days=1)
    )


def _invitation_token(making: Making) -> str:
    _invitation(making, "join-token-of-alice")
    return "join-token-of-alice"


def _share_link(making: Making, token: str) -> ShareLink:
    scopes = ["plan", "costs", "research", "people"]
    return ShareLink.objects.create(
        trip=making.trip, made_by=making.alice, label="For the neighbors", scopes=scopes, token_hash=token_hash(token), expires_at=clock.now() + dt.timedelta(days=1)
    )


def _share_token(making: Making) -> str:
    _share_link(making, "share-token-of-alice")
    return "share-token-of-alice"


def _feed_token(making: Making) -> str:
    CalendarFeed.objects.create(trip=making.trip, user=making.alice, token_hash=token_hash("feed-token-of-alice"))
    return "feed-token-of-alice"


TABLE: dict[str, Row] = {
    "trips:company": trip_page("GET", least="viewer"),
    "trips:invite": trip_page("POST", bodies={"POST": {"email": "new@example.org", "role": "viewer", "message": "Come along"}}),
    "trips:add_name": trip_page("POST", least="editor", bodies={"POST": {"name": "Nina"}}),
    "trips:leave": trip_page("GET", "POST", least="viewer"),
    "trips:invitation_resend": trip_page("POST"),
    "trips:invitation_revoke": trip_page("POST"),
    "trips:member_role": trip_page("POST", bodies={"POST": {"role": "editor"}}),
    "trips:member_remove": trip_page("GET", "POST"),
    "trips:hand_over": trip_page("GET", "POST", gaps={"member_id": "editor_member"}),
    "trips:sharing": trip_page("GET", "POST", least={"GET": "viewer"}, bodies={"POST": {"scopes": "plan", "days": "30"}}),
    "trips:feed_change": trip_page("POST", least="viewer", account=True, bodies={"POST": {"do": "rotate"}}),
    "trips:calendar": trip_page("GET", least="viewer"),
    "trips:link_revoke": trip_page("POST"),
    "trips:join": linked_page("GET", "POST", gaps={"token": "join_token"}, shows=TITLE, bodies={"POST": {"do": "decline"}}),
    "trips:shared": linked_page("GET", gaps={"token": "share_token"}, shows=TITLE),
    "trips:shared_part": linked_page("GET", gaps={"token": "share_token", "part": "share_part"}, shows=TITLE),
    "trips:feed": linked_page("GET", gaps={"token": "feed_token"}, shows=TITLE),
    "api_join": own_api("POST", bodies={"POST": {"token": "none-of-ours"}}, empty=True, unproven="a mailed token lets in whoever holds it; test_invitations"),
    "api_members": trip_api("GET", "POST", least={"GET": "viewer", "POST": "editor"}, bodies={"POST": {"name": "Nina"}}),
    "api_member": trip_api("PATCH", "DELETE", bodies={"PATCH": {"role": "editor"}}, takes=("role",)),
    "api_invitations": trip_api("GET", "POST", bodies={"POST": {"email": "new@example.org", "role": "viewer"}}, takes=("role",)),
    "api_invitation": trip_api("DELETE"),
    "api_invitation_resend": trip_api("POST"),
    "api_share_links": trip_api("GET", "POST", bodies={"POST": {"scopes": ["plan"], "label": "For a friend"}}),
    "api_share_link": trip_api("DELETE"),
    "api_calendar": trip_api("GET", least="viewer"),
    "api_calendar_feed": trip_api("POST", "DELETE", least="viewer", empty=True),
}
THINGS: dict[str, Thing] = {
    "member": Thing(_member, NOWHERE),
    "editor_member": Thing(lambda making: str(making.members["editor"].pk), NOWHERE),
    "invitation": Thing(lambda making: str(_invitation(making, "a").pk), NOWHERE, marks=(INVITED,), private=True),
    "link": Thing(lambda making: str(_share_link(making, "another-token").pk), NOWHERE, marks=("For the neighbors",), private=True),
    "join_token": Thing(_invitation_token, "no-such-token", private=True),
    "share_token": Thing(_share_token, "no-such-token", private=True),
    "feed_token": Thing(_feed_token, "no-such-token", private=True),
    "share_part": Thing(lambda making: "costs", "none", public=True),
}
