"""Propose changes of a topic's query that people's verdicts speak for, each with its precision and recall.

Candidates come from the contrast of relevant and not relevant articles: words that only one kind has. Each candidate
is tried as the daemon would try it: the changed topic is compiled and matched against the judged articles.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.domain.catalog import Catalog, Topic
from monitor.domain.topics.learning.words import TITLE, words_of
from monitor.domain.topics.matcher import CatalogMatcher, compile_catalog
from monitor.domain.topics.values import Document

GUESSING = 10
"""Fewer verdicts than this are too few to believe in a proposal."""
FOLDS_FROM = 20
"""Verdicts from which figures are cross-validated."""
FOLDS = 5
CONTRASTING = 12
"""Words tried in each direction, the most contrasting first."""
TELLING = 1.0
"""Log-odds ratio from which a word contrasts (a factor of 2.7)."""
IN_ARTICLES = 2
"""Judged articles that must hold a word: one alone is chance."""
POINTS = (1.0, 2.0)
"""Points that LESS takes and MAYBE gives in proposals: half and all of what a plain match scores."""
RECALL_KEPT = 0.01
"""How much recall a proposal may cost."""
SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDocument:
    """A document with a person's verdict on one topic."""

    document: Document
    relevant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a topic decides the judged documents."""

    hits: int = 0
    false_alerts: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of alerts that are relevant; 1 without alerts."""
        alerts = self.hits + self.false_alerts
        return self.hits / alerts if alerts else 1.0

    @property
    def recall(self) -> float:
        """Share of relevant documents that alert; 1 where none is relevant."""
        relevant = self.hits + self.missed
        return self.hits / relevant if relevant else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.hits / max(1, 2 * self.hits + self.false_alerts + self.missed)

    def plus(self, *, alerts: bool, relevant: bool) -> "Figures":
        """Return the figures with one more document."""
        return Figures(
            hits=self.hits + (alerts and relevant),
            false_alerts=self.false_alerts + (alerts and not relevant),
            missed=self.missed + (relevant and not alerts),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """A changed topic. `what` names the change; the figures are cross-validated where there are verdicts enough."""

    what: str
    topic: Topic
    before: Figures
    after: Figures


@dataclass(frozen=True, slots=True)
class _Change:
    """A candidate: `word` is None for a change of the threshold, which every fold may use."""

    what: str
    topic: Topic
    word: str | None = None


def improvements(catalog: Catalog, key: str, judged: Sequence[JudgedDocument]) -> list[Improvement]:
    """Return the proposals for a topic, best first; none where nothing helps. The topic must be in the catalog."""
    topic = catalog.topic(key)
    assert topic is not None
    words = [words_of(one.document) for one in judged]
    folds = [number % FOLDS for number in range(len(judged))] if len(judged) >= FOLDS_FROM else []
    matcher = _matcher(catalog, topic)
    base = [bool(matcher.match(one.document, only=key).matches) for one in judged]
    before = _figures(base, judged)
    found = []
    for change in _changes(topic, judged, words, base, matcher):
        changed = _matcher(catalog, change.topic)
        if key not in changed.topics:
            continue  # the changed query does not compile
        decided = [bool(changed.match(one.document, only=key).matches) for one in judged]
        if change.word is not None:
            decided = _held_out(change.word, decided, base, judged, words, folds)
        after = _figures(decided, judged)
        if after.f1 > before.f1 and after.recall >= before.recall - RECALL_KEPT:
            found.append(Improvement(what=change.what, topic=change.topic, before=before, after=after))
    found.sort(key=lambda one: (-one.after.f1, len(one.topic.query)))
    return found[:SHOWN]


def _matcher(catalog: Catalog, topic: Topic) -> CatalogMatcher:
    """Compile one topic alone, with the vocabularies of its watchlist."""
    watchlists = tuple(
        replace(watchlist, topics=(topic,)) for watchlist in catalog.watchlists if watchlist.name == topic.watchlist
    )
    return compile_catalog(replace(catalog, watchlists=watchlists))


def _figures(decided: Sequence[bool], judged: Sequence[JudgedDocument]) -> Figures:
    figures = Figures()
    for alerts, one in zip(decided, judged, strict=True):
        figures = figures.plus(alerts=alerts, relevant=one.relevant)
    return figures


def _held_out(
    word: str,
    decided: Sequence[bool],
    base: Sequence[bool],
    judged: Sequence[JudgedDocument],
    words: Sequence[Mapping[str, str]],
    folds: Sequence[int],
) -> list[bool]:
    """Count a change in a fold only where the verdicts of the other folds alone would have proposed its word."""
    if not folds:
        return list(decided)
    speaks = {}
    for fold in range(FOLDS):
        others = [number for number, own in enumerate(folds) if own != fold]
        contrast = _contrast([judged[n] for n in others], [words[n] for n in others])
        speaks[fold] = abs(contrast.get(word, 0.0)) >= TELLING
    return [decided[n] if speaks[fold] else base[n] for n, fold in enumerate(folds)]


def _changes(
    topic: Topic,
    judged: Sequence[JudgedDocument],
    words: Sequence[Mapping[str, str]],
    base: Sequence[bool],
    matcher: CatalogMatcher,
) -> Iterator[_Change]:
    yield from _thresholds(topic, judged, matcher)
    alerting = [number for number, alerts in enumerate(base) if alerts]
    bad = _contrast([judged[n] for n in alerting], [words[n] for n in alerting])
    good = _contrast(judged, words)
    written = {word: shown for found in words for word, shown in found.items()}
    for word in sorted((w for w in bad if bad[w] <= -TELLING), key=lambda w: bad[w])[:CONTRASTING]:
        term = _term(written[word])
        yield from (_query(topic, f"LESS {term}^{points:g}", word) for points in POINTS)
        yield _Change(f"NOT {term}", replace(topic, query=_excluding(topic.query, term)), word)
    for word in sorted((w for w in good if good[w] >= TELLING), key=lambda w: -good[w])[:CONTRASTING]:
        term = _term(written[word])
        yield from (_query(topic, f"MAYBE {term}^{points:g}", word) for points in POINTS)
        yield _Change(f"OR {term}", replace(topic, query=f"{term} OR {topic.query}"), word)


def _thresholds(topic: Topic, judged: Sequence[JudgedDocument], matcher: CatalogMatcher) -> Iterator[_Change]:
    """Yield thresholds that part the scores of judged documents."""
    scores = set()
    for one in judged:
        found = matcher.match(one.document, only=topic.key)
        scores |= {match.score for match in found.matches}
        scores |= {near.score for near in found.near if near.missing.startswith("the score")}
    for low, high in zip(sorted(scores), sorted(scores)[1:], strict=False):
        threshold = round((low + high) / 2, 1)
        if low < threshold < high and threshold != topic.threshold:
            yield _Change(f"threshold {threshold:g}", replace(topic, threshold=threshold))


def _query(topic: Topic, extra: str, word: str) -> _Change:
    return _Change(extra, replace(topic, query=f"{topic.query.rstrip()}\n{extra}"), word)


def _excluding(query: str, term: str) -> str:
    """Return the query with NOT around its required part; extras (MAYBE, LESS) stay behind it."""
    required, extra = query, ""
    for keyword in (" MAYBE ", " LESS ", "\nMAYBE ", "\nLESS "):
        at = query.find(keyword)
        if 0 <= at < len(required):
            required, extra = query[:at], query[at:]
    return f"({required.strip()}) NOT {term}{extra}"


def _term(word: str) -> str:
    return word.lower() if word.isalpha() else f'"{word.lower()}"'


def _contrast(judged: Sequence[JudgedDocument], words: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """Return the log-odds ratio of each word: positive in relevant articles, negative in others; smoothed by a half."""
    kinds = Counter(one.relevant for one in judged)
    counts = {True: Counter[str](), False: Counter[str]()}
    for one, found in zip(judged, words, strict=True):
        counts[one.relevant].update(word for word in found if not word.startswith(TITLE))

    def log_odds(word: str, relevant: bool) -> float:
        return math.log((counts[relevant][word] + 0.5) / (kinds[relevant] - counts[relevant][word] + 0.5))

    return {
        word: log_odds(word, relevant=True) - log_odds(word, relevant=False)
        for word in counts[True].keys() | counts[False].keys()
        if counts[True][word] + counts[False][word] >= IN_ARTICLES
    }
