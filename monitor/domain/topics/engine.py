"""All topics of a catalog compiled together, and the matching of one document against them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from monitor.domain.catalog import Catalog, Topic, Watchlist
from monitor.domain.topics.arranged import Arranged
from monitor.domain.topics.atoms import Atoms, Cell
from monitor.domain.topics.compiler import Compiler
from monitor.domain.topics.layout import MAX_CHARACTERS
from monitor.domain.topics.lexicon import Lexicon
from monitor.domain.topics.parser import parse
from monitor.domain.topics.plan.simple import SMALL, Simple, simple
from monitor.domain.topics.plan.step import Clause, Step
from monitor.domain.topics.problems import QueryError, QueryProblem
from monitor.domain.topics.reading import Located, Reading, listed
from monitor.domain.topics.stems import language_of
from monitor.domain.topics.syntax import Query
from monitor.domain.topics.values import Document, Hit, Match, Matches, Near
from monitor.domain.topics.vocabularies import Shelf

MAX_NEAR = 5
"""Near misses told for one document."""
MOST_LOOKED_AT = 12
"""Misses looked at to find those; where there are more, the first of the files."""
NEAR_ENOUGH = 0.6
"""A topic nearly matches when at least this share of its query holds: two of three clauses, not one of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A topic ready to be asked. `extras` are (step, points).

    An article has to have all `clauses`. The first is the one the plan is filed under; of the others, those that are
    one small group of terms stand in `quick` as their atoms, the rest in `slow`. `simple` is the query's short form, if
    it has one; `asked` is what has to hold besides. `nearest` is the largest share of its clauses that an article
    without all of them can have.
    """

    key: str
    query: str
    threshold: float
    root: Step
    extras: tuple[tuple[Step, float], ...]
    clauses: tuple[Clause, ...]
    quick: tuple[tuple[int, ...], ...] = ()
    slow: tuple[Clause, ...] = ()
    simple: Simple | None = None
    asked: tuple[Step, ...] = ()
    nearest: float = 0.0

    def filed(self, price: Callable[[Clause], float], cells: Sequence[Cell]) -> "Plan":
        """The plan with its clauses in order of price: the first is the one it is filed under."""
        clauses = tuple(sorted(self.clauses, key=price))
        small = [clause for clause in clauses[1:] if _small(clause, cells)]
        return replace(
            self,
            clauses=clauses,
            quick=tuple(tuple(cells[cell].members) for clause in small for cell in clause),
            slow=tuple(clause for clause in clauses[1:] if clause not in small),
            simple=simple(self.root, cells) if not self.extras else None,
            asked=self.root.asked(),
            nearest=1 - 1 / max(1, len(clauses)),
        )

    def match(self, reading: Reading) -> Match | None:
        """The match, for an article that has all clauses."""
        if self.simple is not None:
            judged = self.simple.judge(reading)
            if judged is None:
                return None
            score = round(1.0 + judged[0], 3)
            return Match(self.key, score, listed(judged[1]), (_asked(judged[0]),)) if self.met(score) else None
        for step in self.asked:
            if not step.holds(reading):
                return None
        score, parts = self.judge(reading)
        return Match(self.key, score, self.hits(reading), parts) if self.met(score) else None

    def met(self, score: float) -> bool:
        """Whether a score suffices."""
        return score >= self.threshold

    def share(self, reading: Reading) -> float:
        """The share of its clauses that the article has."""
        return sum(map(reading.has, self.clauses)) / max(1, len(self.clauses))

    def judge(self, reading: Reading) -> tuple[float, tuple[str, ...]]:
        """The score to three decimals, and its addends in words: 1, the query's strength, what extras add and take."""
        strength = self.root.strength(reading)
        total, parts = 1.0 + strength, [_asked(strength)]
        for step, points in self.extras:
            if step.holds(reading):
                change = points * step.strength(reading)
                total += change
                parts.append(f"{'MAYBE' if points > 0 else 'LESS'} {step.written(self.query)} {change:+.3f}")
        return round(total, 3), tuple(parts)

    def hits(self, reading: Reading) -> tuple[Hit, ...]:
        """The evidence, title first, at most MAX_HITS."""
        evidence: list[Located] = []
        self.root.evidence(reading, evidence)
        for step, points in self.extras:
            if points > 0 and step.holds(reading):
                step.evidence(reading, evidence)
        return listed(evidence)


def _asked(strength: float) -> str:
    return f"query +1, strength +{strength:.3f}"


def _small(clause: Clause, cells: Sequence[Cell]) -> bool:
    return len(clause) == 1 and all(len(cells[c].members) <= SMALL and not cells[c].languages for c in clause)


