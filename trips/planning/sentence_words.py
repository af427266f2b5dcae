"""The words that `sentence` knows: numbers, months, currencies, synonyms. Data only, lower case without accents."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NUMBERS: dict[str, int] = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "eighteen": 18,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "hundred": 100,
    # Hindi as it is typed in Latin letters
    "ek": 1, "do": 2, "teen": 3, "tin": 3, "char": 4, "chaar": 4, "panch": 5, "paanch": 5, "che": 6, "chhe": 6,
    "saat": 7,
    "aath": 8, "nau": 9, "das": 10, "bees": 20, "tees": 30, "chalis": 40, "pachas": 50, "saath": 60, "sau": 100,
}  # fmt: skip
HALVES: dict[str, str] = {"dedh": "1.5", "dhai": "2.5", "half a": "0.5", "aadha": "0.5"}

MONTHS: dict[str, int] = {
    "january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5,
    "june": 6, "jun": 6,
    "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9, "sept": 9, "sep": 9, "october": 10, "oct": 10,
    "november": 11, "nov": 11, "december": 12, "dec": 12,
}  # fmt: skip
WEEKDAYS: dict[str, int] = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
SEASONS: dict[str, str] = {
    "winter": "winter", "winters": "winter", "summer": "summer", "summers": "summer", "monsoon": "monsoon",
    "monsoons": "monsoon", "rainy season": "monsoon", "rains": "monsoon", "spring": "spring",
    "springtime": "spring",
    "autumn": "autumn",
}  # fmt: skip

MULTIPLIERS: dict[str, int] = {
    "k": 10**3, "thousand": 10**3, "grand": 10**3, "hazar": 10**3, "hazaar": 10**3, "hajar": 10**3,
    "lakh": 10**5, "lakhs": 10**5, "lac": 10**5, "lacs": 10**5, "l": 10**5,
    "million": 10**6, "mn": 10**6, "crore": 10**7, "crores": 10**7, "cr": 10**7, "karod": 10**7,
}  # fmt: skip
INDIAN_MULTIPLIERS = frozenset(
    {"hazar", "hazaar", "hajar", "lakh", "lakhs", "lac", "lacs", "l", "crore", "crores", "cr", "karod"}
)
LAKH_CURRENCIES = ("INR", "NPR", "PKR", "BDT", "LKR")

# longer signs first: "us$" before "$"
CURRENCY_SIGNS: dict[str, str] = {
    "us$": "USD", "nz$": "NZD", "hk$": "HKD", "a$": "AUD", "c$": "CAD", "s$": "SGD", "r$": "BRL", "$": "USD",
    "€": "EUR",
    "£": "GBP", "¥": "JPY", "₹": "INR", "₨": "INR", "₩": "KRW", "฿": "THB", "₫": "VND", "₱": "PHP", "₺": "TRY",
    "₽": "RUB",
    "₪": "ILS", "₦": "NGN", "₴": "UAH", "rs.": "INR", "rs": "INR",
}  # fmt: skip
CURRENCY_WORDS: dict[str, str] = {
    "rupees": "INR", "rupee": "INR", "rupaye": "INR", "rupay": "INR", "rupiya": "INR", "rupiah": "IDR",
    "bucks": "USD",
    "dollars": "USD", "dollar": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP", "pound": "GBP",
    "quid": "GBP",
    "yen": "JPY", "yuan": "CNY", "rmb": "CNY", "baht": "THB", "dirhams": "AED", "dirham": "AED", "francs": "CHF",
    "ringgit": "MYR", "dong": "VND", "taka": "BDT", "riyals": "SAR", "riyal": "SAR", "rand": "ZAR", "reais": "BRL",
    "lira": "TRY", "pesos": "MXN", "won": "KRW", "rubles": "RUB", "shekels": "ILS", "ngultrum": "BTN",
}  # fmt: skip
CURRENCY_CODES = _words(
    "inr usd eur gbp jpy cny aud cad chf sgd hkd nzd thb idr myr vnd php krw twd aed sar qar omr kwd bhd"
    " ils zar egp mad kes"
    " tzs ngn npr lkr pkr bdt btn mvr mmk khr lak brl mxn ars clp cop pen sek nok dkk isk pln czk huf ron"
    " bgn uah rub gel try"
)
CODES_THAT_ARE_WORDS = frozenset({"try", "mad", "cop", "pen", "lak", "ron", "gel"})  # only when written in capitals

COMPANIONS_ONE = _words(
    "wife husband partner girlfriend boyfriend fiance fiancee spouse mom mum mother dad father sister"
    " brother son daughter friend"
    " kid child baby toddler infant grandmother grandfather grandma grandpa cousin colleague aunt uncle buddy"
)
COMPANIONS_MANY = _words(
    "friends kids children sons daughters babies toddlers infants sisters brothers cousins colleagues buddies teenagers"
)
COMPANIONS_TWO = frozenset({"parents", "grandparents", "in-laws", "twins"})
CHILDREN = _words(
    "kid kids child children son sons daughter daughters baby babies toddler toddlers infant infants twins teenagers"
)

# (kind, value) for each phrase; the longest phrase at a spot wins
Meaning = tuple[str, str]
_INTERESTS: dict[str, str] = {
    "temples": "temple temples mandir shrine shrines church churches mosque mosques monastery monasteries"
    " gurudwara cathedral",
    "history": "history historic historical heritage fort forts palace palaces ruins monuments monument museum"
    " museums archaeology",
    "art": "art arts gallery galleries paintings sculpture handicrafts crafts",
    "architecture": "architecture architectural buildings",
    "food": "food foodie foodies cuisine eating restaurants cafes khana cooking wine culinary",
    "nature": "nature wildlife safari lakes lake waterfall waterfalls mountains mountain forest forests hills"
    " birdwatching gardens backwaters river rivers valley valleys",
    "beaches": "beach beaches sea seaside island islands coast swimming",
    "adventure": "adventure adventures rafting paragliding diving snorkeling snorkelling surfing bungee kayaking skiing"
    " climbing zipline",
    "shopping": "shopping markets market bazaar bazaars souvenirs malls mall",
    "nightlife": "nightlife bars clubs clubbing pubs party parties partying",
    "family": "zoo playground playgrounds",
    "photography": "photography photos photo photographer instagram",
    "wellness": "wellness spa spas yoga ayurveda ayurvedic massage meditation",
    "culture": "culture cultural festival festivals dance music theatre traditions",
    "trekking": "trekking hiking hikes hike treks trek trekker",
    "views": "views view viewpoints viewpoint scenic scenery sunset sunsets sunrise sunrises",
    "spiritual": "spiritual spirituality ghats ghat aarti pilgrimage religious ashram ashrams holy",
}
_PHRASES: dict[str, tuple[Meaning, ...]] = {
    "street food": (("interest", "food"),),
    "local food": (("interest", "food"),),
    "old town": (("interest", "history"),),
    "hot springs": (("interest", "wellness"),),
    "art museum": (("interest", "art"),),
    "art museums": (("interest", "art"),),
    "theme park": (("interest", "family"),),
    "theme parks": (("interest", "family"),),
    "amusement park": (("interest", "family"),),
    "kid friendly": (("interest", "family"),),
    "family friendly": (("interest", "family"),),
    "scuba diving": (("interest", "adventure"),),
    "water sports": (("interest", "adventure"),),
    "national park": (("interest", "nature"),),
    "national parks": (("interest", "nature"),),
    # kinds of trip; some say an interest too
    "leisure": (("trip_type", "leisure"),),
    "vacation": (("trip_type", "leisure"),),
    "holiday": (("trip_type", "leisure"),),
    "holidays": (("trip_type", "leisure"),),
    "business": (("trip_type", "business"),),
    "business trip": (("trip_type", "business"),),
    "work trip": (("trip_type", "business"),),
    "conference": (("trip_type", "business"),),
    "family": (("trip_type", "family"),),
    "family trip": (("trip_type", "family"),),
    "family vacation": (("trip_type", "family"),),
    "family holiday": (("trip_type", "family"),),
    "adventure trip": (("trip_type", "adventure"), ("interest", "adventure")),
    "adventure holiday": (("trip_type", "adventure"), ("interest", "adventure")),
    "spiritual trip": (("trip_type", "spiritual"), ("interest", "spiritual")),
    "spiritual journey": (("trip_type", "spiritual"), ("interest", "spiritual")),
    "pilgrimage": (("trip_type", "spiritual"), ("interest", "spiritual")),
    "yatra": (("trip_type", "spiritual"), ("interest", "spiritual")),
    "trek": (("trip_type", "trek"), ("interest", "trekking")),
    "trekking trip": (("trip_type", "trek"), ("interest", "trekking")),
    "hiking trip": (("trip_type", "trek"), ("interest", "trekking")),
    "beach holiday": (("trip_type", "beach"), ("interest", "beaches")),
    "beach vacation": (("trip_type", "beach"), ("interest", "beaches")),
    "beach trip": (("trip_type", "beach"), ("interest", "beaches")),
    "honeymoon": (("trip_type", "romantic"),),
    "romantic": (("trip_type", "romantic"),),
    "anniversary": (("trip_type", "romantic"),),
    "road trip": (("trip_type", "road_trip"),),
    "city break": (("trip_type", "city"),),
}
_OTHERS: dict[Meaning, tuple[str, ...]] = {
    ("comfort", "budget"): (
        "cheap", "cheaply", "cheapest", "backpacking", "backpacker", "backpackers", "hostel", "hostels",
        "shoestring", "economical",
        "affordable", "low cost", "low budget", "low-budget", "tight budget", "small budget", "on a budget",
        "budget trip", "sasta",
        "budget hotel", "budget hotels", "budget travel", "budget friendly", "budget-friendly", "budget stay",
        "budget holiday",
    ),
    ("comfort", "standard"): (
        "standard", "mid-range", "mid range", "midrange", "comfortable", "3 star", "3-star", "three star",
        "4 star", "4-star", "four star",
    ),
    ("comfort", "luxury"): (
        "luxury", "luxurious", "premium", "deluxe", "high end", "high-end", "5 star", "5-star", "five star",
        "five-star", "5 stars",
    ),
    ("pace", "relaxed"): (
        "relaxed", "relaxing", "relax", "slow", "slowly", "slow pace", "easy pace", "leisurely", "chill",
        "laid back", "laid-back",
        "unhurried", "lazy", "easy going", "easygoing", "relaxed pace", "not too rushed", "no rush",
    ),
    ("pace", "balanced"): ("balanced", "moderate pace", "normal pace", "balanced pace"),
    ("pace", "full"): (
        "packed", "jam-packed", "jam packed", "full pace", "full schedule", "full days", "busy", "fast",
        "fast-paced", "fast paced",
        "action packed", "action-packed", "see everything", "as much as possible", "packed schedule",
    ),
    ("need", "wheelchair"): ("wheelchair", "wheelchair user", "wheelchair accessible", "wheelchairs"),
    ("need", "step_free"): ("step-free", "step free", "no stairs", "without stairs", "no steps", "stroller",
    "pram", "accessible"),
    ("need", "vegetarian"): ("vegetarian", "vegetarians", "veg", "pure veg", "veggie", "shakahari",
    "vegetarian food", "veg food"),
    ("need", "vegan"): ("vegan", "vegans", "vegan food"),
    ("need", "jain"): ("jain food", "jain meals"),
    ("need", "halal"): ("halal", "halal food"),
    ("need", "kosher"): ("kosher", "kosher food"),
    ("need", "gluten_free"): ("gluten free", "gluten-free"),
    ("need", "toddler"): ("toddler", "toddlers", "baby", "infant"),
    ("need", "senior"): ("elderly", "senior", "seniors", "senior citizens", "grandparents"),
    ("need", "pet"): ("pet friendly", "pet-friendly", "with my dog", "with our dog"),
}  # fmt: skip


def _phrases() -> dict[str, tuple[Meaning, ...]]:
    table: dict[str, tuple[Meaning, ...]] = {}
    for interest, words in _INTERESTS.items():
        table.update(dict.fromkeys(words.split(), (("interest", interest),)))
    for meaning, phrases in _OTHERS.items():
        table.update(dict.fromkeys(phrases, (meaning,)))
    table.update(_PHRASES)
    return table


PHRASES: dict[str, tuple[Meaning, ...]] = _phrases()
NEGATIONS = frozenset(
    {"no", "not", "without", "avoid", "avoiding", "skip", "non", "hate", "except", "dont", "don't", "nor"}
)

# place names that are everyday words too: believed only with a capital letter or after "in", "to" ...
EVERYDAY_NAMES = _words(
    "nice split reading bath male orange cork mobile bar hue man of mandi bergen pisa spa march best"
)
PLACE_PREPOSITIONS = frozenset(
    {"to", "in", "visit", "visiting", "explore", "exploring", "see", "at", "near", "via", "around", "towards"}
)

SILENT_WORDS = _words(
    "i we me us my our you your he she they it its im i'm we're we'd i'd i'll we'll want wants wanna"
    " would like love need needs to go"
    " going gonna travel traveling travelling trip trips tour plan planning please help can could should"
    " shall will may might the a"
    " an and or plus but with without for of in on at by from into around about near is are am be been"
    " being was were there here"
    " some any all also just only very really so that this these those next last which who what when where"
    " how do does did have"
    " has had get give make take let lets let's show find suggest book days day nights night week weeks"
    " month months weekend people"
    " person persons budget money cost total max maximum min minimum under over up per each between within"
    " than more less least"
    " most visit visiting explore exploring see seeing stay staying spend spending looking thinking"
    " interested interests enjoy"
    " good nice great best lots lot many much few then after before during while as if too not no nor"
    " don't dont hello hi hey"
    " thanks thank namaste ji hai hain ka ki ke ko mein se aur chahiye jana hum mujhe liye wala itinerary"
    " somewhere something"
    " place places things everything start starting leaving departing end ending first early mid late"
    " avoid avoiding skip except hate quick getaway options option ppl"
)
