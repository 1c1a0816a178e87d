"""How text is made comparable: which characters are the same, where words begin, and the way back to the original.

Two steps, so that stemmers still see the letters they were written for:

* *plain* text is NFKC, casefolded, without format characters, vowel points and variation selectors; everything that is
  no letter, digit or mark is a space; each character of an unsegmented script (Han, kana, Hangul, Thai, ...) stands
  alone between spaces. `tokens` are the words of plain text.
* `fold` takes the diacritics off one token (NFD without U+0300..U+036F, and the letters Unicode does not decompose).
"""

import re
import unicodedata
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]

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
_COMPOSING = (
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
_STRAIGHT = {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00a0": " "}
_KEEPS_ITS_MARK = frozenset("йїў")

_TABLE = 0x20000
_GONE, _HAN = _TABLE, _TABLE + 1
_COMPOSE = 255
_SYLLABARIES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3))
_runs = re.compile(
    "[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7fb]+[\u0300-\u036f]*|.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]+", re.DOTALL
)


@lru_cache(maxsize=8192)
def unsegmented(character: str) -> bool:
    """Whether words of this character's script are not set apart by spaces (or are better found as substrings)."""
    return _within(ord(character), _UNSEGMENTED)


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def plain_character(character: str) -> str:
    """What one character becomes in plain text: nothing, a space, a character, or several."""
    code = ord(character)
    if character in (MANY, ONE):
        return character
    if 0xD800 <= code <= 0xDFFF or character in _APOSTROPHES:
        return " "
    if unicodedata.category(character) == "Cf" or _within(code, _INVISIBLE) or _within(code, _COMPOSING):
        return ""
    if character in _SPELLED_OUT:
        return _SPELLED_OUT[character]
    same = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
    return "".join(map(_letter, same)) if len(same) > 1 else _letter(same)


def _letter(character: str) -> str:
    if unsegmented(character):
        return f" {character} " if unicodedata.category(character)[0] in "LNM" else " "
    if unicodedata.category(character)[0] in "LNM":
        return _SPELLED_OUT.get(character, character)
    return " "


class _Pages:
    """Plain forms of the first two planes as arrays: how many characters each becomes, and which.

    `first` holds the character itself when there is one, else where its characters begin in `flat`.
    """

    def __init__(self) -> None:
        self.lengths = np.ones(_TABLE + 2, np.uint8)
        self.first = np.full(_TABLE + 2, 0x20, np.uint32)
        self.lengths[_GONE] = 0
        self.lengths[_HAN] = 3
        self.first[_HAN] = 0
        self._flat: list[int] = [0x20, 0, 0x20]
        self._fill()
        flat = [np.array(self._flat, np.uint32)]
        for low, high in _SYLLABARIES:
            flat.append(self._spaced(low, high, sum(map(len, flat))))
        self.flat = np.concatenate(flat)

    def _fill(self) -> None:
        for code in range(_TABLE):
            if unicodedata.category(chr(code)) in ("Cn", "Co", "Cs") or _within(code, _SYLLABARIES):
                continue
            plain = plain_character(chr(code))
            self.lengths[code] = _COMPOSE if _within(code, _COMPOSING) else len(plain)
            if len(plain) == 1:
                self.first[code] = ord(plain)
            elif plain:
                self.first[code] = len(self._flat)
                self._flat.extend(map(ord, plain))
        for wildcard in map(ord, (MANY, ONE)):
            self.first[wildcard] = wildcard

    def _spaced(self, low: int, high: int, start: int) -> NDArray[np.uint32]:
        """Ideographs and syllables: themselves between spaces."""
        triples = np.full((high - low + 1, 3), 0x20, np.uint32)
        triples[:, 1] = np.arange(low, high + 1)
        self.lengths[low : high + 1] = 3
        self.first[low : high + 1] = start + 3 * np.arange(high - low + 1)
        return triples.ravel()


@lru_cache(maxsize=1)
def _pages() -> _Pages:
    return _Pages()


@lru_cache(maxsize=1)
def _western() -> bytes:
    """Plain forms of Windows-1252, for the many texts that need no more; 1 marks what takes the long way."""
    table = bytearray()
    for byte in range(256):
        try:
            plain = plain_character(bytes([byte]).decode("cp1252")).encode("cp1252")
        except UnicodeError:
            plain = b""
        table.append(plain[0] if len(plain) == 1 else 1)
    return bytes(table)


