"""Ask AND, OR and NOT of parts without places, and facts about the article."""

from collections.abc import Callable

from monitor.domain.topics.plan.node import Clause, Step, joined
from monitor.domain.topics.query.syntax import Fact
from monitor.domain.topics.terms.document_terms import DocumentTerms, Located, listed


class AllOf(Step):
    """Ask for all parts (AND), one of them without places or a NOT."""

    __slots__ = ("items", "positive")

    def __init__(self, items: tuple[Step, ...], start: int, end: int) -> None:
        super().__init__(start, end)
        self.items = items
        self.positive = tuple(item for item in items if item.clauses())

    def holds(self, terms: DocumentTerms) -> bool:
        for item in self.items:  # noqa: SIM110 (the hottest loop of all; all() with a generator costs twice as much)
            if not item.holds(terms):
                return False
        return True

    def strength(self, terms: DocumentTerms) -> float:
        return min([item.strength(terms) for item in self.positive], default=0.0)

    def closeness(self, terms: DocumentTerms) -> float:
        return sum(item.closeness(terms) for item in self.items) / len(self.items)

    def clauses(self) -> list[Clause]:
        return [clause for item in self.items for clause in item.clauses()]

    def asked(self) -> tuple[Step, ...]:
        return tuple(step for item in self.items for step in item.asked())

    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        for item in self.items:
            item.evidence(terms, into)

    def missing(self, terms: DocumentTerms, query: str) -> str:
        return "; ".join(item.missing(terms, query) for item in self.items if not item.holds(terms))


class AnyOf(Step):
    """Ask for any part (OR), one of them without places."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Step, ...], start: int, end: int) -> None:
        super().__init__(start, end)
        self.items = items

    def holds(self, terms: DocumentTerms) -> bool:
        return any(item.holds(terms) for item in self.items)

    def strength(self, terms: DocumentTerms) -> float:
        return max((item.strength(terms) for item in self.items if item.holds(terms)), default=0.0)

    def closeness(self, terms: DocumentTerms) -> float:
        return max(item.closeness(terms) for item in self.items)

    def clauses(self) -> list[Clause]:
        return joined([item.clauses() for item in self.items])

    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        for item in self.items:
            if item.holds(terms):
                item.evidence(terms, into)

    def missing(self, terms: DocumentTerms, query: str) -> str:
        best = max(self.items, key=lambda item: item.closeness(terms))
        return f"no alternative holds; the closest: {best.missing(terms, query)}"


class NoneOf(Step):
    """Ask that a part does not hold (NOT)."""

    __slots__ = ("item",)

    def __init__(self, item: Step, start: int, end: int) -> None:
        super().__init__(start, end)
        self.item = item

    def holds(self, terms: DocumentTerms) -> bool:
        return not self.item.holds(terms)

    def strength(self, terms: DocumentTerms) -> float:
        return 0.0

    def closeness(self, terms: DocumentTerms) -> float:
        return 0.0 if self.item.holds(terms) else 1.0

    def clauses(self) -> list[Clause]:
        return []

    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        """Add nothing: the part has no places."""

    def missing(self, terms: DocumentTerms, query: str) -> str:
        evidence: list[Located] = []
        self.item.evidence(terms, evidence)
        quotes = dict.fromkeys(f'"{hit.quote}"' for hit in listed(evidence)[:3])
        return f"NOT {self.item.written(query)} excludes it" + (f": it says {', '.join(quotes)}" if quotes else "")


class FactStep(Step):
    """Ask for a fact about the article (`outlet:`, `lang:`, `tag:`)."""

    __slots__ = ("fact", "test", "values")

    def __init__(self, fact: Fact, values: tuple[str, ...], start: int, end: int) -> None:
        super().__init__(start, end)
        self.fact, self.values = fact, values

    def holds(self, terms: DocumentTerms) -> bool:
        return FACTS[self.fact](terms, self.values)

    def strength(self, terms: DocumentTerms) -> float:
        return 1.0 if self.holds(terms) else 0.0

    def closeness(self, terms: DocumentTerms) -> float:
        return 1.0 if self.holds(terms) else 0.0

    def clauses(self) -> list[Clause]:
        return []

    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        """Add nothing: the part has no places."""

    def missing(self, terms: DocumentTerms, query: str) -> str:
        is_now = {
            Fact.OUTLET: terms.document.outlet,
            Fact.LANG: terms.language,
            Fact.TAG: ", ".join(terms.document.tags),
        }[self.fact]
        return f"{self.written(query)}: the article's {self.fact} is {is_now or 'not known'}"


FACTS: dict[Fact, Callable[[DocumentTerms, tuple[str, ...]], bool]] = {
    # An outlet is its domain or any below it: bbc.co.uk is news.bbc.co.uk too.
    Fact.OUTLET: lambda terms, values: any(f".{terms.document.outlet.lower()}".endswith("." + v) for v in values),
    Fact.LANG: lambda terms, values: terms.language in values,
    Fact.TAG: lambda terms, values: any(tag.strip().casefold() in values for tag in terms.document.tags),
}


class WeightedStep(Step):
    """Multiply the strength of a part without places."""

    __slots__ = ("item", "weight")

    def __init__(self, item: Step, weight: float, start: int, end: int) -> None:
        super().__init__(start, end)
        self.item, self.weight = item, weight

    def holds(self, terms: DocumentTerms) -> bool:
        return self.item.holds(terms)

    def strength(self, terms: DocumentTerms) -> float:
        return self.weight * self.item.strength(terms)

    def closeness(self, terms: DocumentTerms) -> float:
        return self.item.closeness(terms)

    def clauses(self) -> list[Clause]:
        return self.item.clauses()

    def evidence(self, terms: DocumentTerms, into: list[Located]) -> None:
        self.item.evidence(terms, into)

    def missing(self, terms: DocumentTerms, query: str) -> str:
        return self.item.missing(terms, query)
