"""All topics of a catalog compiled together, and the matching of one document against them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from monitor.domain.catalog import Catalog, Topic, Watchlist
from monitor.domain.topics.atoms import Atoms, Cell
from monitor.domain.topics.compiler import Compiler
from monitor.domain.topics.lexicon import Lexicon, Terms
from monitor.domain.topics.parser import parse
from monitor.domain.topics.plan.step import Clause, Step
from monitor.domain.topics.problems import QueryError, QueryProblem
from monitor.domain.topics.reading import MAX_CHARACTERS, Reading
from monitor.domain.topics.stems import language_of
from monitor.domain.topics.values import Document, Hit, Match, Matches, Near
from monitor.domain.topics.vocabularies import Shelf

SMALL = 32
"""Terms of a clause that are compared one by one, without remembering the outcome for other topics."""
MAX_NEAR = 5
"""Near misses told for one document."""
MOST_LOOKED_AT = 12
"""Misses looked at to find those; where there are more, the first of the files."""
NEAR_ENOUGH = 0.6
"""A topic nearly matches when at least this share of its query holds: two of three clauses, not one of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A topic ready to be asked. `extras` are (step, points).

    An article has to have all `clauses`: those that are one small group of terms stand in `quick` as their atoms, the
    others in `slow`. `asked` is what has to hold besides. `nearest` is the largest share of its clauses that an article
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
    asked: tuple[Step, ...] = ()
    nearest: float = 0.0

    def filed(self, price: Callable[[Clause], float], cells: Sequence[Cell]) -> "Plan":
        """The plan with its clauses in order of price: the first is the one it is filed under."""
        clauses = tuple(sorted(self.clauses, key=price))
        small = [clause for clause in (*clauses[1:], *clauses[:1]) if _small(clause, cells)]
        return replace(
            self,
            clauses=clauses,
            quick=tuple(tuple(cells[cell].members) for clause in small for cell in clause),
            slow=tuple(clause for clause in clauses if clause not in small),
            asked=self.root.asked(),
            nearest=1 - 1 / max(1, len(clauses)),
        )

    def grounded(self, reading: Reading) -> bool:
        """Whether the article has all clauses."""
        apart = reading.here.isdisjoint
        for atoms in self.quick:
            if apart(atoms):
                return False
        return all(reading.has(clause) for clause in self.slow)

    def share(self, reading: Reading) -> float:
        """The share of its clauses that the article has."""
        return sum(map(reading.has, self.clauses)) / max(1, len(self.clauses))

    def judge(self, reading: Reading) -> tuple[float, tuple[str, ...]]:
        """The score to three decimals, and its addends in words: 1, the query's strength, what extras add and take."""
        strength = self.root.strength(reading)
        total, parts = 1.0 + strength, [f"query +1, strength +{strength:.3f}"]
        for step, points in self.extras:
            if step.holds(reading):
                change = points * step.strength(reading)
                total += change
                parts.append(f"{'MAYBE' if points > 0 else 'LESS'} {step.written(self.query)} {change:+.3f}")
        return round(total, 3), tuple(parts)

    def hits(self, reading: Reading) -> tuple[Hit, ...]:
        """The evidence, title first, at most MAX_HITS."""
        places: set[tuple[int, int, int]] = set()
        self.root.evidence(reading, places)
        for step, points in self.extras:
            if points > 0 and step.holds(reading):
                step.evidence(reading, places)
        return reading.evidence(places)


def _small(clause: Clause, cells: Sequence[Cell]) -> bool:
    return len(clause) == 1 and all(len(cells[c].members) <= SMALL and not cells[c].languages for c in clause)


class Engine:
    """Fulfils `ports.Matcher`. Made by `compile_catalog`; may be pickled, and shared by threads that match in turn."""

    def __init__(self, revision: str, plans: tuple[Plan, ...], atoms: Atoms) -> None:
        self._revision = revision
        self._atoms = atoms
        self._terms = Terms(atoms)
        price = self._terms.prices(atoms)
        self._plans = tuple(plan.filed(price, atoms.cells) for plan in plans)
        self._lexicons: dict[str | None, Lexicon] = {}
        self._keyed: dict[int, list[int]] = {}
        self._always: list[int] = []
        for number, plan in enumerate(self._plans):
            for cell in plan.clauses[0] if plan.clauses else ():
                self._keyed.setdefault(cell, []).append(number)
            if not plan.clauses:
                self._always.append(number)

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
        near = near if only is None else 0.0
        matches: list[Match] = []
        misses: list[Plan] = []
        for plan in self._candidates(reading) if only is None else self._named(only):
            if not plan.grounded(reading):
                if plan.nearest >= near:
                    misses.append(plan)
                continue
            if all(step.holds(reading) for step in plan.asked):
                score, parts = plan.judge(reading)
                if score >= plan.threshold:
                    matches.append(Match(topic=plan.key, score=score, hits=plan.hits(reading), parts=parts))
                    continue
            misses.append(plan)
        told = self._near(misses, reading, near)
        return Matches(matches=tuple(matches), near=told, doubts=_cut(document))

    def _named(self, key: str) -> list[Plan]:
        return [plan for plan in self._plans if plan.key == key]

    def read(self, document: Document) -> Reading:
        """The document with every term of every topic found."""
        language = language_of(document.language)
        return Reading(document, language, self._lexicon(language), self._atoms)

    def _lexicon(self, language: str | None) -> Lexicon:
        lexicon = self._lexicons.get(language)
        if lexicon is None:
            lexicon = self._lexicons[language] = Lexicon(self._terms, self._atoms, language, self._keyed)
        return lexicon

    def _candidates(self, reading: Reading) -> Iterator[Plan]:
        """Topics with a hit in the clause they are filed under, in the order of the files."""
        numbers = set(self._always)
        for cell in reading.filed:
            numbers.update(self._keyed[cell])
        return (self._plans[number] for number in sorted(numbers))

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
    """What compiling a catalog brought: the plans, and what is wrong with the rest."""

    atoms: Atoms = field(default_factory=Atoms)
    plans: list[Plan] = field(default_factory=list)
    problems: list[QueryProblem] = field(default_factory=list)

    def add(self, watchlist: Watchlist) -> None:
        """Compile a watchlist's topics."""
        shelf = Shelf(watchlist.name, {v.name: v for v in watchlist.vocabularies}, self.atoms)
        compiler = Compiler(self.atoms, shelf)
        for topic in watchlist.topics:
            try:
                self.plans.append(plan_topic(topic, compiler))
            except QueryError as error:
                self.problems.append(error.problem(topic.key, watchlist.name))
        self.problems += shelf.problems


def plan_topic(topic: Topic, compiler: Compiler) -> Plan:
    """The plan of a topic. Raises QueryError."""
    query = parse(topic.query)
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
