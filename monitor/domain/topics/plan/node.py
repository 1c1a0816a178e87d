"""Define the questions that every part of a plan answers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from monitor.domain.topics.terms.document_terms import DocumentTerms, Located, Spot

Clause = frozenset[int]
"""Cells at least one of which an article must have."""

Group = dict[int, float]
"""Atoms any of which will do, with their weights."""

Spots = list[Spot]


class Step(ABC):
    """Answer for one part of a query, written at `start` to `end` of it."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    @abstractmethod
    def holds(self, terms: DocumentTerms) -> bool:
        """Tell whether the article fulfils this part."""

    @abstractmethod
    def strength(self, terms: DocumentTerms) -> float:
        """Return how much the article is about it, 0 to below 1, times its weight."""

    @abstractmethod
    def closeness(self, terms: DocumentTerms) -> float:
        """Return 1 when it holds, else the share of it that does, below 1."""

    @abstractmethod
    def clauses(self) -> list[Clause]:
        """Return the clauses that an article must have for it to hold; maybe none."""

    def asked(self) -> tuple["Step", ...]:
        """Return the steps to ask once an article has all of its clauses."""
        return (self,)

    @abstractmethod
    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        """Add the places that speak for it."""

    @abstractmethod
    def missing(self, terms: DocumentTerms, query: str) -> str:
        """Say in words why it does not hold."""

    def written(self, query: str) -> str:
        """Return this part of the query as the author wrote it, shortened."""
        text = " ".join(query[self.start : self.end].split())
        return text if len(text) <= 80 else text[:77] + "..."


def saturated(mass: float, terms: DocumentTerms) -> float:
    """Return mass / (mass + k): it grows ever more slowly and never reaches 1.

    k grows with the article's length, from 1 to 5: the same five places mean more in a short article.
    """
    return mass / (mass + terms.half) if mass > 0 else 0.0


class Found(Step):
    """Answer for a part with places of its own: it can be near, inside, or counted."""

    __slots__ = ()

    @abstractmethod
    def look(self, terms: DocumentTerms) -> Spots:
        """Find its places, in order."""

    def spots(self, terms: DocumentTerms) -> Spots:
        """Return its places in order, looked for once per article."""
        known = terms.memo.get(id(self))
        if known is None:
            known = terms.memo[id(self)] = self.look(terms)
        return known

    def holds(self, terms: DocumentTerms) -> bool:
        return bool(self.spots(terms))

    def mass(self, terms: DocumentTerms) -> float:
        """Add up its places."""
        return sum(map(terms.counts, self.spots(terms)))

    def strength(self, terms: DocumentTerms) -> float:
        return saturated(self.mass(terms), terms)

    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        into += [(start, end, terms.hit(start, end, atom)) for start, end, atom, _ in self.spots(terms)]


def joined(options: Sequence[list[Clause]]) -> list[Clause]:
    """Return the clause of an OR: any of the cheapest clause of each option.

    Empty when an option needs nothing.
    """
    if not all(options):
        return []
    return [frozenset().union(*(min(clauses, key=len) for clauses in options))]
