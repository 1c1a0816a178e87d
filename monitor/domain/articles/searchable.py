"""Words by which an article is found again, and what a search asks for.

Letters are compared without case and accents. Han, kana and Hangul, which are written without spaces or with endings
that no list knows, are cut into overlapping pairs of characters, with the last character of a run once more alone: a
searched run becomes a phrase of pairs, a single character the beginning of a pair. Every other word may be searched by
its beginning.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_RUNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0002ffff"
_WORD = re.compile(rf"[{_RUNS}]+|[^\W_{_RUNS}]+")
_RUN = re.compile(rf"[{_RUNS}]")
_ASKED = re.compile(r'(-?)"([^"]*)"?|(-?)(\S+)')

WORD_LIMIT = 60
"""Characters of a word that are kept; longer ones are addresses or noise."""
TEXT_LIMIT = 200_000
"""Characters of a text that are searched, as many as are kept of a page."""
TERMS_LIMIT = 30
SHORTEST_BEGINNING = 4
"""Letters from which on a word also finds longer words that begin with it."""


class SearchRefused(Exception):
    """A search that cannot be run; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTerm:
    """Words that follow each other. `prefix`: the last one may go on. `excluded`: articles with it are left out."""

    words: tuple[str, ...]
    prefix: bool
    excluded: bool = False
    either: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTerms:
    """What a search asks for: every group has one of its terms, and none of `excluded` occurs."""

    groups: tuple[tuple[SearchTerm, ...], ...]
    excluded: tuple[SearchTerm, ...] = ()

    def wanted(self) -> Iterator[SearchTerm]:
        """Yield the terms that may occur, for snippets."""
        for group in self.groups:
            yield from group


def folded_word(word: str) -> str:
    """Return a word without case, accents and width."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return unicodedata.normalize("NFC", "".join(char for char in plain if not unicodedata.combining(char)))


def search_words(text: str) -> Iterator[str]:
    """Yield the words by which a text is found, in its order."""
    for found in _WORD.finditer(unicodedata.normalize("NFC", text[:TEXT_LIMIT])):
        word = found.group()
        if _RUN.match(word):
            yield from (first + second for first, second in pairwise(word))
            yield word[-1]
        else:
            yield from _WORD.findall(folded_word(word)[:WORD_LIMIT])


def parse_search(text: str) -> SearchTerms:
    """Return what a search asks for: words, "phrases", -excluded, and OR between two of them.

    A word of four letters or more, or with a star, also finds words that begin with it. Raises SearchRefused.
    """
    groups: list[list[SearchTerm]] = []
    excluded: list[SearchTerm] = []
    joined = False
    for minus, quoted, dash, bare in _ASKED.findall(text):
        if bare == "OR" and groups:
            joined = True
            continue
        words = tuple(_asked_words(quoted or bare))
        if not words:
            continue
        term = SearchTerm(words=words, prefix=not quoted and _goes_on(bare, words[-1]), excluded=bool(minus or dash))
        if term.excluded:
            excluded.append(term)
        elif joined:
            groups[-1].append(term)
        else:
            groups.append([term])
        joined = False
    if not groups:
        raise SearchRefused("Give at least one word to look for.")
    if sum(map(len, groups)) + len(excluded) > TERMS_LIMIT:
        raise SearchRefused(f"A search has at most {TERMS_LIMIT} words and phrases.")
    return SearchTerms(groups=tuple(map(tuple, groups)), excluded=tuple(excluded))


def _goes_on(bare: str, last: str) -> bool:
    """Return whether a word outside quotation marks also finds longer ones.

    Most articles have a word that begins as a short one does, so that one asks for it with a star. A single character
    of Han begins a pair.
    """
    if _RUN.match(last):
        return len(last) == 1
    return len(last) >= SHORTEST_BEGINNING or bare.endswith("*")


def _asked_words(text: str) -> Iterator[str]:
    """Yield the words of a search term; of a run of Han its pairs alone, for the text may go on after it."""
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    for word in words:
        if _RUN.match(word):
            yield from (first + second for first, second in pairwise(word)) if len(word) > 1 else (word,)
        else:
            yield from _WORD.findall(folded_word(word)[:WORD_LIMIT])


def occurrences(text: str, terms: Sequence[SearchTerm]) -> list[tuple[int, int]]:
    """Return where a text has words of the terms, as (start, end), in order and without overlaps."""
    starts = tuple({word for term in terms for word in term.words if not _RUN.match(word)})
    exact = {word for term in terms if not term.prefix for word in term.words}
    # the searched runs of Han, put together again from their pairs, longest first
    pairs = [[word for word in term.words if _RUN.match(word)] for term in terms]
    runs = sorted((run[0] + "".join(pair[-1] for pair in run[1:]) for run in pairs if run), key=len, reverse=True)
    found: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        word = match.group()
        if _RUN.match(word):
            for run in runs:
                at = word.find(run)
                if at >= 0:
                    found.append((match.start() + at, match.start() + at + len(run)))
        else:
            plain = folded_word(word)
            if plain in exact or plain.startswith(tuple(start for start in starts if start not in exact)):
                found.append(match.span())
    found.sort()
    return [span for number, span in enumerate(found) if number == 0 or span[0] >= found[number - 1][1]]
