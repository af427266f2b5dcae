"""A small catalogue, a fixed day, and sentences with what a traveler means by them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from trips.planning.sentence import DestinationName, ParsedWish, parse_sentence

TODAY = dt.date(2026, 11, 21)  # a Saturday
DESTINATIONS = (
    DestinationName("vns", "Varanasi", ("Banaras", "Kashi", "Benares", "वाराणसी"), "INR"),
    DestinationName("del", "Delhi", ("New Delhi",), "INR"),
    DestinationName("man", "Manali", (), "INR"),
    DestinationName("goa", "Goa", (), "INR"),
    DestinationName("bom", "Mumbai", ("Bombay",), "INR"),
    DestinationName("ker", "Kerala", (), "INR"),
    DestinationName("leh", "Ladakh", ("Leh",), "INR"),
    DestinationName("nce", "Nice", (), "EUR"),
    DestinationName("par", "Paris", (), "EUR"),
    DestinationName("tyo", "Tokyo", (), "JPY"),
    DestinationName("bkk", "Bangkok", (), "THB"),
    DestinationName("nyc", "New York", ("NYC", "New York City"), "USD"),
    DestinationName("sao", "São Paulo", (), "BRL"),
)


def parse(text: str, **more: Any) -> ParsedWish:
    return parse_sentence(text, destinations=DESTINATIONS, today=TODAY, **more)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


SENTENCES: list[tuple[str, dict[str, Any]]] = [
    (
        "5 days in Varanasi for 2 under 40,000, temples and food",
        {
            "to": ("vns",),
            "days": 5,
            "people": 2,
            "budget_max": 40000,
            "currency": "INR",
            "interests": ("temples", "food"),
        },
    ),
    (
        "a week in Goa, beach holiday with my wife and two kids, ₹1.5 lakh",
        {
            "to": ("goa",),
            "days": 7,
            "people": 4,
            "children": 2,
            "budget_max": 150000,
            "currency": "INR",
            "interests": ("beaches",),
            "trip_type": "beach",
        },
    ),
    (
        "Delhi and Manali 10-day trip from Mumbai budget 60k",
        {"to": ("del", "man"), "origin": "Mumbai", "days": 10, "budget_max": 60000, "currency": "INR"},
    ),
    (
        "weekend in Paris for a couple between $500 and $800",
        {"to": ("par",), "days": 2, "people": 2, "budget_min": 500, "budget_max": 800, "currency": "USD"},
    ),
    (
        "3 nights in Tokyo JPY 200000 solo",
        {"to": ("tyo",), "days": 4, "people": 1, "budget_max": 200000, "currency": "JPY"},
    ),
    (
        "two weeks in Kerala, family of four, 2000 euros",
        {"to": ("ker",), "days": 14, "people": 4, "budget_max": 2000, "currency": "EUR", "trip_type": "family"},
    ),
    # money
    ("Nice for €1.500", {"to": ("nce",), "budget_max": 1500, "currency": "EUR"}),
    ("Goa ₹40k", {"to": ("goa",), "budget_max": 40000, "currency": "INR"}),
    ("Goa Rs. 1.5 lakh", {"to": ("goa",), "budget_max": 150000, "currency": "INR"}),
    ("Goa 1 crore", {"to": ("goa",), "budget_max": 10**7, "currency": "INR"}),
    ("Bangkok 2 lakh", {"to": ("bkk",), "budget_max": 200000, "currency": "INR"}),
    ("dedh lakh me Goa", {"to": ("goa",), "budget_max": 150000, "currency": "INR", "leftover": ()}),
    ("Goa pachas hazar", {"to": ("goa",), "budget_max": 50000, "currency": "INR"}),
    ("Bangkok under 20000", {"to": ("bkk",), "budget_max": 20000, "currency": "THB"}),
    (
        "Goa around 30000",
        {"to": ("goa",), "budget_min": 27000, "budget_max": 33000, "currency": "INR", "budget_approximate": True},
    ),
    ("Goa at least 20000", {"to": ("goa",), "budget_min": 20000, "currency": "INR"}),
    ("Goa min 10000 max 20000", {"to": ("goa",), "budget_min": 10000, "budget_max": 20000, "currency": "INR"}),
    ("Goa 40-50k", {"to": ("goa",), "budget_min": 40000, "budget_max": 50000, "currency": "INR"}),
    ("Goa 20000 to 30000", {"to": ("goa",), "budget_min": 20000, "budget_max": 30000, "currency": "INR"}),
    ("Delhi 1,50,000", {"to": ("del",), "budget_max": 150000, "currency": "INR"}),
    ("Delhi ₹ 25,000/- each", {"to": ("del",), "budget_max": 25000, "currency": "INR", "budget_basis": "person"}),
    ("Paris €1.500,50", {"to": ("par",), "budget_max": Decimal("1500.50"), "currency": "EUR"}),
    ("Paris 2 500 EUR", {"to": ("par",), "budget_max": 2500, "currency": "EUR"}),
    ("São Paulo 2000 R$", {"to": ("sao",), "budget_max": 2000, "currency": "BRL"}),
    (
        "New York City 3k usd per person",
        {"to": ("nyc",), "budget_max": 3000, "currency": "USD", "budget_basis": "person"},
    ),
    ("Paris for a day", {"to": ("par",), "days": 1}),
    ("Paris 100 dollars a day", {"to": ("par",), "budget_max": 100, "currency": "USD", "budget_basis": "day"}),
    ("my budget is 900 for Paris", {"to": ("par",), "budget_max": 900, "currency": "EUR"}),
    ("40000 all inclusive Goa", {"to": ("goa",), "budget_max": 40000, "currency": "INR", "leftover": ("inclusive",)}),
    ("Goa 20000, hotel 30000", {"to": ("goa",), "budget_max": 20000, "currency": "INR", "leftover": ("hotel 30000",)}),
    ("Goa 2027", {"to": ("goa",), "leftover": ("2027",)}),
    ("Goa Rs.20,000 to Rs.30,000", {"to": ("goa",), "budget_min": 20000, "budget_max": 30000, "currency": "INR"}),
    ("5000 a night in Goa", {"to": ("goa",), "budget_max": 5000, "currency": "INR", "budget_basis": "day"}),
    # lengths
    ("5-7 days Delhi", {"to": ("del",), "days": 7}),
    ("2N/3D Manali", {"to": ("man",), "days": 3}),
    ("3 days 2 nights in Manali", {"to": ("man",), "days": 3}),
    ("a long weekend in Goa", {"to": ("goa",), "days": 3}),
    ("a couple of days in Goa", {"to": ("goa",), "days": 2}),
    ("fortnight in Kerala", {"to": ("ker",), "days": 14}),
    ("under 5 days in Goa", {"to": ("goa",), "days": 5, "leftover": ()}),
    ("Goa 5 din", {"to": ("goa",), "days": 5}),
    ("0 days in Goa", {"to": ("goa",), "leftover": ("0",)}),
    ("9999 days in Goa", {"to": ("goa",)}),
    # people
    ("Goa for 3 log", {"to": ("goa",), "people": 3}),
    ("we are 4, Delhi", {"to": ("del",), "people": 4}),
    ("Goa with 3 friends", {"to": ("goa",), "people": 4}),
    ("Goa with friends", {"to": ("goa",)}),
    ("2 adults and 1 child to Delhi", {"to": ("del",), "people": 3, "children": 1, "trip_type": "family"}),
    (
        "with my wife, two kids and my parents to Manali",
        {"to": ("man",), "people": 6, "children": 2, "trip_type": "family"},
    ),
    ("my wife and I to Goa", {"to": ("goa",), "people": 2}),
    ("honeymoon in Bangkok", {"to": ("bkk",), "people": 2, "trip_type": "romantic"}),
    ("Goa for 2 lakh", {"to": ("goa",), "budget_max": 200000, "currency": "INR"}),
    # dates
    ("12 November Goa", {"to": ("goa",), "start": day("2027-11-12")}),
    ("Goa December 3rd, 2026", {"to": ("goa",), "start": day("2026-12-03")}),
    ("12-16 Nov 2026 Varanasi", {"to": ("vns",), "days": 5, "start": day("2026-11-12"), "end": day("2026-11-16")}),
    ("Dec 1 to 5 Goa", {"to": ("goa",), "days": 5, "start": day("2026-12-01"), "end": day("2026-12-05")}),
    ("28 Dec - 3 Jan Goa", {"to": ("goa",), "days": 7, "start": day("2026-12-28"), "end": day("2027-01-03")}),
    (
        "from 2026-12-01 to 2026-12-05 in Delhi",
        {"to": ("del",), "days": 5, "start": day("2026-12-01"), "end": day("2026-12-05")},
    ),
    (
        "Goa on 5/12/2026 for 3 nights",
        {"to": ("goa",), "days": 4, "start": day("2026-12-05"), "end": day("2026-12-08")},
    ),
    (
        "Manali 15/12/2026 to 20/12/2026",
        {"to": ("man",), "days": 6, "start": day("2026-12-15"), "end": day("2026-12-20"), "leftover": ()},
    ),
    ("Goa tomorrow", {"to": ("goa",), "start": day("2026-11-22")}),
    ("Goa next friday", {"to": ("goa",), "start": day("2026-11-27")}),
    ("Goa next weekend", {"to": ("goa",), "days": 2, "start": day("2026-11-28"), "end": day("2026-11-29")}),
    ("Goa next month", {"to": ("goa",), "month": day("2026-12-01")}),
    ("Goa in December", {"to": ("goa",), "month": day("2026-12-01")}),
    ("Goa in may", {"to": ("goa",), "month": day("2027-05-01")}),
    ("we may go to Goa", {"to": ("goa",)}),
    ("Ladakh in the summer", {"to": ("leh",), "season": "summer"}),
    ("Kerala during monsoon", {"to": ("ker",), "season": "monsoon"}),
    ("Goa 31 February", {"to": ("goa",), "month": day("2027-02-01"), "leftover": ("31",)}),
    # places
    ("Varansi 4 days", {"unknown_places": ("Varansi",), "days": 4}),
    ("timbuktu or goa", {"to": ("goa",), "leftover": ("timbuktu",)}),
    ("trip to timbuktu", {"unknown_places": ("timbuktu",)}),
    ("Barcelona or Porto Alegre", {"unknown_places": ("Barcelona", "Porto Alegre")}),
    ("Goa from Pune", {"to": ("goa",), "origin": "Pune"}),
    ("from Delhi to Goa", {"to": ("goa",), "origin": "Delhi"}),
    ("a nice trip to goa", {"to": ("goa",)}),
    ("sao paulo", {"to": ("sao",)}),
    ("GOA CHEAP TRIP", {"to": ("goa",), "comfort": "budget"}),
    ("वाराणसी", {"to": ("vns",)}),
    ("Goa, Goa and goa", {"to": ("goa",)}),
    # tastes
    ("a trek in Ladakh, packed", {"to": ("leh",), "interests": ("trekking",), "pace": "full", "trip_type": "trek"}),
    ("relaxed luxury trip, 5 star", {"comfort": "luxury", "pace": "relaxed"}),
    ("goa on a budget, cheap hostels", {"to": ("goa",), "comfort": "budget"}),
    ("not luxury, no museums or nightlife", {"avoided": ("history", "nightlife"), "leftover": ("luxury",)}),
    ("old town, wine, yoga and sunsets", {"interests": ("history", "food", "wellness", "views")}),
    ("Kashi yatra", {"to": ("vns",), "interests": ("spiritual",), "trip_type": "spiritual"}),
    ("business trip to Delhi", {"to": ("del",), "trip_type": "business"}),
    (
        "wheelchair user, vegetarian, with a toddler",
        {"people": 2, "children": 1, "trip_type": "family", "needs": ("toddler", "wheelchair", "vegetarian")},
    ),
    ("non veg food in Goa", {"to": ("goa",), "interests": ("food",), "leftover": ("non veg",)}),
    # nothing
    ("", {}),
    ("   ", {}),
    ("🏖️🏖️", {}),
    ("\x00\x00", {}),
    ("please help me plan", {"leftover": ()}),
    ("qwrtz", {"leftover": ("qwrtz",)}),
]
