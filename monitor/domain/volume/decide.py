"""Decide which episodes of a topic begin, change or end, from its counts."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.alerts.receivers import receivers_of
from monitor.domain.alerts.schedules import next_digest, next_opening
from monitor.domain.catalog import Catalog, Severity, Topic
from monitor.domain.strings.spans import in_words
from monitor.domain.volume.absence import presence
from monitor.domain.volume.episode import Episode, EpisodeChange, VolumeFigures
from monitor.domain.volume.history import bin_of, daily
from monitor.domain.volume.rules import Rule
from monitor.domain.volume.spike import quantity

BLIND_AFTER = timedelta(hours=1)
"""How long a source has to fail before its silence says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted for a topic.

    `stories` are the times of its stories, oldest first, `moments` of what its spike counts, `every` all stories of the
    same sources by bin. `since`: when the topic and the store began. `blind` says which sources could not be read.
    """

    stories: Sequence[datetime]
    moments: Sequence[datetime]
    every: dict[int, int]
    since: datetime
    blind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _RouteFacts:
    """What routes look at: an episode has a severity, and neither outlet nor language."""

    severity: Severity
    outlet: str = ""
    language: str | None = None


def decide(
    topic: Topic, counted: Counted, lasting: Collection[Episode], catalog: Catalog, now: datetime, zone: ZoneInfo
) -> tuple[EpisodeChange, ...]:
    """Return the changes to the topic's spike and absence; stories are named later, by whoever can read them."""
    last = {episode.rule: episode for episode in lasting}
    days = daily(counted.stories, now, zone)
    changes = (
        _spike(topic, counted, last.get(Rule.SPIKE), days, now, zone),
        _absence(topic, counted, last.get(Rule.ABSENCE), days, now, zone),
    )
    found = (change for change in changes if change is not None)
    return tuple(
        replace(change, notify=notified(topic, catalog, now)) if change.id is None else change for change in found
    )


def ended(episode: Episode) -> EpisodeChange:
    """Return the end of an episode whose rule is no longer configured."""
    note = "its rule is no longer configured."
    return _change_of(episode, replace(episode.figures, note=note, stories=()), ends=True)


def notified(topic: Topic, catalog: Catalog, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """Return who is notified of an episode of the topic, and when: at digest times, or in active hours."""
    found = []
    for receiver in receivers_of(topic, catalog, _RouteFacts(severity=topic.severity)):
        if topic.severity < receiver.min_severity:
            continue
        due = now
        if receiver.break_through is None or topic.severity < receiver.break_through:
            if receiver.digest is not None:
                due = next_digest(receiver.digest, now)
            elif receiver.active_hours is not None:
                due = next_opening(receiver.active_hours, now)
        found.append((receiver.name, due))
    return tuple(found)


def _spike(
    topic: Topic, counted: Counted, last: Episode | None, days: tuple[int, ...], now: datetime, zone: ZoneInfo
) -> EpisodeChange | None:
    rule = topic.volume.spike
    if rule is None:
        return ended(last) if last is not None else None
    bins = Counter(bin_of(moment) for moment in counted.moments)
    found = quantity(rule, bins, counted.every, now, counted.since, zone)
    if found is None:
        return None
    figures = VolumeFigures(
        observed=found.observed,
        usual=round(found.usual, 1),
        span=rule.over,
        days=days,
        most=max(found.observed, last.figures.most if last else 0),
    )
    if last is None:
        return _begin(topic, Rule.SPIKE, figures) if found.begins else None
    # sources that cannot be read end nothing: their silence is no calm
    ends = not found.holds and not counted.blind
    if not ends and figures.observed == last.figures.observed:
        return None
    return _change_of(last, figures, ends=ends)


def _absence(
    topic: Topic, counted: Counted, last: Episode | None, days: tuple[int, ...], now: datetime, zone: ZoneInfo
) -> EpisodeChange | None:
    rule = topic.volume.expect
    if rule is None:
        return ended(last) if last is not None else None
    found = presence(rule, counted.stories, now, zone)
    if found is None or found.since < counted.since:
        return None
    figures = VolumeFigures(
        observed=found.observed,
        usual=float(rule.at_least),
        span=rule.every,
        since=found.since,
        days=days,
        blind=counted.blind if found.absent else "",
    )
    if last is None:
        return _begin(topic, Rule.ABSENCE, figures) if found.absent else None
    if found.absent:
        # the span moves all the time: only a number or sources that went blind are worth an edit
        same = (figures.observed, bool(figures.blind)) == (last.figures.observed, bool(last.figures.blind))
        return None if same else _change_of(last, figures, ends=False)
    return _change_of(last, figures, ends=True)


def first_seen(
    topic: Topic, names: Sequence[str], days: tuple[int, ...], catalog: Catalog, now: datetime
) -> EpisodeChange | None:
    """Return the message about names that the topic has not had, over as it begins."""
    rule = topic.volume.first_seen
    if rule is None or not names:
        return None
    subject = ", ".join(names)
    change = _begin(topic, Rule.FIRST_SEEN, VolumeFigures(observed=len(names), span=rule.within, days=days))
    return replace(change, subject=subject, ends=True, notify=notified(topic, catalog, now))


def blindness(sources: Collection[tuple[datetime | None, datetime | None, bool]], now: datetime) -> str:
    """Say in words that at least half of the sources could not be read; empty while most can be.

    `sources`: when each succeeded last, since when it fails, and whether it is disabled.
    """
    blind = [
        succeeded
        for succeeded, failing, disabled in sources
        if disabled
        or succeeded is None
        or (failing is not None and now - failing >= BLIND_AFTER)
        # the longest interval between polls is a day
        or now - succeeded > timedelta(hours=25)
    ]
    if not sources or 2 * len(blind) < len(sources):
        return ""
    read = [succeeded for succeeded in blind if succeeded is not None]
    how_long = f" for {in_words(now - max(read))}" if read else ""
    return f"{len(blind)} of {len(sources)} sources could not be read{how_long}."


def _begin(topic: Topic, rule: Rule, figures: VolumeFigures) -> EpisodeChange:
    return EpisodeChange(topic=topic.key, title=topic.title, severity=topic.severity, rule=rule, figures=figures)


def _change_of(episode: Episode, figures: VolumeFigures, *, ends: bool) -> EpisodeChange:
    return EpisodeChange(
        id=episode.id,
        topic=episode.topic,
        title=episode.title,
        severity=episode.severity,
        rule=episode.rule,
        subject=episode.subject,
        figures=figures,
        ends=ends,
    )
