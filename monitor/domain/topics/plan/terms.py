"""Terms, ORs of them and vocabularies; limited to a part of the article, counted, weighed."""

from monitor.domain.topics.plan.node import Clause, Found, Spots, Step, joined
from monitor.domain.topics.query.syntax import Place
from monitor.domain.topics.terms.document_terms import Reading
from monitor.domain.topics.terms.quotes import Located


class Leaf(Found):
    """A term, an OR of terms, or a vocabulary: any of its cells."""

    __slots__ = ("cells",)

    def __init__(self, cells: frozenset[int], start: int, end: int) -> None:
        super().__init__(start, end)
        self.cells = cells

    def holds(self, reading: Reading) -> bool:
        return reading.has(self.cells)

    def look(self, reading: Reading) -> Spots:
        if len(self.cells) == 1:
            return reading.spots(*self.cells)
        return sorted({spot for cell in self.cells for spot in reading.spots(cell)})

    def mass(self, reading: Reading) -> float:
        mass = 0.0
        for cell in self.cells:
            mass += reading.mass(cell)
        return mass

    def closeness(self, reading: Reading) -> float:
        return 1.0 if self.holds(reading) else 0.0

    def clauses(self) -> list[Clause]:
        return [self.cells]

    def asked(self) -> tuple[Step, ...]:
        return ()

    def evidence(self, reading: Reading, into: list[Located]) -> None:
        for cell in self.cells:
            for atom in reading.found(cell):
                into += reading.quoted(atom)

    def missing(self, reading: Reading, query: str) -> str:
        return f"{self.written(query)} is not found"


class Merged(Found):
    """OR of parts with places."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Found, ...], start: int, end: int) -> None:
        super().__init__(start, end)
        self.items = items

    def look(self, reading: Reading) -> Spots:
        return sorted({spot for item in self.items for spot in item.spots(reading)})

    def holds(self, reading: Reading) -> bool:
        return any(item.holds(reading) for item in self.items)

    def closeness(self, reading: Reading) -> float:
        return max(item.closeness(reading) for item in self.items)

    def clauses(self) -> list[Clause]:
        return joined([item.clauses() for item in self.items])

    def missing(self, reading: Reading, query: str) -> str:
        return f"none of {self.written(query)} is found"


class Within(Found):
    """`title:( )`, `lead:( )`, `text:( )`: the places there."""

    __slots__ = ("item", "place")

    def __init__(self, item: Found, place: Place, start: int, end: int) -> None:
        super().__init__(start, end)
        self.item, self.place = item, place

    def look(self, reading: Reading) -> Spots:
        return [spot for spot in self.item.spots(reading) if reading.inside(spot, self.place)]

    def holds(self, reading: Reading) -> bool:
        return self.item.holds(reading) and bool(self.spots(reading))

    def closeness(self, reading: Reading) -> float:
        return 1.0 if self.holds(reading) else 0.6 * self.item.closeness(reading)

    def clauses(self) -> list[Clause]:
        return self.item.clauses()

    def missing(self, reading: Reading, query: str) -> str:
        if not self.item.holds(reading):
            return self.item.missing(reading, query)
        return f"{self.item.written(query)} is found, but not in the {self.place}"


class Counted(Found):
    """`{n}`: places that do not overlap, or different terms."""

    __slots__ = ("count", "distinct", "item")

    def __init__(self, item: Found, count: int, distinct: bool, start: int, end: int) -> None:
        super().__init__(start, end)
        self.item, self.count, self.distinct = item, count, distinct

    def number(self, reading: Reading) -> int:
        """How many there are."""
        spots = self.item.spots(reading)
        if self.distinct:
            return len({spot.atom for spot in spots})
        count = last = 0
        for spot in sorted(spots, key=lambda spot: spot.end):
            if spot.start >= last:
                count, last = count + 1, spot.end
        return count

    def look(self, reading: Reading) -> Spots:
        return self.item.spots(reading) if self.number(reading) >= self.count else []

    def holds(self, reading: Reading) -> bool:
        return self.item.holds(reading) and bool(self.spots(reading))

    def closeness(self, reading: Reading) -> float:
        return min(1.0, self.number(reading) / self.count)

    def clauses(self) -> list[Clause]:
        return self.item.clauses()

    def missing(self, reading: Reading, query: str) -> str:
        what = "different terms" if self.distinct else "places"
        return f"{self.item.written(query)} is found in {self.number(reading)} of {self.count} {what} needed"


class Heavier(Found):
    """A weight on a part with places."""

    __slots__ = ("item", "weight")

    def __init__(self, item: Found, weight: float, start: int, end: int) -> None:
        super().__init__(start, end)
        self.item, self.weight = item, weight

    def look(self, reading: Reading) -> Spots:
        return [spot._replace(weight=spot.weight * self.weight) for spot in self.item.spots(reading)]

    def holds(self, reading: Reading) -> bool:
        return self.item.holds(reading)

    def closeness(self, reading: Reading) -> float:
        return self.item.closeness(reading)

    def clauses(self) -> list[Clause]:
        return self.item.clauses()

    def missing(self, reading: Reading, query: str) -> str:
        return self.item.missing(reading, query)
