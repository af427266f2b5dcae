"""Text messages: one interface, three gateways (file, off, twilio), chosen by the setting SMS_GATEWAY."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from pathlib import Path
from typing import Protocol

import requests
from django.conf import settings

from travelplanner.core import clock

logger = logging.getLogger(__name__)
TIMEOUT = 8  # seconds


class SmsUnavailable(Exception):
    """The gateway can't be had, or didn't say what became of the message; it may arrive all the same."""


class SmsRefused(Exception):
    """The gateway won't write to this number (not a mobile phone, not a country it serves)."""


class SmsGateway(Protocol):
    """Hands one message over. `number` is in E.164. Never called inside a transaction: it may take TIMEOUT seconds."""

    def send(self, *, number: str, text: str) -> None:
        """Raises SmsUnavailable, SmsRefused."""


class FileGateway:
    """A file for each message, for one's own machine."""

    def send(self, *, number: str, text: str) -> None:
        folder = Path(settings.SMS_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{clock.now().astimezone(dt.UTC):%Y%m%d-%H%M%S-%f}-{secrets.token_hex(3)}.txt"
        (folder / name).write_text(f"To: {number}\n\n{text}\n", encoding="utf-8")


class NoGateway:
    """Without keys nobody is written to, and that is said."""

    def send(self, *, number: str, text: str) -> None:
        raise SmsUnavailable("SMS_GATEWAY is off")


class TwilioGateway:
    """Twilio's `Messages` resource, and whoever speaks the same: POST of To, From, Body with account and token as HTTP's basic authentication."""

    def send(self, *, number: str, text: str) -> None:
        address = f"{settings.SMS_URL}/2010-04-01/Accounts/{settings.SMS_ACCOUNT}/Messages.json"
        data = {"To": number, "From": settings.SMS_SENDER, "Body": text}
        try:
            answer = requests.post(address, data=data, auth=(settings.SMS_ACCOUNT, settings.SMS_TOKEN), timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            logger.warning("text message gateway: %s", type(error).__name__)
            raise SmsUnavailable(type(error).__name__) from error
        if answer.status_code in (200, 201):
            return
        logger.warning("text message gateway answered %d", answer.status_code)
        if answer.status_code == 400:  # the number; 401, 403, 404 are our own account, 429 and 5xx theirs
            raise SmsRefused
        raise SmsUnavailable(f"HTTP {answer.status_code}")


GATEWAYS: dict[str, type[SmsGateway]] = {"file": FileGateway, "off": NoGateway, "twilio": TwilioGateway}


def default_gateway() -> SmsGateway:
    """The gateway of the settings."""
    return GATEWAYS[settings.SMS_GATEWAY]()
