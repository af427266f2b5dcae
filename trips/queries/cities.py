"""Finds a city of the world by what a traveler types: reads `trips/data/cities.csv` once per process, no database.

Its only other input is the cost tables' list of country names. `trips/data/CITIES.md` names the sources.
"""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
CITY_FILE = DATA / "cities.csv"
COUNTRY_FILE = DATA / "costs" / "crosswalk_countries.csv"
#: Longer input is cut: no city's name with its country is longer, and a pasted page must not cost time.
LONGEST_TEXT = 160
#: Suggestions below this likeness (difflib's ratio, 0 to 1) are noise.
LIKENESS = 0.6

#: The table's name and country <- other names people use, and codes that the table's one code per city can't give:
#: metropolitan codes, second airports, and airports whose nearest big neighbor is more populous than their own city.
OTHER_NAMES: Mapping[tuple[str, str], str] = {
    ("Antwerp", "BEL"): "Antwerpen|Anvers", ("Aswān", "EGY"): "ASW", ("Gothenburg", "SWE"): "Göteborg",
    ("Ahmedabad", "IND"): "Amdavad|Ahmadabad", ("Alexandria", "EGY"): "Iskandariya", ("Alicante", "ESP"): "Alacant|ALC",
    ("Almaty", "KAZ"): "Alma-Ata", ("Astana", "KAZ"): "Nur-Sultan|TSE", ("Athens", "GRC"): "Athina",
    ("Baghdad", "IRQ"): "Bagdad", ("Bangkok", "THA"): "Krung Thep|DMK", ("Banjul", "GMB"): "BJL",
    ("Basrah", "IRQ"): "Basra|BSR", ("Beijing", "CHN"): "Peking|Pekin|北京|BJS|PKX", ("Belgrade", "SRB"): "Beograd",
    ("Bengaluru", "IND"): "Bangalore", ("Berlin", "DEU"): "TXL|SXF", ("Bogotá", "COL"): "Santafé de Bogotá",
    ("Bucharest", "ROU"): "București|BUH", ("Buenos Aires", "ARG"): "BUE|EZE", ("Busan", "KOR"): "Pusan",
    ("Cairo", "EGY"): "Al Qahirah|Le Caire", ("Cape Town", "ZAF"): "Kaapstad", ("Casablanca", "MAR"): "Dar el Beida",
    ("Chattogram", "BGD"): "Chittagong", ("Chengdu", "CHN"): "TFU", ("Chennai", "IND"): "Madras",
    ("Chicago", "USA"): "CHI|MDW", ("Chongqing", "CHN"): "Chungking", ("Copenhagen", "DNK"): "København",
    ("Dalian", "CHN"): "Dairen", ("Dallas", "USA"): "DAL", ("Delhi", "IND"): "Dilli|Old Delhi",
    ("Dhaka", "BGD"): "Dacca", ("Florence", "ITA"): "Firenze", ("Fuzhou", "CHN"): "Foochow",
    ("Geneva", "CHE"): "Genève|Genf", ("Genoa", "ITA"): "Genova", ("George Town", "MYS"): "Penang|PEN",
    ("Guadalajara", "MEX"): "GDL", ("Guangzhou", "CHN"): "Canton", ("Gurugram", "IND"): "Gurgaon",
    ("Hangzhou", "CHN"): "Hangchow", ("Hanoi", "VNM"): "Ha Noi", ("Harbin", "CHN"): "Haerbin",
    ("Ho Chi Minh City", "VNM"): "Saigon|HCMC|Thanh pho Ho Chi Minh", ("Hong Kong", "HKG"): "Hongkong|Xianggang",
    ("Houston", "USA"): "HOU", ("Islamabad", "PAK"): "ISB", ("Istanbul", "TUR"): "Constantinople|Stamboul|SAW",
    ("Jakarta", "IDN"): "Batavia|Djakarta|JKT|HLP", ("Jeddah", "SAU"): "Jiddah|Jidda",
    ("Johannesburg", "ZAF"): "Joburg|Jozi", ("Karachi", "PAK"): "Kurrachee", ("Kinshasa", "COD"): "Léopoldville",
    ("Kochi", "IND"): "Cochin|COK", ("Kolkata", "IND"): "Calcutta", ("Kozhikode", "IND"): "Calicut",
    ("Kraków", "POL"): "Cracow", ("Kulu", "IND"): "Kullu", ("Kuwait City", "KWT"): "Kuwait|KWI",
    ("Kyelang", "IND"): "Keylong|Kyelong", ("Kyiv", "UKR"): "Kiev|IEV", ("Köln", "DEU"): "Cologne|Koeln",
    ("Lagos", "NGA"): "Eko", ("Las Vegas", "USA"): "Vegas", ("Lhasa", "CHN"): "LXA", ("Lisbon", "PRT"): "Lisboa",
    ("London", "GBR"): "Londres|LON|LGW|STN|LTN|LCY", ("Los Angeles", "USA"): "LA", ("Luxor", "EGY"): "LXR",
    ("Madgaon", "IND"): "Margao", ("Makkah", "SAU"): "Mecca", ("Manama", "BHR"): "Bahrain|BAH",
    ("Manila", "PHL"): "MNL", ("Mexico City", "MEX"): "Ciudad de México|CDMX|México DF|NLU",
    ("Milan", "ITA"): "Milano|MIL|LIN|BGY", ("Moscow", "RUS"): "Moskva|Москва|MOW|DME|VKO",
    ("Mumbai", "IND"): "Bombay|NMI", ("Munich", "DEU"): "München|Muenchen", ("Mysuru", "IND"): "Mysore",
    ("Nanjing", "CHN"): "Nanking", ("Naples", "ITA"): "Napoli", ("New Delhi", "IND"): "Nai Dilli",
    ("New York City", "USA"): "New York|NYC|NY|LGA", ("Newark", "USA"): "EWR", ("Norfolk", "USA"): "ORF",
    ("Nuremberg", "DEU"): "Nürnberg|Nuernberg", ("Osaka", "JPN"): "OSA|ITM", ("Padua", "ITA"): "Padova",
    ("Panama City", "PAN"): "Panama|Ciudad de Panamá",
    ("Panjim", "IND"): "Panaji|Goa|North Goa|South Goa|Old Goa|Calangute|Nova Goa|GOI|GOX",
    ("Paris", "FRA"): "Paname|PAR|ORY", ("Pisa", "ITA"): "PSA", ("Prague", "CZE"): "Praha",
    ("Puducherry", "IND"): "Pondicherry", ("Pune", "IND"): "Poona", ("Qingdao", "CHN"): "Tsingtao",
    ("Rio de Janeiro", "BRA"): "Rio|SDU", ("Rome", "ITA"): "Roma|ROM|CIA",
    ("Saint Petersburg", "RUS"): "Leningrad|Petersburg", ("San Francisco", "USA"): "SF|San Fran",
    ("Santiago", "CHL"): "Santiago de Chile", ("Seoul", "KOR"): "SEL|GMP", ("Sevilla", "ESP"): "Seville",
    ("Shanghai", "CHN"): "上海|SHA", ("Sharjah", "ARE"): "SHJ", ("Shenyang", "CHN"): "Mukden",
    ("Singapore", "SGP"): "Singapura", ("Stockholm", "SWE"): "STO|BMA|NYO", ("Suzhou", "CHN"): "Soochow",
    ("São Paulo", "BRA"): "Sampa|SAO|CGH", ("Taipei", "TWN"): "Taibei|TSA", ("Tehran", "IRN"): "Teheran|IKA",
    ("Tel Aviv", "ISR"): "Tel Aviv-Yafo|TLV", ("The Hague", "NLD"): "Den Haag",
    ("Thiruvananthapuram", "IND"): "Trivandrum", ("Tianjin", "CHN"): "Tientsin", ("Tokyo", "JPN"): "Tokio|東京|TYO|NRT",
    ("Toronto", "CAN"): "YTO|YTZ", ("Turin", "ITA"): "Torino", ("Vadodara", "IND"): "Baroda",
    ("Valletta", "MLT"): "Malta", ("Varanasi", "IND"): "Banaras|Benares|Kashi", ("Vienna", "AUT"): "Wien",
    ("Visakhapatnam", "IND"): "Vizag|VTZ", ("Warsaw", "POL"): "Warszawa",
    ("Washington", "USA"): "Washington DC|DC|WAS|IAD", ("Wuhan", "CHN"): "Hankow", ("Wuxi", "CHN"): "WUX",
    ("Xiamen", "CHN"): "Amoy", ("Xi’an", "CHN"): "Sian", ("Yangon", "MMR"): "Rangoon", ("Yinchuan", "CHN"): "INC",
    ("Zürich", "CHE"): "Zuerich",
}  # fmt: skip

