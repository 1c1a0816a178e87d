"""Represent a spike, an absence or a first name that people are notified of, from its begin to its end."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.alerts.alert import Silence
from monitor.domain.catalog import Severity
from monitor.domain.volume.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """A story as an episode names it: its first report."""

    story_id: int
    title: str
    url: str | None
    outlet: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeFigures:
    """What an episode's message shows.

    `usual` is the number compared with, or the least that is expected. `span` is the time counted over, `since` where
    it began. `days` are the counts of the last 14 days. `most` is the highest number so far. `blind` says in words
    which sources could not be read, `note` why the episode ended without its rule.
    """

    observed: int = 0
    usual: float = 0.0
    span: timedelta = timedelta(0)
    since: datetime | None = None
    days: tuple[int, ...] = ()
    stories: tuple[StoryLine, ...] = ()
    most: int = 0
    blind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A spike, an absence or first names of a topic; `subject` holds the names. `ended_at` None: it lasts."""

    id: int
    topic: str
    title: str
    severity: Severity
    rule: Rule
    began_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    subject: str = ""
    figures: VolumeFigures = field(default_factory=VolumeFigures)

    def muted_by(self, silence: Silence, now: datetime, receiver: str) -> bool:
        """Tell whether a silence hides it from the receiver: one of its topic, or of everything."""
        return (
            now < silence.until
            and silence.story_id is None
            and silence.topic in (None, self.topic)
            and silence.receiver in (None, receiver)
            and (silence.mutes_critical or self.severity < Severity.CRITICAL)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeChange:
    """An episode to begin (`id` None), to change or to end. `notify` names receivers with the time of their message."""

    topic: str
    title: str
    severity: Severity
    rule: Rule
    figures: VolumeFigures
    subject: str = ""
    id: int | None = None
    ends: bool = False
    notify: tuple[tuple[str, datetime], ...] = ()
