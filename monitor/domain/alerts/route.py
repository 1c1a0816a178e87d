"""Decide who is notified of alerts, when, and in which message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.alerts.alert import Alert, AlertChange, DeliveryKind, NewDelivery
from monitor.domain.alerts.receivers import receivers_of
from monitor.domain.alerts.schedules import is_open, next_digest, next_opening
from monitor.domain.catalog import Broadcast, Catalog, Per, Receiver, Severity

UPDATE_SPACING = timedelta(minutes=1)
"""How long after one edit of a message the next may follow: a growing story coalesces its updates."""

LONGEST_REPLY_SPACING = timedelta(hours=2)
"""Replies of a running story follow each other ever more seldom, from `group_interval` up to this."""

JOIN = "join:"
"""Group keys of replies about a topic that joins a story whose message stands already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loudness:
    """Way in which a receiver is notified of a severity; a higher rank is louder."""

    rank: int
    kind: DeliveryKind
    group_key: str
    due: datetime
    recurring: bool = False
    spacing: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What one message is about: a story, or a story under one topic, with its changes and its alerts before them."""

    key: str
    changes: tuple[AlertChange, ...]
    before: tuple[Alert, ...]

    @property
    def severity(self) -> Severity:
        return max(change.severity for change in self.changes)

    @property
    def before_severity(self) -> Severity:
        return max((alert.severity for alert in self.before), default=Severity.LOW)

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(change.topic for change in self.changes)

    @property
    def joining(self) -> tuple[AlertChange, ...]:
        known = {alert.topic for alert in self.before}
        return tuple(change for change in self.changes if change.topic not in known)

    @property
    def news(self) -> tuple[str, ...]:
        """Return the news in lines for a reply, and what a report's page changed in marked ones."""
        return tuple(dict.fromkeys(change.edit or change.news for change in self.changes if change.news))


def route(
    changes: Sequence[AlertChange], *, story_id: int, before: Sequence[Alert], catalog: Catalog, now: datetime
) -> tuple[NewDelivery, ...]:
    """Return the deliveries of one article's alert changes.

    `before` are the story's alerts as they were. Group keys, where SUBJECT is STORY or, for receivers `per: topic`,
    STORY:TOPIC: `alert:SUBJECT` leaves at once and once; `group` collects for `group_wait`; `opening:TIME` waits for
    the active hours and `digest:TIME` for the digest; `update:SUBJECT`, `reply:SUBJECT` and `development:SUBJECT`
    recur, as does `edit:SUBJECT` for what a report's page changed; `join:SUBJECT:TOPIC` names a topic that joins.
    """
    return tuple(
        delivery
        for receiver in catalog.receivers
        for subject in _subjects(changes, story_id, before, receiver, catalog)
        for delivery in _deliveries(subject, receiver, catalog, now)
    )


def _subjects(
    changes: Sequence[AlertChange], story_id: int, before: Sequence[Alert], receiver: Receiver, catalog: Catalog
) -> Iterator[_Subject]:
    """Yield what the receiver is to be notified of: the changes of its topics, from its minimal severity on."""

    def wanted(one: Alert | AlertChange) -> bool:
        topic = catalog.topic(one.topic)
        if topic is None or one.severity < receiver.min_severity:
            return False
        return receiver in receivers_of(topic, catalog, one)

    heard = tuple(filter(wanted, changes))
    known = tuple(filter(wanted, before))
    if receiver.per is Per.STORY and heard:
        yield _Subject(key=str(story_id), changes=heard, before=known)
    elif receiver.per is Per.TOPIC:
        for change in heard:
            same = tuple(alert for alert in known if alert.topic == change.topic)
            yield _Subject(key=f"{story_id}:{change.topic}", changes=(change,), before=same)


def _deliveries(subject: _Subject, receiver: Receiver, catalog: Catalog, now: datetime) -> Iterator[NewDelivery]:
    loudness = _loudness(receiver, subject.severity, subject.key, now)
    before = _loudness(receiver, subject.before_severity, subject.key, now) if subject.before else None
    if before is None or before.rank < loudness.rank:
        yield _first_message(loudness, receiver, subject, louder=before is not None)
    elif loudness.rank == _DIGEST:
        if subject.news or subject.joining:
            yield _first_message(loudness, receiver, subject, louder=False)
    else:
        yield from _later_messages(subject, receiver, catalog, now)


_DIGEST, _OPENING, _GROUP, _AT_ONCE = range(4)


