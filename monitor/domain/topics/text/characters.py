"""Look up the plain forms of all characters of a text at once.

The tables are filled as characters are met.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.domain.topics.text.folding import COMPOSING, plain_character, unsegmented, within

Index = NDArray[np.int64]
Codes = NDArray[np.uint32]
Values = NDArray[np.uint64]
Kinds = NDArray[np.uint8]

LAST = 0x1FFFF
"""The last character of the tables. Beyond it there are ideographs, and nothing else that is part of a word."""
SPACE, LETTER, ALONE, SEVERAL, COMPOSED, UNKNOWN = range(6)
"""Kinds: between words; a letter; a word of its own; none or several letters; part of its neighbour; not seen yet."""
HARD = np.uint64(1 << 63)
"""Set in the value of a character that is more than a letter, or not known yet."""
SEPARATOR = "\0"
"""A word of its own that no term has; stands between an article's title and text."""

_SYLLABARIES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3))
_ALPHABETS = ((0x0000, 0x024F), (0x0370, 0x03FF), (0x0400, 0x04FF), (0x2000, 0x206F))
_BLANK = 0x20
_PRIVATE = 0x40000
_DOUBLES, _LAST_DOUBLE = 0x2F800, 0x2FA1F
"""Ideographs that are composed into the ones they are doubles of."""


def utf32(text: str) -> bytes:
    """Encode a text in four bytes a character, lone surrogates too."""
    return text.encode("utf-32-le", "surrogatepass")


def codes_of(text: str) -> NDArray[np.uint8] | Codes:
    """Return the code points of a text."""
    return np.frombuffer(text.encode(), np.uint8) if text.isascii() else np.frombuffer(utf32(text), np.uint32)


def values_of(letters: Codes) -> Values:
    """Return a number of 63 bits for each letter (splitmix64), 0 for spaces.

    Words are told apart by sums of these.
    """
    x = letters.astype(np.uint64) + np.uint64(1)
    x *= np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    x >>= np.uint64(1)
    x[letters == _BLANK] = 0
    return x


class Characters:
    """Hold the plain forms of characters. Never changed in use: `knowing` makes another.

    `letters` holds the plain letter when there is one, else where its `lengths` letters begin in `several`.
    `values` are those of the letters, with the bit HARD where `kinds` is not SPACE or LETTER.
    """

    def __init__(self, kinds: Kinds, letters: Codes, lengths: Kinds, several: Codes, values: Values) -> None:
        self.kinds, self.letters, self.lengths, self.several = kinds, letters, lengths, several
        self.values = np.where(kinds > LETTER, values | HARD, values & ~HARD)

    def knowing(self, codes: Index) -> "Characters":
        """Return a table with these characters added, and the letters of their plain forms."""
        kinds, letters = self.kinds.copy(), self.letters.copy()
        lengths, values = self.lengths.copy(), self.values.copy()
        several = self.several.tolist()
        todo = [*codes.tolist()]
        while todo:
            code = todo.pop()
            kind, plain = _plain(chr(code))
            kinds[code], lengths[code] = kind, len(plain)
            letters[code] = len(several) if kind == SEVERAL else ord(plain or " ")
            if kind == SEVERAL:
                several += map(ord, plain)
            todo += [ord(letter) for letter in plain if ord(letter) <= LAST and kinds[ord(letter)] == UNKNOWN]
        once = codes[kinds[codes] != SEVERAL]
        values[once] = values_of(letters[once])
        return Characters(kinds, letters, lengths, np.array(several, np.uint32), values)


def _plain(character: str) -> tuple[int, str]:
    if character == SEPARATOR:
        return LETTER, character
    if within(ord(character), COMPOSING):
        return COMPOSED, ""
    plain = plain_character(character)
    if plain.isspace():
        return SPACE, " "
    if len(plain) == 3 and plain[0] == plain[2] == " " and unsegmented(plain[1]):
        return ALONE, plain[1]
    return (LETTER if len(plain) == 1 else SEVERAL), plain


class _Table:
    """Hold the characters met so far; threads may share it.

    At first those are ideographs, syllables and the commonest alphabets.
    """

    def __init__(self) -> None:
        size = LAST + 1
        kinds = np.full(size, UNKNOWN, np.uint8)
        letters = np.arange(size, dtype=np.uint32)
        for low, high in _SYLLABARIES:
            kinds[low : high + 1] = ALONE
        kinds[LAST], letters[LAST] = SEVERAL, 0  # never simple: it stands for all that is beyond
        blank = np.array([_BLANK], np.uint32)
        bare = Characters(kinds, letters, np.ones(size, np.uint8), blank, values_of(letters))
        self.characters = bare.knowing(np.concatenate([np.arange(low, high + 1) for low, high in _ALPHABETS]))


@lru_cache(maxsize=1)
def _table() -> _Table:
    return _Table()


def characters() -> Characters:
    """Return the table of the characters met so far."""
    return _table().characters


def look_up(text: str) -> tuple[Characters, Index, Kinds]:
    """Return a table with all of the text's characters, its code points and kinds."""
    codes = np.frombuffer(utf32(text), np.uint32).astype(np.int64)
    table, within_reach = _table(), np.minimum(codes, LAST)
    known = table.characters
    kinds = known.kinds[within_reach]
    unknown = kinds == UNKNOWN
    if unknown.any():
        known = table.characters = known.knowing(np.unique(codes[unknown]))
        kinds = known.kinds[within_reach]
    beyond = codes > LAST
    if beyond.any():
        high = codes[beyond]
        kinds[beyond] = np.where((high < _DOUBLES) | (high > _LAST_DOUBLE) & (high < _PRIVATE), ALONE, COMPOSED)
    return known, codes, kinds