#: Spoken names of countries beside the table's names and codes.
OTHER_COUNTRIES: Mapping[str, str] = {
    "ARE": "UAE|Emirates", "BIH": "Bosnia", "BRN": "Brunei Darussalam", "CIV": "Côte d'Ivoire",
    "COD": "DRC|DR Congo|Congo", "COG": "Congo", "CPV": "Cape Verde", "CZE": "Czech Republic", "DEU": "Deutschland",
    "ESP": "España", "GBR": "UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland", "IND": "Bharat",
    "ITA": "Italia", "KOR": "Korea|Republic of Korea", "LAO": "Lao PDR", "MAC": "Macau", "MKD": "Macedonia",
    "MMR": "Burma", "NLD": "Netherlands|Holland", "PSE": "Palestine", "RUS": "Russian Federation", "SWZ": "Swaziland",
    "SYR": "Syrian Arab Republic", "TLS": "East Timor", "TUR": "Türkiye",
    "USA": "United States of America|America|U.S.|U.S.A.", "VAT": "Vatican City|Holy See", "VNM": "Viet Nam",
}  # fmt: skip
#: States and provinces that North Americans write after a city's name; the table only knows the country.
REGIONS: Mapping[str, str] = {
    "USA": "Alabama|AL|Alaska|AK|Arizona|AZ|Arkansas|AR|California|CA|Colorado|CO|Connecticut|CT|Delaware|DE|"
    "District of Columbia|DC|Florida|FL|Georgia|GA|Hawaii|HI|Idaho|ID|Illinois|IL|Indiana|IN|Iowa|IA|Kansas|KS|"
    "Kentucky|KY|Louisiana|LA|Maine|ME|Maryland|MD|Massachusetts|MA|Michigan|MI|Minnesota|MN|Mississippi|MS|"
    "Missouri|MO|Montana|MT|Nebraska|NE|Nevada|NV|New Hampshire|NH|New Jersey|NJ|New Mexico|NM|New York|NY|"
    "North Carolina|NC|North Dakota|ND|Ohio|OH|Oklahoma|OK|Oregon|OR|Pennsylvania|PA|Rhode Island|RI|"
    "South Carolina|SC|South Dakota|SD|Tennessee|TN|Texas|TX|Utah|UT|Vermont|VT|Virginia|VA|Washington|WA|"
    "West Virginia|WV|Wisconsin|WI|Wyoming|WY",
    "CAN": "Alberta|AB|British Columbia|BC|Manitoba|MB|New Brunswick|NB|Newfoundland|NL|Nova Scotia|NS|Ontario|ON|"
    "Quebec|QC|Saskatchewan|SK",
}  # fmt: skip