class Plain:
    """Plain text of one field, its tokens, and where they stand in the original (code points)."""

    __slots__ = ("_letters", "_origin", "_places", "_widths", "text", "tokens")

    def __init__(self, text: str) -> None:
        self.text = text
        self._origin: Index | None = None
        self._widths: Index | None = None
        self._places: tuple[Index, Index] | None = None
        self._letters: bytes | NDArray[np.uint32]
        try:
            short = text.encode("cp1252").translate(_western())
        except UnicodeEncodeError:
            short = b"\x01"
        if b"\x01" in short:
            self._letters = self._long_way(text)
            self.tokens = self._letters.tobytes().decode("utf-32-le", "replace").split()
        else:
            self._letters = short
            self.tokens = short.decode("cp1252").split()

    def _long_way(self, text: str) -> NDArray[np.uint32]:
        codes, lengths = _lookup(text)
        composed: tuple[Index, Index] | None = None
        if (lengths == _COMPOSE).any():
            text, origin, widths = _compose(text)
            composed = origin, widths
            codes, lengths = _lookup(text)
            lengths[lengths == _COMPOSE] = 0
        pages = _pages()
        first = pages.first[codes]
        if composed is None and (lengths == 1).all():
            return first
        source = np.repeat(np.arange(len(codes)), lengths)
        within = np.arange(len(source)) - np.repeat(np.cumsum(lengths, dtype=np.int64) - lengths, lengths)
        letters = first[source]
        several = lengths[source] > 1
        letters[several] = pages.flat[letters[several] + within[several]]
        rare = letters == 0
        if rare.any():
            letters[rare] = np.frombuffer(_utf32(text), np.uint32)[source[rare]]
        self._origin = source if composed is None else composed[0][source]
        self._widths = None if composed is None else composed[1][source]
        return letters

    def _located(self) -> tuple[Index, Index]:
        """Where tokens begin and end in the original; worked out when first asked for."""
        if self._places is None:
            letters = self._letters
            words = np.zeros(len(letters) + 2, bool)
            words[1:-1] = (np.frombuffer(letters, np.uint8) if isinstance(letters, bytes) else letters) != 0x20
            edges = np.flatnonzero(words[1:] != words[:-1])
            starts, lasts = edges[::2], edges[1::2] - 1
            widths = 1 if self._widths is None else self._widths[lasts]
            if self._origin is not None:
                starts, lasts = self._origin[starts], self._origin[lasts]
            self._places = starts, lasts + widths
        return self._places

    def span(self, token: int) -> tuple[int, int]:
        """Where a token begins and ends in the original."""
        starts, ends = self._located()
        return int(starts[token]), int(ends[token])

    def covering(self, start: int, end: int) -> tuple[int, int]:
        """The tokens (first, last + 1) that a span of the original touches; equal when it touches none."""
        starts, ends = self._located()
        return int(np.searchsorted(ends, start, "right")), int(np.searchsorted(starts, end, "left"))

    def kept(self) -> tuple[str, Index]:
        """The text with its punctuation and without diacritics, and where each character stood in the original."""
        given = self._letters
        letters = np.frombuffer(_utf32(given.decode("cp1252")) if isinstance(given, bytes) else given, np.uint32).copy()
        origin = np.arange(len(letters)) if self._origin is None else self._origin
        codes = np.frombuffer(_utf32(self.text), np.uint32)
        alone = np.bincount(origin, minlength=len(codes))[origin] == 1
        spaces = letters == 0x20
        letters[spaces & alone] = codes[origin[spaces & alone]]
        stays = ~spaces | alone
        text = letters[stays].tobytes().decode("utf-32-le", "replace")
        return text.translate({ord(c): _kept_character(c) for c in set(text) if not c.isascii()}), origin[stays]


def _kept_character(character: str) -> str:
    straight = _STRAIGHT.get(character)
    folded = straight or fold(character)
    return folded if len(folded) == 1 else character


def _utf32(text: str) -> bytes:
    return text.encode("utf-32-le", "surrogatepass")


def _lookup(text: str) -> tuple[Index, NDArray[np.uint8]]:
    """Indexes into the pages, and how many characters each becomes. Beyond the tables: ideographs, else nothing."""
    codes = np.frombuffer(_utf32(text), np.uint32).astype(np.int64)
    if len(codes) and codes.max() >= _TABLE:
        beyond = codes >= _TABLE
        han = beyond & (codes < 0x40000)
        codes[beyond] = _GONE
        codes[han] = _HAN
    return codes, _pages().lengths[codes]


def _compose(text: str) -> tuple[str, Index, Index]:
    """Text with marks and jamo composed, where each of its characters came from, and how many it stands for."""
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
    return "".join(parts), np.array(origin), np.array(widths)


def fold(token: str) -> str:
    """The token without diacritics. Cyrillic й, ї, ў are letters of their own and stay; ё is е."""
    if token.isascii():
        return token
    return "".join(chain.from_iterable(map(_bare, token))).translate(_UNDECOMPOSED)


@lru_cache(maxsize=4096)
def _bare(character: str) -> str:
    if character in _KEEPS_ITS_MARK or unsegmented(character):
        return character
    decomposed = unicodedata.normalize("NFD", character)
    return "".join(c for c in decomposed if not ("\u0300" <= c <= "\u036f" or "\u0653" <= c <= "\u0655"))


def tokens_of(text: str) -> list[str]:
    """The tokens of a text: what the matcher sees of it."""
    return Plain(text).tokens
