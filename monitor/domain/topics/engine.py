"""All topics of a catalog compiled together, and the matching of one document against them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from monitor.domain.catalog import Catalog, Topic, Watchlist
from monitor.domain.topics.atoms import Atoms
from monitor.domain.topics.compiler import Compiler
from monitor.domain.topics.lexicon import Lexicon, Terms
from monitor.domain.topics.parser import parse
from monitor.domain.topics.plan.step import Clause, Step
from monitor.domain.topics.problems import QueryError, QueryProblem
from monitor.domain.topics.reading import MAX_CHARACTERS, Reading
from monitor.domain.topics.stems import language_of
from monitor.domain.topics.values import Document, Hit, Match, Matches, Near
from monitor.domain.topics.vocabularies import Shelf

MAX_HITS = 100
"""Hits listed for one match."""
MAX_NEAR = 5
"""Near misses told for one document."""
NEAR_ENOUGH = 0.5
"""A topic nearly matches when at least this share of its query holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A topic ready to be asked. `extras` are (step, points)."""

    key: str
    query: str
    threshold: float
    root: Step
    extras: tuple[tuple[Step, float], ...]
    clauses: tuple[Clause, ...]

    def score(self, reading: Reading) -> float:
        """1 + how much the article is about the query + what extras add and take, to three decimals."""
        total = 1.0 + self.root.strength(reading)
        for step, points in self.extras:
            if step.holds(reading):
                total += points * step.strength(reading)
        return round(total, 3)

    def hits(self, reading: Reading) -> tuple[Hit, ...]:
        """The evidence, title first, at most MAX_HITS."""
        places: set[tuple[int, int, int]] = set()
        self.root.evidence(reading, places)
        for step, points in self.extras:
            if points > 0 and step.holds(reading):
                step.evidence(reading, places)
        return tuple(reading.hit(*place) for place in sorted(places)[:MAX_HITS])

    def parts(self, reading: Reading) -> tuple[str, ...]:
        """The score's addends in words."""
        named = [f"query holds +1, strength +{self.root.strength(reading):.3f}"]
        for step, points in self.extras:
            if step.holds(reading):
                verb = "MAYBE" if points > 0 else "LESS"
                named.append(f"{verb} {step.written(self.query)} {points * step.strength(reading):+.3f}")
        return tuple(named)


class Engine:
    """Fulfils `ports.Matcher`. Made by `compile_catalog`; may be pickled, and shared by threads that match in turn."""

    def __init__(self, revision: str, plans: tuple[Plan, ...], atoms: Atoms) -> None:
        self._revision = revision
        self._plans = plans
        self._atoms = atoms
        self._terms = Terms(atoms)
        self._lexicons: dict[str | None, Lexicon] = {}
        self._keyed: list[list[int]] = [[] for _ in atoms.cells]
        self._always: list[int] = []
        for number, plan in enumerate(plans):
            for cell in plan.clauses[0] if plan.clauses else ():
                self._keyed[cell].append(number)
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

    def match(self, document: Document, *, only: str | None = None) -> Matches:
        """What matches and what nearly does. Pure; raises on no text.

        `only` asks one topic by its key; when that one misses, `near` always tells why.
        """
        reading = self.read(document)
        matches: list[Match] = []
        misses: list[Plan] = []
        asked = self._candidates(reading) if only is None else (p for p in self._plans if p.key == only)
        for plan in asked:
            if plan.root.holds(reading):
                score = plan.score(reading)
                if score >= plan.threshold:
                    hits, parts = plan.hits(reading), plan.parts(reading)
                    matches.append(Match(topic=plan.key, score=score, hits=hits, parts=parts))
                    continue
            misses.append(plan)
        near = self._near(misses, reading, NEAR_ENOUGH if only is None else 0.0)
        return Matches(matches=tuple(matches), near=near, doubts=_cut(document))

    def read(self, document: Document) -> Reading:
        """The document with every term of every topic found."""
        language = language_of(document.language)
        return Reading(document, language, self._lexicon(language), self._atoms)

    def _lexicon(self, language: str | None) -> Lexicon:
        lexicon = self._lexicons.get(language)
        if lexicon is None:
            lexicon = self._lexicons[language] = Lexicon(self._terms, self._atoms, language)
        return lexicon

    def _candidates(self, reading: Reading) -> Iterator[Plan]:
        """Topics with a hit in the clause they are filed under, in the order of the files."""
        keyed = self._keyed
        numbers = set(chain.from_iterable(keyed[cell] for cell in reading.present)).union(self._always)
        return (self._plans[number] for number in sorted(numbers))

    def _near(self, misses: list[Plan], reading: Reading, enough: float) -> tuple[Near, ...]:
        """The nearest misses, best first."""
        close = [(plan.root.closeness(reading), plan) for plan in misses]
        close = [pair for pair in close if pair[0] >= enough]
        close.sort(key=lambda pair: -pair[0])
        return tuple(self._miss(plan, closeness, reading) for closeness, plan in close[:MAX_NEAR])

    @staticmethod
    def _miss(plan: Plan, closeness: float, reading: Reading) -> Near:
        if plan.root.holds(reading):
            score = plan.score(reading)
            missing = f"the score {score:g} is below the threshold {plan.threshold:g}: " + ", ".join(
                plan.parts(reading)
            )
        else:
            score = round(min(closeness, 0.99), 3)
            missing = plan.root.missing(reading, plan.query)
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
                self.plans.append(plan_topic(topic, compiler, self.atoms))
            except QueryError as error:
                self.problems.append(error.problem(topic.key, watchlist.name))
        self.problems += shelf.problems


def plan_topic(topic: Topic, compiler: Compiler, atoms: Atoms) -> Plan:
    """The plan of a topic. Raises QueryError."""
    query = parse(topic.query)
    root = compiler.step(query.root)
    clauses = sorted(set(root.clauses()), key=lambda clause: cost(clause, atoms))
    return Plan(
        key=topic.key,
        query=topic.query,
        threshold=topic.threshold,
        root=root,
        extras=tuple((compiler.step(extra.item), extra.points) for extra in query.extras),
        clauses=tuple(clauses),
    )


def cost(clause: Clause, atoms: Atoms) -> float:
    """A guess at how many articles have one of these terms: short lone words are common, phrases are rare."""
    return sum(_commonness(atoms, atom) for cell in clause for atom in atoms.cells[cell].atoms[:1000])


def _commonness(atoms: Atoms, atom: int) -> float:
    words, letters = len(atoms.parts[atom]), len(atoms.labels[atom])
    return 0.05 if words > 1 else max(0.05, 1.0 - 0.12 * letters)


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
