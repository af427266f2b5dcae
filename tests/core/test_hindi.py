"""Hindi, as a traveler and as a program: pages, forms, sentences, money, dates and refusals follow the reader's language."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from bookings.web import words
from travelplanner.core.templatetags.design import minutes
from travelplanner.core.templatetags.money import date_span, format_amount
from trips.documents import sentences
from trips.models.trip import TRIP_TYPES
from trips.web import written

DEVANAGARI = re.compile("[\u0900-\u097f]")
pytestmark = pytest.mark.django_db


@pytest.fixture
def hindi() -> Any:
    with translation.override("hi"):
        yield


def test_menu_when_hindi_is_chosen_then_the_site_stays_in_hindi(page: Client) -> None:
    assert 'lang="en"' in page.get("/").text
    answer = page.post("/i18n/setlang/", {"language": "hi", "next": "/help"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help")
    text = page.get("/help").text
    assert '<html lang="hi"' in text
    assert "यह कैसे चलता है" in text
    assert "English</button>" in text  # the way back


def test_signup_when_password_is_weak_then_the_refusal_is_hindi(page: Client) -> None:
    answer = page.post("/accounts/signup/", {"email": "asha", "password1": "12345"}, headers={"Accept-Language": "hi"})
    assert "सही ईमेल पता लिखें।" in answer.text
    assert "पासवर्ड में केवल अंक हैं।" in answer.text
    assert "पासवर्ड बहुत छोटा है। उसमें कम से कम 10 अक्षर होने चाहिए।" in answer.text


def test_signin_when_refused_then_says_so_in_hindi(page: Client) -> None:
    answer = page.post("/accounts/login/", {"login": "asha@example.org", "password": "wrong"}, headers={"Accept-Language": "hi"})
    assert "ईमेल पता या पासवर्ड सही नहीं है।" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("get", "/api/trips/TRIP_000000000000/budget", None, "यहाँ कुछ नहीं है, या यह आपका नहीं है।"),
        ("get", "/api/trips?status=lost", None, "इनमें से कोई एक चुनें"),
        ("post", "/api/trips/intent", {"destination": "Varanasi", "tripDuration": {"days": "five"}}, "पूरी संख्या लिखें।"),
        ("post", "/api/trips/intent", {}, "यह ज़रूरी है।"),
    ],
)
def test_api_when_hindi_is_accepted_then_sentences_are_hindi_and_codes_stay(alice_api: APIClient, method: str, path: str, body: Any, said: str) -> None:
    more = {"data": body, "format": "json"} if body is not None else {}
    answer = getattr(alice_api, method)(path, headers={"Accept-Language": "hi"}, **more)
    assert said in answer.text
    assert re.fullmatch("[a-z_]+", answer.json()["error"])


def test_api_when_nobody_is_signed_in_then_says_so_in_hindi(api: APIClient) -> None:
    answer = api.get("/api/trips", headers={"Accept-Language": "hi"})
    assert answer.status_code == 401
    assert DEVANAGARI.search(answer.json()["message"])


def test_choices_when_shown_in_hindi_then_all_have_words(hindi: None) -> None:
    shown = [label for _key, label in TRIP_TYPES]
    for table in (sentences.CATEGORY_NAMES, sentences.PROFILE_NAMES, sentences.COMFORT_NAMES, sentences.INTEREST_NAMES, sentences.SCORE_NAMES, sentences.MODE_NAMES):
        shown += table.values()
    shown += [label for _tone, label in words.STATES.values()] + list(words.STEPS.values()) + list(words.FAILURES.values())
    assert not [str(label) for label in shown if not DEVANAGARI.search(str(label))]


def test_money_when_read_in_hindi_then_is_grouped_in_lakhs(hindi: None) -> None:
    assert format_amount(1234567, "INR") == "₹12,34,567"
    assert format_amount("12.50", "EUR") == "€12.50"


def test_dates_and_times_when_read_in_hindi_then_months_and_units_are_hindi(hindi: None) -> None:
    assert date_span(dt.date(2026, 12, 17), dt.date(2026, 12, 21)) == "17–21 दिस॰ 2026"
    assert written.day_date(dt.date(2026, 12, 17)) == "गुरु 17 दिस॰"
    assert written.month_name(dt.date(2026, 1, 1)) == "जनवरी"
    assert minutes(80) == "1 घं॰ 20 मि॰"
    assert written.language_name("Bhojpuri") == "भोजपुरी"
    assert written.language_name("Kashika") == "Kashika"


def test_counts_when_read_in_hindi_then_one_and_many_differ(hindi: None) -> None:
    assert [words.left_words("hotel", count) for count in (1, 2)] == ["1 कमरा बचा है", "2 कमरे बचे हैं"]
    assert words.use_words("hotel", dt.date(2026, 12, 17), dt.date(2026, 12, 21), "", 2, 3) == "17–21 दिस॰ 2026, 4 रातें, 3 लोग, 2 कमरे"


def test_sentence_when_hindi_then_ends_as_hindi_does(hindi: None) -> None:
    assert written.sentence("खुला सोम–रवि 06:00–22:00") == "खुला सोम–रवि 06:00–22:00।"


def test_pace_when_the_predictor_calls_it_packed_then_it_has_a_word(hindi: None) -> None:
    assert "भरी-पूरी" in sentences.render("pace", {"pace": "packed", "factor": 1.2})


def test_settings_then_english_and_hindi_are_shipped() -> None:
    assert [code for code, _name in settings.LANGUAGES] == ["en", "hi"]
