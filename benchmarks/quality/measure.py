"""Judging an engine's decisions against labels, and counting them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.quality.labelled import Labelled
from monitor.domain.topics.values import Document, Match, Matches, Near


class Matcher(Protocol):
    """What is measured."""

    def match(self, document: Document) -> Matches:
        """All that the document matches and nearly matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One document and one topic: what the reader said, what the engine said."""

    labelled: Labelled
    topic: str
    expected: bool
    match: Match | None
    near: Near | None

    @property
    def wrong(self) -> bool:
        """Whether they disagree."""
        return self.expected != (self.match is not None)


@dataclass(slots=True)
class Count:
    """Right and wrong decisions of one topic on one group of documents."""

    found: int = 0
    false: int = 0
    missed: int = 0
    rejected: int = 0

    def add(self, judgement: Judgement) -> None:
        """Count one more decision."""
        match (judgement.expected, judgement.match is not None):
            case (True, True):
                self.found += 1
            case (True, False):
                self.missed += 1
            case (False, True):
                self.false += 1
            case _:
                self.rejected += 1

    @property
    def precision(self) -> float:
        """Share of the matches that are right; 1 when there are none."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of the labelled documents that match; 1 when there are none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = 2 * self.found + self.false + self.missed
        return 2 * self.found / total if total else 1.0


def judge(matcher: Matcher, documents: Iterable[Labelled], topics: Sequence[str]) -> list[Judgement]:
    """Judge each document and topic, except where the reader was unsure."""
    judgements = []
    for labelled in documents:
        outcome = matcher.match(labelled.document)
        matched = {match.topic: match for match in outcome.matches}
        nearly = {near.topic: near for near in outcome.near}
        judgements += [
            Judgement(
                labelled=labelled,
                topic=topic,
                expected=topic in labelled.labels,
                match=matched.get(topic),
                near=nearly.get(topic),
            )
            for topic in topics
            if topic not in labelled.unsure
        ]
    return judgements


def tally(judgements: Iterable[Judgement], group: Callable[[Judgement], str]) -> dict[str, Count]:
    """Decisions counted by group, groups in alphabetical order."""
    counts: defaultdict[str, Count] = defaultdict(Count)
    for judgement in judgements:
        counts[group(judgement)].add(judgement)
    return dict(sorted(counts.items()))
