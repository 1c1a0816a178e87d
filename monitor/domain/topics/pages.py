"""Plain forms of characters as arrays, so that whole texts are looked up at once; filled as characters are met."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.domain.topics.folding import COMPOSING, plain_character, within

Index = NDArray[np.int64]
Codes = NDArray[np.uint32]

_TABLE = 0x20000
_GONE, _HAN = _TABLE, _TABLE + 1
_SYLLABARIES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3))
_NOT_YET = 254
COMPOSE = 255
"""Instead of a length: this character makes one letter with its neighbours."""


def utf32(text: str) -> bytes:
    """Four bytes a character, lone surrogates too."""
    return text.encode("utf-32-le", "surrogatepass")


class Pages:
    """Plain forms of the first two planes: how many characters each becomes, and which. Never changed once in use.

    `first` holds the character itself when there is one, else where its characters begin in `flat`.
    """

    def __init__(self, lengths: NDArray[np.uint8], first: Codes, flat: Codes) -> None:
        self.lengths, self.first, self.flat = lengths, first, flat

    def with_characters(self, codes: Index) -> "Pages":
        """These pages and the plain forms of more characters."""
        lengths, first, flat = self.lengths.copy(), self.first.copy(), list[int]()
        for code in map(int, codes):
            plain = plain_character(chr(code))
            lengths[code] = COMPOSE if within(code, COMPOSING) else len(plain)
            if len(plain) == 1:
                first[code] = ord(plain)
            elif plain:
                first[code] = len(self.flat) + len(flat)
                flat.extend(map(ord, plain))
        return Pages(lengths, first, np.concatenate([self.flat, np.array(flat, np.uint32)]))


def _empty() -> Pages:
    """Pages of the ideographs and syllables alone: themselves between spaces."""
    lengths = np.full(_TABLE + 2, _NOT_YET, np.uint8)
    first = np.full(_TABLE + 2, 0x20, np.uint32)
    lengths[_GONE], lengths[_HAN], first[_HAN] = 0, 3, 0
    flat: list[Codes] = [np.array([0x20, 0, 0x20], np.uint32)]
    for low, high in _SYLLABARIES:
        start = sum(map(len, flat))
        triples = np.full((high - low + 1, 3), 0x20, np.uint32)
        triples[:, 1] = np.arange(low, high + 1)
        lengths[low : high + 1] = 3
        first[low : high + 1] = start + 3 * np.arange(high - low + 1)
        flat.append(triples.ravel())
    return Pages(lengths, first, np.concatenate(flat))


class _Table:
    """The pages known so far. Threads may share it: each works on the pages it was given."""

    def __init__(self) -> None:
        self.pages = _empty()

    def knowing(self, codes: Index) -> tuple[Pages, NDArray[np.uint8]]:
        """Pages that have these characters, and how many characters each becomes."""
        pages = self.pages
        lengths = pages.lengths[codes]
        unknown = lengths == _NOT_YET
        if unknown.any():
            pages = self.pages = pages.with_characters(np.unique(codes[unknown]))
            lengths = pages.lengths[codes]
        return pages, lengths


@lru_cache(maxsize=1)
def _table() -> _Table:
    return _Table()


def look_up(text: str) -> tuple[Pages, Index, NDArray[np.uint8]]:
    """Pages, indexes into them, and how many characters each becomes. Beyond the tables: ideographs, else nothing."""
    codes = np.frombuffer(utf32(text), np.uint32).astype(np.int64)
    if len(codes) and codes.max() >= _TABLE:
        beyond = codes >= _TABLE
        han = beyond & (codes < 0x40000)
        codes[beyond] = _GONE
        codes[han] = _HAN
    pages, lengths = _table().knowing(codes)
    return pages, codes, lengths
