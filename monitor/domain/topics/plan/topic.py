"""Decide whether an article matches one topic.

The commonest kind of query, an AND of small groups and NOT of others, has a short form that the sieve asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from monitor.domain.topics.plan.boolean import AllOf, NoneOf
from monitor.domain.topics.plan.node import Clause, Group, Step, saturated
from monitor.domain.topics.plan.terms import Leaf
from monitor.domain.topics.terms.document_terms import DocumentTerms, Located, listed
from monitor.domain.topics.terms.terms import Cell
from monitor.domain.topics.values import Hit, Match

SMALL = 32
"""Terms of a group that are looked for one by one, for many topics at once."""
MOST_GROUPS = 16
"""Groups of one query that are; the others are asked after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """Hold a topic and the steps of its query. `extras` are (step, points).

    An article has to have all `clauses`; the plan is filed under the first. Those that are one small group of terms
    stand in `groups`, for the sieve to ask; the rest in `slow`. Of a `simple` query the sieve knows everything: its
    groups, and `barred`, what its NOTs exclude. `asked` is what has to hold besides. `nearest` is the largest share of
    its clauses that an article without all of them can have.
    """

    key: str
    query: str
    threshold: float
    root: Step
    extras: tuple[tuple[Step, float], ...]
    clauses: tuple[Clause, ...]
    simple: bool = False
    groups: tuple[Group, ...] = ()
    barred: tuple[int, ...] = ()
    slow: tuple[Clause, ...] = ()
    asked: tuple[Step, ...] = ()
    nearest: float = 0.0

    def filed(self, price: Callable[[Clause], float], cells: Sequence[Cell]) -> "TopicPlan":
        """Return the plan with its clauses cheapest first: it is filed under the first."""
        clauses = tuple(sorted(self.clauses, key=price))
        short = short_form(self.root, cells) if not self.extras else None
        kept = [clause for clause in clauses if small(clause, cells) is not None][:MOST_GROUPS]
        return replace(
            self,
            clauses=clauses,
            simple=short is not None,
            groups=short.groups if short else tuple(filter(None, (small(clause, cells) for clause in kept))),
            barred=short.barred if short else (),
            slow=() if short else tuple(clause for clause in clauses if clause not in kept),
            asked=self.root.asked(),
            nearest=1 - 1 / max(1, len(clauses)),
        )

    def match(self, terms: DocumentTerms) -> Match | None:
        """Return the match, or None, for an article that passed the sieve."""
        if not all(map(terms.has, self.slow)):
            return None
        for step in self.asked:
            if not step.holds(terms):
                return None
        score, parts = self.judge(terms)
        return Match(self.key, score, self.hits(terms), parts) if self.met(score) else None

    def met(self, score: float) -> bool:
        """Tell whether a score suffices."""
        return score >= self.threshold

    def share(self, terms: DocumentTerms) -> float:
        """Return the share of its clauses that the article has."""
        return sum(map(terms.has, self.clauses)) / max(1, len(self.clauses))

    def judge(self, terms: DocumentTerms) -> tuple[float, tuple[str, ...]]:
        """Return the score to three decimals, and its addends in words.

        The addends are 1, the query's strength, and the points that extras add and take.
        """
        strength = self.root.strength(terms)
        total, parts = 1.0 + strength, [_asked(strength)]
        for step, points in self.extras:
            if step.holds(terms):
                change = points * step.strength(terms)
                total += change
                parts.append(f"{'MAYBE' if points > 0 else 'LESS'} {step.written(self.query)} {change:+.3f}")
        return round(total, 3), tuple(parts)

    def hits(self, terms: DocumentTerms) -> tuple[Hit, ...]:
        """Return the evidence, title first, at most MAX_HITS."""
        evidence: list[Located] = []
        self.root.evidence(terms, evidence)
        for step, points in self.extras:
            if points > 0 and step.holds(terms):
                step.evidence(terms, evidence)
        return listed(evidence)


def simple_score(mass: float, terms: DocumentTerms) -> tuple[float, tuple[str, ...]]:
    """Return `TopicPlan.judge` for a simple query whose weakest group has this mass."""
    strength = saturated(mass, terms)
    return round(1.0 + strength, 3), (_asked(strength),)


def _asked(strength: float) -> str:
    return f"query +1, strength +{strength:.3f}"


class Simple(NamedTuple):
    """Hold such a query in short: one of each of `groups`, none of `barred`."""

    groups: tuple[Group, ...]
    barred: tuple[int, ...]


def short_form(root: Step, cells: Sequence[Cell]) -> Simple | None:
    """Return the short form of a query's steps; None when it has none."""
    items = root.items if isinstance(root, AllOf) else (root,)
    wanted = [_members(item, cells) for item in items if not isinstance(item, NoneOf)]
    barred = [_members(item.item, cells) for item in items if isinstance(item, NoneOf)]
    if not 0 < len(wanted) <= MOST_GROUPS or not all(wanted) or not all(barred):
        return None
    return Simple(
        groups=tuple(group for group in wanted if group),
        barred=tuple(atom for group in barred if group for atom in group),
    )


def _members(item: Step, cells: Sequence[Cell]) -> Group | None:
    return small(item.cells, cells) if isinstance(item, Leaf) else None


def small(clause: Clause, cells: Sequence[Cell]) -> Group | None:
    """Return the terms of a clause that is one small group for every language, else None."""
    if len(clause) != 1:
        return None
    cell = cells[next(iter(clause))]
    return cell.members if len(cell.members) <= SMALL and not cell.languages else None
