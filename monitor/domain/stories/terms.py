"""What a text is about, as weighted terms: stems, names, numbers, and the world's best-known names by any spelling."""

import re
from dataclasses import dataclass, field

import xxhash

from monitor.domain.stories.function_words import FUNCTION_WORDS
from monitor.domain.stories.words import folded, is_ideograph, is_number, plain_number, words
from monitor.domain.stories.world import ideographic_names, world_name

TERMS = 32
"""Terms kept of a text: all of a feed description's, the headline's and the first sentences' of an article. A report
says what happened first, and a fixed number makes descriptions and articles comparable."""

LEAD_CHARACTERS = 2_400
"""As far as terms are looked for: some 300 words hold 32 terms many times over."""

TITLE, NEUTRAL, SOUND = 0x80, 0x40, 0x20
"""Flags of a term's byte: it stands in the title; it means the same in every language (a number, a world name,
the sound of a name); it is the sound of a name, which its stem repeats within one language. The rest counts."""

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

    def add(self, term: str, flags: int) -> int:
        """Count `term`, and return its hash."""
        key = xxhash.xxh32_intdigest(term.encode())
        seen = self.weights.get(key, 0)
        count = min((seen & 0x1F) + 1, 0x1F)
        self.weights[key] = (seen | flags) & 0xE0 | count
        return key


def terms_of(title: str, text: str) -> Terms:
    """The first `TERMS` terms of the title and the text."""
    found = Terms()
    title = folded(title)
    _read(title, TITLE, found, trust_capitals=not _is_title_case(title))
    _read(folded(text[:LEAD_CHARACTERS]), 0, found, trust_capitals=True)
    return found


def stem(word: str) -> str:
    """A lower-case word without its commonest endings, at most seven letters: crude, but the same in every language,
    so that outlets which do not declare theirs agree with those that do."""
    if len(word) > 4:
        word = _ENDINGS.sub("", word)
    return word[:7]


def skeleton(word: str) -> str:
    """The consonants of a name as they sound: equal for Lavrov, Lawrow, Ławrowem and Лавров."""
    sounds = _RUN.sub(r"\1", _VOWELS.sub("", word.translate(_CYRILLIC).translate(_SOUNDS).replace("sh", "s")))
    return sounds[:4]


def _is_title_case(title: str) -> bool:
    """Whether capitals say nothing because most words of the title have one."""
    long = [word for word, _ in words(title) if len(word) > 3 and not is_number(word)]
    return len(long) > 2 and 2 * sum(word[0].isupper() for word in long) > len(long)


def _read(text: str, flags: int, found: Terms, *, trust_capitals: bool) -> None:
    for name in ideographic_names(text):
        found.add(name, flags | NEUTRAL)
    previous = ""
    for word, fresh in words(text):
        if len(found.weights) >= TERMS:
            break
        lower = word.casefold()
        if is_ideograph(word):
            if previous:
                found.add(previous + word, flags)
            previous = word
            continue
        previous = ""
        if lower in FUNCTION_WORDS:
            continue
        if is_number(word):
            _label(found, word, found.add(plain_number(lower), flags | NEUTRAL))
        elif len(word) > 1:
            _read_word(word, lower, flags, found, is_name=trust_capitals and not fresh and word[0].isupper())


def _read_word(word: str, lower: str, flags: int, found: Terms, *, is_name: bool) -> None:
    known = world_name(lower)
    key = found.add(known, flags | NEUTRAL) if known else found.add(stem(lower), flags)
    if is_name:
        _label(found, word, key)
    # Where every word of a headline has a capital, all of them may be names; most are dropped again for want of a like.
    if not known and len(lower) > 3 and (is_name or (flags & TITLE and word[0].isupper())):
        found.add("~" + skeleton(lower), flags | NEUTRAL | SOUND)


def _label(found: Terms, word: str, key: int) -> None:
    found.labels.setdefault(word, key)
