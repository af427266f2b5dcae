"""Rows of "Sign-in and security": our own pages; allauth's are a group of their own (test_sign_in_routes)."""

from __future__ import annotations

from allauth.usersessions.models import UserSession

from tests.architecture.routes.rows import Row, Thing, own_page
from tests.architecture.routes.world import Making
from tests.cast import session_for

PROGRAM = "secret-of-alices-device"


def _device(making: Making) -> str:
    key = session_for(making.alice).session_key
    return str(UserSession.objects.create(pk=770077007, user=making.alice, session_key=key, ip="192.0.2.77", user_agent=PROGRAM).pk)


TABLE: dict[str, Row] = {
    "accounts:security": own_page("GET"),
    "accounts:devices": own_page("GET"),
    "accounts:end_other_devices": own_page("POST"),
    "accounts:end_device": own_page("POST", gaps={"session_id": "device"}),
}
THINGS: dict[str, Thing] = {"device": Thing(_device, "999999999", marks=(PROGRAM, "192.0.2.77"), private=True, of_trip=False)}
