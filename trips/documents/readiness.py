"""Findings of readiness in the reader's language: what it is, and what to do. Pure but for translation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from accounts.models.choices import NEEDS
from accounts.models.document import DOCUMENT_TYPES
from travelplanner.core.countries import country_name
from travelplanner.core.templatetags.money import reader_locale
from trips.documents.sentences import reader_language

Params = Mapping[str, Any]
PAPERS = dict(DOCUMENT_TYPES)
NEED_NAMES = dict(NEEDS)


def _date(params: Params, key: str) -> str:
    return format_date(dt.date.fromisoformat(params[key]), "d MMM y", locale=reader_locale())


def _country(params: Params, key: str = "country") -> str:
    return country_name(params[key], reader_language())


def _paper(params: Params) -> str:
    return str(PAPERS.get(params["paper"], params["paper"]))


def _names(params: Params) -> str:
    shown, more = ", ".join(params["names"]), params["count"] - len(params["names"])
    return ngettext("%(names)s and %(more)d more", "%(names)s and %(more)d more", more) % {"names": shown, "more": more} if more > 0 else shown


def rule_sentence(country: str, months: int, days: int, counted_from: str) -> str:
    """What a country asks of a visitor's passport."""
    return _span({"country": country, "months": months, "days": days, "from": counted_from})


def _span(params: Params) -> str:
    about = {"country": _country(params), "months": params["months"], "days": params["days"]}
    if params["days"]:
        return _("%(country)s asks for a passport that is valid for %(days)s days from arrival.") % about
    if not params["months"]:
        return _("%(country)s asks for a passport that is valid for all of the stay.") % about
    if params["from"] == "departure":
        return ngettext(
            "%(country)s asks for a passport that is valid for %(months)d month after you leave.",
            "%(country)s asks for a passport that is valid for %(months)d months after you leave.",
            params["months"],
        ) % about
    return ngettext(
        "%(country)s asks for a passport that is valid for %(months)d month from arrival.",
        "%(country)s asks for a passport that is valid for %(months)d months from arrival.",
        params["months"],
    ) % about


_ADD_PAPER = lazy("Add it under the traveler's papers.")
_RENEW = lazy("Renew it before you travel, and enter the new one.")
_ASK = lazy("Ask the embassy before you book.")
_SAME_NAME = lazy("Correct whichever is wrong: airlines and borders want the name exactly as in the document.")

