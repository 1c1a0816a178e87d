"""Reduce a document to the words that a model may weigh, each counted once."""

import re
from functools import lru_cache

from monitor.domain.topics.text.folding import fold
from monitor.domain.topics.text.stems import stem, stemming_language
from monitor.domain.topics.values import Document

READ = 4_000
"""Characters of the text that are read: the news of an article stands in its first paragraphs."""
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W\d_{_HAN}]+(?:['’-][^\W\d_{_HAN}]+)*")
_UNSPACED = re.compile(rf"[{_HAN}]")
SHORTEST = 2
TITLE = "title:"
"""Prefix of a word that stands in the headline, which is a feature of its own."""


@lru_cache(maxsize=100_000)
def _stemmed(word: str, language: str | None) -> str:
    folded = fold(word.casefold())
    return stem(stemming_language(folded, language), folded)


def words_of(document: Document) -> dict[str, str]:
    """Return feature to the word as written: stems of words, pairs of characters in scripts without spaces."""
    found: dict[str, str] = {}
    for prefix, text in ((TITLE, document.title), ("", document.title), ("", document.text[:READ])):
        for run in _RUN.findall(text):
            if _UNSPACED.match(run):
                for at in range(len(run) - 1):
                    found.setdefault(prefix + run[at : at + 2], run[at : at + 2])
            elif len(run) >= SHORTEST:
                found.setdefault(prefix + _stemmed(run, document.language), run)
    return found
