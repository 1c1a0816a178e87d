"""Advise authors on what their valid queries miss or find by accident, with a replacement for each case."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from monitor.domain.catalog import Topic, Watchlist
from monitor.domain.topics.authoring.compounds import COMPOUNDS, NAMES_THAT_ARE_WORDS
from monitor.domain.topics.matcher import CompiledCatalog
from monitor.domain.topics.query.errors import QueryError
from monitor.domain.topics.query.syntax import (
    Asked,
    Either,
    Fact,
    Kind,
    Named,
    Node,
    Query,
    Term,
    Weighed,
    Without,
    walk,
)
from monitor.domain.topics.terms.vocabularies import read_entry
from monitor.domain.topics.text.folding import unsegmented, words_of
from monitor.domain.topics.text.stems import SCRIPT_OF, UNSPACED, language_of, script_of

TOO_COMMON = 4.6
"""Zipf value from which a word alone finds articles of every subject: strike, rate, deal."""
SHORT = 3
"""A word with fewer letters has a warning of its own."""

_phrase = re.compile(r"[a-z]+(?:[ \-][a-z]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordKnowledge:
    """Hold what is known of words besides the query.

    `usual`: Zipf values by word of a language; `demonyms`: the people and adjectives of a country by its name in small
    letters; `sources`: the languages of the feeds, with how many feeds each has.
    """

    usual: Callable[[str], Mapping[str, float]]
    demonyms: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Hold a piece of advice on a topic; `start` to `end` of its query read better as `replacement`."""

    topic: Topic
    message: str
    suggestion: str
    start: int = 0
    end: int = 0
    replacement: str | None = None

    def __str__(self) -> str:
        return f"topic {self.topic.key}: {self.message}; {self.suggestion}"


def advise(compiled: CompiledCatalog, knowledge: WordKnowledge) -> Iterator[Advice]:
    """Yield advice on every topic whose query compiled."""
    for watchlist in compiled.catalog.watchlists:
        for topic in watchlist.topics:
            query = compiled.queries.get((watchlist.file, topic.key))
            if query is not None:
                yield from _on_terms(topic, query, watchlist, knowledge)
                yield from _on_languages(topic, query, watchlist, knowledge)


def _on_terms(topic: Topic, query: Query, watchlist: Watchlist, knowledge: WordKnowledge) -> Iterator[Advice]:
    nodes = list(walk(query))
    barred = {id(node) for item in nodes if isinstance(item, Without) for node in walk(Query(root=item.item))}
    lists = {vocabulary.name: vocabulary for vocabulary in watchlist.vocabularies}
    known = {node.text.casefold() for node in nodes if isinstance(node, Term)} | {
        entry.strip('"=').casefold()
        for node in nodes
        if isinstance(node, Named) and node.name in lists
        for entries in lists[node.name].terms.values()
        for entry in entries
    }
    alone = _alternatives(query.root)
    for term in (node for node in nodes if isinstance(node, Term)):
        written = topic.query[term.start : term.end]
        if term.weight != 1:
            written = written.rpartition("^")[0]
        usual = knowledge.usual("en").get(term.text.casefold(), 0.0)
        better, misses = written, list[str]()
        if term.kind is Kind.EXACT and _phrase.fullmatch(term.text) and len(term.text.split()[-1]) > SHORT:
            other = term.text[:-1] if term.text.endswith("s") else f"{term.text}s"
            better, misses = f'"{term.text}"~', [other]
        also = _also(term, known, knowledge) if id(term) not in barred else []
        if also:
            better, misses = f"({' OR '.join([better, *also])})", misses + also
        if misses:
            missed = ", ".join(f'"{word}"' for word in misses)
            yield _replace(topic, term, f"{written} does not match {missed}", better)
        elif term.kind is Kind.WORD and term.text[:1].isupper() and term.text.casefold() in NAMES_THAT_ARE_WORDS:
            message = f"{written} matches the everyday word {term.text.casefold()} and its forms too"
            yield _replace(topic, term, message, f"={term.text}")
        elif term in alone and term.kind is not Kind.CASED and usual >= TOO_COMMON:
            message = f"{written} is an everyday word, and the query asks for nothing else beside it"
            yield Advice(topic=topic, message=message, suggestion=f"write {written} NEAR/8 a word of the subject")


def _also(term: Term, known: set[str], knowledge: WordKnowledge) -> list[str]:
    """Return the people of a country, or the compounds of a word, that the query does not have."""
    text = term.text.casefold()
    if term.kind is Kind.REGEX:
        return []
    found = list(knowledge.demonyms.get(text, ()))
    if term.text.isalpha() and term.text.islower():
        single = text.removesuffix("s")
        found += COMPOUNDS.get(text, COMPOUNDS.get(single, ()))
    return [word for word in found if word.casefold() not in known and not word.casefold().startswith(f"{text} ")]


def _replace(topic: Topic, term: Term, message: str, replacement: str) -> Advice:
    weight = f"^{term.weight:g}" if term.weight != 1 else ""
    return Advice(
        topic=topic,
        message=message,
        suggestion=f"write {replacement}",
        start=term.start,
        end=term.end,
        replacement=replacement + weight,
    )


def _alternatives(node: Node) -> list[Node]:
    """Return the terms any of which is enough for a match."""
    if isinstance(node, Either):
        return [term for item in node.items for term in _alternatives(item)]
    return _alternatives(node.item) if isinstance(node, Weighed) else [node]


def _on_languages(topic: Topic, query: Query, watchlist: Watchlist, knowledge: WordKnowledge) -> Iterator[Advice]:
    """Yield advice on languages that sources have, and the topic's terms have not."""
    nodes = list(walk(query))
    if any(isinstance(node, Asked) and node.fact is Fact.LANG for node in nodes):
        return
    lists = {vocabulary.name: vocabulary for vocabulary in watchlist.vocabularies}
    named = [lists[node.name] for node in nodes if isinstance(node, Named) and node.name in lists]
    listed = {language_of(language) for vocabulary in named for language in vocabulary.terms} - {None}
    texts = [node.text for node in nodes if isinstance(node, Term)]
    for vocabulary in named:
        for entry in vocabulary.terms.get("*", ()):
            with suppress(QueryError):  # compiling has reported it
                term = read_entry(entry)
                if term.kind is not Kind.REGEX:
                    texts.append(term.text)
    missing = [
        language
        for language in sorted(knowledge.sources)
        if language not in listed and not _speaks(language, texts, knowledge)
    ]
    if missing:
        told = ", ".join(f"{language} ({knowledge.sources[language]})" for language in missing)
        yield Advice(
            topic=topic,
            message=f"no term is in a language of these sources: {told}",
            suggestion=f"add terms, in a vocabulary by language: {{{missing[0]}: [...]}}",
        )


def _speaks(language: str, texts: list[str], knowledge: WordKnowledge) -> bool:
    """Tell whether any of the terms may be a word of a language: by its script, for Latin by its table of words."""
    words = {word for text in texts for word in words_of(text)}
    if language in UNSPACED:
        return any(unsegmented(word[0]) for word in words)
    script = SCRIPT_OF.get(language, "latin")
    own = {word for word in words if len(word) >= SHORT and script_of(word) == script}
    usual = knowledge.usual(language)
    if script != "latin" or language == "en" or not usual:
        return bool(own)
    return any(word in usual and word not in knowledge.usual("en") for word in own)
