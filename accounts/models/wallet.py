"""Wallets that users proved to hold by signing a message (EIP-4361)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from travelplanner.core import clock
from travelplanner.core.models import TimestampedModel, UUIDModel

# A key has the same address on all of them; the number says for which one a wallet program shows the message.
CHAINS = {
    1: "Ethereum", 10: "OP Mainnet", 56: "BNB Smart Chain", 100: "Gnosis", 137: "Polygon", 8453: "Base", 42161: "Arbitrum One",
    43114: "Avalanche C-Chain", 11155111: "Sepolia",
}  # fmt: skip


class Wallet(TimestampedModel):
    """`address` is 0x + 40 hex digits in EIP-55 spelling; one user each."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wallets")
    address = models.CharField(max_length=42, unique=True)
    chain_id = models.PositiveBigIntegerField(default=1)
    verified_at = models.DateTimeField()

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.address

    @property
    def chain(self) -> str:
        return CHAINS.get(self.chain_id, str(self.chain_id))


class WalletNonce(UUIDModel):
    """A number used once, for one user, for minutes."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="wallet_nonce_expiry")]

    def __str__(self) -> str:
        return f"nonce of {self.user_id}"
