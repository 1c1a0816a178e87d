"""Turn syntax trees into plans.

Terms become cells, vocabularies are looked up, scopes are pushed to the parts that have places.
"""

import difflib

from monitor.domain.topics.plan.boolean import AllOf, AnyOf, FactStep, NoneOf, WeightedStep
from monitor.domain.topics.plan.node import Found, Step
from monitor.domain.topics.plan.proximity import Nearby, SameSentence
from monitor.domain.topics.plan.terms import Leaf, Merged, MinimumCount, WeightedPlaces, Within
from monitor.domain.topics.query.errors import QueryError
from monitor.domain.topics.query.syntax import (
    All,
    ArticlePart,
    Asked,
    AtLeast,
    Close,
    Either,
    Fact,
    Inside,
    Named,
    Node,
    Term,
    Together,
    Weighed,
    Without,
)
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.terms.vocabularies import VocabularyCells
from monitor.domain.topics.text.stems import language_of


class Compiler:
    """Make the plans of one watchlist's queries. Every method raises QueryError."""

    def __init__(self, atoms: Atoms, vocabularies: VocabularyCells) -> None:
        self.atoms = atoms
        self.vocabularies = vocabularies

    def step(self, node: Node, place: ArticlePart | None = None) -> Step:
        """Return the plan of a node that stands in the scope `place`."""
        if isinstance(node, Either):
            return self.either(node, place)
        if isinstance(node, All):
            return AllOf(tuple(self.step(item, place) for item in node.items), node.start, node.end)
        if isinstance(node, Without):
            return NoneOf(self.step(node.item, place), node.start, node.end)
        if isinstance(node, Asked):
            values = (value.strip() for value in node.values)
            if node.fact is Fact.LANG:
                plain = tuple(language_of(value) or "" for value in values)
            else:
                plain = tuple(value.lower() if node.fact is Fact.OUTLET else value.casefold() for value in values)
            return FactStep(node.fact, plain, node.start, node.end)
        if isinstance(node, Inside):
            if place is not None and place is not node.place:
                raise _error(node, f"{node.place}: inside {place}: is never true", "use one of them")
            return self.step(node.item, node.place)
        if isinstance(node, Weighed):
            inner = self.step(node.item, place)
            if isinstance(inner, Found):
                return WeightedPlaces(inner, node.weight, node.start, node.end)
            return WeightedStep(inner, node.weight, node.start, node.end)
        return self.scoped(self.found(node), place)

    @staticmethod
    def scoped(step: Found, place: ArticlePart | None) -> Found:
        """Limit a step to a part of the article."""
        return step if place is None else Within(step, place, step.start, step.end)

    def found(self, node: Node) -> Found:
        """Return the plan of a node that has places of its own."""
        if isinstance(node, Term):
            cell = self.atoms.cell([(atom, node.weight) for atom in self.atoms.every(node)])
            return Leaf(frozenset({cell}), node.start, node.end)
        if isinstance(node, Named):
            return Leaf(self.named(node), node.start, node.end)
        if isinstance(node, Close):
            left, right = self.side(node.left, "NEAR"), self.side(node.right, "NEAR")
            return Nearby(left, right, node.distance, node.ordered, node.start, node.end)
        if isinstance(node, Together):
            return SameSentence(self.side(node.left, "SAME"), self.side(node.right, "SAME"), node.start, node.end)
        if isinstance(node, AtLeast):
            return MinimumCount(self.side(node.item, "{n}"), node.count, node.distinct, node.start, node.end)
        step = self.step(node)
        if isinstance(step, Found):
            return step
        raise _error(node, "this part has no places in the text", "use terms, phrases, vocabularies and ORs of them")

    def side(self, node: Node, operator: str) -> Found:
        """Return the plan of one side of a NEAR, or of the part that is counted."""
        if isinstance(node, All | Without | Asked):
            what = {All: "AND", Without: "NOT", Asked: "a fact"}[type(node)]
            advice = "split it: (a NEAR b) AND (a NEAR c)" if operator != "{n}" else "count each part: a{2} AND b{2}"
            raise _error(node, f"{operator} takes terms, phrases, vocabularies and ORs of them, not {what}", advice)
        return self.found(node)

    def either(self, node: Either, place: ArticlePart | None) -> Step:
        """Return the plan of an OR.

        Its terms become one cell, its vocabularies join them, the rest are alternatives.
        """
        members: list[tuple[int, float]] = []
        cells: set[int] = set()
        others: list[Step] = []
        for item in _alternatives(node):
            if isinstance(item, Term):
                members += [(atom, item.weight) for atom in self.atoms.every(item)]
            elif isinstance(item, Named):
                cells |= self.named(item)
            else:
                others.append(self.step(item, place))
        if members:
            cells.add(self.atoms.cell(members))
        steps = [self.scoped(Leaf(frozenset(cells), node.start, node.end), place)] if cells else []
        alternatives = (*steps, *others)
        if len(alternatives) == 1:
            return alternatives[0]
        found = tuple(step for step in alternatives if isinstance(step, Found))
        if len(found) == len(alternatives):
            return Merged(found, node.start, node.end)
        return AnyOf(alternatives, node.start, node.end)

    def named(self, node: Named) -> frozenset[int]:
        """Return the cells of a vocabulary."""
        try:
            return self.vocabularies.cells(node.name)
        except KeyError:
            close = difflib.get_close_matches(node.name, self.vocabularies.vocabularies, 1)
            known = ", ".join(f"${name}" for name in sorted(self.vocabularies.vocabularies)[:8]) or "none in this file"
            suggestion = f"did you mean ${close[0]}?" if close else f"there are: {known}"
            raise _error(node, f"there is no vocabulary ${node.name}", suggestion) from None


def _alternatives(node: Either) -> list[Node]:
    """Return the parts of an OR and of the ORs directly inside it."""
    flat: list[Node] = []
    for item in node.items:
        flat += _alternatives(item) if isinstance(item, Either) else [item]
    return flat


def _error(node: Node, message: str, suggestion: str) -> QueryError:
    return QueryError(message, node.start, max(1, node.end - node.start), suggestion)
