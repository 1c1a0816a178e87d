"""What every part of a plan can be asked, and what those with places of their own share."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from monitor.domain.topics.terms.document_terms import DocumentTerms, Spot
from monitor.domain.topics.terms.quotes import Located

Clause = frozenset[int]
"""Cells at least one of which an article must have."""

Spots = list[Spot]


class Step(ABC):
    """A part of a query. `start` and `end` say where it stands there."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    @abstractmethod
    def holds(self, terms: DocumentTerms) -> bool:
        """Whether the article fulfils it."""

    @abstractmethod
    def strength(self, terms: DocumentTerms) -> float:
        """How much the article is about it, 0 to below 1 (times its weight)."""

    @abstractmethod
    def closeness(self, terms: DocumentTerms) -> float:
        """1 when it holds, else the share of it that does, below 1."""

    @abstractmethod
    def clauses(self) -> list[Clause]:
        """What an article must have for it to hold; empty when nothing is needed."""

    def asked(self) -> tuple["Step", ...]:
        """What is still to be asked once an article has all of its clauses."""
        return (self,)

    @abstractmethod
    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        """Add the places that speak for it."""

    @abstractmethod
    def missing(self, terms: DocumentTerms, query: str) -> str:
        """Why it does not hold, in words."""

    def written(self, query: str) -> str:
        """This part as the author wrote it."""
        text = " ".join(query[self.start : self.end].split())
        return text if len(text) <= 80 else text[:77] + "..."


def saturated(mass: float, terms: DocumentTerms) -> float:
    """mass / (mass + k): grows with every place, ever more slowly, and never reaches 1.

    k grows with the article's length, from 1 to 5: the same five places mean more in a short article.
    """
    return mass / (mass + terms.half) if mass > 0 else 0.0


class Found(Step):
    """A part with places of its own; whatever has places can be near, inside, or counted."""

    __slots__ = ()

    @abstractmethod
    def look(self, terms: DocumentTerms) -> Spots:
        """Its places, in order."""

    def spots(self, terms: DocumentTerms) -> Spots:
        """Its places, in order, looked for once per article."""
        known = terms.memo.get(id(self))
        if known is None:
            known = terms.memo[id(self)] = self.look(terms)
        return known

    def holds(self, terms: DocumentTerms) -> bool:
        return bool(self.spots(terms))

    def mass(self, terms: DocumentTerms) -> float:
        """Its places added up."""
        return sum(map(terms.counts, self.spots(terms)))

    def strength(self, terms: DocumentTerms) -> float:
        return saturated(self.mass(terms), terms)

    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        into += [(start, end, terms.hit(start, end, atom)) for start, end, atom, _ in self.spots(terms)]


def joined(options: Sequence[list[Clause]]) -> list[Clause]:
    """What an OR needs: one cell of any option's cheapest clause; nothing when an option needs nothing."""
    if not all(options):
        return []
    return [frozenset().union(*(min(clauses, key=len) for clauses in options))]
