"""Human references: unique, upper case, random (seed 000's formats). Uniqueness is a constraint of each column."""

import datetime as dt
import secrets


def trip_reference() -> str:
    return f"TRIP_{secrets.token_hex(6).upper()}"


def booking_reference(day: dt.date) -> str:
    return f"BK_{day:%Y%m%d}_{secrets.token_hex(4).upper()}"


def transaction_reference() -> str:
    return f"TXN_{secrets.token_hex(8).upper()}"


def confirmation_number(moment: dt.datetime) -> str:
    return f"CONF_{moment:%Y%m%d%H%M%S}_{secrets.token_hex(3).upper()}"


def item_confirmation_code() -> str:
    return secrets.token_hex(5).upper()
