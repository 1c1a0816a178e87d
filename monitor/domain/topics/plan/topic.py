"""Decide whether an article matches one topic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from monitor.domain.topics.plan.node import Clause, Step, saturated
from monitor.domain.topics.plan.simple import MOST_GROUPS, Group, simple, small
from monitor.domain.topics.terms.document_terms import DocumentTerms
from monitor.domain.topics.terms.quotes import Located, listed
from monitor.domain.topics.terms.terms import Cell
from monitor.domain.topics.values import Hit, Match


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
        short = simple(self.root, cells) if not self.extras else None
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