#: Letters that Unicode doesn't take apart into a plain letter and an accent.
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ə": "a", "ħ": "h"}
)
MARKS_OF_WORD = re.compile(r"['’‘ʼʻ`´.]")


@dataclass(frozen=True, slots=True)
class City:
    """A city: `country` ISO 3166-1 alpha-3 (XKX = Kosovo), degrees WGS 84, IANA zone, IATA code or an empty string."""

    name: str
    country: str
    latitude: float
    longitude: float
    timezone: str
    iata: str


@dataclass(frozen=True, slots=True)
class CityTable:
    """Indexed for one look-up per question; every key is folded by `fold_name`, every tuple is best first."""

    cities: Mapping[str, tuple[City, ...]]
    countries: Mapping[str, frozenset[str]]
    #: The same keys without the codes, for suggestions -> the population of the first city.
    spellings: Mapping[str, int]


def fold_words(text: str) -> list[str]:
    """The words of a name in lower case, without accents and punctuation; "St" in front becomes "saint"."""
    bare = unicodedata.normalize("NFKD", MARKS_OF_WORD.sub("", text).casefold())
    plain = "".join(c for c in bare if not unicodedata.combining(c)).translate(LETTERS)
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return ["saint", *words[1:]] if words[1:] and words[0] == "st" else words


def fold_name(text: str) -> str:
    """A name for look-ups: its folded words without space between them (so "Port au Prince" is "Port-au-Prince")."""
    return "".join(fold_words(text))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@lru_cache(maxsize=1)
