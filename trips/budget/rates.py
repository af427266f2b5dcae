"""Currencies: exponents of ISO 4217, quantizing, and conversion through EUR by the dated table."""

from decimal import ROUND_HALF_UP, Context, Decimal

from trips.budget.tables import RateRow, load_tables

#: Minor units where they are not 2 (ISO 4217).
EXPONENTS = dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
                           "XAF", "XOF", "XPF"), 0) | dict.fromkeys(
    ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)  # fmt: skip
#: Enough digits for 1e15 of the smallest currency with three decimals.
_WIDE = Context(prec=40, rounding=ROUND_HALF_UP)


def exponent(currency: str) -> int:
    """Number of decimals of a currency (ISO 4217): 0, 2 or 3."""
    return EXPONENTS.get(currency, 2)


def quantize_money(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's exponent."""
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), context=_WIDE)


def find_rate(currency: str) -> RateRow:
    """The dated rate of a currency; ValueError when no table has one, or when it is no longer legal tender."""
    row = load_tables().rates.get(currency)
    if row is None:
        raise ValueError(f"no exchange rate is known for {currency}")
    if row.status == "replaced":
        raise ValueError(f"{currency} is no longer legal tender")
    return row


def has_rate(currency: str) -> bool:
    """Whether amounts of this currency can be converted."""
    row = load_tables().rates.get(currency)
    return row is not None and row.status != "replaced"


def convert_exact(amount: Decimal, source: str, target: str) -> Decimal:
    """Convert without rounding to minor units (40 digits)."""
    if source == target:
        return amount
    return _WIDE.divide(_WIDE.multiply(amount, find_rate(target).per_eur), find_rate(source).per_eur)


def convert(amount: Decimal, source: str, target: str) -> Decimal:
    """Convert and quantize to the target's exponent; ValueError for a currency without a rate."""
    return quantize_money(convert_exact(amount, source, target), target)
