"""Compile the topics of a catalog together, and match documents against them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from monitor.domain.catalog import Catalog, Topic, Watchlist
from monitor.domain.topics.compiler import Compiler
from monitor.domain.topics.plan.prefilter import Passed, Sieve
from monitor.domain.topics.plan.topic import TopicPlan, simple_score
from monitor.domain.topics.query.errors import QueryError, QueryProblem
from monitor.domain.topics.query.parser import parse
from monitor.domain.topics.query.syntax import Query
from monitor.domain.topics.terms.document_terms import DocumentTerms
from monitor.domain.topics.terms.lexicon import Lexicon, TermIndex
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.terms.vocabularies import VocabularyCells
from monitor.domain.topics.text.normalised import MAX_CHARACTERS
from monitor.domain.topics.text.stems import language_of
from monitor.domain.topics.values import Document, Match, Matches, Near

_NONE = np.array([], np.int64)
MAX_NEAR = 5
"""Near misses told for one document."""
MOST_LOOKED_AT = 12
"""Misses looked at to find those; where there are more, the first of the files."""
NEAR_ENOUGH = 0.6
"""A topic nearly matches when at least this share of its query holds: two of three clauses, not one of two."""


class CatalogMatcher:
    """Match documents against all topics of a catalog (a `ports.Matcher`).

    Made by `compile_catalog`. It may be pickled, and shared by threads that match in turn.
    """

    def __init__(self, revision: str, plans: tuple[TopicPlan, ...], atoms: Atoms) -> None:
        self._revision = revision
        self._atoms = atoms
        self._index = TermIndex(atoms)
        price = self._index.prices(atoms)
        self._plans = tuple(plan.filed(price, atoms.cells) for plan in plans)
        self._sieve = Sieve(self._plans)
        self._lexicons: dict[str | None, Lexicon] = {}
        self._always = np.array([not plan.clauses for plan in self._plans], np.bool_)
        named, filed = defaultdict[str, list[int]](list), defaultdict[int, list[int]](list)
        for number, plan in enumerate(self._plans):
            named[plan.key].append(number)
            for cell in plan.clauses[0] if plan.clauses else ():
                filed[cell].append(number)
        self._named = {key: np.array(numbers) for key, numbers in named.items()}
        self._filed = {cell: tuple(numbers) for cell, numbers in filed.items()}

    @property
    def revision(self) -> str:
        """Return the revision of the catalog it was compiled from."""
        return self._revision

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the keys of its topics, in the order of the files."""
        return tuple(plan.key for plan in self._plans)

    def match(self, document: Document, *, only: str | None = None, near: float = NEAR_ENOUGH) -> Matches:
        """Return the topics that match and those that nearly do. Raises on no text.

        `near` is how much of a query must hold for its topic to be told as a near miss. `only` asks one topic by its
        key; when that one misses, `near` always tells why.
        """
        terms = self.read(document)
        if only is not None:
            topics, near = self._named.get(only, _NONE), 0.0
        else:
            # Topics filed under a term that the document has, and topics filed under none.
            asked = self._always.copy()
            asked[terms.occurrences.topics] = True
            topics = asked.nonzero()[0]
        passed, misses = self._sieve.sift(topics, terms, near)
        matches: list[Match] = []
        scored = self._scored(passed, terms)
        for number, _, _ in passed:
            plan = self._plans[number]
            match = next(scored) if plan.simple else plan.match(terms)
            if match is not None:
                matches.append(match)
            else:
                misses.append(number)
        told = self._near(sorted(misses), terms, near) if misses else ()
        doubts = tuple(
            f"only the first {MAX_CHARACTERS:,} characters of the {name} were read"
            for name, given in (("title", document.title), ("text", document.text))
            if len(given) > MAX_CHARACTERS
        )
        return Matches(matches=tuple(matches), near=told, doubts=doubts)

    def _scored(self, passed: list[Passed], terms: DocumentTerms) -> Iterator[Match | None]:
        """Yield the match, or None, of each topic with a simple query.

        The evidence of all of them is gathered in one go.
        """
        simple = [found for found in passed if self._plans[found.number].simple]
        scores = {mass: simple_score(mass, terms) for mass in {found.mass for found in simple}}
        for (number, mass, _), hits in zip(simple, terms.quotes.of_each([one.ranks for one in simple]), strict=True):
            plan, (score, parts) = self._plans[number], scores[mass]
            yield Match(plan.key, score, hits, parts) if plan.met(score) else None

    def read(self, document: Document) -> DocumentTerms:
        """Find every term of every topic in a document."""
        language = language_of(document.language)
        return DocumentTerms(document, language, self._lexicon(language), self._atoms)

    @property
    def languages(self) -> tuple[str | None, ...]:
        """Return the languages of the articles met so far, None for an unknown one."""
        return tuple(self._lexicons)

    def prepare(self, languages: Sequence[str | None]) -> None:
        """Build the word tables of these languages, 0.1 s each at 10,000 topics."""
        for language in languages:
            self._lexicon(language)

    def _lexicon(self, language: str | None) -> Lexicon:
        lexicon = self._lexicons.get(language)
        if lexicon is None:
            lexicon = self._lexicons[language] = Lexicon(self._index, self._atoms, language, self._filed)
        return lexicon

    def _near(self, misses: list[int], terms: DocumentTerms, enough: float) -> tuple[Near, ...]:
        """Return the nearest of the first MOST_LOOKED_AT misses, best first."""
        looked_at = (plan for plan in map(self._plans.__getitem__, misses) if plan.share(terms) >= enough)
        close = [(plan.root.closeness(terms), plan) for plan in islice(looked_at, MOST_LOOKED_AT)]
        close = [pair for pair in close if pair[0] >= enough]
        close.sort(key=lambda pair: -pair[0])
        told: list[Near] = []
        for closeness, plan in close[:MAX_NEAR]:
            if plan.root.holds(terms):
                score, parts = plan.judge(terms)
                missing = f"the score {score:g} is below the threshold {plan.threshold:g}: {', '.join(parts)}"
            else:
                score, missing = round(min(closeness, 0.99), 3), plan.root.missing(terms, plan.query)
            hits = plan.hits(terms)
            told.append(Near(topic=plan.key, score=score, threshold=plan.threshold, missing=missing, hits=hits))
        return tuple(told)


