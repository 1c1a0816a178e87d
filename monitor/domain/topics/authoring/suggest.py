"""Propose a topic from example articles: vocabularies, a query, and its recall."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from monitor.domain.catalog import Catalog, Severity, Topic, Vocabulary, Watchlist
from monitor.domain.topics.authoring.keyness import COMMON_WORD, Candidate, candidates
from monitor.domain.topics.matcher import compile_catalog
from monitor.domain.topics.text.stems import stem, stemming_language
from monitor.domain.topics.values import Document

NAMES, WORDS = 24, 36
"""How many names and how many other terms are proposed for a language."""
ANCHORS = 3
NEARLY_ALL = 0.8
FAMILY = 4
"""Names that share this many first letters are taken for forms of one: China, Chinese."""

Background = Callable[[str], Mapping[str, float]]
"""Zipf values (log10 of occurrences in a thousand million words) by word, for a language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Hold proposed terms by language, most telling first.

    Names say who and where, words say what.

    `anchors` are families of names that nearly every example has; one of each is required by the query.
    """

    examples: int
    names: dict[str, tuple[Candidate, ...]]
    words: dict[str, tuple[Candidate, ...]]
    anchors: tuple[tuple[str, ...], ...]

    def query(self, key: str) -> str:
        """Return the query to start with: each anchor, and any of the other terms."""
        quoted = ([term if term.isalnum() else f'"{term}"' for term in family] for family in self.anchors)
        required = [f"({' OR '.join(terms)})" for terms in quoted]
        if required:
            return " AND ".join([f"lead:{required[0]}", *required[1:], f"${key}_words"])
        return f"lead:${key}_words"

    def watchlist(self, key: str) -> Watchlist:
        """Return the proposal as a watchlist with one topic."""
        vocabularies = tuple(
            Vocabulary(
                name=f"{key}_{name}",
                terms={lang: tuple(_entry(c.term) for c in found) for lang, found in lists.items()},
            )
            for name, lists in (("names", self.names), ("words", self.words))
        )
        topic = Topic(key=key, watchlist=key, title=key, query=self.query(key), severity=Severity.MEDIUM)
        return Watchlist(name=key, file="", vocabularies=vocabularies, topics=(topic,))


def found_again(proposal: Proposal, examples: Sequence[Document]) -> int:
    """Count the examples that the proposed topic matches."""
    engine = compile_catalog(Catalog(revision="", watchlists=(proposal.watchlist("topic"),)))
    return sum(bool(engine.match(example).matches) for example in examples)


def suggest(examples: Sequence[Document], background: Background) -> Proposal:
    """Return a proposal from examples, English where they have no language."""
    languages = dict.fromkeys(example.language or "en" for example in examples)
    names: dict[str, tuple[Candidate, ...]] = {}
    words: dict[str, tuple[Candidate, ...]] = {}
    for language in languages:
        own = [example for example in examples if (example.language or "en") == language]
        usual = background(language)
        found = candidates(own, usual, partial(_stem, language))
        # A phrase that only extends a name goes (President Xi Jinping); first name and name stay.
        listed_names = {c.term for c in found if c.name}
        found = [c for c in found if not _dressed(c.term, listed_names, usual)]
        names[language] = tuple(c for c in found if c.name)[:NAMES]
        words[language] = tuple(c for c in found if not c.name)[:WORDS]
    return Proposal(examples=len(examples), names=names, words=words, anchors=tuple(_anchors(names, len(examples))))


def _stem(language: str, word: str) -> str:
    return stem(stemming_language(word, language), word)


def _dressed(term: str, names: set[str], background: Mapping[str, float]) -> bool:
    words = term.split(" ")
    if len(words) == 1 or not term[0].isupper():
        return False
    parts = {" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)} - {term}
    full_name = len(words) == 2 and all(
        w[0].isupper() and background.get(w.casefold(), 0.0) < COMMON_WORD for w in words
    )
    return bool(parts & names) and not full_name


def _anchors(names: Mapping[str, Sequence[Candidate]], examples: int) -> Iterator[tuple[str, ...]]:
    """Yield the families of names that nearly all examples share, the most frequent first."""
    families: dict[str, list[Candidate]] = {}
    for found in names.values():
        for name in (c for c in found if " " not in c.term):
            families.setdefault(name.term[:FAMILY].casefold(), []).append(name)
    shared = [f for f in families.values() if max(c.examples for c in f) >= NEARLY_ALL * examples]
    shared.sort(key=lambda family: -sum(c.count for c in family))
    yield from (tuple(c.term for c in family) for family in shared[:ANCHORS])


def as_yaml(proposal: Proposal, key: str) -> Iterator[str]:
    """Yield the lines of a watchlist file, with how often each term was found."""
    yield "vocabulary:"
    for vocabulary, languages in (("names", proposal.names), ("words", proposal.words)):
        yield f"  {key}_{vocabulary}:"
        for language, found in languages.items():
            yield f"    {language}:"
            for c in found:
                share = f"in {c.examples} of {proposal.examples} examples, {c.count} times"
                yield f"      - {_scalar(_entry(c.term)):<32} # {share}"
    yield from (
        "topics:",
        f"  {key}:",
        f"    title: {key}",
        f"    query: {_scalar(proposal.query(key))}",
        "    severity: medium",
        "    # must_match: add the headlines of some examples, and must_not_match: near subjects that are not meant",
    )


def _entry(term: str) -> str:
    """Return the term as an entry; all capitals keep their case (US is not us)."""
    return f"={term}" if term.isalpha() and term.isupper() and len(term) < FAMILY else term


def _scalar(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