# code -> (what it is, what to do)
_TEXTS: dict[str, tuple[Callable[[Params], str], Callable[[Params], str]]] = {
    "nationality_missing": (lambda p: _("The nationality is missing, so no papers can be checked."), lambda p: _("Enter it with the traveler.")),
    "birth_date_missing": (lambda p: _("The date of birth is missing."), lambda p: _("Enter it with the traveler; airlines ask for it, and rules for minors depend on it.")),
    "passport_missing": (lambda p: _("There is no passport for %(country)s.") % {"country": _country(p)}, lambda p: str(_ADD_PAPER)),
    "card_missing": (lambda p: _("There is no identity card or passport for %(country)s.") % {"country": _country(p)}, lambda p: str(_ADD_PAPER)),
    "card_wanted": (
        lambda p: _("No identity card or passport is entered. A journey at home needs no passport, but hotels, trains and flights ask who you are."),
        lambda p: _("Take one with you; enter it here if you want to be reminded before it expires."),
    ),
    "paper_rejected": (lambda p: _("The %(paper)s was looked at and not accepted.") % {"paper": _paper(p)}, lambda p: _("Read the reason with the document, and enter it again.")),
    "paper_expired": (lambda p: _("The %(paper)s has expired.") % {"paper": _paper(p)}, lambda p: str(_RENEW)),
    "paper_ends": (lambda p: _("The %(paper)s expires on %(date)s, before the trip ends.") % {"paper": _paper(p), "date": _date(p, "expires")}, lambda p: str(_RENEW)),
    "paper_ends_home": (lambda p: _("The %(paper)s expires on %(date)s, before the trip ends.") % {"paper": _paper(p), "date": _date(p, "expires")}, lambda p: _("Take another proof of who you are, or renew it.")),
    "paper_pending": (lambda p: _("Nobody has looked at the %(paper)s yet; we go by what you entered.") % {"paper": _paper(p)}, lambda p: _("Nothing to do; it is checked when staff come to it.")),
    "paper_of_another_country": (
        lambda p: _("The %(paper)s is from %(country)s, but the nationality says %(nationality)s.") % {"paper": _paper(p), "country": _country(p), "nationality": _country(p, "nationality")},
        lambda p: _("Check both: rules go by the document one travels with."),
    ),
    "expiry_missing": (lambda p: _("When the %(paper)s expires isn't entered.") % {"paper": _paper(p)}, lambda p: _("Enter the date, so that we can compare it with the trip.")),
    "validity_short": (
        lambda p: _("%(rule)s The passport ends on %(date)s; it should last until %(needed)s.") % {"rule": _span(p), "date": _date(p, "expires"), "needed": _date(p, "needed")},
        lambda p: str(_RENEW),
    ),
    "validity_depends": (
        lambda p: _("%(rule)s Some nationalities need less. The passport ends on %(date)s; %(needed)s would be safe.") % {"rule": _span(p), "date": _date(p, "expires"), "needed": _date(p, "needed")},
        lambda p: _("Check whether your nationality is let off, or renew it."),
    ),
    "validity_unknown": (
        lambda p: _("We don't know how long a passport must be valid for %(country)s. Many countries ask for six months from arrival; this one ends on %(date)s.") % {"country": _country(p), "date": _date(p, "expires")},
        lambda p: str(_ASK),
    ),
    "rule_unknown": (lambda p: _("We have not checked what %(country)s asks of visitors.") % {"country": _country(p)}, lambda p: str(_ASK)),
    "issue_date_missing": (
        lambda p: _("%(country)s takes no passport that is older than %(years)s years, and when this one was issued isn't entered.") % {"country": _country(p), "years": p["years"]},
        lambda p: _("Enter the date of issue."),
    ),
    "passport_too_old": (
        lambda p: _("%(country)s takes no passport that is older than %(years)s years; this one was issued on %(date)s.") % {"country": _country(p), "years": p["years"], "date": _date(p, "issued")},
        lambda p: str(_RENEW),
    ),
    "blank_pages": (
        lambda p: ngettext("%(country)s wants %(pages)d blank page in the passport.", "%(country)s wants %(pages)d blank pages in the passport.", p["pages"]) % {"country": _country(p), "pages": p["pages"]},
        lambda p: _("Look into it; we can't see that from here."),
    ),
    "visa_not_checked": (
        lambda p: _("We don't check visas yet: whether one is needed for %(country)s depends on the nationality.") % {"country": _country(p)},
        lambda p: _("Check it with the authority; add a visa that you have to the papers.") if p.get("url") else str(_ASK),
    ),
    "printed_name_missing": (lambda p: _("The name as printed in the %(paper)s isn't entered.") % {"paper": _paper(p)}, lambda p: _("Enter it as it stands there, so that we can compare it with bookings.")),
    "name_differs": (lambda p: _("The traveler is called “%(name)s”, but the %(paper)s says “%(printed)s”.") % {**p, "paper": _paper(p)}, lambda p: str(_SAME_NAME)),
    "name_in_part": (
        lambda p: _("“%(name)s” and “%(printed)s” in the %(paper)s differ by: %(words)s.") % {**p, "paper": _paper(p), "words": ", ".join(p["words"])},
        lambda p: _("Enter all names of the document; some airlines want middle names too."),
    ),
    "booked_name_differs": (lambda p: _("“%(what)s” is booked for “%(booked)s”, which is not “%(name)s”.") % p, lambda p: _("Ask the supplier to change the name on the booking.")),
    "booked_name_in_part": (lambda p: _("“%(what)s” is booked for “%(booked)s”; the full name is “%(name)s”.") % p, lambda p: _("Ask the supplier whether that is enough.")),
    "consent_missing": (lambda p: _("A minor who travels needs the consent of a parent or guardian."), lambda p: _("Ask for it with the traveler, or add a consent letter to the papers.")),
    "consent_missing_with_parent": (lambda p: _("A minor with one parent may be asked for the other one's consent."), lambda p: _("Ask for it with the traveler, or add a consent letter to the papers.")),
    "consent_ends": (lambda p: _("The guardian's consent ends on %(until)s, before the trip does.") % {"until": _date(p, "until")}, lambda p: _("Ask the guardian again.")),
    "stops_with_steps": (lambda p: _("The plan has stops with steps: %(names)s.") % {"names": _names(p)}, lambda p: _("Take them out, or plan again for everybody's needs.")),
    "stops_perhaps_with_steps": (lambda p: _("Could not be verified to be free of steps all the way: %(names)s.") % {"names": _names(p)}, lambda p: _("Ask there before you go.")),
    "walks_too_long": (
        lambda p: ngettext(
            "%(days)d day has more than %(limit)s km on foot; the longest has %(most)s km.", "%(days)d days have more than %(limit)s km on foot; the longest has %(most)s km.", p["days"]
        ) % p,
        lambda p: _("Plan again for everybody's needs, or take a ride there."),
    ),
    "stops_too_hard": (lambda p: _("The plan has strenuous stops: %(names)s.") % {"names": _names(p)}, lambda p: _("Take them out, or plan again for everybody's needs.")),
    "stops_of_unknown_effort": (lambda p: _("How strenuous these are could not be verified: %(names)s.") % {"names": _names(p)}, lambda p: _("Ask there before you go.")),
    "rest_too_little": (
        lambda p: ngettext("The plan has fewer days of rest than the %(wanted)d that is needed.", "The plan has fewer days of rest than the %(wanted)d that are needed.", p["wanted"]) % p,
        lambda p: _("Plan again for everybody's needs."),
    ),
    "needs_no_plan": (lambda p: _("The needs are compared with the plan once one is chosen."), lambda p: _("Nothing to do; new plans keep to them.")),
    "needs_not_in_catalogue": (
        lambda p: _("Our catalogue doesn't know which places suit: %(needs)s.") % {"needs": "; ".join(str(NEED_NAMES.get(need, need)).lower() for need in p["needs"])},
        lambda p: _("Ask suppliers and places before you go."),
    ),
}  # fmt: skip

SEVERITY_NAMES = {"blocks": lazy("must be put right"), "warns": lazy("look at this"), "unknown": lazy("could not be checked")}


def known_codes() -> frozenset[str]:
    return frozenset(_TEXTS)


def text_of(code: str, params: Params) -> str:
    """What it is, in one or two sentences."""
    return _TEXTS[code][0](params)


def remedy_of(code: str, params: Params) -> str:
    """What to do about it."""
    return _TEXTS[code][1](params)


def worst_of(severities: Sequence[str]) -> str:
    """blocks, warns, unknown, or "" for none."""
    return next((severity for severity in SEVERITY_NAMES if severity in severities), "")
