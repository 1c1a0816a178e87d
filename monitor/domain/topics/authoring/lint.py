"""Warn of valid queries with terms that match otherwise than their author thinks."""

from collections.abc import Iterator, Mapping

from monitor.domain.catalog import Topic, Watchlist
from monitor.domain.topics.query.errors import QueryProblem
from monitor.domain.topics.query.syntax import (
    All,
    Asked,
    AtLeast,
    Either,
    Fact,
    Inside,
    Kind,
    Named,
    Node,
    Query,
    Term,
    Weighed,
    Without,
    walk,
)
from monitor.domain.topics.text.folding import fold, unsegmented, words_of
from monitor.domain.topics.text.stems import language_of, stem, stemming_language

SHORT = 3
"""A lone word with fewer letters than this is common in every text."""


def doubts(watchlist: Watchlist, queries: Mapping[tuple[str, str], Query]) -> Iterator[QueryProblem]:
    """Yield the warnings for a watchlist's topics and vocabularies.

    `queries` are the valid ones by file and topic.
    """
    used: set[str] = set()
    for topic in watchlist.topics:
        query = queries.get((watchlist.file, topic.key))
        if query is None:
            continue
        yield from _of_query(query, topic, watchlist)
        used |= {node.name for node in walk(query) if isinstance(node, Named)}
    for vocabulary in watchlist.vocabularies:
        if vocabulary.name not in used:
            yield QueryProblem(
                topic="",
                watchlist=watchlist.name,
                offset=0,
                length=1,
                message=f"no query uses ${vocabulary.name}",
                suggestion="remove it, or use it",
                warning=True,
                vocabulary=vocabulary.name,
            )


def _of_query(query: Query, topic: Topic, watchlist: Watchlist) -> Iterator[QueryProblem]:
    def doubt(node: Node, message: str, suggestion: str, offset: int | None = None) -> QueryProblem:
        return QueryProblem(
            topic=topic.key,
            watchlist=watchlist.name,
            offset=node.start if offset is None else offset,
            length=1 if offset is not None else max(1, node.end - node.start),
            message=message,
            suggestion=suggestion,
            warning=True,
        )

    if not _needs_words(query.root):
        yield doubt(query.root, "no term is required, so every article must be looked at", "add a term")
    for node in walk(query):
        if isinstance(node, All):
            for offset in node.silent:
                message = "two terms side by side mean AND"
                yield doubt(node, message, 'write AND, or "quotes" around a phrase', offset)
            for first, second in _contradictions(node):
                yield doubt(second, f"never true together with {first}", "remove one, or join them with OR")
        elif isinstance(node, Either):
            for term, wider in shadowed(node):
                yield doubt(term, f"{term.text!r} adds nothing: {wider.text!r} already matches it", "remove it")
        elif isinstance(node, Term):
            for message, suggestion in _of_term(node):
                yield doubt(node, message, suggestion)


def _of_term(term: Term) -> Iterator[tuple[str, str]]:
    if term.kind is Kind.REGEX:
        return
    words = words_of(term.text)
    if len(words) == 1 and len(words[0]) < SHORT and term.kind is Kind.WORD and not unsegmented(words[0][0]):
        yield f"{term.text!r} is so short that it matches by accident", f"write ={term.text} for this very case"
    if term.kind is Kind.CASED and not any(c.isupper() for c in term.text):
        yield f"={term.text} misses the word at the beginning of a sentence", f'write "{term.text}"'


def shadowed(node: Either) -> Iterator[tuple[Term, Term]]:
    """Yield terms of an OR that another term matches anyway, with that other."""
    terms = [item for item in node.items if isinstance(item, Term) and item.kind is not Kind.REGEX]
    wider: dict[str, Term] = {}
    for term in terms:
        for sign in _reach(term):
            wider.setdefault(sign, term)
    prefixes = [term for term in terms if term.text.endswith("*") and term.text[:-1].isalpha()]
    for term in terms:
        other = wider.get(_own(term))
        if other is None or other is term:
            words = words_of(term.text)
            lone = fold(words[0]) if len(words) == 1 and "*" not in term.text else ""
            begun = (p for p in prefixes if p is not term and lone.startswith(fold(p.text[:-1].casefold())))
            other = next(begun, None)
        if other is not None and other is not term and other.weight >= term.weight:
            yield term, other


def _reach(term: Term) -> list[str]:
    """Return signatures of what a term matches: its stem, and exact words of any case."""
    folded = " ".join(map(fold, words_of(term.text)))
    if term.kind is Kind.CASED or "*" in term.text:
        return [f"{term.kind}:{term.text}"]
    return [f"exact:{folded}", f"stem:{_stem(term)}"] if term.kind is Kind.WORD else [f"exact:{folded}"]


def _own(term: Term) -> str:
    if term.kind is Kind.WORD and "*" not in term.text:
        return f"stem:{_stem(term)}"
    if term.kind is Kind.EXACT:
        return "exact:" + " ".join(map(fold, words_of(term.text)))
    return f"{term.kind}:{term.text}"


def _stem(term: Term) -> str:
    words = words_of(term.text)
    return " ".join(stem(stemming_language(word, None), word) for word in words)


def _contradictions(node: All) -> Iterator[tuple[str, Asked]]:
    """Yield facts with one value that are asked for twice with different values."""
    asked: dict[Fact, Asked] = {}
    for item in node.items:
        if isinstance(item, Asked) and item.fact is not Fact.TAG:
            before = asked.setdefault(item.fact, item)
            if not set(_values(before)) & set(_values(item)):
                yield f"{before.fact}:{before.values[0]}", item


def _values(asked: Asked) -> list[str]:
    return (
        [language_of(v) or "" for v in asked.values] if asked.fact is Fact.LANG else [v.lower() for v in asked.values]
    )


def _needs_words(node: Node) -> bool:
    if isinstance(node, Without | Asked):
        return False
    if isinstance(node, All):
        return any(map(_needs_words, node.items))
    if isinstance(node, Either):
        return all(map(_needs_words, node.items))
    if isinstance(node, Inside | AtLeast | Weighed):
        return _needs_words(node.item)
    return True
