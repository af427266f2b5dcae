"""One's own wallets. Nobody else's address is ever read for anybody."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from accounts.models import Wallet
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound


def list_wallets(actor: Actor) -> QuerySet[Wallet]:
    """Oldest first."""
    return Wallet.objects.filter(user_id=actor.user_id).order_by("created_at", "id") if actor.user_id else Wallet.objects.none()


def get_wallet(actor: Actor, wallet_id: uuid.UUID) -> Wallet:
    """Raises NotFound for another's as for none."""
    wallet = list_wallets(actor).filter(pk=wallet_id).first()
    if wallet is None:
        raise NotFound
    return wallet
