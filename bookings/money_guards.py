"""What the database itself refuses of money: rows that say it moved, without the ledger's entries. Triggers, see `core.guards`.

The actions write the journal first, then the row that the journal is about; in `open_refund` the payment's `refunded` comes first, because that
UPDATE decides whether there is room at all. So a row trigger can't see that `refunded` was raised without a refund or a journal: the refund and
its journal are held to it instead, and `queries.ledger.ledger_faults` finds a rise that nothing followed. Nor can a row trigger see that a journal
adds up to zero, whose other entry comes after it: that too is `ledger_faults`' business.
"""

from __future__ import annotations

from travelplanner.core.guards import Guard

CAPTURED = "payment captured"  # `LedgerEntry.why` of the gateway's capture, and of what it gave back
DECIDED = "refund decided"
PAID = "refund paid"
DIFFERENCE = "supplier gave back another amount"  # than its terms say: borne by us, and no part of what travelers paid

_LEDGER, _PAYMENT, _REFUND = "bookings_ledgerentry", "bookings_payment", "bookings_refund"


def _sum(column: str, table: str, where: str) -> str:
    """Rounded, because SQLite adds decimals as floats."""
    return f"(SELECT COALESCE(ROUND(SUM(r.{column}), 3), 0) FROM {table} r WHERE {where})"


_TAKEN = _sum("amount", _LEDGER, f"r.payment_id = NEW.id AND r.account = 'gateway' AND r.why = '{CAPTURED}' AND r.currency = NEW.captured_currency")
_DECIDED = _sum("amount", _LEDGER, f"r.payment_id = NEW.id AND r.account = 'refunds' AND r.why = '{DECIDED}'")
_NO_JOURNAL = f"NOT EXISTS (SELECT 1 FROM {_LEDGER} r WHERE r.payment_id = NEW.id AND r.account = 'gateway' AND r.why = '{CAPTURED}')"
_UNLIKE_LEDGER = f"ROUND(NEW.captured, 3) <> {_TAKEN} OR (NEW.state = 'succeeded' AND NEW.amount > 0 AND {_NO_JOURNAL})"  # what costs nothing needs none
_GIVEN = _sum("amount", _LEDGER, f"r.refund_id = NEW.id AND r.account = 'gateway' AND r.why = '{PAID}' AND r.currency = NEW.currency")

GUARDS = (
    Guard(
        "money_payment_taken",
        _PAYMENT,
        "UPDATE OF state, captured, captured_currency",
        "a payment is captured by its journal in the ledger",
        _UNLIKE_LEDGER,
        (_LEDGER,),
    ),
    Guard("money_payment_made", _PAYMENT, "INSERT", "a payment is made before it is captured", "NEW.captured <> 0 OR NEW.refunded <> 0 OR NEW.state = 'succeeded'"),
    Guard(
        "money_payment_refunded",
        _PAYMENT,
        "UPDATE OF refunded",
        "what the ledger decided to give back of a payment is not unsaid",
        f"ROUND(NEW.refunded, 3) < -{_DECIDED}",
        (_LEDGER,),
    ),
    Guard(
        "money_refund_made",
        _REFUND,
        "INSERT",
        "a refund is made out of what its payment promised back",
        f"NOT EXISTS (SELECT 1 FROM {_PAYMENT} p WHERE p.id = NEW.payment_id AND p.captured_currency = NEW.currency AND "
        f"ROUND(p.refunded, 3) >= ROUND(NEW.amount + {_sum('amount', _REFUND, 'r.payment_id = NEW.payment_id')}, 3))",
        (_PAYMENT,),
    ),
    Guard(
        "money_refund_kept",
        _REFUND,
        "UPDATE OF amount, currency, payment_id",
        "a refund keeps its amount, currency and payment",
        "NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency OR NEW.payment_id <> OLD.payment_id",
    ),
    Guard(
        "money_refund_paid",
        _REFUND,
        "UPDATE OF state",
        "a refund is paid by its journal in the ledger",
        f"NEW.state = 'succeeded' AND {_GIVEN} <> -ROUND(NEW.amount, 3)",
        (_LEDGER,),
    ),
    Guard(
        "money_entry_made",
        _LEDGER,
        "INSERT",
        "an entry of the ledger fits its journal, its payment and its refund",
        f"LENGTH(NEW.currency) <> 3 OR NEW.currency <> UPPER(NEW.currency) OR NEW.why = ''"
        f" OR EXISTS (SELECT 1 FROM {_LEDGER} r WHERE r.journal = NEW.journal AND (r.currency <> NEW.currency OR r.booking_id <> NEW.booking_id))"
        f" OR EXISTS (SELECT 1 FROM {_PAYMENT} p WHERE p.id = NEW.payment_id AND (p.booking_id <> NEW.booking_id"
        f" OR (p.captured_currency <> '' AND p.captured_currency <> NEW.currency)))"
        f" OR EXISTS (SELECT 1 FROM {_REFUND} b WHERE b.id = NEW.refund_id AND (b.currency <> NEW.currency OR b.payment_id <> NEW.payment_id"
        f" OR ABS(NEW.amount) > b.amount))",
        (_PAYMENT, _REFUND),
    ),
)