class Engine:
    """Fulfils `ports.Matcher`. Made by `compile_catalog`; may be pickled, and shared by threads that match in turn."""

    def __init__(self, revision: str, plans: tuple[Plan, ...], atoms: Atoms) -> None:
        self._revision = revision
        self._atoms = atoms
        self._arranged = Arranged(atoms)
        price = self._arranged.prices(atoms)
        self._plans = tuple(plan.filed(price, atoms.cells) for plan in plans)
        self._quick = [plan.quick for plan in self._plans]
        self._named: dict[str, list[Plan]] = {}
        self._lexicons: dict[str | None, Lexicon] = {}
        self._always = tuple(number for number, plan in enumerate(self._plans) if not plan.clauses)
        filed: dict[int, list[int]] = {}
        for number, plan in enumerate(self._plans):
            self._named.setdefault(plan.key, []).append(plan)
            for cell in plan.clauses[0] if plan.clauses else ():
                filed.setdefault(cell, []).append(number)
        self._filed = {cell: tuple(numbers) for cell, numbers in filed.items()}

    @property
    def revision(self) -> str:
        """The revision of the catalog it was compiled from."""
        return self._revision

    @property
    def topics(self) -> tuple[str, ...]:
        """The keys of the topics it matches, in the order of the files."""
        return tuple(plan.key for plan in self._plans)

    def match(self, document: Document, *, only: str | None = None, near: float = NEAR_ENOUGH) -> Matches:
        """What matches and what nearly does. Pure; raises on no text.

        `near` is how much of a query must hold for its topic to be told as a near miss. `only` asks one topic by its
        key; when that one misses, `near` always tells why.
        """
        reading = self.read(document)
        if only is not None:
            return self._only(only, reading)
        matches: list[Match] = []
        misses: list[Plan] = []
        apart, plans, quick = reading.here.isdisjoint, self._plans, self._quick
        for number in sorted(reading.finding.topics.union(self._always)):
            for atoms in quick[number]:
                if apart(atoms):
                    break
            else:
                plan = plans[number]
                if not plan.slow or all(map(reading.has, plan.slow)):
                    match = plan.match(reading)
                    if match is not None:
                        matches.append(match)
                    else:
                        misses.append(plan)
                    continue
            if plans[number].nearest >= near:
                misses.append(plans[number])
        told = self._near(misses, reading, near)
        return Matches(matches=tuple(matches), near=told, doubts=_cut(document))

    def read(self, document: Document) -> Reading:
        """The document with every term of every topic found."""
        language = language_of(document.language)
        return Reading(document, language, self._lexicon(language), self._atoms)

    def _lexicon(self, language: str | None) -> Lexicon:
        lexicon = self._lexicons.get(language)
        if lexicon is None:
            lexicon = self._lexicons[language] = Lexicon(self._arranged, self._atoms, language, self._filed)
        return lexicon

    def _only(self, key: str, reading: Reading) -> Matches:
        """What the topics of this key make of a document: matches, and why the others miss."""
        matches: list[Match] = []
        misses: list[Plan] = []
        for plan in self._named.get(key, ()):
            match = plan.match(reading) if all(map(reading.has, plan.clauses)) else None
            if match is not None:
                matches.append(match)
            else:
                misses.append(plan)
        near = self._near(misses, reading, 0.0)
        return Matches(matches=tuple(matches), near=near, doubts=_cut(reading.document))

    def _near(self, misses: list[Plan], reading: Reading, enough: float) -> tuple[Near, ...]:
        """The nearest of the first MOST_LOOKED_AT misses, best first."""
        looked_at = (plan for plan in misses if plan.share(reading) >= enough)
        close = [(plan.root.closeness(reading), plan) for plan in islice(looked_at, MOST_LOOKED_AT)]
        close = [pair for pair in close if pair[0] >= enough]
        close.sort(key=lambda pair: -pair[0])
        return tuple(self._miss(plan, closeness, reading) for closeness, plan in close[:MAX_NEAR])

    @staticmethod
    def _miss(plan: Plan, closeness: float, reading: Reading) -> Near:
        if plan.root.holds(reading):
            score, parts = plan.judge(reading)
            missing = f"the score {score:g} is below the threshold {plan.threshold:g}: {', '.join(parts)}"
        else:
            score, missing = round(min(closeness, 0.99), 3), plan.root.missing(reading, plan.query)
        return Near(topic=plan.key, score=score, threshold=plan.threshold, missing=missing, hits=plan.hits(reading))


def _cut(document: Document) -> tuple[str, ...]:
    fields = (("title", document.title), ("text", document.text))
    return tuple(
        f"only the first {MAX_CHARACTERS:,} characters of the {name} were read"
        for name, given in fields
        if len(given) > MAX_CHARACTERS
    )


@dataclass(slots=True)
class Compiled:
    """What compiling a catalog brought: the plans, the syntax trees by file and topic, and what is wrong."""

    atoms: Atoms = field(default_factory=Atoms)
    plans: list[Plan] = field(default_factory=list)
    queries: dict[tuple[str, str], Query] = field(default_factory=dict)
    problems: list[QueryProblem] = field(default_factory=list)

    def add(self, watchlist: Watchlist) -> None:
        """Compile a watchlist's topics."""
        shelf = Shelf(watchlist.name, {v.name: v for v in watchlist.vocabularies}, self.atoms)
        compiler = Compiler(self.atoms, shelf)
        for topic in watchlist.topics:
            try:
                query = self.queries[watchlist.file, topic.key] = parse(topic.query)
                self.plans.append(plan_topic(topic, query, compiler))
            except QueryError as error:
                self.problems.append(error.problem(topic.key, watchlist.name))
        self.problems += shelf.problems


def plan_topic(topic: Topic, query: Query, compiler: Compiler) -> Plan:
    """The plan of a topic. Raises QueryError."""
    root = compiler.step(query.root)
    return Plan(
        key=topic.key,
        query=topic.query,
        threshold=topic.threshold,
        root=root,
        extras=tuple((compiler.step(extra.item), extra.points) for extra in query.extras),
        clauses=tuple(dict.fromkeys(root.clauses())),
    )


def compile_all(catalog: Catalog) -> Compiled:
    """Every topic of a catalog compiled, or reported."""
    compiled = Compiled()
    for watchlist in catalog.watchlists:
        compiled.add(watchlist)
    return compiled


def compile_catalog(catalog: Catalog) -> Engine:
    """The engine for all topics of a catalog; queries with errors are left out (`check_catalog` tells of them)."""
    compiled = compile_all(catalog)
    return Engine(catalog.revision, tuple(compiled.plans), compiled.atoms.sealed())
