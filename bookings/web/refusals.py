"""Why a booking can't go on, for people: what happened, what was not lost, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from travelplanner.core.errors import AppError
from travelplanner.core.templatetags.money import day, format_amount
from trips.web.written import listed


def refusal_notes(refusal: AppError) -> list[dict[str, Any]]:
    """Notes (tone, title, text) for the top of the checkout; the lines themselves say more below."""
    extra = refusal.extra
    if refusal.code == "price_changed":
        total = extra["total"]
        said = [_price(line) for line in extra["lines"]]
        text = _("All of it now comes to %(total)s. Nothing was charged. Agree and go on, or leave something out.") % {
            "total": format_amount(total["amount"], total["currency"])
        }
        title = _("A price has changed since you saw it.") if said else _("What this comes to has changed since you saw it.")
        return [{"tone": "warn", "title": title, "text": " ".join([*said, text])}]
    if refusal.code == "no_places":
        names = listed([_("%(name)s on %(day)s") % {"name": line["name"], "day": day(line["date"])} for line in extra["lines"]])
        text = _("Nothing was charged and nothing is held. Leave it out or change it below.")
        return [{"tone": "bad", "title": _("Someone was faster: no places left for %(names)s.") % {"names": names}, "text": text}]
    if refusal.code == "over_budget":
        text = _("Your limit is %(limit)s. Leave something out below, or raise the limit. Nothing was charged.") % {
            "limit": format_amount(extra["ceiling"], extra["currency"])
        }
        return [{"tone": "bad", "title": _("%(over)s over your limit.") % {"over": format_amount(extra["over"], extra["currency"])}, "text": text}]
    if refusal.code == "already_booked" and "names" in extra:
        text = _("Nothing was charged and nothing is held. Leave it out below.")
        return [{"tone": "warn", "title": _("Booked for this trip already: %(names)s.") % {"names": listed(extra["names"])}, "text": text}]
    if extra.get("problem") == "do_not_fit":
        text = _("Nothing was changed. Save again with that many, or with fewer people.")
        return [{"tone": "bad", "title": _("So many people don't fit: they need %(units)s rooms or cars.") % {"units": extra["units"]}, "text": text}]
    said = [str(sentence) for sentences in refusal.fields.values() for sentence in sentences]
    if said:
        return [{"tone": "bad", "title": " ".join(said), "text": _("Nothing was changed or charged.")}]
    return [{"tone": "bad", "title": str(refusal.message), "text": ""}]


def _price(line: Mapping[str, Any]) -> str:
    old, new = line["old"], line["new"]
    return _("%(name)s: %(new)s instead of %(old)s.") % {
        "name": line["name"],
        "new": format_amount(new["amount"], new["currency"]),
        "old": format_amount(old["amount"], old["currency"]),
    }
