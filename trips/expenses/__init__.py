"""Who bears what of an expense, what it was in the trip's currency, and who pays whom in the end.

Pure: frozen dataclasses and Decimals in and out; no database, no clock. Members are text ids.
"""

from trips.expenses.balance import Standing, standings
from trips.expenses.exchange import FrozenRate, frozen_rate, is_stale, known_currencies, rate_sources
from trips.expenses.settle import MOST_EXACT, Settlement, Transfer, settle
from trips.expenses.split import Item, Part, share_out, weights_of_items

__all__ = [
    "MOST_EXACT",
    "FrozenRate",
    "Item",
    "Part",
    "Settlement",
    "Standing",
    "Transfer",
    "frozen_rate",
    "is_stale",
    "known_currencies",
    "rate_sources",
    "settle",
    "share_out",
    "standings",
    "weights_of_items",
]
