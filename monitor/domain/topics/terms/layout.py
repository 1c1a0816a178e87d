"""Divide an article into fields, lead and sentences, and measure distances."""

from bisect import bisect_right

import numpy as np

from monitor.domain.topics.query.syntax import ArticlePart
from monitor.domain.topics.text.characters import Index
from monitor.domain.topics.text.folding import unsegmented
from monitor.domain.topics.text.normalised import NormalisedText
from monitor.domain.topics.text.sentences import sentence_starts
from monitor.domain.topics.values import Document

LEAD_SENTENCES = 3
LEAD_CHARACTERS = 700
"""The lead is the title and the first sentences of the text, no further than this."""
TITLE_COUNTS, LEAD_COUNTS = 3, 2
"""A place in the title, or elsewhere in the lead, counts this many times one further down."""


class Layout:
    """Number the words of the title, a separator and the text as one.

    `title_end` is the separator's number. `size` counts the words of both. `text_at`: where the text begins in `plain`.
    """

    def __init__(self, document: Document) -> None:
        normalised = document.normalised or NormalisedText(document.title, document.text)
        self.title, self.text, self.plain = normalised.matched_title, normalised.matched_text, normalised.words
        self.title_end = self.plain.before(len(self.title) + 1)
        self.text_at = len(self.title) + 3
        self.size = len(self.plain) - 1
        self._lead_end: int | None = None
        self._sentences: list[int] | None = None
        self._units: list[int] | None = None

    @property
    def lead_end(self) -> int:
        """Return the first word after the lead."""
        if self._lead_end is None:
            text = self.text[:LEAD_CHARACTERS]
            starts = sentence_starts(text, LEAD_SENTENCES + 1)
            end = starts[LEAD_SENTENCES] if len(starts) > LEAD_SENTENCES else len(text)
            self._lead_end = self.plain.before(self.text_at + end)
        return self._lead_end

    def worths(self, places: Index) -> Index:
        """Return the worth of each place: title 3, lead 2, further down 1."""
        worths = (places < self.lead_end) * np.int64(LEAD_COUNTS - 1)
        worths += (places < self.title_end) * np.int64(TITLE_COUNTS - LEAD_COUNTS)
        worths += 1
        return worths

    def worth(self, place: int) -> int:
        """Return the worth of a place."""
        if place < self.title_end:
            return TITLE_COUNTS
        return LEAD_COUNTS if place < self.lead_end else 1

    def inside(self, word: int, place: ArticlePart) -> bool:
        """Tell whether a word stands in that part of the article."""
        if place is ArticlePart.TITLE:
            return word < self.title_end
        return word < self.lead_end if place is ArticlePart.LEAD else word > self.title_end

    def sentence(self, word: int) -> int:
        """Return the number of a word's sentence, those of the title first."""
        if self._sentences is None:
            starts = (*sentence_starts(self.title), *(self.text_at + at for at in sentence_starts(self.text)))
            self._sentences = sorted(set(self.plain.ended(starts)))
        return bisect_right(self._sentences, word)

    def apart(self, end: int, start: int) -> float | None:
        """Count the words between one place's end and another's start.

        None across fields or when they overlap.

        A character of an unsegmented script is half a word.
        """
        if end > start or (end <= self.title_end) != (start < self.title_end):
            return None
        units = self.units
        return (units[start] - units[end]) / 2

    @property
    def units(self) -> list[int]:
        """Return the half-words before each word."""
        if self._units is None:
            letters, which = np.unique(self.plain.firsts(), return_inverse=True)
            sizes = np.array([1 if unsegmented(chr(letter)) else 2 for letter in letters.tolist()])[which]
            self._units = [0, *np.cumsum(sizes).tolist()]
        return self._units
