"""Number the words of a text, and find the way back to the original.

A word is known by a number of 64 bits, the sum of its letters' values times powers of an odd constant. All words of a
text get theirs at once, without cutting it into strings; that two words share one is as good as impossible.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from monitor.domain.topics.text.characters import (
    ALONE,
    COMPOSED,
    HARD,
    LAST,
    LETTER,
    SEVERAL,
    SPACE,
    Codes,
    Index,
    Kinds,
    Values,
    characters,
    codes_of,
    look_up,
    utf32,
    values_of,
)
from monitor.domain.topics.text.folding import compose, fold, resolve_marks

_STRAIGHT = {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00a0": " "}
_BASE = 0x2545F4914F6CDD1D
_BLANK = 0x20
_REMEMBERED = 1 << 16
"""Letters of a text up to which the powers of the constant are kept."""


@lru_cache(maxsize=1)
def _usual_powers() -> tuple[Values, Values]:
    return _powers_up_to(_REMEMBERED)


def _powers_up_to(size: int) -> tuple[Values, Values]:
    """Return the first powers of the constant, and of its inverse modulo 2**64."""
    powers = np.full((2, size), [[_BASE], [pow(_BASE, -1, 1 << 64)]], np.uint64)
    powers[:, 0] = 1
    np.multiply.accumulate(powers, axis=1, out=powers)
    return powers[0], powers[1]


class PlainText:
    """Hold the words of a text as numbers, with their places in the original."""

    __slots__ = (
        "_before", "_codes", "_known", "_last", "_letters", "_origin", "_places", "_widths",
        "numbers", "text",
    )  # fmt: skip

    def __init__(self, text: str) -> None:
        self.text = text
        self._origin: Index | None = None
        self._widths: Index | None = None
        self._letters: Codes | None = None
        self._places: tuple[Index, Index] | None = None
        padded = f" {resolve_marks(text)} "
        self._codes = codes_of(padded)
        self._known = known = characters()
        values = known.values.take(self._codes, mode="clip")
        if np.bitwise_or.reduce(values) >= HARD:
            values, edges = self._long_way(padded)
        else:
            words = values.astype(np.bool_)
            edges = (words[1:] != words[:-1]).nonzero()[0]
        size = len(values)
        powers, inverses = _usual_powers() if size <= _REMEMBERED else _powers_up_to(size)
        values *= powers[: len(values)]
        sums = np.add.accumulate(values, out=values).take(edges)
        self._before: Index = edges[::2]
        self._last: Index = edges[1::2]
        """Letter by letter, the place before each word and that of its last letter. One letter is put before the text,
        so in a text of nothing but letters and spaces these are also where words begin and end in the original."""
        self.numbers: Values = (sums[1::2] - sums[::2]) * inverses.take(self._before)

    def __len__(self) -> int:
        return len(self.numbers)

    def _long_way(self, text: str) -> tuple[Values, Index]:
        """Return letter values, and by turns the place before a word and its last place."""
        letters, kinds, values = self._spelled_out(text)
        self._letters = letters
        words = kinds > SPACE
        alone = kinds == ALONE
        parted = alone[1:] | alone[:-1]
        befores = (words[1:] & (~words[:-1] | parted)).nonzero()[0]
        lasts = (words[:-1] & (~words[1:] | parted)).nonzero()[0]
        return values, np.stack([befores, lasts], axis=1).ravel()

    def _spelled_out(self, text: str) -> tuple[Codes, Kinds, Values]:
        """Return plain letters, their kinds (SPACE, LETTER or ALONE) and values.

        Notes where the letters came from.
        """
        composed: tuple[Index, Index] | None = None
        known, codes, kinds = look_up(text)
        if (kinds == COMPOSED).any():
            text, origin, widths = compose(text)
            composed = np.array(origin), np.array(widths)
            known, codes, kinds = look_up(text)
        letters, lengths = known.letters.take(codes, mode="clip"), known.lengths.take(codes, mode="clip")
        lengths[kinds == COMPOSED] = 0
        if composed is not None or (lengths != 1).any() or (kinds == SEVERAL).any():
            source = np.repeat(np.arange(len(codes)), lengths)
            letters, kinds, codes = letters[source], kinds[source], codes[source]
            several = kinds == SEVERAL
            if several.any():
                within = np.arange(len(source)) - np.repeat(np.cumsum(lengths, dtype=np.int64) - lengths, lengths)
                letters[several] = known.several[letters[several] + within[several]]
                kinds[several] = np.where(letters[several] == _BLANK, SPACE, LETTER)
            self._origin = source if composed is None else composed[0][source]
            self._widths = None if composed is None else composed[1][source]
        values = known.values.take(letters, mode="clip") & ~HARD
        beyond = codes > LAST
        letters[beyond] = codes[beyond]
        beyond |= letters > LAST
        if beyond.any():
            values[beyond] = values_of(letters[beyond])
        return letters, kinds, values

    def located(self) -> tuple[Index, Index]:
        """Return where words begin and end in the original, by code points."""
        if self._places is None:
            if self._origin is None:
                self._places = self._before, self._last
            else:
                widths = 1 if self._widths is None else self._widths[self._last]
                self._places = self._origin[self._before + 1] - 1, self._origin[self._last] + widths - 1
        return self._places

    def span(self, word: int) -> tuple[int, int]:
        """Return where a word begins and ends in the original."""
        starts, ends = self.located()
        return starts.item(word), ends.item(word)

    def before(self, place: int) -> int:
        """Count the words that begin before a place in the original."""
        return int(self.located()[0].searchsorted(place, "left"))

    def ended(self, places: Iterable[int]) -> list[int]:
        """Count the words that end at or before each of these places in the original."""
        found: list[int] = self.located()[1].searchsorted(np.fromiter(places, np.int64), "right").tolist()
        return found

    def covering(self, start: int, end: int) -> tuple[int, int]:
        """Return the words (first, last + 1) that a span of the original touches.

        The two are equal when the span touches none.
        """
        starts, ends = self.located()
        return int(ends.searchsorted(start, "right")), int(starts.searchsorted(end, "left"))

    def letters(self) -> Codes:
        """Return the plain letters with a space before and after them."""
        if self._letters is None:
            self._letters = self._known.letters.take(self._codes)
        return self._letters

    def words(self, which: Sequence[int]) -> list[str]:
        """Return some of the words as strings."""
        text = self.letters().tobytes().decode("utf-32-le", "replace")
        starts, ends = self._before.take(which) + 1, self._last.take(which) + 1
        return [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def word(self, which: int) -> str:
        """Return one word as a string."""
        start, end = self._before.item(which) + 1, self._last.item(which) + 1
        return self.letters()[start:end].tobytes().decode("utf-32-le", "replace")

    def firsts(self) -> Codes:
        """Return the first letter of each word."""
        return self.letters()[self._before + 1]

    def kept(self, start: int, end: int) -> tuple[str, Index]:
        """Return a part with punctuation and without diacritics, and its places."""
        letters = self.letters().copy()
        origin = (np.arange(len(letters)) if self._origin is None else self._origin) - 1
        codes = np.frombuffer(utf32(self.text), np.uint32)
        part = (start <= origin) & (origin < end)
        letters, origin = letters[part], origin[part]
        alone = np.bincount(origin, minlength=len(codes))[origin] == 1
        spaces = letters == _BLANK
        letters[spaces & alone] = codes[origin[spaces & alone]]
        stays = ~spaces | alone
        text = letters[stays].tobytes().decode("utf-32-le", "replace")
        return text.translate({ord(c): _kept_character(c) for c in set(text) if not c.isascii()}), origin[stays]


def _kept_character(character: str) -> str:
    straight = _STRAIGHT.get(character)
    folded = straight or fold(character)
    return folded if len(folded) == 1 else character
