"""Builds small catalogs and asks them."""

from collections.abc import Mapping

from monitor.domain.catalog import Catalog, Example, Severity, Topic, Vocabulary, Watchlist
from monitor.domain.topics.matcher import CatalogMatcher, compile_catalog
from monitor.domain.topics.values import Document, Match, Matches, Near

Lists = Mapping[str, Mapping[str, tuple[str, ...]]]


def topic(query: str, key: str = "t", threshold: float = 1.0, **rest: object) -> Topic:
    return Topic(
        key=key,
        watchlist="w",
        title=key,
        query=query,
        severity=Severity.LOW,
        threshold=threshold,
        **rest,  # type: ignore[arg-type]
    )


def catalog(*topics: Topic, vocabularies: Lists | None = None) -> Catalog:
    shelves = tuple(Vocabulary(name=name, terms=dict(lists)) for name, lists in (vocabularies or {}).items())
    return Catalog(revision="r", watchlists=(Watchlist(name="w", file="w.yml", vocabularies=shelves, topics=topics),))


def engine(*queries: str, vocabularies: Lists | None = None, threshold: float = 1.0) -> CatalogMatcher:
    topics = [topic(query, f"t{number}", threshold) for number, query in enumerate(queries)]
    return compile_catalog(catalog(*topics, vocabularies=vocabularies))


def ask(
    query: str, text: str, title: str = "", lang: str | None = "en", vocabularies: Lists | None = None, **rest: object
) -> Matches:
    document = Document(title=title, text=text, language=lang, **rest)  # type: ignore[arg-type]
    return engine(query, vocabularies=vocabularies).match(document, only="t0")


def hits(query: str, text: str, title: str = "", lang: str | None = "en", **rest: object) -> bool:
    return bool(ask(query, text, title, lang, **rest).matches)  # type: ignore[arg-type]


def match(query: str, text: str, title: str = "", lang: str | None = "en", **rest: object) -> Match:
    return ask(query, text, title, lang, **rest).matches[0]  # type: ignore[arg-type]


def near(query: str, text: str, title: str = "", lang: str | None = "en", **rest: object) -> Near:
    return ask(query, text, title, lang, **rest).near[0]  # type: ignore[arg-type]


def quotes(query: str, text: str, title: str = "", lang: str | None = "en", **rest: object) -> list[str]:
    return [hit.quote for hit in match(query, text, title, lang, **rest).hits]


def example(text: str, title: str = "", language: str | None = "en") -> Example:
    return Example(text=text, title=title, language=language)