def _loudness(receiver: Receiver, severity: Severity, key: str, now: datetime) -> _Loudness:
    """Return how `receiver` is notified of `severity`."""
    at_once = _Loudness(rank=_AT_ONCE, kind=DeliveryKind.ALERT, group_key=f"alert:{key}", due=now)
    if receiver.break_through is not None and severity >= receiver.break_through:
        return at_once
    if receiver.digest is not None:
        due = next_digest(receiver.digest, now)
        return _Loudness(
            rank=_DIGEST, kind=DeliveryKind.DIGEST, group_key=f"digest:{due.isoformat()}", due=due, recurring=True
        )
    if receiver.active_hours is not None and not is_open(receiver.active_hours, now):
        due = next_opening(receiver.active_hours, now)
        group_key = f"opening:{due.isoformat()}"
        return _Loudness(rank=_OPENING, kind=DeliveryKind.DIGEST, group_key=group_key, due=due, recurring=True)
    if receiver.group_wait > timedelta(0):
        return _Loudness(
            rank=_GROUP,
            kind=DeliveryKind.ALERT,
            group_key="group",
            due=now + receiver.group_wait,
            recurring=True,
            spacing=receiver.group_interval,
        )
    return at_once


def _first_message(loudness: _Loudness, receiver: Receiver, subject: _Subject, *, louder: bool) -> NewDelivery:
    """Return a message that alerts; one that was sent more quietly before gets a key of its own."""
    own_key = louder and not loudness.recurring
    return NewDelivery(
        receiver=receiver.name,
        kind=loudness.kind,
        group_key=f"{loudness.group_key}:{subject.severity.word}" if own_key else loudness.group_key,
        due=loudness.due,
        topics=subject.topics,
        recurring=loudness.recurring,
        spacing=loudness.spacing,
    )


def _later_messages(subject: _Subject, receiver: Receiver, catalog: Catalog, now: datetime) -> Iterator[NewDelivery]:
    """Yield the edit in place, at any hour, and for real news a reply in active hours."""
    joining = subject.joining
    yield NewDelivery(
        receiver=receiver.name,
        kind=DeliveryKind.UPDATE,
        group_key=f"update:{subject.key}",
        due=now,
        topics=subject.topics,
        recurring=True,
        spacing=UPDATE_SPACING,
        joins=bool(joining),
    )
    rises = subject.severity > subject.before_severity
    rise = f"Severity rose from {subject.before_severity.word} to {subject.severity.word}." if rises else ""
    lines = [*_joined(joining, catalog), rise, *subject.news]
    text = "\n".join(filter(None, lines))
    if not text:
        return
    development = any(change.development for change in subject.changes)
    edit = any(change.edit for change in subject.changes)
    shown = _shown_in_channel(subject, receiver, catalog, rises=rises, development=development)
    if joining:
        key, recurring = f"{JOIN}{subject.key}:{','.join(change.topic for change in joining)}", False
    elif rises:
        key, recurring = f"reply:{subject.key}:{subject.severity.word}", False
    elif shown:
        # what the channel is to see does not wait behind quiet replies
        key, recurring = f"development:{subject.key}", True
    elif edit:
        # nor does a correction, however much a story has grown
        key, recurring = f"edit:{subject.key}", True
    else:
        key, recurring = f"reply:{subject.key}", True
    yield NewDelivery(
        receiver=receiver.name,
        kind=DeliveryKind.REPLY,
        group_key=key,
        due=_when_listening(receiver, subject.severity, now),
        topics=subject.topics,
        text=text,
        broadcast=shown,
        recurring=recurring,
        spacing=receiver.group_interval,
        spacing_most=receiver.group_interval if shown or edit else max(receiver.group_interval, LONGEST_REPLY_SPACING),
        joins=bool(joining),
    )


def _joined(joining: Sequence[AlertChange], catalog: Catalog) -> Iterator[str]:
    """Yield a line for each topic that joins the story."""
    for change in joining:
        topic = catalog.topic(change.topic)
        yield f"Now also {topic.title if topic else change.topic} ({change.severity.word})."


def _shown_in_channel(
    subject: _Subject, receiver: Receiver, catalog: Catalog, *, rises: bool, development: bool
) -> bool:
    """Tell whether a reply is shown in the channel too: as the topics say, else the receiver, else by severity."""
    topics = (catalog.topic(change.topic) for change in subject.changes)
    wanted = [topic.broadcast for topic in topics if topic is not None and topic.broadcast is not None]
    if not wanted and receiver.broadcast is not None:
        wanted = [receiver.broadcast]
    if not wanted:
        wanted = [Broadcast.DEVELOPMENT if subject.severity >= Severity.HIGH else Broadcast.SEVERITY]
    return any(
        (rises and one is not Broadcast.NEVER) or (development and one is Broadcast.DEVELOPMENT) for one in wanted
    )


def _when_listening(receiver: Receiver, severity: Severity, now: datetime) -> datetime:
    breaks_through = receiver.break_through is not None and severity >= receiver.break_through
    if receiver.active_hours is None or breaks_through:
        return now
    return next_opening(receiver.active_hours, now)
