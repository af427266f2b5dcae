"""`/api/me/wallets`."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import wallets
from accounts.models import Wallet
from accounts.models.wallet import CHAINS
from accounts.queries.wallets import list_wallets
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import StrictIntegerField, page_shape
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView


class WalletSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    address = serializers.CharField(help_text=_("In EIP-55 spelling."))
    chain_id = serializers.IntegerField()
    verified_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class NonceRequestSerializer(serializers.Serializer):
    """With an address the answer holds the whole message to sign."""

    address = serializers.CharField(max_length=42, required=False)
    chain_id = StrictIntegerField(min_value=1, max_value=2**53, required=False, default=1, help_text=", ".join(f"{number} {name}" for number, name in CHAINS.items()))


class NonceSerializer(serializers.Serializer):
    nonce = serializers.CharField()
    issued_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    message = serializers.CharField(allow_null=True, help_text=_("To be signed as it is (personal_sign); null when no address was named."))


class ProofSerializer(serializers.Serializer):
    """`message` as it was signed (EIP-4361), `signature` as 65 bytes in hex."""

    message = serializers.CharField(max_length=4096, trim_whitespace=False)
    signature = serializers.RegexField(r"^0x[0-9A-Fa-f]{130}$")


def wallet_json(wallet: Wallet) -> dict[str, Any]:
    return {"id": wallet.pk, "address": wallet.address, "chain_id": wallet.chain_id, "verified_at": wallet.verified_at, "created_at": wallet.created_at}


class WalletsView(ApiView):
    @extend_schema(operation_id="list_wallets", parameters=[PAGE, PAGE_SIZE], responses=page_shape(WalletSerializer))
    def get(self, request: Request) -> Response:
        """Your wallets, oldest first."""
        pages = PageNumberPagination()
        page = pages.paginate_queryset(list_wallets(self.actor), request, view=self)
        return pages.get_paginated_response([wallet_json(row) for row in page or ()])


class WalletView(ApiView):
    @extend_schema(operation_id="delete_wallet", responses={204: None})
    def delete(self, request: Request, wallet_id: uuid.UUID) -> Response:
        """Take a wallet off your account."""
        wallets.remove_wallet(actor=self.actor, wallet_id=wallet_id)
        return Response(status=204)


class NonceView(ApiView):
    throttle_classes = [ScopedThrottle]
    throttle_scope = "wallet"

    @extend_schema(operation_id="create_wallet_nonce", request=NonceRequestSerializer, responses={201: NonceSerializer})
    def post(self, request: Request) -> Response:
        """A number used once, good for ten minutes; with an address, the message to sign."""
        wish = self.validated(NonceRequestSerializer)
        text = None
        if "address" in wish:
            nonce, text = wallets.create_message(actor=self.actor, address=wish["address"], chain_id=wish["chain_id"])
        else:
            nonce = wallets.create_nonce(actor=self.actor)
        answer = {"nonce": nonce.nonce, "issued_at": nonce.created_at, "expires_at": nonce.expires_at, "message": text}
        return Response(answer, status=201)


class VerifyView(ApiView):
    throttle_classes = [ScopedThrottle]
    throttle_scope = "wallet"

    @extend_schema(operation_id="verify_wallet", request=ProofSerializer, responses={200: WalletSerializer})
    def post(self, request: Request) -> Response:
        """Hand in the signed message; the wallet is yours from then on."""
        proof = self.validated(ProofSerializer)
        return Response(wallet_json(wallets.verify_wallet(actor=self.actor, message=proof["message"], signature=proof["signature"])))
