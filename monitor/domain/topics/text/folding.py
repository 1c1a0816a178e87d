"""Make characters comparable: decide which are the same, and which are part of words.

Two steps, so that stemmers still see the letters they were written for:

* *plain* text is NFKC, casefolded, without format characters, vowel points and variation selectors; everything that is
  no letter, digit or mark is a space; each character of an unsegmented script (Han, kana, Hangul, Thai, ...) stands
  alone between spaces. `tokens.PlainText` does this to whole texts, `words_of` to short ones.
* `fold` takes the diacritics off one token (NFD without U+0300..U+036F, and the letters Unicode does not decompose).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

INTERPUNCTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387\ua78f\u30a0\uff1d"
"""Middle dots and double hyphens between the parts of a foreign name; nothing between unsegmented characters.

See https://www.w3.org/TR/clreq/ and https://www.w3.org/TR/jlreq/ on names.
"""
APOSTROPHE = "\ue002"
"""Stands for the apostrophe that is a letter of a Ukrainian or Belarusian word, whichever sign writes it."""
MANY, ONE = "\ue000", "\ue001"
"""Stand for the wildcards `*` and `?` while a term goes through the same folding as text (private use characters)."""

_UNSEGMENTED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),
    (0x3040, 0x312F),  # kana, Bopomofo
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),  # Hangul: spaced, but particles and compounds make substrings the better rule
    (0x20000, 0x3FFFF),
)
_INVISIBLE = (
    (0x0591, 0x05BD),  # Hebrew points
    (0x05BF, 0x05BF),
    (0x05C1, 0x05C2),
    (0x05C4, 0x05C5),
    (0x05C7, 0x05C7),
    (0x0640, 0x0640),  # Arabic tatweel
    (0x064B, 0x0652),  # Arabic vowel points
    (0x0670, 0x0670),
    (0x115F, 0x1160),  # Hangul fillers
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)
COMPOSING = (
    (0x0300, 0x036F),
    (0x1100, 0x115E),
    (0x1161, 0x11FF),
    (0x3099, 0x309A),
    (0xA960, 0xA97F),
    (0xD7B0, 0xD7FB),
    (0xFF9E, 0xFF9F),
)
"""Marks and jamo that make one letter with their neighbours: such runs are composed before anything else."""

_APOSTROPHES = frozenset("\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02cb\u02ee\ua78c")
_SPELLED_OUT = {"æ": "ae", "œ": "oe", "ŉ": "n", "İ": "i"}
_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ħ": "h", "ŧ": "t", "ё": "е", "ѐ": "е", "ѝ": "и"}
)
_KEEPS_ITS_MARK = frozenset("йїў")

_accents = re.compile("[\u0300-\u036f]+")
_UNACCENTED = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "æ": "ae", "œ": "oe", "ı": "i"}
_undecomposed = re.compile("[" + "".join(_UNACCENTED) + "]")

_runs = re.compile(
    "[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7fb]+[\u0300-\u036f]*|.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]+"
    "|[\U0002f800-\U0002fa1f]",  # ideographs that are other ones' doubles
    re.DOTALL,
)


_JOINER = "\u2060"
_in_word = re.compile(
    "(?<=[бвгґджзйклмнпрстфхцчшщ])['’ʼ‘`´\u02b9\u2032](?=[яюєїеёі])"
    "|(?<=[\u05d0-\u05ea])[\"״“”„'’׳]{1,2}(?=[\u05d0-\u05ea])",
    re.IGNORECASE,
)
_lettered = re.compile("[\u0400-\u05ff]")


@lru_cache(maxsize=8192)
def unsegmented(character: str) -> bool:
    """Tell whether a character's script sets words apart by spaces.

    True where it does not, and where words are better found as substrings.
    """
    return within(ord(character), _UNSEGMENTED)


def within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether a code point lies in one of these ranges."""
    return any(low <= code <= high for low, high in ranges)


@lru_cache(maxsize=8192)
def plain_character(character: str) -> str:
    """Return a character's plain form: nothing, a space, a character, or several."""
    code = ord(character)
    if character in (MANY, ONE):
        return character
    if character == APOSTROPHE:
        return "'"
    if 0xD800 <= code <= 0xDFFF or character in _APOSTROPHES:
        return " "
    if unicodedata.category(character) == "Cf" or within(code, _INVISIBLE) or within(code, COMPOSING):
        return ""
    if character in _SPELLED_OUT:
        return _SPELLED_OUT[character]
    same = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
    return "".join(map(_letter, same)) if len(same) > 1 else _letter(same)


