"""The company in words: roles, what each may see, cards of members and invitations. Pure but for the active language."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from trips.models import TripInvitation, TripMember
from trips.web import written

INVITE_CHOICES = [("viewer", lazy("look, vote and note expenses")), ("editor", lazy("change the plan, too"))]
ROLE_TABLE = [
    {
        "name": lazy("Owner"),
        "sees": lazy("Everything: the plan, its costs, the limit, the wish."),
        "does": lazy("Changes, books, invites, shares and archives the trip."),
    },
    {
        "name": lazy("Editor"),
        "sees": lazy("The plan, its costs, what to know, who comes along, votes and expenses."),
        "does": lazy("Changes the plan, asks for votes, notes expenses."),
    },
    {
        "name": lazy("Viewer"),
        "sees": lazy("The same as an editor."),
        "does": lazy("Votes and notes expenses; the plan stays as it is."),
    },
]
ROLE_NAMES = {"owner": lazy("Owner"), "editor": lazy("Editor"), "viewer": lazy("Viewer")}


def role_words(row: TripMember) -> str:
    """What this member may do, in one sentence."""
    if row.role == "owner":
        return _("Sees everything, books and invites.")
    if row.user_id is None and not row.visitor:
        return _("A name for the expenses; it opens nothing.")
    if row.user_id is None:
        return _("Looks on one browser, without an account.")
    return _("Changes the plan and sees its costs.") if row.role == "editor" else _("Looks, votes and notes expenses.")


def member_card(row: TripMember, *, you: bool, owner_looks: bool) -> dict[str, Any]:
    """What the page shows of a member; the address of the account for the owner alone."""
    named = row.user_id is None and not row.visitor
    changeable = owner_looks and row.role != "owner"
    return {
        "id": row.pk,
        "name": row.name,
        "you": you,
        "role": row.role,
        "role_name": _("Name only") if named else (_("Guest") if row.user_id is None else ROLE_NAMES[row.role]),
        "icon": "key" if row.role == "owner" else "edit" if row.role == "editor" else "user",
        "words": role_words(row),
        "account": row.user.email if owner_looks and not you and row.user is not None else "",
        "may_change_role": changeable and row.user_id is not None,
        "may_remove": changeable,
        "may_receive": changeable and row.role == "editor" and row.user_id is not None,
    }


def invitation_card(row: TripInvitation, now: dt.datetime) -> dict[str, Any]:
    """A pending invitation: to whom, as what, until when."""
    days = (row.expires_at.date() - now.date()).days  # by the calendar, as people count: sent today for 14 days, it has 14 more
    expired = row.expires_at <= now
    left = _("expired") if expired else (_("good until today") if not days else ngettext("good for %d more day", "good for %d more days", days) % days)
    return {"id": row.pk, "email": row.email, "role_name": ROLE_NAMES[row.role], "left": left, "expired": expired, "sent": written.full_date(row.created_at.date())}
