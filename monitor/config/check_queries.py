"""Compile every query and report the compiler's problems at their place in the file."""

import gc
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AbcMapping
from contextlib import contextmanager
from dataclasses import replace

from monitor.config.document import ConfigFile, Owner
from monitor.config.draft_catalog import SharedVocabulary, WatchlistPart
from monitor.config.models.fields import suggest
from monitor.config.to_domain import child
from monitor.config.yaml.nodes import Mapping, Scalar, walk
from monitor.config.yaml.positions import index_in_file
from monitor.domain.catalog import Catalog, Watchlist
from monitor.domain.topics.authoring.checks import check_catalog
from monitor.domain.topics.matcher import CompiledCatalog, compile_all
from monitor.domain.topics.query.errors import QueryProblem


def with_shared(part: WatchlistPart, shared: AbcMapping[str, SharedVocabulary]) -> WatchlistPart:
    """Return the watchlist with the shared vocabularies that its queries name; its own hide shared ones."""
    queries = " ".join(
        f"{topic.topic.query} ${topic.topic.volume.first_seen.of}"
        if topic.topic.volume.first_seen
        else topic.topic.query
        for topic in part.topics
    )
    own = {vocabulary.name for vocabulary in part.vocabularies}
    used = (entry.vocabulary for name, entry in shared.items() if f"${name}" in queries and name not in own)
    return replace(part, vocabularies=(*part.vocabularies, *used))


def check_queries(
    watchlists: Sequence[WatchlistPart], shared: AbcMapping[str, SharedVocabulary] | None = None
) -> CompiledCatalog:
    """Compile the queries, and note in the documents the problems of queries and vocabularies."""
    shared = shared or {}
    seen: set[tuple[str, str]] = set()
    by_name = {part.name: part for part in watchlists}
    topics = {(part.name, topic.topic.key): topic for part in watchlists for topic in part.topics}
    with collector_paused():
        catalog = Catalog(
            revision="",
            watchlists=tuple(
                Watchlist(
                    name=part.name,
                    file=part.document.source.name,
                    vocabularies=part.vocabularies,
                    topics=tuple(topic.topic for topic in part.topics),
                )
                for part in watchlists
            ),
        )
        compiled = compile_all(catalog)
    found = list(check_catalog(compiled))
    named = {part.name: set(_first_names(part)) for part in watchlists}
    broken = {problem.watchlist for problem in found if problem.topic and not problem.warning}
    for problem in found:
        watchlist = by_name[problem.watchlist]
        if problem.vocabulary is not None and problem.entry is None and problem.watchlist in broken:
            continue  # a vocabulary may seem unused because the query that names it cannot be read
        if problem.vocabulary in named[problem.watchlist] and problem.entry is None:
            continue  # no query uses it, a rule of first names does
        own = child(watchlist.document.root, "vocabulary", problem.vocabulary or "")
        if problem.vocabulary is not None and own is None and problem.vocabulary in shared:
            if (problem.vocabulary, str(problem)) not in seen and problem.entry is not None:
                seen.add((problem.vocabulary, str(problem)))
                _in_vocabulary(shared[problem.vocabulary].document, problem)
        elif problem.vocabulary is not None:
            _in_vocabulary(watchlist.document, problem)
        else:
            part = topics[watchlist.name, problem.topic]
            query = child(part.node, "query")
            assert isinstance(query, Scalar), "the model wants text"
            at = index_in_file(part.document.source, query, problem.offset)
            part.document.report(at, str(problem), part.owner, warning=problem.warning)
    return compiled


def _first_names(part: WatchlistPart) -> Iterator[str]:
    """Yield the vocabularies that rules of first names use, and report those that do not exist."""
    known = [vocabulary.name for vocabulary in part.vocabularies]
    for topic in part.topics:
        rule, at = topic.topic.volume.first_seen, child(topic.node, "first_seen", "of")
        if rule is None or at is None:
            continue
        yield rule.of
        if rule.of not in known:
            part.document.report(at.start, f"there is no vocabulary ${rule.of}{suggest(rule.of, known)}", topic.owner)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from running, and afterwards from what was made.

    Thousands of topics are a million objects without a cycle: a full collection walks through all of them and holds
    up every thread for tenths of a second.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _in_vocabulary(document: ConfigFile, problem: QueryProblem) -> None:
    """Report a vocabulary entry; the compiler leaves out what it cannot read, so the watchlist runs without it."""
    name = str(problem.vocabulary)
    owner = Owner(document.source.name, f"${name}")
    listing = child(document.root, "vocabulary", name)
    entries = [scalar for scalar in walk(listing) if scalar.value == problem.entry] if listing else []
    if entries:
        at = index_in_file(document.source, entries[0], problem.offset)
    else:
        section = child(document.root, "vocabulary")
        at = section.pairs[name][0].start if isinstance(section, Mapping) and name in section.pairs else 0
    document.report(at, str(problem), owner, warning=problem.warning)
