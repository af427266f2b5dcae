"""The few mails about a trip's company: someone joined, you were removed, the trip is yours now."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from travelplanner.core import outbox
from travelplanner.core.actor import Actor
from travelplanner.core.lines import harmless
from trips.models import Trip, TripMember
from trips.queries.company import language_of


def tell(*, actor: Actor, template: str, member: TripMember, trip: Trip, who: str, dedupe_key: str) -> None:
    """Queue one small notice to a member with an account, in their language; nothing for others. For actions, inside their transaction."""
    user = User.objects.filter(pk=member.user_id, status="active").first() if member.user_id else None
    if user is None:
        return
    context = {"name": user.get_short_name(), "who": harmless(who, _("A traveler")), "trip_title": harmless(trip.title, _("a trip")), "url": f"{settings.PUBLIC_URL}/trips/{trip.reference}/company"}
    outbox.enqueue_mail(template=template, recipient=user.email, context=context, dedupe_key=dedupe_key, language=language_of(user.pk))
