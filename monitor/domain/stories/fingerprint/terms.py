"""Reduce a text to weighted terms: stems, names, numbers, and world names by any spelling."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import xxhash

from monitor.domain.stories.fingerprint.function_words import FUNCTION_WORDS
from monitor.domain.stories.fingerprint.place_names import ideographic_names, world_name
from monitor.domain.stories.fingerprint.words import (
    as_written,
    is_ideograph,
    is_number,
    opens_sentence,
    plain_number,
    stands_in,
    words,
)

TERMS = 32
"""Terms kept of a text: all of a feed description's, the headline's and the first sentences' of an article. A report
says what happened first, and a fixed number makes descriptions and articles comparable."""

LEAD_CHARACTERS = 2_400
"""As far as terms are looked for: some 300 words hold 32 terms many times over."""

TITLE, NEUTRAL, SOUND, SPECIFIC = 0x80, 0x40, 0x20, 0x10
"""Flags of a term's byte: it stands in the title; it means the same in every language (a number, a world name,
the sound of a name); it is the sound of a name, which its stem repeats within one language; it is a name or a number in
the title. The rest counts."""

_ENDINGS = re.compile(
    "(?:ings?|edly|ed|es|s|ly|iego|ego|emu|owie|owi|ami|ach|iem|em|om|ow|ej|ie|ыми|ими|ого|его|ому|ему|ами|ями|ах|ях"
    "|ов|ев|ом|ем|ой|ей|ий|ый|[aeiouyаеиоуыэюяіїєьъ])$"
)
_CYRILLIC = str.maketrans(
    dict(zip("абвгґдезийклмнопрстуфцыіїєэжчшщюяхьъё", "abvggdezijklmnoprstufzyiieezzssuah\0\0e", strict=True))
)
_VOWELS = re.compile(r"[aeiouyhj\0]+")
_SOUNDS = str.maketrans({"w": "v", "k": "c", "q": "c", "z": "s", "x": "c", "g": "g"})
_RUN = re.compile(r"(.)\1+")


@dataclass(slots=True)
class Terms:
    """Terms of one text: hash to flags and count, in the order of importance; `labels` are names as written."""

    weights: dict[int, int] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)

    def add(self, key: int, flags: int) -> None:
        """Count the term that hashes to `key`."""
        seen = self.weights.get(key, 0)
        self.weights[key] = seen + (seen & 0x0F != 0x0F) | flags & 0xF0

    def mark(self, key: int, flags: int) -> None:
        """Add flags to a term that was counted."""
        if key in self.weights:
            self.weights[key] |= flags


class _Meaning(NamedTuple):
    """A word's contribution: the hash of its term and the term's flags.

    Function words, letters and ideographs have no term (0). `sound` is the hash of the word's sound, 0 for a word that
    is short or written small.
    """

    key: int
    kind: int
    sound: int
    is_capital: bool


_NUMBER, _IDEOGRAPH = 0x100, 0x200
"""Kinds of words that are no flags of terms."""


def terms_of(title: str, text: str) -> Terms:
    """Return the first `TERMS` terms of the title and the text, both folded."""
    found = Terms()
    lead = text[:LEAD_CHARACTERS]
    trust_capitals = not _is_title_case(title)
    _read(title, TITLE, found, trust_capitals=trust_capitals)
    _mark_specific(title, lead, found, trust_capitals=trust_capitals)
    _read(lead, 0, found, trust_capitals=True)
    return found


def _mark_specific(title: str, lead: str, found: Terms, *, trust_capitals: bool) -> None:
    """Mark the numbers and names of the title as specific.

    A name is a word that the text never writes small, and also writes with a capital when the title's capitals say
    nothing.
    """
    for place, word in enumerate(as_written(title)):
        meaning = _meaning(word)
        is_name = meaning.is_capital and ((trust_capitals and place > 0) or stands_in(word, lead))
        if meaning.kind & _NUMBER or (is_name and not stands_in(word.casefold(), lead)):
            found.mark(meaning.key, SPECIFIC)


def stem(word: str) -> str:
    """Cut a lower-case word's commonest endings, to at most seven letters.

    Crude, but the same in every language, so that outlets which do not declare theirs agree with those that do.
    """
    if len(word) > 4:
        word = _ENDINGS.sub("", word)
    return word[:7]


def skeleton(word: str) -> str:
    """Return the consonants of a name as they sound: one for Lavrov, Ławrowem and Лавров."""
    sounds = _RUN.sub(r"\1", _VOWELS.sub("", word.translate(_CYRILLIC).translate(_SOUNDS).replace("sh", "s")))
    return sounds[:4]


def _is_title_case(title: str) -> bool:
    """Decide whether capitals say nothing because most words of the title have one."""
    long = [word for word in as_written(title) if len(word) > 3 and not is_number(word)]
    return len(long) > 2 and 2 * sum(word[0].isupper() for word in long) > len(long)


def _read(text: str, flags: int, found: Terms, *, trust_capitals: bool) -> None:
    if not text.isascii():
        for name in ideographic_names(text):
            found.add(_hash(name), flags | NEUTRAL)
    weights = found.weights
    ideograph, end = "", 0
    for match in words(text):
        if len(weights) >= TERMS:
            break
        word = match.group()
        meaning = _meaning(word)
        key, kind, sound, is_capital = meaning
        if key:
            found.add(key, flags | kind)
            is_name = is_capital and trust_capitals and not opens_sentence(text, end, match.start())
            if is_name or kind & _NUMBER:
                found.labels.setdefault(word, key)
            # Where every word of a headline has a capital, all of them may be names; most are dropped again for want
            # of a like.
            if sound and (is_name or flags & TITLE):
                found.add(sound, flags | NEUTRAL | SOUND)
            ideograph = ""
        elif kind & _IDEOGRAPH:
            if ideograph:
                found.add(_hash(ideograph + word), flags)
            ideograph = word
        else:
            ideograph = ""
        end = match.end()


@lru_cache(maxsize=1 << 15)
def _meaning(word: str) -> _Meaning:
    """Classify a word. Of a day's words nine in ten are in the cache of some ten megabytes."""
    lower, is_capital = word.casefold(), word[0].isupper()
    if is_ideograph(word):
        return _Meaning(0, _IDEOGRAPH, 0, False)
    if is_number(word):
        return _Meaning(_hash(plain_number(lower)), NEUTRAL | _NUMBER, 0, False)
    if len(word) == 1 or lower in FUNCTION_WORDS:
        return _Meaning(0, 0, 0, is_capital)
    if known := world_name(lower):
        return _Meaning(_hash(known), NEUTRAL, 0, is_capital)
    sound = _hash("~" + skeleton(lower)) if is_capital and len(lower) > 3 else 0
    return _Meaning(_hash(stem(lower)), 0, sound, is_capital)


def _hash(term: str) -> int:
    """Hash a term to 32 bits; never 0."""
    return xxhash.xxh32_intdigest(term.encode()) or 1
