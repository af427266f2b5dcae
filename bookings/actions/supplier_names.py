"""What other companies must know of who travels, asked before anything is held: a seat without a name can't be had from an airline."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Traveler
from bookings import rules
from bookings.actions.named_travelers import NamedTraveler
from bookings.gateways.suppliers import adapter_named
from bookings.queries.basket import Basket
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid

PHONE = re.compile(r"\+[1-9]\d{6,14}")  # E.164, as airlines call back about a changed flight
SEXES = ("female", "male")  # the two that airlines' systems know


def require_names(*, actor: Actor, basket: Basket, travelers: Sequence[NamedTraveler], phone: str) -> None:
    """Refuse a booking whose suppliers would refuse it for want of names. At most one statement, none without such a supplier.

    Raises Invalid (`travelers`: too few, a guest, one without family name, birth date or sex; `phone`: not an international number).
    """
    lines = [line for line in basket.lines if line.service.supplier.adapter and adapter_named(line.service.supplier.adapter).names_travelers]
    if not lines:
        return
    fields: dict[str, list[str]] = {}
    most = max(line.quote.use.participants for line in lines)
    own = Traveler.objects.filter(pk__in=[named.traveler_id for named in travelers if named.traveler_id], user=rules.require_user(actor))
    known = {row.pk: row for row in own}
    said = []
    if len(travelers) < most:
        said.append(
            ngettext("The airline wants to know who flies: name %(most)d traveler.", "The airline wants to know who flies: name all %(most)d travelers.", most)
            % {"most": most}
        )
    for named in travelers[:most]:
        row = known.get(named.traveler_id) if named.traveler_id else None
        name = f"{named.first_name} {named.last_name}".strip()
        if row is None:
            said.append(_("%(name)s is only a name here. Add them to your travelers with the birth date, for the airline.") % {"name": name})
        elif not (row.last_name and row.date_of_birth and row.gender in SEXES):
            said.append(_("%(name)s: the airline wants the family name, the birth date, and female or male as in the passport.") % {"name": name})
    if said:
        fields["travelers"] = said
    if not PHONE.fullmatch(re.sub(r"[ ()-]", "", phone)):
        fields["phone"] = [_("The airline wants a phone number with its country code, like +91 98765 43210.")]
    if fields:
        raise Invalid(fields=fields)