def _letter(character: str) -> str:
    if within(ord(character), _INVISIBLE) or within(ord(character), COMPOSING):
        return ""
    if unsegmented(character):
        return f" {character} " if unicodedata.category(character)[0] in "LNM" else " "
    if unicodedata.category(character)[0] in "LNM" and character not in _APOSTROPHES:
        return _SPELLED_OUT.get(character, character)
    return " "


def fold(token: str) -> str:
    """Return the token without diacritics. Cyrillic й, ї, ў stay; ё becomes е."""
    if token.isascii():
        return token
    return "".join(chain.from_iterable(map(_bare, token))).translate(_UNDECOMPOSED)


def folded(tokens: Sequence[str]) -> list[str]:
    """Return many tokens without diacritics; tokens without any cost little."""
    letters = "".join(tokens)
    marked = set() if letters.isascii() else {letter for letter in set(letters) if fold(letter) != letter}
    if not marked:
        return list(tokens)
    return [token if token.isascii() or marked.isdisjoint(token) else fold(token) for token in tokens]


@lru_cache(maxsize=4096)
def _bare(character: str) -> str:
    if character in _KEEPS_ITS_MARK or unsegmented(character):
        return character
    decomposed = unicodedata.normalize("NFD", character)
    return "".join(c for c in decomposed if not ("\u0300" <= c <= "\u036f" or "\u0653" <= c <= "\u0655"))


def fold_accents(text: str) -> str:
    """Return `text` in NFKD without accents and lone surrogates, its letter case kept."""
    if text.isascii():
        return text
    # Hashes take no lone surrogates.
    sound = text.encode(errors="ignore").decode()
    plain = _accents.sub("", unicodedata.normalize("NFKD", sound))
    return _undecomposed.sub(lambda found: _UNACCENTED[found.group()], plain)


def resolve_marks(text: str) -> str:
    """Return the text, as long as before, with signs inside words made part of the words.

    The apostrophe of Ukrainian becomes a letter; the gershayim of a Hebrew abbreviation, which papers write by quotes,
    and its geresh become nothing.
    """
    if text.isascii() or not _lettered.search(text):
        return text
    return _in_word.sub(
        lambda sign: APOSTROPHE if sign.string[sign.end()] < "\u0590" else _JOINER * len(sign.group()), text
    )


def compose(text: str) -> tuple[str, list[int], list[int]]:
    """Return the text with marks and jamo composed, each letter's origin, and its width."""
    parts: list[str] = []
    origin: list[int] = []
    widths: list[int] = []
    at = 0
    for run in _runs.finditer(text):
        start, end = run.span()
        made = unicodedata.normalize("NFKC", run.group())
        parts += [text[at:start], made]
        origin += range(at, start)
        origin += [min(start + offset, end - 1) for offset in range(len(made))]
        widths += [1] * (start - at + len(made) - 1)
        widths.append(max(1, end - start - len(made) + 1))
        at = end
    parts.append(text[at:])
    origin += range(at, len(text))
    widths += [1] * (len(text) - at)
    return "".join(parts), origin, widths


def words_of_each(texts: Sequence[str]) -> list[list[str]]:
    """Return the words of each of many texts, as `words_of` does for one.

    Every character is looked at once.
    """
    lines = resolve_marks("\n".join(text.replace("\n", " ") for text in texts))
    if not lines.isascii() and _runs.search(lines):
        return list(map(words_of, texts))
    plain = {ord(character): plain_character(character) for character in set(lines)} | {ord("\n"): "\n"}
    return [line.split() for line in lines.translate(plain).split("\n")] if texts else []


def edges(text: str) -> tuple[int, int]:
    """Return where the first word of a short text begins and its last one ends.

    Raises IndexError when it has no word.
    """
    text = resolve_marks(text)
    composed, origin, widths = (text, range(len(text)), [1] * len(text)) if text.isascii() else compose(text)
    letters = [at for at, character in enumerate(composed) if plain_character(character).strip()]
    first, last = letters[0], letters[-1]
    return origin[first], origin[last] + widths[last]


def words_of(text: str) -> list[str]:
    """Return the words of a short text, each in its plain form."""
    text = resolve_marks(text)
    if not text.isascii() and _runs.search(text):
        text = compose(text)[0]
    return "".join(map(plain_character, text)).split()
