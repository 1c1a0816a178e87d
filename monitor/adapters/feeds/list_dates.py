"""Read the dates of list pages: alone, or with words and marks around them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from monitor.adapters.feeds.dates import AHEAD, DocumentDates, in_format, within_reason

_MARKS = re.compile(r"[|·•–—\n\t]|: | - | / |(?<=\d),? (?:at|um|à|a las|в|о) (?=\d)")
_BRACKETS = re.compile(r"^[\[(【（]+|[\])】）]+$")
_NUMBERS = re.compile(
    r"20\d\d\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}\s?日?(?:[ T]+\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}[./]\d{1,2}[./]20\d\d(?:,? \d{1,2}:\d{2})?"
)
_WRITTEN = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|er|\.)? (?:de )?[^\W\d]{3,12}\.?,? (?:de )?20\d\d(?:[ ,]+\d{1,2}:\d{2})?"
    r"|[^\W\d]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? 20\d\d(?:[ ,]+\d{1,2}:\d{2}(?: ?[AaPp]\.?[Mm]\.?)?)?"
)
_SECONDS = re.compile(r"1[0-9]{9}(?:[0-9]{3})?")
"""Seconds, or milliseconds, since 1970."""
_KEPT = 1_000


class ListDates:
    """Read the dates of one page, the given format first."""

    def __init__(self, date_format: str | None, language: str, now: datetime) -> None:
        self._format = date_format
        self._language = language.strip().replace("_", "-").split("-")[0].lower() or None
        self._now = now
        self._dates = DocumentDates(self._language)
        self._read: dict[str, datetime | None] = {}

    def read(self, text: str) -> datetime | None:
        """Return the moment a text names, None for none or one a day ahead."""
        if text not in self._read and len(self._read) < _KEPT:
            self._read[text] = self._moment(text) if text else None
        return self._read.get(text)

    def _moment(self, text: str) -> datetime | None:
        for piece in _pieces(text):
            if self._format and (moment := self._formatted(piece)) is not None:
                return moment
        for piece in _pieces(text):
            if _SECONDS.fullmatch(piece):
                return within_reason(datetime.fromtimestamp(int(piece[:10]), tz=UTC), self._now)
            if (moment := within_reason(self._dates.read(piece), self._now)) is not None:
                return moment
        return None

    def _formatted(self, text: str) -> datetime | None:
        assert self._format is not None
        if "%Y" in self._format or "%y" in self._format:
            return within_reason(in_format(text, self._format, self._language), self._now)
        # without a year it is the last day of that name
        for year in (self._now.year, self._now.year - 1):
            dated = f"{text} {year}"
            moment = in_format(dated, f"{self._format} %Y", self._language) or self._dates.read(dated)
            if moment is not None and moment.replace(tzinfo=moment.tzinfo or UTC) <= self._now + AHEAD:
                return within_reason(moment, self._now)
        return None


def _pieces(text: str) -> Iterator[str]:
    """Yield the text and its parts that may be the date, the whole first, each once."""
    text = _BRACKETS.sub("", text.strip()).strip()
    found = [text, *(match[0] for pattern in (_NUMBERS, _WRITTEN) for match in pattern.finditer(text))]
    found += [_BRACKETS.sub("", piece.strip()).strip() for piece in _MARKS.split(text)]
    yield from dict.fromkeys(piece for piece in found if any(character.isdigit() for character in piece))
