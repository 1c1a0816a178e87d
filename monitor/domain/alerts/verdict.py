"""Values of triage: what it must see of a story, and what it decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.domain.alerts.alert import Alert, AlertChange, NewDelivery
from monitor.domain.ledger import Note
from monitor.domain.stories.values import Placed, Placement, SourceText
from monitor.domain.topics.values import Matches


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFacts:
    """Facts about the story an article was placed in, few however many outlets print it.

    `own` is the article's source, `others` are all the others in the order of arrival; `reported_topics` are the topics
    that another report matched, `own_topics` those that the article's own earlier text did; `alerts` of the story.
    """

    id: int
    own: SourceText
    others: tuple[SourceText, ...] = ()
    reported_topics: frozenset[str] = frozenset()
    own_topics: frozenset[str] = frozenset()
    alerts: tuple[Alert, ...] = ()

    @property
    def sources(self) -> tuple[SourceText, ...]:
        """Return all sources, the article's own last."""
        return (*self.others, self.own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All that triage writes in one transaction."""

    placement: Placement
    matches: Matches
    alerts: tuple[AlertChange, ...] = ()
    deliveries: tuple[NewDelivery, ...] = ()
    notes: tuple[Note, ...] = ()


class Judge(Protocol):
    """Two pure decisions that storage asks for while it holds the stories lock, one call at a time."""

    @property
    def matched(self) -> bool:
        """Tell whether the article matched a topic at all; only then is its story read."""
        ...

    def prepare(self) -> None:
        """Do what can be done before the lock is held."""
        ...

    def locate(self, news: Sequence[Placed]) -> Placement:
        """Learn what was placed since last time, then say where this article belongs."""
        ...

    def unlearn(self, after: int) -> None:
        """Forget what was learnt after the sequence `after`: it was never committed."""
        ...

    def same_event(self, placed: Placed, placement: Placement) -> int | None:
        """Learn the article just placed; return another story that reports the same event, if any."""
        ...

    def judge(self, facts: StoryFacts | None, placement: Placement) -> Verdict:
        """Decide alerts and deliveries, the story being known; `facts` is None when nothing `matched`."""
        ...
