"""Wallets: proving that one is yours by signing a message of ours (EIP-4361), and taking it off again."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import eip4361
from accounts.models import User, Wallet, WalletNonce
from accounts.models.wallet import CHAINS
from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound, TooManyRequests

NONCE_TIME = dt.timedelta(minutes=10)
KEPT_FOR = dt.timedelta(days=1)  # nonces, after their time
OPEN_NONCES = 20  # of one user
MOST_WALLETS = 20  # of one user
LEEWAY = dt.timedelta(minutes=1)  # that two clocks may differ
# Travels inside a signed message, so it stays in one language and within the standard's characters.
STATEMENT = "Prove that this wallet is yours. This costs nothing and moves no money."


def _me(actor: Actor) -> uuid.UUID:
    if actor.user_id is None:
        raise NotAllowed
    return actor.user_id


def create_nonce(*, actor: Actor, now: dt.datetime | None = None) -> WalletNonce:
    """A number used once, for this user, for NONCE_TIME. Raises NotAllowed, TooManyRequests."""
    me, now = _me(actor), now or clock.now()
    with transaction.atomic():
        if WalletNonce.objects.filter(user_id=me, used_at=None, expires_at__gt=now).count() >= OPEN_NONCES:
            raise TooManyRequests(extra={"retry_after": int(NONCE_TIME.total_seconds())})
        return WalletNonce.objects.create(user_id=me, nonce=secrets.token_hex(16), created_at=now, expires_at=now + NONCE_TIME)


def create_message(*, actor: Actor, address: str, chain_id: int = 1, now: dt.datetime | None = None) -> tuple[WalletNonce, str]:
    """A nonce, and the message to sign with it. Raises Invalid (`address`, `chain_id`) and what `create_nonce` does."""
    try:
        spelled = eip4361.read_address(address.strip())
    except eip4361.Malformed as error:
        raise Invalid(fields={"address": [_("This is not the address of a wallet: 0x and 40 digits, copied whole.")]}) from error
    if chain_id not in CHAINS:
        raise Invalid(fields={"chain_id": [_("We don't know this network. Choose 1 (Ethereum): the address is the same.")]})
    nonce = create_nonce(actor=actor, now=now)
    public = urlsplit(settings.PUBLIC_URL)
    message = eip4361.Message(
        domain=public.netloc, address=spelled, uri=settings.PUBLIC_URL, chain_id=chain_id, nonce=nonce.nonce, statement=STATEMENT,
        issued_at=clock.iso(nonce.created_at), expiration_time=clock.iso(nonce.expires_at),
    )  # fmt: skip
    return nonce, eip4361.written(message)


def verify_wallet(*, actor: Actor, message: str, signature: str, now: dt.datetime | None = None) -> Wallet:
    """Take the wallet whose key signed `message`, which names us, a nonce of the actor's, and this moment.

    Guarantees: each nonce counts once, whatever comes of it after the signature was found good (of two at the same moment one wins); an address
    belongs to one user. One's own again: its time of proof is renewed. Raises Invalid (`message`, `signature`), Conflict (`nonce_used`,
    `wallet_taken` without saying by whom, `too_many_wallets`). Audited without the address.
    """
    me, now = _me(actor), now or clock.now()
    text = message.replace("\r\n", "\n")  # a browser's text box sends line ends of its own
    said = _read(text, now)
    nonce = _nonce_of(me, said, now)
    if eip4361.signer(text, signature.strip()) != said.address:
        raise Invalid(fields={"signature": [_("This signature was not made by that wallet for exactly this message.")]})
    taken = False
    with transaction.atomic():
        unused = WalletNonce.objects.filter(pk=nonce.pk, expires_at__gt=now)
        if settings.NONCES_ARE_GUARDED:
            unused = unused.filter(used_at=None)
        if not unused.update(used_at=now):
            raise Conflict(_("This message was used before. Ask for a new one."), code="nonce_used")
        wallet = Wallet.objects.filter(address=said.address).first()
        if wallet is None and _has_room(me):
            try:
                with transaction.atomic():
                    wallet = Wallet.objects.create(user_id=me, address=said.address, chain_id=said.chain_id, verified_at=now)
            except IntegrityError:  # another user's, a moment before
                taken = True
        elif wallet is not None and wallet.user_id == me:
            wallet.chain_id, wallet.verified_at = said.chain_id, now
            wallet.save(update_fields=["chain_id", "verified_at", "updated_at"])
        else:
            taken = wallet is not None
        if wallet is not None and not taken:
            audit.record(actor=actor, action="wallet.verified", row=wallet, now=now)
    # Raised here and not inside: the nonce stays used.
    if taken:
        raise Conflict(_("This wallet belongs to another account. Remove it there first."), code="wallet_taken")
    if wallet is None:
        raise Conflict(_("You have as many wallets as an account can hold. Remove one first."), code="too_many_wallets")
    return wallet


def _has_room(me: uuid.UUID) -> bool:
    User.objects.select_for_update().filter(pk=me).first()  # two of one user's at once count one after the other
    return Wallet.objects.filter(user_id=me).count() < MOST_WALLETS


def _refuse(sentence: str) -> Invalid:
    return Invalid(fields={"message": [sentence]})


def _read(text: str, now: dt.datetime) -> eip4361.Message:
    """The message, when it is one, for us and for now."""
    try:
        said = eip4361.parse(text)
    except eip4361.Malformed as error:
        raise _refuse(_("This is not the message that we showed you. Copy it whole, without a change.")) from error
    public, uri = urlsplit(settings.PUBLIC_URL), urlsplit(said.uri)
    if said.domain != public.netloc or said.scheme not in (None, public.scheme) or (uri.scheme, uri.netloc) != (public.scheme, public.netloc):
        raise _refuse(_("This message was written for another site."))
    if said.chain_id not in CHAINS:
        raise _refuse(_("We don't know the network that this message names."))
    if eip4361.moment(said.issued_at) > now + LEEWAY or (said.not_before is not None and eip4361.moment(said.not_before) > now + LEEWAY):
        raise _refuse(_("This message is for later. Is the clock of your device right?"))
    if said.expiration_time is not None and eip4361.moment(said.expiration_time) <= now:
        raise _refuse(_("This message is too old. Ask for a new one."))
    return said


def _nonce_of(me: uuid.UUID, said: eip4361.Message, now: dt.datetime) -> WalletNonce:
    """The nonce, when it is the actor's. Another's and none look the same."""
    nonce = WalletNonce.objects.filter(nonce=said.nonce, user_id=me).first()
    if nonce is None:
        raise _refuse(_("This message is not one that we gave you. Ask for a new one."))
    if nonce.expires_at <= now or eip4361.moment(said.issued_at) < nonce.created_at - LEEWAY:
        raise _refuse(_("This message is too old. Ask for a new one."))
    return nonce


def remove_wallet(*, actor: Actor, wallet_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Take one's own wallet off. Raises NotFound. Audited."""
    with transaction.atomic():
        wallet = Wallet.objects.select_for_update().filter(pk=wallet_id, user_id=actor.user_id).first() if actor.user_id else None
        if wallet is None:
            raise NotFound
        audit.record(actor=actor, action="wallet.removed", row=wallet, now=now)
        wallet.delete()


def prune_nonces(*, now: dt.datetime | None = None) -> str:
    """Drop nonces whose time is long over; a periodic job."""
    gone, _detail = WalletNonce.objects.filter(expires_at__lte=(now or clock.now()) - KEPT_FOR).delete()
    return f"{gone} dropped"
