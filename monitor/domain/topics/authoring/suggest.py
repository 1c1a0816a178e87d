"""From example articles to a topic one can start with: vocabularies, a query, and how many examples it finds."""

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
    """Proposed terms by language, most telling first. Names say who and where, words say what.

    `anchors` are families of names that nearly every example has; one of each is required by the query.
    """

    examples: int
    names: dict[str, tuple[Candidate, ...]]
    words: dict[str, tuple[Candidate, ...]]
    anchors: tuple[tuple[str, ...], ...]

    def query(self, key: str) -> str:
        """The query to start with: each anchor, the commonest one prominently, and any of the other terms."""
        required = [f"({' OR '.join(map(_quoted, family))})" for family in self.anchors]
        if required:
            return " AND ".join([f"lead:{required[0]}", *required[1:], f"${key}_words"])
        return f"lead:${key}_words"

    def watchlist(self, key: str) -> Watchlist:
        """The proposal as a watchlist with one topic."""
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
    """How many of the examples the proposed topic matches."""
    engine = compile_catalog(Catalog(revision="", watchlists=(proposal.watchlist("topic"),)))
    return sum(bool(engine.match(example).matches) for example in examples)


def suggest(examples: Sequence[Document], background: Background) -> Proposal:
    """A proposal from examples, each with its language (English when it has none)."""
    languages = dict.fromkeys(example.language or "en" for example in examples)
    names: dict[str, tuple[Candidate, ...]] = {}
    words: dict[str, tuple[Candidate, ...]] = {}
    for language in languages:
        own = [example for example in examples if (example.language or "en") == language]
        usual = background(language)
        found = _plain(candidates(own, usual, partial(_stem, language)), usual)
        names[language] = tuple(c for c in found if c.name)[:NAMES]
        words[language] = tuple(c for c in found if not c.name)[:WORDS]
    return Proposal(examples=len(examples), names=names, words=words, anchors=tuple(_anchors(names, len(examples))))


def _stem(language: str, word: str) -> str:
    return stem(stemming_language(word, language), word)


def _plain(found: Sequence[Candidate], background: Mapping[str, float]) -> list[Candidate]:
    """Without phrases that dress up a name which is there already (President Xi Jinping); first name and name stay."""
    names = {c.term for c in found if c.name}
    return [c for c in found if not _dressed(c.term, names, background)]


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
    """Families of names that nearly all examples share, the most frequent ones."""
    families: dict[str, list[Candidate]] = {}
    for found in names.values():
        for name in (c for c in found if " " not in c.term):
            families.setdefault(name.term[:FAMILY].casefold(), []).append(name)
    shared = [f for f in families.values() if max(c.examples for c in f) >= NEARLY_ALL * examples]
    shared.sort(key=lambda family: -sum(c.count for c in family))
    yield from (tuple(c.term for c in family) for family in shared[:ANCHORS])


def _quoted(term: str) -> str:
    return term if term.isalnum() else f'"{term}"'


def as_yaml(proposal: Proposal, key: str) -> Iterator[str]:
    """Lines of a watchlist file, with how often each term was found; ready to be pasted and pruned."""
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
    """The term as a vocabulary writes it: words that are all capitals mean something else in small letters (US, us)."""
    return f"={term}" if term.isalpha() and term.isupper() and len(term) < FAMILY else term


def _scalar(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