def load_cities() -> CityTable:
    """Read and index both tables (about 90 ms, once)."""
    rows = sorted(_rows(CITY_FILE), key=lambda r: -int(r["population"]))
    index: dict[str, dict[City, None]] = defaultdict(dict)
    of_code: dict[str, list[City]] = defaultdict(list)
    population: dict[City, int] = {}
    for r in rows:
        city = City(r["name"], r["country"], float(r["latitude"]), float(r["longitude"]), r["timezone"], r["iata"])
        population[city] = int(r["population"])
        # "Donostia / San Sebastian" and "Halle (Saale)" are known by each part too.
        for name in (r["name"], r["ascii_name"], *re.split(r" / | \(", r["ascii_name"])):
            index[fold_name(name)][city] = None
        if city.iata:
            of_code[fold_name(city.iata)].append(city)
    # Order matters: a name beats another name, and both beat a code ("Goa" is the place in India, not Genoa's airport).
    for (name, country), others in OTHER_NAMES.items():
        named = next((c for c in index.get(fold_name(name), ()) if c.country == country), None)
        if named:
            for other in others.split("|"):
                index[fold_name(other)][named] = None
    spellings = {key: population[next(iter(cities))] for key, cities in index.items() if len(key) > 3}
    for code, users in of_code.items():
        index[code].update(dict.fromkeys(users))
    return CityTable({key: tuple(cities) for key, cities in index.items()}, _countries(), spellings)


def _countries() -> dict[str, frozenset[str]]:
    index: dict[str, set[str]] = defaultdict(set)
    for r in _rows(COUNTRY_FILE):
        for name in (r["alpha3"], r["alpha2"], r["name"]):
            index[fold_name(name)].add(r["alpha3"])
    for names in (OTHER_COUNTRIES, REGIONS):
        for country, others in names.items():
            for other in others.split("|"):
                index[fold_name(other)].add(country)
    return {key: frozenset(countries) for key, countries in index.items()}


def find_city(text: str) -> City | None:
    """The city that `text` names, or None. Case, accents and punctuation don't matter.

    Understands a name or another name of a big city ("Bombay"), an IATA code ("DEL"), and a country after either
    ("Paris, France", "Paris FRA", "Portland, Oregon"): then only cities of that country count, so that "Paris, Texas"
    is None and never the wrong Paris. A region that isn't known is passed over ("Mumbai, Maharashtra"). Of several
    cities the most populous wins; of two in one country too, even where a state was named (the table has no states).
    A code names the most populous city that uses the airport. Never raises, whatever the text; well under 1 ms after
    the first call.
    """
    return next(iter(_candidates(text)), None)


def _candidates(text: str) -> tuple[City, ...]:
    if not isinstance(text, str):  # a model's tool call may carry null
        return ()
    table, text = load_cities(), text[:LONGEST_TEXT]
    whole = table.cities.get(fold_name(text))
    if whole:
        return whole
    name, countries = _split_country(text, table)
    return tuple(c for c in table.cities.get(name, ()) if countries is None or c.country in countries)


def _split_country(text: str, table: CityTable) -> tuple[str, frozenset[str] | None]:
    """The folded name and the countries that the rest of the text allows (None: it names none)."""
    parts = [folded for folded in (fold_name(part) for part in re.split(r"[,;/()\[\]|\n]", text)) if folded]
    for part in reversed(parts[1:]):
        if part in table.countries:
            return parts[0], table.countries[part]
    if len(parts) > 1:
        return parts[0], None
    words = fold_words(text)
    for start in range(1, len(words)):
        countries = table.countries.get("".join(words[start:]))
        if countries:
            return "".join(words[:start]), countries
    return "".join(words), None


def nearest_city_names(text: str, limit: int = 3) -> list[str]:
    """Names in the table spelled most like `text`, best first, at most `limit`; empty when nothing is alike.

    Of equally alike names the more populous city comes first. Keeps to the country that the text names. Never raises.
    For the answer to a name that wasn't found (about 10 ms), not for loops.
    """
    if not isinstance(text, str) or limit < 1:
        return []
    table = load_cities()
    name, countries = _split_country(text[:LONGEST_TEXT], table)
    known = {key: city for key in table.spellings if (city := _first_of(table.cities[key], countries))}
    close = difflib.get_close_matches(name, known, n=limit * 8, cutoff=LIKENESS)
    close.sort(key=lambda key: (-round(difflib.SequenceMatcher(None, key, name).ratio(), 2), -table.spellings[key]))
    return list(dict.fromkeys(known[key].name for key in close))[:limit]


def _first_of(cities: Iterable[City], countries: frozenset[str] | None) -> City | None:
    return next((city for city in cities if countries is None or city.country in countries), None)
