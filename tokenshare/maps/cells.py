"""The accepted texts of a cell in a map; each reader returns the text as written to dbt, or raises ValueError."""

import re
from datetime import date

# ISO 3166-1, two letters; ZZ is a developer whose country is not known.
_COUNTRIES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
    JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
    MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
    RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV
    TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ZZ
"""
COUNTRIES = frozenset(_COUNTRIES.split())
_LONGEST = 2000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,255}", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def text(cell: str) -> str:
    """Any printable text."""
    if len(cell) > _LONGEST or not cell.isprintable():
        raise ValueError(f"{cell[:40]!r} is not printable text of at most {_LONGEST} characters")
    return cell


def id(cell: str) -> str:
    """An id of ours, as used in keys and on the command line."""
    return _matching(_ID, cell, "an id of lower-case letters, digits, '-', '_' and '.'")


def model(cell: str) -> str:
    """A model of the router without its variant, author/name."""
    author, _, name = text(cell).partition("/")
    if not (author and name) or ":" in cell or " " in cell:
        raise ValueError(f"{cell[:60]!r} is not a model as author/name, without a variant such as `:free`")
    return cell


def day(cell: str) -> str:
    try:
        return date.fromisoformat(_matching(_DAY, cell, "a day as 2026-06-29")).isoformat()
    except ValueError:
        raise ValueError(f"{cell[:40]!r} is not a valid day as 2026-06-29") from None


def country(cell: str) -> str:
    if cell not in COUNTRIES:
        raise ValueError(f"{cell[:40]!r} is not a country code of ISO 3166-1 such as CN or US, nor ZZ for not known")
    return cell


def flag(cell: str) -> str:
    """True or false; spreadsheets write capitals."""
    return one_of(cell.lower(), "true", "false")


def openness(cell: str) -> str:
    return one_of(cell.lower(), "true", "false", "unknown")


def comparison(cell: str) -> str:
    return one_of(cell, "above", "at least")


def place(cell: str) -> str:
    return one_of(cell, "newest", "previous")


def count(cell: str) -> str:
    return _matching(_COUNT, cell, "a whole number from 1 on")


def amount(cell: str) -> str:
    return _matching(_AMOUNT, cell, "a plain decimal number, such as 5000000000 or 58.6")


def currency(cell: str) -> str:
    return _matching(_CURRENCY, cell, "a currency such as USD")


def pattern(cell: str) -> str:
    """A regular expression."""
    try:
        re.compile(text(cell))
    except re.error as error:
        raise ValueError(f"{cell[:60]!r} is not a regular expression ({error})") from None
    return cell


def one_of(cell: str, *words: str) -> str:
    if cell not in words:
        raise ValueError(f"{cell[:40]!r} is not one of {', '.join(words)}")
    return cell


def _matching(form: re.Pattern[str], cell: str, what: str) -> str:
    if not form.fullmatch(cell):
        raise ValueError(f"{cell[:40]!r} is not {what}")
    return cell
