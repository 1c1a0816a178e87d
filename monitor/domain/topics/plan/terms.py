"""Ask for terms, ORs of terms and vocabularies: limited, counted, weighed."""

from monitor.domain.topics.plan.node import Clause, Found, Spots, Step, joined
from monitor.domain.topics.query.syntax import ArticlePart
from monitor.domain.topics.terms.document_terms import DocumentTerms, Located


class Leaf(Found):
    """Ask for a term, an OR of terms, or a vocabulary: any of its cells."""

    __slots__ = ("cells",)

    def __init__(self, cells: frozenset[int], start: int, end: int) -> None:
        super().__init__(start, end)
        self.cells = cells

    def holds(self, terms: DocumentTerms) -> bool:
        return terms.has(self.cells)

    def look(self, terms: DocumentTerms) -> Spots:
        if len(self.cells) == 1:
            return terms.spots(*self.cells)
        return sorted({spot for cell in self.cells for spot in terms.spots(cell)})

    def mass(self, terms: DocumentTerms) -> float:
        mass = 0.0
        for cell in self.cells:
            mass += terms.mass(cell)
        return mass

    def closeness(self, terms: DocumentTerms) -> float:
        return 1.0 if self.holds(terms) else 0.0

    def clauses(self) -> list[Clause]:
        return [self.cells]

    def asked(self) -> tuple[Step, ...]:
        return ()

    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        for cell in self.cells:
            for atom in terms.found(cell):
                into += terms.quoted(atom)

    def missing(self, terms: DocumentTerms, query: str) -> str:
        return f"{self.written(query)} is not found"


class Merged(Found):
    """Ask for an OR of parts with places."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Found, ...], start: int, end: int) -> None:
        super().__init__(start, end)
        self.items = items

    def look(self, terms: DocumentTerms) -> Spots:
        return sorted({spot for item in self.items for spot in item.spots(terms)})

    def holds(self, terms: DocumentTerms) -> bool:
        return any(item.holds(terms) for item in self.items)

    def closeness(self, terms: DocumentTerms) -> float:
        return max(item.closeness(terms) for item in self.items)

    def clauses(self) -> list[Clause]:
        return joined([item.clauses() for item in self.items])

    def missing(self, terms: DocumentTerms, query: str) -> str:
        return f"none of {self.written(query)} is found"


class Within(Found):
    """Ask for places in one part of the article (`title:`, `lead:`, `text:`)."""

    __slots__ = ("item", "place")

    def __init__(self, item: Found, place: ArticlePart, start: int, end: int) -> None:
        super().__init__(start, end)
        self.item, self.place = item, place

    def look(self, terms: DocumentTerms) -> Spots:
        return [spot for spot in self.item.spots(terms) if terms.inside(spot, self.place)]

    def holds(self, terms: DocumentTerms) -> bool:
        return self.item.holds(terms) and bool(self.spots(terms))

    def closeness(self, terms: DocumentTerms) -> float:
        return 1.0 if self.holds(terms) else 0.6 * self.item.closeness(terms)

    def clauses(self) -> list[Clause]:
        return self.item.clauses()

    def missing(self, terms: DocumentTerms, query: str) -> str:
        if not self.item.holds(terms):
            return self.item.missing(terms, query)
        return f"{self.item.written(query)} is found, but not in the {self.place}"


class MinimumCount(Found):
    """Ask for a number of places that do not overlap, or of different terms (`{n}`)."""

    __slots__ = ("count", "distinct", "item")

    def __init__(self, item: Found, count: int, distinct: bool, start: int, end: int) -> None:
        super().__init__(start, end)
        self.item, self.count, self.distinct = item, count, distinct

    def number(self, terms: DocumentTerms) -> int:
        """Count the places, or the different terms."""
        spots = self.item.spots(terms)
        if self.distinct:
            # The ways to write a term are one term.
            return len({terms.label(spot.atom) for spot in spots})
        count = last = 0
        for spot in sorted(spots, key=lambda spot: spot.end):
            if spot.start >= last:
                count, last = count + 1, spot.end
        return count

    def look(self, terms: DocumentTerms) -> Spots:
        return self.item.spots(terms) if self.number(terms) >= self.count else []

    def holds(self, terms: DocumentTerms) -> bool:
        return self.item.holds(terms) and bool(self.spots(terms))

    def closeness(self, terms: DocumentTerms) -> float:
        return min(1.0, self.number(terms) / self.count)

    def clauses(self) -> list[Clause]:
        return self.item.clauses()

    def missing(self, terms: DocumentTerms, query: str) -> str:
        what = "different terms" if self.distinct else "places"
        return f"{self.item.written(query)} is found in {self.number(terms)} of {self.count} {what} needed"


class WeightedPlaces(Found):
    """Multiply the weight of a part's places."""

    __slots__ = ("item", "weight")

    def __init__(self, item: Found, weight: float, start: int, end: int) -> None:
        super().__init__(start, end)
        self.item, self.weight = item, weight

    def look(self, terms: DocumentTerms) -> Spots:
        return [spot._replace(weight=spot.weight * self.weight) for spot in self.item.spots(terms)]

    def holds(self, terms: DocumentTerms) -> bool:
        return self.item.holds(terms)

    def closeness(self, terms: DocumentTerms) -> float:
        return self.item.closeness(terms)

    def clauses(self) -> list[Clause]:
        return self.item.clauses()

    def missing(self, terms: DocumentTerms, query: str) -> str:
        return self.item.missing(terms, query)
