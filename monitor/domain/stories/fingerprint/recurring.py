"""Recognise columns that recur under one headline: "key events, day 290", exchange rates.

What changes in such a headline are numbers and the names of days and months; what is left is its template.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import xxhash

from monitor.domain.stories.fingerprint.words import is_number, lower_words

_CALENDAR = re.compile(
    "(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:january|february|march|april|may|june|july|august|september|october"
    "|november|december)|(?:poniedzial|wtor|srod|czwart|piat|sobot|niedziel).*|(?:stycz|luty|lut|mar[cz]|kwie|maj|czerw|lip"
    "|sierp|wrze|pazdz|listop|grud).{0,5}|(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s?"
    "|(?:januar|februar|marz|mai|juni|juli|oktober|dezember)|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
    "|(?:janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|novembre|decembre)"
    "|(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    "|septiembre|octubre|noviembre|diciembre)|(?:понедельник|вторник|сред|четверг|пятниц|суббот|воскресень).?"
    "|(?:январ|феврал|март|апрел|ма|июн|июл|август|сентябр|октябр|ноябр|декабр)[ьяюе]?"
    "|(?:понедiлок|вiвторок|середа|четвер|пятниця|субота|недiля)|今日|星期.|周.|月|日"
)


@dataclass(frozen=True, slots=True)
class Template:
    """A headline without what changes (`key`, with its outlet), and what changes (`slots`); both 32-bit hashes."""

    key: int
    slots: int


@lru_cache(maxsize=1 << 14)
def is_calendar(word: str) -> bool:
    """Decide whether a lower-case folded word names a day or a month."""
    return _CALENDAR.fullmatch(word) is not None


def template_of(title: str, outlet: str) -> Template:
    """Return the template of a folded headline at an outlet."""
    fixed: list[str] = []
    slots: list[str] = []
    for lower in lower_words(title):
        changes = is_number(lower) or is_calendar(lower)
        (slots if changes else fixed).append(lower)
    digest = xxhash.xxh32_intdigest
    return Template(digest(" ".join([outlet, "\0", *fixed]).encode()), digest(" ".join(slots).encode()))
