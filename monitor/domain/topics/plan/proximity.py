"""Ask for places that stand close together (NEAR, BEFORE, SAME)."""

from bisect import bisect_left, bisect_right

from monitor.domain.topics.plan.node import Clause, Found, Spots, Step
from monitor.domain.topics.terms.document_terms import DocumentTerms, Spot


class Nearby(Found):
    """Ask for places of both sides at most `distance` words apart (NEAR, BEFORE)."""

    __slots__ = ("distance", "left", "ordered", "right")

    def __init__(self, left: Found, right: Found, distance: int, ordered: bool, start: int, end: int) -> None:
        super().__init__(start, end)
        self.left, self.right = left, right
        self.distance, self.ordered = distance, ordered

    def look(self, terms: DocumentTerms) -> Spots:
        left, right = self.left.spots(terms), self.right.spots(terms)
        if not left or not right:
            return []
        kept = _pairs(terms, left, right, self.distance)
        if not self.ordered:
            kept |= _pairs(terms, right, left, self.distance)
        return sorted(kept)

    def closeness(self, terms: DocumentTerms) -> float:
        return 1.0 if self.holds(terms) else _sides(self.left, self.right, terms)

    def clauses(self) -> list[Clause]:
        return self.left.clauses() + self.right.clauses()

    def missing(self, terms: DocumentTerms, query: str) -> str:
        for side in (self.left, self.right):
            if not side.holds(terms):
                return side.missing(terms, query)
        order = ", in this order" if self.ordered else ""
        return f"{self.written(query)}: both are found, but not within {self.distance} words{order}"


def _pairs(terms: DocumentTerms, left: Spots, right: Spots, distance: int) -> set[Spot]:
    """Return places of both sides in this order, at most `distance` words apart.

    Looking at the nearest partner is enough: when it is too far, all are.
    """
    kept: set[Spot] = set()
    starts = [spot.start for spot in right]
    by_end = sorted(left, key=lambda spot: spot.end)
    ends = [spot.end for spot in by_end]
    pairs = [(one, right[at]) for one in left if (at := bisect_left(starts, one.end)) < len(right)]
    pairs += [(by_end[at - 1], other) for other in right if (at := bisect_right(ends, other.start)) > 0]
    for one, other in pairs:
        apart = terms.layout.apart(one.end, other.start)
        if apart is not None and apart <= distance:
            kept |= {one, other}
    return kept


def _sides(left: Step, right: Step, terms: DocumentTerms) -> float:
    return 0.4 * (left.holds(terms) + right.holds(terms))


class SameSentence(Found):
    """Ask for places of both sides in one sentence (SAME)."""

    __slots__ = ("left", "right")

    def __init__(self, left: Found, right: Found, start: int, end: int) -> None:
        super().__init__(start, end)
        self.left, self.right = left, right

    def look(self, terms: DocumentTerms) -> Spots:
        left, right = self.left.spots(terms), self.right.spots(terms)
        if not left or not right:
            return []
        theirs = _by_sentence(terms, right)
        kept: set[Spot] = set()
        for sentence, ours in _by_sentence(terms, left).items():
            others = theirs.get(sentence, [])
            kept.update(one for one in ours if any(_disjoint(one, other) for other in others))
            kept.update(other for other in others if any(_disjoint(one, other) for one in ours))
        return sorted(kept)

    def closeness(self, terms: DocumentTerms) -> float:
        return 1.0 if self.holds(terms) else _sides(self.left, self.right, terms)

    def clauses(self) -> list[Clause]:
        return self.left.clauses() + self.right.clauses()

    def missing(self, terms: DocumentTerms, query: str) -> str:
        for side in (self.left, self.right):
            if not side.holds(terms):
                return side.missing(terms, query)
        return f"{self.written(query)}: both are found, but never in one sentence"


def _by_sentence(terms: DocumentTerms, spots: Spots) -> dict[int, Spots]:
    grouped: dict[int, Spots] = {}
    for spot in spots:
        grouped.setdefault(terms.layout.sentence(spot.start), []).append(spot)
    return grouped


def _disjoint(one: Spot, other: Spot) -> bool:
    return one.end <= other.start or other.end <= one.start
