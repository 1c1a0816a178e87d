"""What triage decides about one article, and what it must see to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.domain.alerts.alert import Alert, AlertChange, NewDelivery
from monitor.domain.ledger import Note
from monitor.domain.stories.values import Placed, Placement, SourceText
from monitor.domain.topics.values import Matches


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFacts:
    """What judging must know of the story an article was placed in, little however many outlets print it.

    `own` is the article's source, `others` are all the others in the order of arrival; `told` are the topics that
    another report matched, `told_itself` those that the article's own earlier text did; `alerts` what the story raised.
    """

    id: int
    own: SourceText
    others: tuple[SourceText, ...] = ()
    told: frozenset[str] = frozenset()
    told_itself: frozenset[str] = frozenset()
    alerts: tuple[Alert, ...] = ()

    @property
    def sources(self) -> tuple[SourceText, ...]:
        """All of them."""
        return (*self.others, self.own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What triage writes in one transaction."""

    placement: Placement
    matches: Matches
    alerts: tuple[AlertChange, ...] = ()
    deliveries: tuple[NewDelivery, ...] = ()
    notes: tuple[Note, ...] = ()


class Judge(Protocol):
    """The two pure decisions storage asks for while it holds the stories lock. Its methods are called one at a time."""

    @property
    def matched(self) -> bool:
        """Whether the article matched a topic at all; only then is its story read."""
        ...

    def prepare(self) -> None:
        """Do what can be done before the lock is held."""
        ...

    def locate(self, news: Sequence[Placed]) -> Placement:
        """Learn what was placed since last time, then say where this article belongs."""
        ...

    def unlearn(self, after: int) -> None:
        """What was learnt later than the sequence `after` was never committed."""
        ...

    def judge(self, facts: StoryFacts | None, placement: Placement) -> Verdict:
        """Decide alerts and deliveries, the story being known; `facts` is None when nothing `matched`."""
        ...
