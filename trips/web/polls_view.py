"""Votes as the page shows them: who said what, what it comes to, until when. Pure but for the active language."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from babel.dates import get_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from travelplanner.core.actor import Actor
from travelplanner.core.templatetags.money import reader_locale
from trips import rules
from trips.actions.plan_changes import Room
from trips.models import StopPoll, Trip
from trips.models.poll import CHOICES
from trips.queries.polls import Tally, ended_at, is_open, tally_of
from trips.queries.roster import person_of, zone_of
from trips.web import edit_words, written
from trips.web.expense_forms import name_of

LABELS = {"yes": lazy("Yes"), "no": lazy("No"), "either": lazy("Either way")}
OUTCOMES = {
    "go": lazy("More want to go than not."),
    "skip": lazy("More would rather not go."),
    "even": lazy("As many for it as against; the plan stays as it is."),
    "either": lazy("Nobody minds; the plan stays as it is."),
    "unasked": lazy("Nobody voted; the plan stays as it is."),
}
SO_FAR = {
    "go": lazy("So far more want to go than not."),
    "skip": lazy("So far more would rather not go."),
    "even": lazy("So far as many are for it as against."),
    "either": lazy("So far nobody minds."),
    "unasked": lazy("Nobody has voted yet."),
}


def moment_words(moment: dt.datetime, trip: Trip) -> str:
    """Fri 4 Dec, 20:00 India Time: in the trip's zone, which is named."""
    zone = zone_of(trip)
    local = moment.astimezone(zone)
    name = get_timezone_name(zone, locale=reader_locale()) if trip.timezone != "UTC" else "UTC"
    return _("%(day)s, %(time)s (%(zone)s)") % {"day": written.day_date(local.date()), "time": local.strftime("%H:%M"), "zone": name}


def poll_card(actor: Actor, trip: Trip, poll: StopPoll, *, planned: Mapping[uuid.UUID, str], now: dt.datetime, room: Room | None, days: Sequence[Mapping[str, Any]], currency: str) -> dict[str, Any]:
    """One vote. `room` says where the place would fit, for a vote that decided to go there."""
    still, found = is_open(poll, now), tally_of(poll)
    votes = [(person_of(actor, vote.member), vote.choice) for vote in poll.votes.all()]
    mine = next((choice for person, choice in votes if person.you and not person.former), "")
    in_plan = poll.place_id in planned
    return {
        "id": poll.pk,
        "place": poll.place.name,
        "in_plan": in_plan,
        "question": poll.question or (_("Shall it stay in the plan?") if in_plan else _("Shall we go there?")),
        "asked_by": _("You asked.") if person_of(actor, poll.asked_by).you else _("%s asked.") % name_of(person_of(actor, poll.asked_by)),
        "open": still,
        "when": (_("Votes count until %s.") if still else _("Voting ended %s.")) % moment_words(poll.closes_at if still else ended_at(poll), trip),
        "choices": [{"value": key, "label": LABELS[key], "mine": key == mine} for key, _label in CHOICES],
        "mine": mine,
        "voices": [{"label": LABELS[key], "count": _count(key, found), "names": written.listed([name_of(who) for who, choice in votes if choice == key])} for key, _label in CHOICES],
        "votes": ngettext("%d vote", "%d votes", len(votes)) % len(votes),
        "outcome": str((SO_FAR if still else OUTCOMES)[found.outcome]),
        "tone": "good" if found.outcome == "go" else "",
        "may_close": still and rules.may_close_poll(actor, trip, poll),
        "carry_out": None if still else carry_out(actor, trip, found.outcome, in_plan=in_plan, room=room, days=days, currency=currency),
    }


def _count(key: str, found: Tally) -> str:
    return written.number({"yes": found.yes, "no": found.no, "either": found.either}[key], 0)


def wants_change(outcome: str, *, in_plan: bool) -> bool:
    """Whether the vote decided something that the plan doesn't have yet."""
    return (outcome == "go" and not in_plan) or (outcome == "skip" and in_plan)


def carry_out(
    actor: Actor, trip: Trip, outcome: str, *, in_plan: bool, room: Room | None, days: Sequence[Mapping[str, Any]], currency: str
) -> dict[str, Any]:
    """What can be done about it: `button` (empty: nothing for this reader) and `text`, whether it fits."""
    if outcome in ("go", "skip") and not wants_change(outcome, in_plan=in_plan):
        return {"button": "", "text": _("It is in the plan.") if in_plan else _("It is not in the plan.")}
    if not wants_change(outcome, in_plan=in_plan):
        return {"button": "", "text": ""}
    if trip.locked_revision is not None or trip.state != "planning":
        return {"button": "", "text": _("This plan is booked. Cancel the booking to change it.")}
    if trip.chosen_revision is None:
        return {"button": "", "text": _("Choose one of the plans first; then it can be put in.")}
    if not rules.may_edit(actor, trip):
        return {"button": "", "text": _("The owner or an editor can change the plan now.")}
    if outcome == "skip":
        return {"button": _("Take it out of the plan"), "text": ""}
    best = room.best if room else None
    if best is None:
        return {"button": _("Try to put it into the plan"), "text": _("As the plan is now it fits on no day; you can make room first.")}
    day = days[best.day]
    words = {"day": written.weekday(written.date_of(day["date"])), "how": edit_words.suggestion_words(best, day, currency)}
    return {"button": _("Put it into the plan"), "text": _("%(day)s: %(how)s.") % words}


def mark_asked(rows: Sequence[dict[str, Any]], asked: set[uuid.UUID]) -> Sequence[dict[str, Any]]:
    """The plan's timeline with a mark at the stops that a vote is open about."""
    known = {str(key) for key in asked}
    for row in rows:
        if row.get("id") in known:
            row["tags"].append({"label": _("Vote open"), "tone": "course", "icon": "chat"})
    return rows
