"""To whom a mail goes, in which language, and whether they want it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from accounts.models import TravelDocument, TravelerDocument, User, UserProfile


@dataclass(frozen=True, slots=True)
class Addressee:
    name: str
    language: str
    wants_mail: bool


def addressee_of(user: User) -> Addressee:
    """From the profile, if there is one: language as chosen there, no mail for someone who turned it off or can't sign in any more."""
    profile = UserProfile.objects.filter(user=user).only("preferred_language", "notification_preferences").first()
    known = dict(settings.LANGUAGES)
    language = profile.preferred_language if profile and profile.preferred_language in known else settings.LANGUAGE_CODE
    wants = user.is_active and (profile is None or profile.notification_preferences.get("email", True) is not False)
    return Addressee(user.get_short_name(), language, wants)


def owner_of(row: TravelDocument) -> User:
    """The user behind a paper of theirs or of their traveler's."""
    return row.traveler.user if isinstance(row, TravelerDocument) else row.user  # type: ignore[attr-defined]  # of the concrete models; the abstract base has none


def paper_context(row: TravelDocument, to: Addressee) -> dict[str, str]:
    """What a mail about a paper holds: its kind and whose it is, never its number."""
    of_traveler = isinstance(row, TravelerDocument)
    route, arguments = ("accounts:traveler_document", [row.traveler_id, row.pk]) if of_traveler else ("accounts:document", [row.pk])  # type: ignore[attr-defined]  # of the concrete models; the abstract base has none
    with translation.override(to.language):
        kind = capfirst(row.get_type_display())
    return {
        "name": to.name,
        "type": row.type,
        "kind": kind,
        "holder": row.traveler.full_name if of_traveler else "",  # type: ignore[attr-defined]  # of the concrete models; the abstract base has none
        "url": settings.PUBLIC_URL + reverse(route, args=arguments),
    }
