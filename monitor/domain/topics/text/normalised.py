"""Normalise an article's text once, for the topics and for the stories."""

from functools import cached_property

from monitor.domain.topics.text.characters import SEPARATOR
from monitor.domain.topics.text.folding import fold_accents
from monitor.domain.topics.text.tokens import PlainText

MAX_CHARACTERS = 300_000
"""Characters of a field that topics are matched with; `Matches.doubts` tells when there are more."""


class NormalisedText:
    """Hold a title and a text, and make each normal form of them once.

    `title` and `text` are as given. Topics read `words`; stories read `folded_title` and `folded_text`.
    """

    def __init__(self, title: str, text: str) -> None:
        self.title, self.text = title, text

    @cached_property
    def matched_title(self) -> str:
        """Return the part of the title that topics read."""
        return self.title[:MAX_CHARACTERS].replace(SEPARATOR, " ")

    @cached_property
    def matched_text(self) -> str:
        """Return the part of the text that topics read."""
        return self.text[:MAX_CHARACTERS].replace(SEPARATOR, " ")

    @cached_property
    def words(self) -> PlainText:
        """Return the words of the title, a separator, and the words of the text, casefolded and numbered."""
        return PlainText(f"{self.matched_title} {SEPARATOR} {self.matched_text}")

    @cached_property
    def folded_title(self) -> str:
        """Return the title without compatibility forms and accents, its letter case kept."""
        return fold_accents(self.title)

    @cached_property
    def folded_text(self) -> str:
        """Return the text without compatibility forms and accents, its letter case kept."""
        return fold_accents(self.text)