@dataclass(slots=True)
class CompiledCatalog:
    """Hold a catalog's topics compiled, and the problems of its queries.

    `queries` are the syntax trees by file and topic.
    """

    catalog: Catalog
    atoms: Atoms = field(default_factory=Atoms)
    plans: list[TopicPlan] = field(default_factory=list)
    queries: dict[tuple[str, str], Query] = field(default_factory=dict)
    problems: list[QueryProblem] = field(default_factory=list)

    def matcher(self, catalog: Catalog) -> CatalogMatcher:
        """Return the matcher for those topics that `catalog`, this one or a part of it, has."""
        kept = {topic.key for topic in catalog.topics}
        plans = tuple(plan for plan in self.plans if plan.key in kept)
        return CatalogMatcher(catalog.revision, plans, self.atoms.sealed())

    def add(self, watchlist: Watchlist) -> None:
        """Compile the topics of a watchlist."""
        vocabularies = VocabularyCells(watchlist.name, {v.name: v for v in watchlist.vocabularies}, self.atoms)
        compiler = Compiler(self.atoms, vocabularies)
        for topic in watchlist.topics:
            try:
                query = self.queries[watchlist.file, topic.key] = parse(topic.query)
                self.plans.append(plan_topic(topic, query, compiler))
            except QueryError as error:
                self.problems.append(error.problem(topic.key, watchlist.name))
        self.problems += vocabularies.problems


def plan_topic(topic: Topic, query: Query, compiler: Compiler) -> TopicPlan:
    """Return the plan of a topic. Raises QueryError."""
    root = compiler.step(query.root)
    return TopicPlan(
        key=topic.key,
        query=topic.query,
        threshold=topic.threshold,
        root=root,
        extras=tuple((compiler.step(extra.item), extra.points) for extra in query.extras),
        clauses=tuple(dict.fromkeys(root.clauses())),
    )


def compile_all(catalog: Catalog) -> CompiledCatalog:
    """Compile every topic of a catalog, or note what is wrong with its query."""
    compiled = CompiledCatalog(catalog)
    for watchlist in catalog.watchlists:
        compiled.add(watchlist)
    return compiled


def compile_catalog(catalog: Catalog) -> CatalogMatcher:
    """Return the matcher for a catalog without the topics whose queries have errors."""
    return compile_all(catalog).matcher(catalog)
