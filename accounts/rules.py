"""Who may do what with people's rows: one's own, nobody else's."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import User
from travelplanner.core.actor import Actor


def mine(actor: Actor, prefix: str = "") -> Q:
    """Filter for the actor's own rows; `prefix` is the path to the row that has the user, e.g. "traveler__". Nothing for someone unknown."""
    return Q(**{f"{prefix}user_id": actor.user_id}) if actor.user_id is not None else Q(pk__in=[])


def may_check_documents(actor: Actor) -> bool:
    """Look at people's papers and check them: staff with that permission of its own. Asks the database."""
    if not actor.is_staff or actor.user_id is None:
        return False
    person = User.objects.filter(pk=actor.user_id, is_staff=True).first()
    return person is not None and person.has_perm("accounts.check_documents")  # nobody who was suspended: has_perm asks whether they are active
