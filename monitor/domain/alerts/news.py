"""Say what a report adds to its story: one sentence of the report, with names and numbers as written."""

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 220
"""Characters of a sentence that are shown; longer ones are cut between words."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_DATELINE = re.compile(r"^[^.!?\n]{0,60}?\s[-\u2013\u2014]{1,2}\s")
"""A place, a date and an agency before a dash: "KYIV, Nov 30 (Agency) - "."""

_READ = 30
"""Sentences looked at; what matters stands near the top."""

_SAYS_NOTHING = re.compile(r"\d{1,2}|(?:19|20)\d\d")
"""Days and years: every report has other ones."""


def news_sentence(title: str, body: str, novelty: Sequence[str]) -> str | None:
    """Return the headline, or the first sentence, that holds what is new; None where nothing new is worth saying.

    `novelty` is the story's: the headline where its words are new, then names and numbers in any spelling.
    """
    if title and title in novelty:
        return _cut(title)
    facts = [_plain(fact) for fact in novelty if fact != title]
    # a single letter or digit, a day, a year: no reader calls that news
    facts = [fact for fact in facts if len(fact) > 1 and not _SAYS_NOTHING.fullmatch(fact)]
    if not facts:
        return None
    candidates = (title, *_SENTENCE_END.split(_DATELINE.sub("", body, count=1))[:_READ])
    # a number of three digits or a name that stands alone may be by-play: two new facts together, or the headline's
    held = [(sum(_holds(sentence, fact) for fact in facts), sentence) for sentence in candidates if sentence.strip()]
    best = max((count for count, _ in held), default=0)
    if best == 0:
        return None
    return next(_cut(sentence.strip()) for count, sentence in held if count == best)


def _holds(sentence: str, fact: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(fact)}", _plain(sentence)) is not None


def _plain(text: str) -> str:
    """Return the text without case and accents, as names are compared."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()


def _cut(sentence: str) -> str:
    if len(sentence) <= LONGEST:
        return sentence
    short = sentence[:LONGEST]
    return (short.rsplit(" ", 1)[0] if " " in short else short).rstrip(",;: ") + "…"
