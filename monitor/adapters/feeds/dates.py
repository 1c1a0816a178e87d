"""Read dates as feeds and pages write them, made aware UTC times within reason.

The usual forms (ISO 8601, RFC 5322 in English) are read by the standard library, all others by dateparser: names of
days and months in some thirty languages, "GMT+7", names of zones, AM and PM.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateparser.date import DateDataParser

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No feed is older; an earlier date is a default value somewhere."""
AHEAD = timedelta(days=1)
"""Clocks and time zones are wrong by hours; what lies further ahead is not a publication time."""
SLOW_AT_MOST = 500
FAILED_AT_MOST = 50
"""Dates of one document that go to dateparser, and of them those that are none: at 3 to 15 ms for a date in a known
form and 18 ms for a failure, they stay within the time a document may take."""

_LONGEST = 64
"""Characters: the longest forms ("Saturday, November 15, 2025 at 1:15 PM Eastern Standard Time") are shorter."""
_SPACE = re.compile(r"\s+")
_USUAL = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, ?)?"
    r"\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{4} "
    r"\d{1,2}:\d{2}(?::\d{2})? (?:[+-]\d{4}|GMT|UTC|UT|Z|[ECMP][SD]T)",
    re.IGNORECASE,
)
"""RFC 5322, 3.3 and 4.3: what `email.utils` reads right. Of other zones it says UTC."""
_AMERICAN = re.compile(r"\d{1,2}/\d{1,2}/\d{4}\b.*\b[ap]\.?m\b", re.IGNORECASE)
"""Slashes and AM or PM: the month comes first, as in the countries that write both."""
_ZONE_NAME = re.compile(r" \(?([A-Z][A-Za-z]+/[A-Z][A-Za-z_/]+)\)?$")
_NO_YEAR = re.compile(r"(?:^|[A-Za-z/.] ?)0\d{3}\b")
"""A year before 1000, which both libraries would take for one of our century."""
_INDIA = re.compile(r"\bIST\b")
"""dateparser takes IST for Israel's time, which Israeli feeds write as +0200; Indian ones do write IST."""
_LANGUAGES = (
    *("en", "nl", "fr", "ru", "de", "es", "it", "pl", "uk", "pt", "tr", "zh", "ja", "ko", "ar", "he", "fa", "sv", "da"),
    *("nb", "fi", "cs", "sk", "hu", "ro", "bg", "el", "hr", "sr", "lt", "lv", "et", "id", "vi", "hi", "be", "ka"),
)
"""Tried in this order, by how many feeds we know: a word such as "mar" is a month in one and a day in another."""


def within_reason(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the moment in UTC to the second; None before 1990 or a day ahead."""
    if moment is None:
        return None
    try:
        utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    utc = utc.replace(microsecond=0)
    return utc if EARLIEST <= utc <= now + AHEAD else None


def from_text(text: str | None, language: str | None = None) -> datetime | None:
    """Read a date; None for what is none. Without a zone it is UTC.

    `language` is the text's own, if known: it settles words that mean different things in two languages.
    """
    cleaned = _cleaned(text)
    usual = _usual(cleaned)
    return usual if usual is not None or not cleaned else _unusual(cleaned, language)


def in_format(text: str, date_format: str, language: str | None = None) -> datetime | None:
    """Read a date in a format of `strptime`, with the names of any language; None when it does not fit."""
    with suppress(ValueError):
        return datetime.strptime(text, date_format)  # noqa: DTZ007  without a zone it is UTC, as everywhere here
    first = (language,) if language in _LANGUAGES else ()
    for languages in ((*first, "en"), _LANGUAGES):
        with suppress(ValueError, TypeError, AttributeError, LookupError, OverflowError):
            found = _reader(languages, "DMY").get_date_data(_cleaned(text), [date_format]).date_obj
            if isinstance(found, datetime):
                return found
    return None


class DocumentDates:
    """Read the dates of one document, so many of the slow ones at most."""

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._slow_left, self._failures_left = SLOW_AT_MOST, FAILED_AT_MOST

    def read(self, text: str) -> datetime | None:
        """Read a date as `from_text` does; None once the slow ones are used up."""
        cleaned = _cleaned(text)
        usual = _usual(cleaned)
        if usual is not None or not cleaned or not self._slow_left or not self._failures_left:
            return usual
        self._slow_left -= 1
        moment = _unusual(cleaned, self._language)
        self._failures_left -= moment is None
        return moment


def _cleaned(text: str | None) -> str:
    cleaned = _SPACE.sub(" ", (text or "")[: 4 * _LONGEST].strip())[:_LONGEST]
    return "" if _NO_YEAR.search(cleaned) else cleaned


def _usual(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if not _USUAL.fullmatch(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@lru_cache(maxsize=5_000)  # a feed shows the same dates at every poll
def _unusual(text: str, language: str | None) -> datetime | None:
    if not any(char.isdigit() for char in text):
        return None
    zone = _ZONE_NAME.search(text)
    words = _INDIA.sub("+0530", text[: zone.start()] if zone else text)
    order = "MDY" if _AMERICAN.search(words) else "DMY"
    first = (language,) if language in _LANGUAGES else ()
    moment = _parsed(words, (*first, "en"), order) if first else None
    moment = moment or _parsed(words, _LANGUAGES, order)
    if moment is None or zone is None:
        return moment
    try:
        return moment.replace(tzinfo=ZoneInfo(zone[1]))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _parsed(text: str, languages: tuple[str, ...], order: str) -> datetime | None:
    try:
        found = _reader(languages, order).get_date_data(text)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError):
        # what dateparser may raise on digits that are no date
        return None
    moment = found.date_obj
    return moment if isinstance(moment, datetime) else None


@cache
def _reader(languages: tuple[str, ...], order: str) -> DateDataParser:
    settings = {
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "STRICT_PARSING": True,
        # "yesterday" and "2 hours ago" would change with every poll
        "PARSERS": ["absolute-time"],
        "PREFER_LOCALE_DATE_ORDER": False,
        "DATE_ORDER": order,
    }
    # the languages of earlier dates must not decide: the same text gives the same date
    return DateDataParser(
        languages=list(languages), settings=settings, use_given_order=True, try_previous_locales=False
    )
