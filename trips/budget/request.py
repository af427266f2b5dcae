"""What the predictor is asked: frozen dataclasses, checked when they are made (ValueError names the field)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

Comfort = Literal["budget", "standard", "luxury"]
Pace = Literal["relaxed", "balanced", "packed"]

COMFORTS: tuple[str, ...] = get_args(Comfort)
PACES: tuple[str, ...] = get_args(Pace)
MAX_DAYS = 366
MAX_PEOPLE = 500


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def _check_money(amount: Decimal, name: str) -> None:
    _check(isinstance(amount, Decimal), f"{name} must be a Decimal")
    _check(amount.is_finite() and 0 <= amount <= Decimal("1e15"), f"{name} must be between 0 and 1e15")


def _check_months(months: tuple[int, ...], name: str) -> None:
    _check(all(1 <= month <= 12 for month in months), f"{name} must be between 1 and 12")


def _check_point(latitude: float, longitude: float) -> None:
    _check(-90 <= latitude <= 90, "latitude must be between -90 and 90")
    _check(-180 <= longitude <= 180, "longitude must be between -180 and 180")


@dataclass(frozen=True, slots=True)
class HotelPrice:
    """A catalogue hotel: list price of one unit and night (`currency`), for `sleeps` people.

    `weekend_percent` is added on Friday and Saturday nights, `high_percent` in `high_months` (as in services.csv).
    """

    nightly: Decimal
    currency: str
    comfort: str
    sleeps: int = 2
    weekend_percent: Decimal = Decimal(0)
    high_months: tuple[int, ...] = ()
    high_percent: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        _check_money(self.nightly, "hotel nightly")
        _check(self.nightly > 0, "hotel nightly must be over 0")
        _check(_is_code(self.currency), "hotel currency must be an ISO 4217 code")
        _check(self.comfort in ("", *COMFORTS), "hotel comfort must be empty, budget, standard or luxury")
        _check(1 <= self.sleeps <= 100, "hotel sleeps must be between 1 and 100")
        _check(-100 < self.weekend_percent <= 1000, "hotel weekend_percent must be over -100 and at most 1000")
        _check(-100 < self.high_percent <= 1000, "hotel high_percent must be over -100 and at most 1000")
        _check_months(self.high_months, "hotel high_months")


@dataclass(frozen=True, slots=True)
class PersonPrice:
    """A place's fee or an activity's price for one person; 0 = free."""

    amount: Decimal
    currency: str
    comfort: str = ""

    def __post_init__(self) -> None:
        _check_money(self.amount, "price amount")
        _check(_is_code(self.currency), "price currency must be an ISO 4217 code")
        _check(self.comfort in ("", *COMFORTS), "price comfort must be empty, budget, standard or luxury")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the travelers start: WGS 84 degrees and ISO 3166-1 alpha-3."""

    latitude: float
    longitude: float
    country: str

    def __post_init__(self) -> None:
        _check_point(self.latitude, self.longitude)
        _check(_is_code(self.country), "origin country must be an ISO 3166-1 alpha-3 code")


@dataclass(frozen=True, slots=True)
class BudgetRequest:
    """One stay: `days` calendar days with `days - 1` nights for `people`, in `currency`.

    Dates: `start_date` if known, else the `months` that are thought of, else the year's average (said in the answer).
    `high_months` are the destination's own high season, used only where no table knows its seasons. `hotels`, `fees`
    and `activities` are catalogue prices; hotels and activities of another comfort are left out. `as_of` is the day of
    asking, from which the uncertainty of later prices grows; without it none is added.

    For one stay of several (`predict_stays`): `moves_on` adds the last night, spent before moving on to the next stay;
    `one_way` counts the journey from `origin` (then the stay before) once instead of there and back.
    """

    destination: str
    country: str
    latitude: float
    longitude: float
    days: int
    people: int
    comfort: str
    currency: str
    trip_type: str = "leisure"
    pace: str = "balanced"
    start_date: date | None = None
    months: tuple[int, ...] = ()
    high_months: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()
    origin: Origin | None = None
    hotels: tuple[HotelPrice, ...] = ()
    fees: tuple[PersonPrice, ...] = ()
    activities: tuple[PersonPrice, ...] = ()
    budget_min: Decimal | None = None
    budget_max: Decimal | None = None
    as_of: date | None = None
    moves_on: bool = False
    one_way: bool = False

    def __post_init__(self) -> None:
        _check(bool(self.destination.strip()), "destination must not be empty")
        _check(_is_code(self.country), "country must be an ISO 3166-1 alpha-3 code")
        _check_point(self.latitude, self.longitude)
        _check(1 <= self.days <= MAX_DAYS, f"days must be between 1 and {MAX_DAYS}")
        _check(1 <= self.people <= MAX_PEOPLE, f"people must be between 1 and {MAX_PEOPLE}")
        _check(self.comfort in COMFORTS, "comfort must be budget, standard or luxury")
        _check(_is_code(self.currency), "currency must be an ISO 4217 code")
        _check(self.pace in PACES, "pace must be relaxed, balanced or packed")
        _check_months(self.months, "months")
        _check_months(self.high_months, "high_months")
        for name, amount in (("budget_min", self.budget_min), ("budget_max", self.budget_max)):
            if amount is not None:
                _check_money(amount, name)
        if self.budget_min is not None and self.budget_max is not None:
            _check(self.budget_min <= self.budget_max, "budget_min must not be over budget_max")

    @property
    def nights(self) -> int:
        """Nights to pay for: one less than the days, or as many where the travelers move on."""
        return self.days if self.moves_on else self.days - 1
