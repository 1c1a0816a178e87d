"""Decide who is notified of an alert, when, and in which message."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.alerts.alert import Alert, AlertChange, DeliveryKind, NewDelivery
from monitor.domain.alerts.schedules import is_open, next_digest, next_opening
from monitor.domain.catalog import Catalog, Receiver, Severity, Topic

UPDATE_SPACING = timedelta(minutes=1)
"""How long after one edit of a message the next may follow: a growing story coalesces its updates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loudness:
    """Way in which a receiver is notified of a severity; a higher rank is louder."""

    rank: int
    kind: DeliveryKind
    group_key: str
    due: datetime
    recurring: bool = False
    spacing: timedelta = timedelta(0)


def route(
    change: AlertChange, *, story_id: int, alert: Alert | None, topic: Topic, catalog: Catalog, now: datetime
) -> tuple[NewDelivery, ...]:
    """Return the deliveries of one alert change.

    `alert` is the alert as it was, None when `change` raises it. Group keys: `alert:STORY:TOPIC` leaves at once and
    once; `group` collects for `group_wait`; `opening:TIME` waits for the active hours and `digest:TIME` for the digest;
    `update:STORY:TOPIC` and `reply:STORY:TOPIC` recur.
    """
    return tuple(
        delivery
        for receiver in receivers_of(topic, catalog)
        for delivery in _for_receiver(change, story_id, alert, receiver, now)
    )


def receivers_of(topic: Topic, catalog: Catalog) -> tuple[Receiver, ...]:
    """Return the topic's own receivers, else its watchlist's; unknown names are skipped."""
    names = topic.receivers or next((w.receivers for w in catalog.watchlists if w.name == topic.watchlist), ())
    found = (catalog.receiver(name) for name in dict.fromkeys(names))
    return tuple(receiver for receiver in found if receiver is not None)


def _for_receiver(
    change: AlertChange, story_id: int, alert: Alert | None, receiver: Receiver, now: datetime
) -> Iterator[NewDelivery]:
    loudness = _loudness(receiver, change.severity, story_id, change.topic, now)
    if loudness is None:
        return
    before = _loudness(receiver, alert.severity, story_id, change.topic, now) if alert else None
    if alert is None or before is None or before.rank < loudness.rank:
        yield _first_message(loudness, receiver, change, louder=before is not None)
    elif loudness.kind is DeliveryKind.DIGEST and loudness.rank == _DIGEST:
        if change.news:
            yield _first_message(loudness, receiver, change, louder=False)
    else:
        yield from _later_messages(change, story_id, alert, receiver, now)


_DIGEST, _OPENING, _GROUP, _AT_ONCE = range(4)


def _loudness(receiver: Receiver, severity: Severity, story_id: int, topic: str, now: datetime) -> _Loudness | None:
    """Return how `receiver` is notified of `severity`; None below its minimum."""
    if severity < receiver.min_severity:
        return None
    at_once = _Loudness(rank=_AT_ONCE, kind=DeliveryKind.ALERT, group_key=f"alert:{story_id}:{topic}", due=now)
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


def _first_message(loudness: _Loudness, receiver: Receiver, change: AlertChange, *, louder: bool) -> NewDelivery:
    """Return a message that alerts; one that was sent more quietly before gets a key of its own."""
    return NewDelivery(
        receiver=receiver.name,
        kind=loudness.kind,
        group_key=f"{loudness.group_key}:{change.severity.word}"
        if louder and not loudness.recurring
        else loudness.group_key,
        due=loudness.due,
        topics=(change.topic,),
        recurring=loudness.recurring,
        spacing=loudness.spacing,
    )


def _later_messages(
    change: AlertChange, story_id: int, alert: Alert, receiver: Receiver, now: datetime
) -> Iterator[NewDelivery]:
    """Yield the edit in place, at any hour, and for real news a reply in active hours."""
    name = f"{story_id}:{change.topic}"
    yield NewDelivery(
        receiver=receiver.name,
        kind=DeliveryKind.UPDATE,
        group_key=f"update:{name}",
        due=now,
        topics=(change.topic,),
        recurring=True,
        spacing=UPDATE_SPACING,
    )
    rises = change.severity > alert.severity
    if not (rises or change.news):
        return
    yield NewDelivery(
        receiver=receiver.name,
        kind=DeliveryKind.REPLY,
        group_key=f"reply:{name}:{change.severity.word}" if rises else f"reply:{name}",
        due=_when_listening(receiver, change.severity, now),
        topics=(change.topic,),
        text="\n".join(filter(None, (_rise(alert.severity, change.severity), change.news))),
        broadcast=rises,
        recurring=not rises,
        spacing=receiver.group_interval,
    )


def _rise(before: Severity, after: Severity) -> str:
    return f"Severity rose from {before.word} to {after.word}." if after > before else ""


def _when_listening(receiver: Receiver, severity: Severity, now: datetime) -> datetime:
    breaks_through = receiver.break_through is not None and severity >= receiver.break_through
    if receiver.active_hours is None or breaks_through:
        return now
    return next_opening(receiver.active_hours, now)
