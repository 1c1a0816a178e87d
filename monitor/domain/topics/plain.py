"""Plain text of a field: its words, and the way back to the original."""

import re
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.domain.topics.folding import fold, plain_character
from monitor.domain.topics.pages import COMPOSE, Index, look_up, utf32

_STRAIGHT = {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00a0": " "}
_runs = re.compile(
    "[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7fb]+[\u0300-\u036f]*|.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]+", re.DOTALL
)


@lru_cache(maxsize=1)
def _western() -> bytes:
    """From Windows-1252 to plain forms in Latin-1, for the many texts that need no more; 1 marks what does."""
    table = bytearray()
    for byte in range(256):
        try:
            plain = plain_character(bytes([byte]).decode("cp1252")).encode("latin-1")
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
            short = text.encode("ascii" if text.isascii() else "cp1252").translate(_western())
        except UnicodeEncodeError:
            short = b"\x01"
        if b"\x01" in short:
            self._letters = self._long_way(text)
            self.tokens = self._letters.tobytes().decode("utf-32-le", "replace").split()
        else:
            self._letters = short
            self.tokens = short.decode("latin-1").split()

    def _long_way(self, text: str) -> NDArray[np.uint32]:
        pages, codes, lengths = look_up(text)
        composed: tuple[Index, Index] | None = None
        if (lengths == COMPOSE).any():
            text, origin, widths = _compose(text)
            composed = origin, widths
            pages, codes, lengths = look_up(text)
            lengths[lengths == COMPOSE] = 0
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
            letters[rare] = np.frombuffer(utf32(text), np.uint32)[source[rare]]
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
        return starts.item(token), ends.item(token)

    def before(self, place: int) -> int:
        """How many tokens begin before a place in the original."""
        return int(np.searchsorted(self._located()[0], place, "left"))

    def covering(self, start: int, end: int) -> tuple[int, int]:
        """The tokens (first, last + 1) that a span of the original touches; equal when it touches none."""
        starts, ends = self._located()
        return int(np.searchsorted(ends, start, "right")), int(np.searchsorted(starts, end, "left"))

    def kept(self) -> tuple[str, Index]:
        """The text with its punctuation and without diacritics, and where each character stood in the original."""
        given = self._letters
        letters = np.frombuffer(utf32(given.decode("latin-1")) if isinstance(given, bytes) else given, np.uint32).copy()
        origin = np.arange(len(letters)) if self._origin is None else self._origin
        codes = np.frombuffer(utf32(self.text), np.uint32)
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


def tokens_of(text: str) -> list[str]:
    """The tokens of a text: what the matcher sees of it."""
    return Plain(text).tokens
