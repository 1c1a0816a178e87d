"""Check queries, vocabularies and examples: errors, warnings, failing examples."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.domain.catalog import Catalog, Example, Topic, Watchlist
from monitor.domain.topics.authoring.lint import doubts
from monitor.domain.topics.authoring.literals import literal_problems
from monitor.domain.topics.matcher import CatalogMatcher, CompiledCatalog
from monitor.domain.topics.query.errors import QueryProblem
from monitor.domain.topics.values import Document, Matches


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleFailure:
    """Hold an example that does not do what its topic says, with the reason."""

    topic: str
    watchlist: str
    example: Example
    wanted: bool
    explanation: str

    def __str__(self) -> str:
        kind = "must_match" if self.wanted else "must_not_match"
        return f"topic {self.topic}: a {kind} example fails: {self.explanation}"


def check_catalog(compiled: CompiledCatalog) -> tuple[QueryProblem, ...]:
    """Return the errors of a catalog's queries and vocabularies, then the warnings."""
    watchlists = compiled.catalog.watchlists
    warnings = [problem for watchlist in watchlists for problem in doubts(watchlist, compiled.queries)]
    return (*compiled.problems, *literal_problems(compiled), *warnings)


def check_examples(engine: CatalogMatcher, catalog: Catalog) -> tuple[ExampleFailure, ...]:
    """Try every example of every topic that compiled."""
    known = set(engine.topics)
    return tuple(
        failure
        for watchlist in catalog.watchlists
        for topic in watchlist.topics
        if topic.key in known
        for failure in _failures(engine, watchlist, topic)
    )


def still_matches(engine: CatalogMatcher, topic: str, document: Document) -> str | None:
    """Say by what `topic` matches `document`; None where it does not, or is left out."""
    if topic not in engine.topics:
        return None
    result = engine.match(document, only=topic)
    return _explain(result) if result.matches else None


def _failures(engine: CatalogMatcher, watchlist: Watchlist, topic: Topic) -> Iterator[ExampleFailure]:
    for wanted, examples in ((True, topic.must_match), (False, topic.must_not_match)):
        for example in examples:
            document = Document(title=example.title, text=example.text, language=example.language)
            result = engine.match(document, only=topic.key)
            if bool(result.matches) is not wanted:
                yield ExampleFailure(
                    topic=topic.key,
                    watchlist=watchlist.name,
                    example=example,
                    wanted=wanted,
                    explanation=_explain(result),
                )


def _explain(result: Matches) -> str:
    if result.matches:
        match = result.matches[0]
        quotes = ", ".join(dict.fromkeys(f'"{hit.quote}" ({hit.term})' for hit in match.hits[:6]))
        return f"it matches with score {match.score:g} by {quotes or 'facts alone'}"
    near = result.near[0]
    return f"it scores {near.score:g} of {near.threshold:g}: {near.missing}"
